"""`sillok report`, one day as a table, JSON or an HTML page, and `sillok status`, how things stand now."""

import logging
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from processing.dates import SEOUL
from processing.errors import ExitCode, UsageError
from processing.records import clean
from spiders.console.common import (
    JsonOption,
    StoreOption,
    day,
    now,
    open_catalogue,
    print_json,
    print_rows,
    say,
)
from spiders.console.completeness import measured
from spiders.console.publishing import DeclaredFacts

if TYPE_CHECKING:
    from processing.archive.catalogue import Catalogue
    from processing.report.days import Count, DayReport, Finding, Promise
    from processing.report.standing import Standing

_COLUMNS = (
    "outlet", "end", "pages", "articles", "rejections", "edits", "reprints", "complete", "gaps", "suspected",
    "bytes",
)  # fmt: skip
_STATUS_COLUMNS = ("outlet", "polled", "end", "articles", "why")
_BAD_ENDS = {"failed", "unhealthy", "interrupted"}


def report(
    *,
    on: Annotated[
        str | None,
        typer.Option("--day", metavar="DAY", help="KST day of collection; else the newest."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report page to FILE.")
    ] = None,
    language: Annotated[
        str, typer.Option("--lang", metavar="ko|en", help="What the page shows first.")
    ] = "ko",
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 3 where something needs an answer today.")
    ] = False,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Report one day: do the counts add up, was it a normal day, what is missing, which source is quiet."""
    from processing.report.counting import count_day, newest_day, stories
    from processing.report.judging import judge
    from spiders.settings import environment

    if language not in {"ko", "en"}:
        raise UsageError(f"--lang {language!r} is neither ko nor en")
    catalogue = open_catalogue(store)
    standing = stand(catalogue)
    wanted = day(on) or newest_day(catalogue, standing.reports)
    counts = count_day(catalogue, wanted, standing.reports)
    made = judge(
        wanted,
        promises(),
        counts,
        now=now(),
        **_origin(catalogue),
        stories=stories(catalogue, wanted) if catalogue.head else None,
        # Of a day that a person names, what holds now says nothing.
        standing=None if on else standing,
        measured=measured(catalogue, {wanted: counts}, standing.reports)[wanted],
    )
    if html:
        from processing.report.page import render

        html.write_text(render(made, language=language), encoding="utf-8")
        say(f"report of {made.day} written to {html}")
    if as_json:
        print_json([made.model_dump(mode="json")])
    elif environment().log == "json":
        _log(made)
    elif not html:
        _print(made)
    if check and any(finding.level == "alarm" for finding in made.findings):
        raise typer.Exit(ExitCode.UNHEALTHY)


def status(*, as_json: JsonOption = False, store: StoreOption = None) -> None:
    """Say how each outlet's last poll of today ended, in the archive or in landing, and what is wrong now.

    Ends with 3 where something wants an answer today. It reads run reports alone; `sillok report` counts tables too.
    """
    from processing.report.counting import count_runs
    from processing.report.judging import judge

    catalogue, moment = open_catalogue(store), now()
    standing = stand(catalogue)
    today = moment.astimezone(SEOUL).date()
    counts = count_runs(catalogue, today, standing.reports)
    made = judge(today, promises(), counts, now=moment, **_origin(catalogue), standing=standing)
    rows = [_status_row(name, count) for name, count in sorted(counts.items()) if count.runs]
    if as_json:
        findings = [finding.model_dump() for finding in made.findings]
        print_json([{"at": moment, "outlets": rows, "findings": findings}])
    else:
        _print_status(rows, made, moment)
    if any(finding.level == "alarm" for finding in made.findings):
        raise typer.Exit(ExitCode.UNHEALTHY)


def _origin(catalogue: "Catalogue") -> dict[str, Any]:
    """Return what a report states of the archive that it was made from."""
    number = catalogue.head.seq if catalogue.head else 0
    return {"store": catalogue.store.url, "manifest": number}


def _log(made: "DayReport") -> None:
    """Log the findings where a task runs the command: its error is made of the alarms."""
    from spiders.logs import log_as_json
    from spiders.settings import environment

    log_as_json(environment().log_level)
    log = logging.getLogger("sillok.report")
    for finding in made.findings:
        level = logging.ERROR if finding.level == "alarm" else logging.WARNING
        log.log(level, "%s", clean(f"{finding.outlet}: {finding.what}; {finding.cure}"))
    total = made.totals
    log.info(
        "%s: %d outlets, %d articles from %d pages",
        made.day,
        total.outlets,
        total.articles,
        total.pages,
    )


def stand(catalogue: "Catalogue") -> "Standing":
    """Return how things stand before publication: in landing, and in the spool of this machine."""
    from processing.report.standing import standing
    from processing.settings import settings
    from spiders.settings import environment

    return standing(
        catalogue.store, DeclaredFacts(), settings(), now=now(), spool=environment().spool
    )


def promises() -> "dict[str, Promise]":
    """Return what the declarations say of a normal day, as the values that a report takes."""
    from processing.report.days import Promise
    from spiders.outlets import outlets

    return {
        outlet.name: Promise(
            name=outlet.name,
            title=outlet.title,
            daily=outlet.daily,
            paused=outlet.paused,
            quiet_hours={source.url: source.quiet_hours for source in outlet.sources},
        )
        for outlet in outlets().values()
    }


def _print(made: "DayReport") -> None:
    from processing.report.html import stated
    from processing.report.page import whole

    rows = [
        {
            **row.model_dump(),
            "complete": stated(row.measured),
            "rejections": dict(row.rejections),
        }
        for row in made.outlets
        if row.runs or row.announced
    ]
    if not rows:
        say(f"no outlet was crawled on {made.day}")
    total = {
        **made.totals.model_dump(),
        "outlet": "all",
        "complete": whole(made),
    }
    print_rows(
        [*rows, total], _COLUMNS, title=f"{made.day}{'' if made.complete else ', not over yet'}"
    )
    for finding in made.findings:
        sys.stdout.write(clean(_finding_line(finding)) + "\n")


def _status_row(name: str, count: "Count") -> dict[str, Any]:
    last = max(count.runs, key=lambda run: (run.ended_at, run.run))
    return {
        "outlet": name,
        "polled": last.ended_at,
        "end": str(last.end),
        "articles": sum(run.articles for run in count.runs),
        "why": last.why,
    }


def _print_status(rows: list[dict[str, Any]], made: "DayReport", moment: datetime) -> None:
    if not rows:
        say(f"no outlet was polled today ({made.day})")
    else:
        in_order = sorted(rows, key=lambda row: (row["end"] not in _BAD_ENDS, row["outlet"]))
        print_rows(in_order, _STATUS_COLUMNS, title=f"{moment.astimezone(SEOUL):%Y-%m-%d %H:%M}")
    for finding in made.findings:
        typer.echo(clean(_finding_line(finding)))
    if not made.findings:
        say("nothing wants an answer")


def _finding_line(finding: "Finding") -> str:
    return f"{finding.level}: {finding.outlet}: {finding.what}; {finding.cure}"
