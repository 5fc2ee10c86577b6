"""Each answer of a store that is an error, as the class that decides whether a run is tried again."""

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    SSLError,
)
from urllib3.exceptions import ReadTimeoutError

from processing.errors import (
    CorruptRecordError,
    MissingError,
    SillokError,
    StoreFullError,
    StoreRefusedError,
    StoreUnavailableError,
    UsageError,
)
from processing.store.s3_client import explanation


def answered(status: int, code: str) -> ClientError:
    return ClientError(
        {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "PutObject",
    )


@pytest.mark.parametrize(
    ("status", "code", "kind", "cure"),
    [
        (404, "404", MissingError, "no such object"),  # HEAD, without a body
        (404, "NoSuchKey", MissingError, "no such object"),
        (404, "", MissingError, "no such object"),
        (200, "NoSuchKey", MissingError, "no such object"),  # in the answer to many deletions
        (404, "NoSuchBucket", StoreRefusedError, "correct SILLOK_STORE"),
        (507, "", StoreFullError, "free some"),
        (409, "QuotaExceeded", StoreFullError, "free some"),
        (501, "", StoreRefusedError, "choose another store"),
        (501, "Whatever", StoreRefusedError, "choose another store"),
        (400, "NotImplemented", StoreRefusedError, "choose another store"),
        (500, "InternalError", StoreUnavailableError, "later"),
        (500, "", StoreUnavailableError, "later"),
        (502, "", StoreUnavailableError, "later"),
        (429, "SlowDown", StoreUnavailableError, "later"),
        (400, "RequestTimeout", StoreUnavailableError, "later"),
        (499, "", StoreRefusedError, "SILLOK_STORE_SECRET_KEY"),
        (403, "AccessDenied", StoreRefusedError, "SILLOK_STORE_SECRET_KEY"),
        (403, "RequestTimeTooSkewed", StoreRefusedError, "clock"),
        (400, "BadDigest", CorruptRecordError, "check the file"),
        (400, "XAmzContentSHA256Mismatch", CorruptRecordError, "check the file"),
    ],
)
def test_an_answer_is_permanent_or_not_and_has_a_cure(
    status: int, code: str, kind: type[SillokError], cure: str
) -> None:
    error = explanation(answered(status, code), "'a' in s3://b")
    assert type(error) is kind
    assert str(error).startswith("'a' in s3://b: ")
    assert cure in str(error)


@pytest.mark.parametrize(
    ("fault", "kind", "cure"),
    [
        (NoCredentialsError(), StoreRefusedError, "SILLOK_STORE_ACCESS_KEY"),
        (
            PartialCredentialsError(provider="env", cred_var="key"),
            StoreRefusedError,
            "SILLOK_STORE_ACCESS_KEY",
        ),
        (ParamValidationError(report="bad name"), UsageError, "bad name"),
        (
            SSLError(endpoint_url="https://b", error=OSError("self-signed")),
            StoreRefusedError,
            "STORE_CA",
        ),
        (BotoCoreError(), StoreUnavailableError, "is the store running"),
        (ReadTimeoutError(None, "/", "slow"), StoreUnavailableError, "is the store running"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_answer_at_all_has_a_cure_too(
    fault: Exception, kind: type[SillokError], cure: str
) -> None:
    error = explanation(fault, "'a' in s3://b")
    assert type(error) is kind
    assert cure in str(error)
