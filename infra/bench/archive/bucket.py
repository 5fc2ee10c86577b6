"""A bucket of the embedded store, for benchmarks, and puts on it beside plain boto3's, in turns."""

import hashlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from processing.settings import Settings
from processing.store.s3_client import client
from processing.store.s3_store import S3Store

_MIB = 1 << 20
# From 8 MiB on, `upload_file` sends parts at once; 80 MiB is ten of them.
SIZES = (1 * _MIB, 16 * _MIB, 80 * _MIB)
"""Bytes of the files."""


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


def beside_boto3(folder: Path, rounds: int) -> None:
    """Print what puts cost on the embedded store, ours and boto3's."""
    with embedded_store(folder / "data") as options:
        _puts(options, folder / "file", rounds)


def _puts(options: Settings, path: Path, rounds: int) -> None:
    store, plain = S3Store(options.store, options), client(options)
    bucket = options.store.removeprefix("s3://").partition("/")[0]

    def put_object() -> None:
        with path.open("rb") as body:
            plain.put_object(Bucket=bucket, Key="plain", Body=body)

    def upload_file() -> None:
        plain.upload_file(str(path), bucket, "plain")

    for size in SIZES:
        path.write_bytes(os.urandom(_MIB) * (size // _MIB))
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        methods = {
            "put_object": put_object,
            **({"upload_file": upload_file} if size >= SIZES[1] else {}),
        }
        for name, method in methods.items():
            our_method = partial(store.put_file, "ours", path, sha256=sha256)
            theirs, ours = _in_turns(method, our_method, rounds)
            print(
                f"{size // _MIB:3} MiB {name:11} boto3 {theirs:.3f} s, ours {ours:.3f} s, "
                f"ratio {theirs / ours:.2f}"
            )


def _in_turns(
    first: Callable[[], object], second: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """Return the median seconds of two calls that alternate for `rounds` rounds."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for seconds, call in zip(times, (first, second), strict=True):
            begun = time.perf_counter()
            call()
            # The first round opens connections and is not counted.
            if number:
                seconds.append(time.perf_counter() - begun)
    return statistics.median(times[0]), statistics.median(times[1])
