"""The embedded object store: OpenStack Swift with its S3 interface, in one process on loopback.

Swift is a production store; here it is one node with one copy on one disk, so back the folder up. Signatures are
checked, every object is flushed to disk before it is acknowledged, and the process may be killed at any moment. It has
no Object Lock, tagging or lifecycle. Beside the S3 port it uses the next three ports of loopback for its account,
container and object servers; those know no passwords, so run it only where the local users are trusted.

    python -m infra.store --data var/store
"""

import warnings

# Swift's own choice of library, which says so at every import.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
