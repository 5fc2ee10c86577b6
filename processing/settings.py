"""What the environment says about the archive; `processing` reads it here and nowhere else.

Every variable is `SILLOK_` and the upper-case name of the field; `infra/.env.example` has a
sentence for each.
"""

from datetime import time
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from processing.errors import UsageError


class Settings(BaseSettings):
    """Where the archive lies, how it is reached, and how long things wait.

    `store` is "file:DIR" or "s3://bucket/prefix"; the `store_*` fields matter for s3 only.
    `store_ca` is a file of certificates for a private authority. `single_writer` says that never
    two archivers run at once, which a store without exact create-if-absent needs. `heads` keeps the
    hash of the newest manifest outside the bucket; `reports` holds the report page of each day.
    `run_grace_minutes` is how long a run without a report may still be alive after its newest
    segment; `sweep_after_hours` how long files that no seal names are left alone;
    `remove_after_hours` how long an object stays that no manifest names any more: longer than the
    longest publication. `archived_by` is the time of day (Seoul) by which what was crawled before
    midnight is to be archived; None is no deadline. `audit_days` is in how many days audits read every object once.
    `obey_noarchive` and `obey_tdm_reservation` say which marks of a page, or
    of its host, keep its text out of exports.
    """

    model_config = SettingsConfigDict(
        env_prefix="SILLOK_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    store: str = "file:var/archive"
    store_endpoint: str | None = None
    store_region: str = "us-east-1"
    store_access_key: SecretStr | None = None
    store_secret_key: SecretStr | None = None
    store_addressing: Literal["path", "virtual"] = "path"
    store_ca: Path | None = None
    store_attempts: int = Field(default=8, ge=1)
    store_checksum: bool = True
    single_writer: bool = False
    cache: Path = Path("var/cache")
    heads: Path = Path("var/heads")
    reports: Path = Path("var/reports")
    fold_window_days: int = Field(default=30, ge=1)
    run_grace_minutes: int = Field(default=60, ge=0)
    sweep_after_hours: int = Field(default=24, ge=1)
    remove_after_hours: int = Field(default=24, ge=1)
    archived_by: time | None = None
    audit_days: int = Field(default=30, ge=1, le=1000)
    obey_noarchive: bool = True
    obey_tdm_reservation: bool = True


@cache
def settings() -> Settings:
    """Return the settings of this process, read once.

    Raises UsageError naming the variables that are wrong; their values are not repeated, one may be
    a secret.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"SILLOK_{'_'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise UsageError(f"settings are wrong: {wrong}; infra/.env.example explains each") from None
