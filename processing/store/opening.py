"""Opens the store that a URL names: a directory (`file:`) or a bucket (`s3://`)."""

from pathlib import Path

from processing.errors import UsageError
from processing.settings import Settings, settings
from processing.store.interface import Store


def open_store(url: str, options: Settings | None = None) -> Store:
    """Return the store at `url`: "file:DIR" or "s3://bucket/prefix". No request is made yet.

    Raises UsageError for any other URL.
    """
    scheme, _, rest = url.partition(":")
    # imported where it is needed: boto3 costs 0.2 s, and a local crawl does without it
    if scheme == "file" and rest:
        from processing.store.file_store import FileStore  # noqa: PLC0415 - as above

        return FileStore(Path(rest.removeprefix("//")))
    if scheme == "s3" and rest.strip("/"):
        from processing.store.s3_store import S3Store  # noqa: PLC0415 - as above

        return S3Store(url, options or settings())
    raise UsageError(f"SILLOK_STORE={url!r} names no store: write file:DIR or s3://bucket/prefix")
