"""The embedded object store: OpenStack Swift with its S3 interface, in one process on loopback.

Swift is a production store; here it is one node with one copy on one disk, so back the folder up.
Signatures are checked, every object is flushed to disk before it is acknowledged, and the process
may be killed at any moment. It has no Object Lock, tagging or lifecycle. It opens one port, that of
S3: Swift's account, container and object servers know no passwords and are reached inside the
process only (infra.store.server).

    python -m infra.store --data var/store
"""

import warnings

# Swift's own choice of library, which says so at every import.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
