"""What a publication did: a table and lines where a person looks on, records of a log where a task runs it."""

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from spiders.console.terminal import clean, print_rows, say, shown
from spiders.logs import log_as_json

if TYPE_CHECKING:
    from processing.archive.publication import OutletCounts, Publication

_COLUMNS = ("outlet", "runs", "pages", "articles", "rejections", "new", "edits", "deletions", "reprints", "bytes")


def tell(done: "Publication") -> None:
    """Say what a publication did, in the way that SILLOK_LOG asks for."""
    from spiders.settings import environment

    asked = environment()
    if asked.log == "json":
        log_as_json(asked.log_level)
        log = logging.getLogger("sillok.archive")
        for name, counts in sorted(done.outlets.items()):
            log.info("%s", _sentence(name, counts))
        for level, line in _lines(done):
            log.log(level, "%s", clean(line))
        return
    rows: list[dict[str, Any]] = [
        {**counts.model_dump(), "outlet": name} for name, counts in sorted(done.outlets.items())
    ]
    if rows:
        print_rows(rows, _COLUMNS)
    for _, line in _lines(done):
        say(line)


def _sentence(name: str, counts: "OutletCounts") -> str:
    rejected = f", rejected {shown(dict(counts.rejections))}" if counts.rejections else ""
    told = f"{counts.new} new, {counts.edits} edited, {counts.deletions} deleted, {counts.reprints} reprints"
    return f"{name}: {counts.articles} articles from {counts.pages} pages{rejected}; {told}"


def _lines(done: "Publication") -> Iterator[tuple[int, str]]:
    """Yield what a publication did beside its outlets' figures, each line with its level in a log."""
    for held in done.held:
        cure = f"look at it, then `sillok release {' '.join(held.runs)}`"
        yield logging.ERROR, f"held back: {held.outlet}: {'; '.join(held.faults)}; {cure}"
    for alarm in done.alarms:
        yield logging.WARNING, f"alarm: {alarm.outlet}: {alarm.text}"
    for run in done.waiting:
        yield logging.INFO, f"still going on: {run}"
    if done.signed_again:
        why = "because another version of the fold had archived them"
        yield logging.INFO, f"{done.signed_again} articles were signed again, {why}"
    if done.unchanged:
        yield logging.INFO, "unchanged: nothing new has landed"
    elif done.dry_run:
        yield logging.INFO, f"would publish {done.objects} objects, {done.bytes:,} bytes"
    else:
        yield logging.INFO, f"published manifest {done.seq}: {done.objects} objects, {done.bytes:,} bytes"
