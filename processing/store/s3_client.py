"""Makes the S3 client of a process, and turns its errors into ours.

The settings work on AWS, Ceph, Swift, R2, B2, GCS, Naver, NHN and Kakao alike: no checksum trailers
(over TLS they turn every upload into `aws-chunked` without a length, which older servers answer
with 411 or store as it is), path style, eight attempts, no `Expect: 100-continue` (it costs a round
trip a put).
"""

import base64
import hashlib
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.auth import AUTH_TYPE_MAPS, S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    SSLError,
)
from botocore.handlers import add_expect_header
from botocore.loaders import Loader
from pydantic import SecretStr
from urllib3.exceptions import HTTPError

from processing.errors import (
    CorruptRecordError,
    MissingError,
    SillokError,
    StoreFullError,
    StoreRefusedError,
    StoreUnavailableError,
    UsageError,
)
from processing.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FAULTS = (ClientError, BotoCoreError, HTTPError)
"""What a call may raise; reading a body raises urllib3's own."""
CONNECTIONS = 32
"""Threads stop paying at about 32: then Python's own work is the limit."""

_FULL = {
    "InsufficientStorage",
    "QuotaExceeded",
    "XMinioStorageFull",
    "XMinioAdminBucketQuotaExceeded",
}
_CURES = {
    "NoSuchBucket": "there is no such bucket: create it, or correct SILLOK_STORE",
    "InvalidBucketName": "the bucket's name is not allowed: correct SILLOK_STORE",
    "RequestTimeTooSkewed": "this machine's clock is wrong: set it",
    "AuthorizationHeaderMalformed": "the region is wrong: correct SILLOK_STORE_REGION",
    "PermanentRedirect": (
        "the bucket is elsewhere: correct SILLOK_STORE_ENDPOINT and SILLOK_STORE_REGION"
    ),
}
_NOT_FOUND, _SERVER_ERROR, _NOT_IMPLEMENTED, _NO_ROOM = 404, 500, 501, 507
"""HTTP statuses (RFC 9110 §15; 507 is RFC 4918 §11.5)."""
_OTHER_BYTES = {"XAmzContentSHA256Mismatch", "BadDigest"}
"""What a server answers where the SHA-256 of a request is not that of its body."""
_KEYS = "check SILLOK_STORE_ACCESS_KEY, SILLOK_STORE_SECRET_KEY and what that key may do"


def client(options: Settings) -> "S3Client":
    """Return this process's client, which threads may share.

    Raises UsageError where the settings contradict each other.
    """
    # a forked child must not use its parent's connections
    return _client(options, os.getpid())


@lru_cache(maxsize=4)
def _client(options: Settings, _process: int) -> "S3Client":
    if options.store_endpoint and "@" in options.store_endpoint:
        raise UsageError(
            "SILLOK_STORE_ENDPOINT must not contain a user or password: use the two key settings"
        )
    if (options.store_access_key is None) != (options.store_secret_key is None):
        raise UsageError(
            "SILLOK_STORE_ACCESS_KEY and SILLOK_STORE_SECRET_KEY belong together: set both or none"
        )
    session = botocore.session.Session()
    session.register_component("data_loader", _LoaderOfS3())
    made: S3Client = boto3.session.Session(botocore_session=session).client(
        "s3",
        endpoint_url=options.store_endpoint,
        region_name=options.store_region,
        aws_access_key_id=_plain(options.store_access_key),
        aws_secret_access_key=_plain(options.store_secret_key),
        verify=str(options.store_ca) if options.store_ca else None,
        config=_config(options),
    )
    # it would cost a round trip per put
    made.meta.events.unregister("before-call.s3", add_expect_header)
    made.meta.events.register("before-sign.s3.DeleteObjects", _with_md5)
    made.meta.events.register("choose-signer.s3.PutObject", _signer_of_stated_sums)
    return made


class _LoaderOfS3(Loader):
    """Loads the description of S3 without looking which other services botocore describes.

    That lists some nine hundred folders, a third of what a client costs each process.
    """

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 - botocore's interface
        """Return the one service that we use."""
        return ["s3"]


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _config(options: Settings) -> Config:
    return Config(
        signature_version="s3v4",
        s3={"addressing_style": options.store_addressing},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        retries={"mode": "standard", "total_max_attempts": options.store_attempts},
        connect_timeout=5,
        read_timeout=60,
        tcp_keepalive=True,
        max_pool_connections=CONNECTIONS,
    )


class _StatedSumAuth(S3SigV4Auth):
    """Signs a put with the SHA-256 that its metadata state.

    Signature version 4 covers the SHA-256 of the body, which the server compares with what arrives
    (`x-amz-content-sha256`). Over http, and over TLS where no MD5 is sent, botocore reads the whole
    body for it before the first byte is sent, also where it is known.
    """

    def payload(self, request: AWSRequest) -> str:
        stated = request.headers.get("x-amz-meta-sha256")
        return str(stated or super().payload(request))


_STATED_SUM = "s3v4-stated-sum"
AUTH_TYPE_MAPS[_STATED_SUM] = _StatedSumAuth


def _signer_of_stated_sums(signature_version: object, **_: Any) -> Any:
    """Choose the class above where a put is signed as `_config` says, and none where it is not."""
    return _STATED_SUM if signature_version == "s3v4" else None


def _with_md5(request: Any, **_: Any) -> None:
    """Give a multi-object deletion a Content-MD5 in place of the newer checksum."""
    # boto3 no longer sends it; MinIO before 2025, OVH and s3proxy answer `MissingContentMD5`;
    # AWS takes either
    newer = ("x-amz-checksum", "x-amz-sdk-checksum")
    for name in [name for name in request.headers if name.lower().startswith(newer)]:
        del request.headers[name]
    digest = hashlib.md5(request.body, usedforsecurity=False).digest()
    request.headers["Content-MD5"] = base64.b64encode(digest).decode()


def status(error: ClientError) -> int:
    """Return the HTTP status of an answer that was an error."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def code(error: ClientError) -> str:
    """Return the S3 error code, e.g. "NoSuchKey"; for HEAD it is only the status."""
    return str(error.response.get("Error", {}).get("Code", ""))


def explanation(error: Exception, where: str) -> SillokError:
    """Return our error for one of `FAULTS`.

    `where` names the object and the store. No secret is in either.
    """
    if isinstance(error, ClientError) and code(error) in _OTHER_BYTES:
        return CorruptRecordError(
            f"{where}: what arrived is not what was recorded; run the same again, and where this "
            "is said again, check the file and the disk that it lies on"
        )
    if isinstance(error, ClientError):
        return _answered(error, where)
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return StoreRefusedError(
            f"{where}: no credentials; set SILLOK_STORE_ACCESS_KEY and SILLOK_STORE_SECRET_KEY"
        )
    if isinstance(error, ParamValidationError):
        return UsageError(f"{where}: {error}")
    if isinstance(error, SSLError):
        return StoreRefusedError(
            f"{where}: its TLS certificate is not trusted; name its authority in SILLOK_STORE_CA"
        )
    return StoreUnavailableError(
        f"{where}: no answer ({type(error).__name__}); "
        "is the store running, and is SILLOK_STORE_ENDPOINT right?"
    )


def _answered(error: ClientError, where: str) -> SillokError:
    answer = f"{where}: the store answered {status(error)} {code(error)}"
    if code(error) in _CURES:
        return StoreRefusedError(f"{answer}: {_CURES[code(error)]}")
    # HEAD has no body, so boto3 gives its status as the code
    if code(error) in {"NoSuchKey", "404"} or status(error) == _NOT_FOUND:
        return MissingError(f"{where}: there is no such object")
    if code(error) in _FULL or status(error) == _NO_ROOM:
        return StoreFullError(f"{answer}: it has no room; free some, then run the same again")
    if status(error) == _NOT_IMPLEMENTED or code(error) == "NotImplemented":
        return StoreRefusedError(f"{answer}: it does not know this request; choose another store")
    if status(error) >= _SERVER_ERROR or code(error) in {"SlowDown", "RequestTimeout"}:
        return StoreUnavailableError(
            f"{answer}: it is overloaded, failing or full; run the same again later"
        )
    return StoreRefusedError(f"{answer}: {_KEYS}")
