"""A bucket of the embedded store, for benchmarks: started on a folder, ended with the block."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from processing.settings import Settings


@contextmanager
def embedded_store(data: Path) -> Iterator[Settings]:
    """Run the embedded store on a folder, and yield the settings that name it."""
    command = [sys.executable, "-m", "infra.store", "--data", str(data)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own command
    try:
        assert server.stdout is not None  # noqa: S101 - a pipe was asked for
        # The server prints a line when it answers.
        server.stdout.readline()
        yield _settings(data)
    finally:
        server.kill()
        server.wait()


def variables(options: Settings) -> dict[str, str]:
    """Return the variables that name a bucket to a command."""
    assert options.store_access_key and options.store_secret_key  # noqa: S101, PT018 - as given below
    return {
        "SILLOK_STORE": options.store,
        "SILLOK_STORE_ENDPOINT": str(options.store_endpoint),
        "SILLOK_STORE_REGION": str(options.store_region),
        "SILLOK_STORE_ACCESS_KEY": options.store_access_key.get_secret_value(),
        "SILLOK_STORE_SECRET_KEY": options.store_secret_key.get_secret_value(),
    }


def _settings(data: Path) -> Settings:
    credentials = json.loads((data / "credentials.json").read_text())
    return Settings(
        store=f"s3://{credentials['bucket']}/bench",
        store_endpoint=credentials["endpoint"],
        store_region=credentials["region"],
        store_access_key=credentials["access_key"],
        store_secret_key=credentials["secret_key"],
    )
