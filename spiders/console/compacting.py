"""`sillok compact`: few parts of many, so that the cost of a question does not grow with history."""

import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated

import typer

from spiders.console.common import (
    JsonOption,
    StoreOption,
    now,
    open_catalogue,
    print_json,
    say,
    watched,
)
from spiders.console.publishing import lock_sha256

if TYPE_CHECKING:
    from processing.archive.compaction import Compaction


def compact(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be merged, write nothing.")
    ] = False,
    upgrade: Annotated[
        bool,
        typer.Option(
            "--upgrade",
            help="Rewrite all of version 1 too; from then on tables may be read by folder.",
        ),
    ] = False,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Merge each table's parts of a day that is over into one, and days into months.

    No answer changes. What is superseded stays for the grace time (SILLOK_REMOVE_AFTER_HOURS), so
    that readers go on; what has outlived it is deleted.
    """
    from processing.archive.compaction import CompactionJob
    from processing.archive.compaction import compact as merge_all
    from processing.settings import settings

    job = CompactionJob(
        store=open_catalogue(store).store,
        options=settings(),
        now=now(),
        code_version=version("sillok"),
        lock_sha256=lock_sha256(),
        dry_run=dry_run,
        upgrade=upgrade,
        progress=_progress if watched() and not as_json else lambda _done, _of: None,
    )
    done = merge_all(job)
    if as_json:
        print_json([done])
        return
    say(_sentence(done))
    if done.deleted:
        say(f"{done.deleted} superseded objects were deleted: their grace time was over")


def _sentence(done: "Compaction") -> str:
    """Say in one line what was merged."""
    if done.unchanged:
        return "unchanged: each day that is over has one part of each table"
    merges = f"{done.days} days and {done.months} months"
    if done.dry_run:
        return f"would merge {done.replaced} objects, {done.bytes_before:,} bytes, of {merges}"
    return (
        f"published manifest {done.seq}: {done.replaced} objects of {merges} became {done.parts}, "
        f"{done.bytes_before:,} bytes became {done.bytes_after or 0:,}"
    )


def _progress(done: int, of: int) -> None:
    end = "\n" if done == of else ""
    sys.stderr.write(f"\r{done} of {of} merges{end}")
    sys.stderr.flush()
