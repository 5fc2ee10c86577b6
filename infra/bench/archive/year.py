"""What loading the catalogue costs after a year of quarter-hourly publications.

Only the objects that name others are laid down: the checkpoint of such a year and the manifests
since it.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from infra.bench.archive.bucket import embedded_store, variables
from infra.bench.archive.costs import verdict
from infra.bench.history import START, put
from processing.archive import checkpoints, manifests
from processing.archive.layout import CatalogueObject
from processing.archive.manifests import Witness
from processing.archive.tables import TABLES
from processing.records import Manifest, Sum
from processing.store.file_store import FileStore
from processing.store.s3_store import S3Store

GOAL_LOAD, GOAL_LOAD_MB = 0.3, 60
"""CPU seconds and MB of loading the catalogue."""
_YEAR = "a year of quarter-hourly publications"
_LOAD = """
import re, resource, sys
from pathlib import Path
import processing.archive.checkpoints
from processing.archive.catalogue import Catalogue
from processing.store.opening import open_store
import processing.store.s3_store
def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    peak = re.search("VmHWM:.*?([0-9]+)", Path("/proc/self/status").read_text())[1]
    return usage.ru_utime + usage.ru_stime, int(peak) / 1024
before = used()
count = len(Catalogue(open_store(sys.argv[1]), Path(sys.argv[2])).tables)
after = used()
print(f"{count} {after[0] - before[0]:.3f} {after[1] - before[1]:.0f}")
"""


def print_year(root: Path) -> None:
    """Print what loading the catalogue costs after a year of quarter-hourly publications."""
    lay_down_year(root)
    archive = FileStore(root / "archive")
    print_loads(archive.url, root / "cache", f"{_YEAR} in a folder")
    with embedded_store(root / "data") as options:
        bucket = S3Store(options.store, options)
        for entry in list(archive.list("")):
            bucket.put(entry.key, archive.get(entry.key))
        print_loads(
            options.store, root / "cache of bucket", f"{_YEAR} in a bucket", variables(options)
        )


def print_loads(
    store: str, cache: Path, what: str, variables: Mapping[str, str] | None = None
) -> None:
    """Print what loading a catalogue costs, with an empty cache and twice with a filled one."""
    for state in ("cold", "warm", "warm"):
        command = [sys.executable, "-c", _LOAD, store, str(cache)]
        environment = {**os.environ, **(variables or {})}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
        count, seconds, megabytes = done.stdout.split()
        holds = verdict(float(seconds), GOAL_LOAD), verdict(float(megabytes), GOAL_LOAD_MB)
        print(
            f"catalogue of {what}, {count} objects, {state}: "
            f"{seconds} CPU s {holds[0]}, {megabytes} MB {holds[1]}"
        )


@dataclass(frozen=True, slots=True)
class YearOfObjects:
    """The objects of a year of quarter-hourly publications, compacted but for its last day.

    Ten outlets have news in each; a million articles are 29 a publication.
    """

    days: int = 365

    @property
    def base(self) -> tuple[None, tuple[Manifest, ...]]:
        """Nothing: all of it is listed anew."""
        return None, ()

    @property
    def tables(self) -> dict[str, CatalogueObject]:
        """A part per month and table of records, per day and partition, and 96 of the last day."""
        names = [f"{name}/month=2026-{month:02d}/2026-{month:02d}-" for name in TABLES
                 for month in range(1, 13)]  # fmt: skip
        kinds = ["clusters", *(f"dedupe/v=0/{kind}" for kind in ("sig", "texts", "bands", "edges"))]
        for on in range(self.days):
            when = START.date() + timedelta(days=on)
            names += [f"{kind}/month={when:%Y-%m}/{when}-" for kind in kinds]
        names += [f"{name}/month=2026-12/2026-12-31-" for name in [*TABLES, *kinds]] * 96
        return {
            one.key: one
            for one in (_object(f"{name}{place:032x}.parquet") for place, name in enumerate(names))
        }

    def pages(
        self,
        suffix: str = "",
        days: Collection[str] | None = None,  # noqa: ARG002 - as `Catalogue` has it
    ) -> tuple[CatalogueObject, ...]:
        """Ten files of raw pages per publication; indexes are merged by day."""
        when = [START.date() + timedelta(days=on) for on in range(self.days)]
        names = [
            f"pages/day={on}/outlet{outlet:03d}-{on:%Y%m%d}T{quarter:06d}Z-000000-seg-000.warc.gz"
            for on in when
            for quarter in range(96)
            for outlet in range(10)
        ]
        return tuple(_object(name) for name in names if name.endswith(suffix))


def _object(key: str) -> CatalogueObject:
    sha256 = hashlib.sha256(key.encode()).hexdigest()
    return CatalogueObject(Sum(key=key, sha256=sha256, bytes=100_000, rows=1000), 1)


def lay_down_year(root: Path) -> FileStore:
    """Write the checkpoint of such a year and the 32 manifests from it on, without other objects."""
    store = FileStore(root / "archive")
    witness = Witness(root / "heads", store)
    checkpoint = checkpoints.made(YearOfObjects())
    previous = "0" * 64
    for seq in range(365 * 96, 365 * 96 + 32):
        first = seq == 365 * 96
        names = [f"{name}/month=2026-12/2026-12-31-{seq:032x}.parquet" for name in TABLES]
        adds = [put(store, file) for file in checkpoint.files] if first else []
        adds += [_object(name).sum for name in names]
        memory = {f"outlet{place:03d}": adds[0] for place in range(45 if first else 10)}
        manifest = Manifest(
            seq=seq, previous=previous, batch="0", published_at=START, adds=tuple(adds),
            memory=memory, code_version="1", lock_sha256="0",
        )  # fmt: skip
        previous = manifests.append(store, witness, manifest).sha256
    return store
