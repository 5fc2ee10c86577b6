"""The store in an S3 bucket.

Every put is confirmed: the server checks the SHA-256 that its signature covers, and its ETag must
be our MD5. Where the ETag is no MD5 (encrypted buckets) the answer's own SHA-256 counts, and where
there is none the object is read back. Differences between servers are noticed at the first request: listing falls back to
version 1, deletion of many objects to one by one.
"""

import base64
import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from processing.errors import (
    AlreadyExistsError,
    CorruptRecordError,
    MissingError,
    StoreFullError,
    StoreRefusedError,
    StoreUnavailableError,
)
from processing.settings import Settings
from processing.store.interface import ListedObject, checked
from processing.store.s3_client import FAULTS, client, code, explanation, status

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

logger = logging.getLogger(__name__)
T = TypeVar("T")

PART = 8 << 20
"""Bytes of a part of a large upload."""
LARGE = 128 << 20
"""Bytes from which a file is sent in parts, several at once: a lost connection costs one part.

Below it one request is faster: a store that flushes each part to disk takes about twice as long for
sixteen parts.
"""
_INLINE = 1 << 20
"""Bytes up to which an MD5 is cheaper than a thread that computes it during the upload."""
_AT_ONCE = 4
_MANY = 1000
"""Objects that one request may delete."""
_READS = 4
"""How often a body that broke off is read; botocore only retries up to the headers."""
_UNKNOWN = {
    "NotImplemented",
    "MethodNotAllowed",
    "InvalidArgument",
    "InvalidRequest",
    "MissingContentMD5",
    "BadRequest",
}
_EXISTS = {409, 412}
_PARTIAL, _NOT_IMPLEMENTED = 206, 501


@dataclass(frozen=True, slots=True)
class Sums:
    """What a server may confirm of the bytes that we sent: their SHA-256, in hex."""

    sha256: str

    @classmethod
    def of(cls, chunks: Iterable[bytes]) -> "Sums":
        digest = hashlib.sha256()
        for chunk in chunks:
            digest.update(chunk)
        return cls(digest.hexdigest())

    @property
    def header(self) -> str:
        """The value of `x-amz-checksum-sha256`."""
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()

    @property
    def metadata(self) -> dict[str, str]:
        return {"sha256": self.sha256}


class S3Store:
    """A bucket, or a prefix in one, as a store."""

    def __init__(self, url: str, options: Settings) -> None:
        bucket, _, prefix = url.removeprefix("s3:").strip("/").partition("/")
        self.url = url.rstrip("/")
        self.identity = f"{self.url} at {options.store_endpoint or options.store_region}"
        self._bucket = bucket
        self._prefix = f"{checked(prefix)}/" if prefix else ""
        self._options = options
        self._old_listing = False
        self._one_by_one = False
        self._creates_plainly = False
        self._tells_sums = options.store_checksum

    @property
    def _client(self) -> "S3Client":
        return client(self._options)

    def get(self, key: str) -> bytes:
        return self._read(key, lambda answer: bytes(answer["Body"].read()))

    def get_range(self, key: str, start: int, length: int) -> bytes:
        if length == 0:
            return b""

        def use(answer: Mapping[str, Any]) -> bytes:
            body = answer["Body"]
            if answer["ResponseMetadata"]["HTTPStatusCode"] != _PARTIAL:
                return _cut(body.iter_chunks(1 << 20), start, length)
            if not str(answer.get("ContentRange", "")).startswith(f"bytes {start}-"):
                raise StoreRefusedError(
                    f"{key!r} in {self.url}: asked for bytes from {start} on, the store sent "
                    f"{answer.get('ContentRange')!r}; choose another store"
                )
            return bytes(body.read())

        return self._read(key, use, Range=f"bytes={start}-{start + length - 1}")

    def get_file(self, key: str, path: Path) -> None:
        def save(answer: Mapping[str, Any]) -> None:
            with path.open("wb") as target:
                for chunk in answer["Body"].iter_chunks(1 << 20):
                    target.write(chunk)

        self._read(key, save)

    def put(self, key: str, data: bytes, *, create: bool = False) -> None:
        self._put(key, data, Sums.of([data]), create=create)

    def put_file(
        self, key: str, path: Path, *, create: bool = False, sha256: str | None = None
    ) -> None:
        sums = Sums(sha256) if sha256 else Sums.of(_chunks(path))
        if path.stat().st_size < LARGE:
            self._put(key, path, sums, create=create)
        elif create and self.exists(key):
            # in parts it cannot be exact: some servers ignore the precondition there
            self._settle(key, sums)
        else:
            self._put_parts(key, path, sums)

    def _put_parts(self, key: str, path: Path, sums: Sums) -> None:
        """Send a file in parts, several at once, and have the server join them."""
        named = self._named(key)
        with self._explained(repr(key)):
            begun = self._client.create_multipart_upload(**named, Metadata=sums.metadata)
            upload = {**named, "UploadId": begun["UploadId"]}
            try:
                parts = self._sent(upload, path)
                completed: list[CompletedPartTypeDef] = [
                    {"PartNumber": number, "ETag": tag} for number, tag, _ in parts
                ]
                answer: Mapping[str, Any] = self._client.complete_multipart_upload(
                    **upload, MultipartUpload={"Parts": completed}
                )
                # Ceph has it and leaves it empty in this answer
                if not str(answer.get("ETag", "")).strip('"'):
                    answer = self._client.head_object(**named)
            except BaseException:
                # the first failure is raised; the server forgets the parts in time
                with suppress(*FAULTS):
                    self._client.abort_multipart_upload(**upload)
                raise
        whole = hashlib.md5(b"".join(md5 for _, _, md5 in parts), usedforsecurity=False)
        self._confirm(key, answer, sums, f"{whole.hexdigest()}-{len(parts)}")

    def _sent(self, upload: Mapping[str, Any], path: Path) -> "list[tuple[int, str, bytes]]":
        """Send the parts of a file; return number, ETag and MD5 of each."""

        def send(number: int) -> tuple[int, str, bytes]:
            with path.open("rb") as file:
                file.seek((number - 1) * PART)
                data = file.read(PART)
            answer = self._client.upload_part(**upload, PartNumber=number, Body=data)
            return number, answer["ETag"], hashlib.md5(data, usedforsecurity=False).digest()

        count = -(-path.stat().st_size // PART)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(send, range(1, count + 1)))

    def copy(self, source: str, target: str, *, sha256: str) -> None:
        sums = Sums(sha256)
        tag, digest = self._read(
            source,
            lambda answer: (
                answer.get("ETag", "").strip('"'),
                Sums.of(answer["Body"].iter_chunks(1 << 20)).sha256,
            ),
        )
        if digest != sha256:
            raise CorruptRecordError(f"{source!r} in {self.url} is not what was recorded of it")
        if self.exists(target):
            self._settle(target, sums)
        elif not self._copied(source, target, tag, sums):
            self._send_again(source, target, sums)

    def _copied(self, source: str, target: str, tag: str, sums: Sums) -> bool:
        """Have the server copy an object; tell whether it did."""
        try:
            with self._explained(repr(target)):
                answer = self._client.copy_object(
                    **self._named(target),
                    CopySource={"Bucket": self._bucket, "Key": self._prefix + checked(source)},
                    MetadataDirective="REPLACE",
                    Metadata=sums.metadata,
                )
        except (StoreRefusedError, MissingError) as error:
            logger.info("%s does not copy (%s): the object is sent again", self.url, error)
            return False
        # a copy with the ETag of the source has the bytes that were read
        copied = answer.get("CopyObjectResult", {}).get("ETag", "").strip('"')
        # two answers without an ETag are equal and say nothing
        return (tag != "" and copied == tag) or self._digest(target) == sums.sha256

    def _send_again(self, source: str, target: str, sums: Sums) -> None:
        """Copy an object through this machine."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "object"
            try:
                self.get_file(source, path)
            # the store raises errors of its own: this one is of our disk
            except OSError as error:
                raise StoreFullError(
                    f"cannot keep a copy of {source} in {folder} ({error.strerror}): free some"
                ) from error
            if Sums.of(_chunks(path)) != sums:
                raise CorruptRecordError(f"{source!r} in {self.url} changed while it was copied")
            self.put_file(target, path, sha256=sums.sha256)

    def list(self, prefix: str) -> Iterator[ListedObject]:
        with self._explained(f"the list of {prefix!r}"):
            for page in self._pages(self._prefix + prefix):
                for entry in page.get("Contents", []):
                    key = entry["Key"].removeprefix(self._prefix)
                    yield ListedObject(key, entry["Size"], entry["LastModified"])

    def exists(self, key: str) -> bool:
        try:
            with self._explained(repr(key)):
                self._client.head_object(**self._named(key))
        except MissingError:
            return False
        return True

    def delete(self, keys: Iterable[str]) -> None:
        waiting = iter([self._prefix + checked(key) for key in keys])
        while names := list(islice(waiting, _MANY)):
            with self._explained(f"{len(names)} objects from {names[0]!r} on"):
                self._deleted(names)

    def _pages(self, prefix: str) -> Iterator[Mapping[str, Any]]:
        """Yield the pages of a listing, with version 1 on a server that does not know version 2."""
        name = "list_objects" if self._old_listing else "list_objects_v2"
        paginator = self._client.get_paginator(name)  # type: ignore[call-overload]  # one of two
        pages = iter(paginator.paginate(Bucket=self._bucket, Prefix=prefix))
        try:
            first = next(pages)
        except ClientError as error:
            if self._old_listing or code(error) not in _UNKNOWN:
                raise
            first = {}
        # an old server may ignore `list-type=2` and answer with version 1, which has no KeyCount
        if not self._old_listing and "KeyCount" not in first:
            logger.info("%s does not know ListObjectsV2: version 1 is used", self.url)
            self._old_listing = True
            yield from self._pages(prefix)
            return
        for page in chain([first], pages):
            self._require_way_on(page, prefix)
            yield page

    def _require_way_on(self, page: Mapping[str, Any], prefix: str) -> None:
        """Raise StoreRefusedError where a truncated page has no token to go on."""
        # boto3 ends the listing there without an error
        if (
            page.get("IsTruncated")
            and not self._old_listing
            and not page.get("NextContinuationToken")
        ):
            raise StoreRefusedError(
                f"the list of {prefix!r} in {self.url} is not whole: the store says that there is "
                "more, and gives no token to go on; choose another store, or mend the proxy "
                "before it"
            )

    def _deleted(self, names: Sequence[str]) -> None:
        """Delete at most 1000 objects in one request, or one by one where the server cannot."""
        if not self._one_by_one:
            try:
                answer = self._client.delete_objects(
                    Bucket=self._bucket,
                    Delete={"Objects": [{"Key": name} for name in names], "Quiet": True},
                )
            except ClientError as error:
                if code(error) not in _UNKNOWN:
                    raise
                logger.info(
                    "%s does not know DeleteObjects: objects are deleted one by one", self.url
                )
                self._one_by_one = True
            else:
                names = self._not_deleted(answer.get("Errors", []))
        # One at a time, because boto3 tries a request again, and no key of an answered one.
        for name in names:
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def _not_deleted(self, errors: Sequence[Mapping[str, Any]]) -> Sequence[str]:
        """Return the keys that the server could not delete now; raise where it will not."""
        keys = []
        for error in errors:
            if error.get("Code") in {"InternalError", "SlowDown", "ServiceUnavailable"}:
                keys.append(error["Key"])
            elif error.get("Code") != "NoSuchKey":
                raise StoreRefusedError(
                    f"{self.url} does not let us delete {error.get('Key')!r} ({error.get('Code')})"
                )
        return keys

    def _named(self, key: str) -> dict[str, Any]:
        return {"Bucket": self._bucket, "Key": self._prefix + checked(key)}

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except FAULTS as error:
            raise explanation(error, f"{what} in {self.url}") from error

    def _read(self, key: str, use: Callable[[Mapping[str, Any]], T], **wanted: Any) -> T:
        """Return `use(answer)` for the answer with the object; retry if its body breaks off."""
        with self._explained(repr(key)):
            for _ in range(_READS - 1):
                answer = self._client.get_object(**self._named(key), **wanted)
                with suppress(BotoCoreError, HTTPError):
                    return use(answer)
            return use(self._client.get_object(**self._named(key), **wanted))

    def _put(self, key: str, body: bytes | Path, sums: Sums, *, create: bool) -> None:
        # a single writer does not rely on the precondition: its store may ignore it
        if create and self._options.single_writer and self.exists(key):
            self._settle(key, sums)
            return
        extra = {"IfNoneMatch": "*"} if create and not self._creates_plainly else {}
        if self._tells_sums:
            extra["ChecksumSHA256"] = sums.header
        try:
            with self._explained(repr(key)), _md5(body) as md5:
                answer = self._put_object(key, body, sums, extra)
                expected = md5()
        except _PreconditionError:
            self._settle(key, sums)
            return
        # a server that does not say it in its answer (Ceph, Swift) has the signed one to compare,
        # and would compute a second SHA-256 of the same bytes for this one
        self._tells_sums = self._tells_sums and "ChecksumSHA256" in answer
        self._confirm(key, answer, sums, expected)

    def _put_object(
        self, key: str, body: bytes | Path, sums: Sums, extra: Mapping[str, Any]
    ) -> Any:
        try:
            with _opened(body) as sent:
                return self._client.put_object(
                    **self._named(key), Body=sent, Metadata=sums.metadata, **extra
                )
        except ClientError as error:
            if "IfNoneMatch" not in extra:
                raise
            if status(error) in _EXISTS:
                raise _PreconditionError from error
            if status(error) != _NOT_IMPLEMENTED:
                raise
            self._allow_plain_creation(error)
        plain = {name: value for name, value in extra.items() if name != "IfNoneMatch"}
        return self._put_object(key, body, sums, plain)

    def _allow_plain_creation(self, error: ClientError) -> None:
        """Go on without the precondition.

        Raises StoreRefusedError where somebody else may write too.
        """
        if not self._options.single_writer:
            raise StoreRefusedError(
                f"{self.url} does not know create-if-absent (If-None-Match: *): two archivers at "
                "once could lose a publication; choose another store, or set "
                "SILLOK_SINGLE_WRITER=true where only one ever runs"
            ) from error
        logger.info("%s does not know create-if-absent: its single writer does without", self.url)
        self._creates_plainly = True

    def _settle(self, key: str, sums: Sums) -> None:
        """Raise AlreadyExistsError unless the object under `key` has our bytes."""
        # equal bytes are our own put, whose first answer was lost
        try:
            same = self._digest(key) == sums.sha256
        except MissingError as error:
            raise StoreUnavailableError(
                f"{key!r} in {self.url} was being written by another: try again"
            ) from error
        if not same:
            raise AlreadyExistsError(
                f"{key!r} exists already in {self.url} with other content; it was left as it is"
            )

    def _confirm(self, key: str, answer: Mapping[str, Any], sums: Sums, expected: str) -> None:
        if (
            str(answer.get("ETag", "")).strip('"') == expected
            or answer.get("ChecksumSHA256") == sums.header
        ):
            return
        if self._digest(key) != sums.sha256:
            raise CorruptRecordError(
                f"{key!r} in {self.url} is not what was sent: run the same again, check the store"
            )

    def _digest(self, key: str) -> str:
        """Return the SHA-256 of what the store holds, by reading it."""
        return self._read(key, lambda answer: Sums.of(answer["Body"].iter_chunks(PART)).sha256)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(1 << 20), b"")


@contextmanager
def _opened(body: bytes | Path) -> Iterator[bytes | BinaryIO]:
    if isinstance(body, bytes):
        yield body
        return
    with body.open("rb") as file:
        yield file


@contextmanager
def _md5(body: bytes | Path) -> Iterator[Callable[[], str]]:
    """Compute the MD5 of a body during the `with` block; yield a function that returns it."""

    def compute() -> str:
        if isinstance(body, bytes):
            return hashlib.md5(body, usedforsecurity=False).hexdigest()
        with body.open("rb") as file:
            return hashlib.file_digest(file, _plain_md5).hexdigest()

    if (len(body) if isinstance(body, bytes) else body.stat().st_size) < _INLINE:
        yield compute
        return
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(compute).result


def _plain_md5() -> "hashlib._Hash":
    return hashlib.md5(usedforsecurity=False)


def _cut(chunks: Iterable[bytes], start: int, length: int) -> bytes:
    """Return a range of the whole object: a server may ignore Range (RFC 9110 §14.2)."""
    data, offset = bytearray(), 0
    for chunk in chunks:
        data += chunk[max(start - offset, 0) : max(start + length - offset, 0)]
        offset += len(chunk)
        if offset >= start + length:
            break
    return bytes(data)


class _PreconditionError(Exception):
    """The server says that the object exists."""
