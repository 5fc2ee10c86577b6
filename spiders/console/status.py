"""`sillok status`: how things stand now, in a second: the last poll of each outlet, and what wants an answer."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from processing.dates import SEOUL
from spiders.console.options import JsonOption, StoreOption, now, open_catalogue
from spiders.console.reports import UNHEALTHY, promises, stand
from spiders.console.terminal import clean, print_json, print_rows, say

if TYPE_CHECKING:
    from processing.report.days import Count, DayReport

_COLUMNS = ("outlet", "polled", "end", "articles", "why")
_BAD = {"failed", "unhealthy", "interrupted"}


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
    made = judge(
        today,
        promises(),
        counts,
        now=moment,
        store=catalogue.store.url,
        manifest=catalogue.head.seq if catalogue.head else 0,
        standing=standing,
    )
    rows = [_row(name, count) for name, count in sorted(counts.items()) if count.runs]
    if as_json:
        print_json(
            [
                {
                    "at": moment,
                    "outlets": rows,
                    "findings": [one.model_dump() for one in made.findings],
                }
            ]
        )
    else:
        _print(rows, made, moment)
    if any(one.level == "alarm" for one in made.findings):
        raise typer.Exit(UNHEALTHY)


def _row(name: str, count: "Count") -> dict[str, Any]:
    last = max(count.runs, key=lambda run: (run.ended_at, run.run))
    return {
        "outlet": name,
        "polled": last.ended_at,
        "end": str(last.end),
        "articles": sum(run.articles for run in count.runs),
        "why": last.why,
    }


def _print(rows: list[dict[str, Any]], made: "DayReport", moment: datetime) -> None:
    if not rows:
        say(f"no outlet was polled today ({made.day})")
    else:
        in_order = sorted(rows, key=lambda row: (row["end"] not in _BAD, row["outlet"]))
        print_rows(in_order, _COLUMNS, title=f"{moment.astimezone(SEOUL):%Y-%m-%d %H:%M}")
    for one in made.findings:
        typer.echo(clean(f"{one.level}: {one.outlet}: {one.what}; {one.cure}"))
    if not made.findings:
        say("nothing wants an answer")
