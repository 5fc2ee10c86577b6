"""Checksums by which a bucket confirms what it stored."""

import base64
import hashlib
from collections.abc import Iterable

PART = 16 << 20
"""Bytes of a part of a large upload."""


class Sums:
    """What a server may confirm of the bytes that we sent. Chunks are `PART` bytes each, the last one fewer."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.sha256 = hashlib.sha256()
        self.md5 = hashlib.md5(usedforsecurity=False)
        self._parts: list[bytes] = []
        for chunk in chunks:
            self.sha256.update(chunk)
            self.md5.update(chunk)
            self._parts.append(hashlib.md5(chunk, usedforsecurity=False).digest())

    @property
    def header(self) -> str:
        """The value of `x-amz-checksum-sha256`."""
        return base64.b64encode(self.sha256.digest()).decode()

    @property
    def metadata(self) -> dict[str, str]:
        return {"sha256": self.sha256.hexdigest()}

    @property
    def parted_etag(self) -> str:
        """The ETag of an upload in parts of `PART` bytes: MD5 of the parts' MD5s, a dash, their number."""
        return f"{hashlib.md5(b''.join(self._parts), usedforsecurity=False).hexdigest()}-{len(self._parts)}"
