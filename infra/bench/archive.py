"""Benchmark of puts: the archive's store and plain boto3 on the embedded store, in turns.

    python -m infra.bench.archive [--rounds 7]

A put of ours is confirmed (SHA-256, ETag) and one of boto3 is not, so a ratio of 1 means that
confirming costs nothing. Each size is compared with `put_object`, and from 16 MiB on also with
`upload_file`; all read from files. Prints medians in seconds and the ratio boto3 / ours: above 1,
ours is faster.
"""

import argparse
import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import boto3

from processing.settings import Settings
from processing.store.s3_client import client
from processing.store.s3_store import S3Store

_MIB = 1 << 20
# From 8 MiB on, `upload_file` sends parts at once; 80 MiB is ten of them.
SIZES = (1 * _MIB, 16 * _MIB, 80 * _MIB)
"""Bytes of the files."""


def main() -> None:
    """Print one line per size and method of boto3."""
    parser = argparse.ArgumentParser(prog="python -m infra.bench.archive", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    print(f"Python {platform.python_version()}, boto3 {boto3.__version__}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "infra.store", "--data", str(folder / "data")]
        server = subprocess.Popen(command, stdout=subprocess.PIPE)  # noqa: S603 - our own command
        try:
            assert server.stdout is not None  # noqa: S101 - a pipe was asked for
            # The server prints a line when it answers.
            server.stdout.readline()
            _puts(_settings(folder / "data"), folder / "file", rounds)
        finally:
            server.kill()
            server.wait()


def _settings(data: Path) -> Settings:
    credentials = json.loads((data / "credentials.json").read_text())
    return Settings(
        store=f"s3://{credentials['bucket']}/bench",
        store_endpoint=credentials["endpoint"],
        store_region=credentials["region"],
        store_access_key=credentials["access_key"],
        store_secret_key=credentials["secret_key"],
    )


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


if __name__ == "__main__":
    main()
