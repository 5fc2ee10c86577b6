"""Puts on the embedded store beside plain boto3's, in turns."""

import hashlib
import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from infra.bench.archive.bucket import embedded_store
from processing.settings import Settings
from processing.store.s3_client import client
from processing.store.s3_store import S3Store

_MIB = 1 << 20
# From 8 MiB on, `upload_file` sends parts at once; 80 MiB is ten of them.
SIZES = (1 * _MIB, 16 * _MIB, 80 * _MIB)
"""Bytes of the files."""


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
