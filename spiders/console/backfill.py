"""`sillok backfill`: have outlets asked for what they published on earlier days.

It says first which days which source reaches. Then it starts one `scrapy crawl -a since= -a until=`
after the other, each of which goes on where the last one stopped. Between two of them the outlet is
free for the crawl of its own pace, whose turn is waited for where somebody crawls it regularly.
"""

import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from os import environ
from typing import TYPE_CHECKING, Annotated, Any

import typer

from processing.dates import SEOUL
from processing.errors import ExitCode, UsageError
from spiders.commandline import SETTINGS, crawl_command
from spiders.console.common import JsonOption, StoreOption, day, now, print_json, print_rows, say

if TYPE_CHECKING:
    from processing.archive.memory import Memory
    from processing.records import Fetch
    from processing.store.interface import Store
    from spiders.crawling.history import BackfillPlan
    from spiders.outlet import Outlet

_BUSY_PAUSE = 10.0
"""Seconds between two attempts while another crawl of the outlet is at work."""
_BUSY_TRIES = 60
_LEAST = 60.0
"""Seconds that a run gets at the least, however soon the outlet's own crawl is due."""
_LONGEST_WAIT = timedelta(minutes=15)
_LOOK = 5.0
"""Seconds between two looks whether the outlet's own crawl has come."""
_REACH = ("outlet", "first", "last", "reach", "source")
_ENDS = ("outlet", "end", "days", "complete", "left", "unreachable", "requests", "articles", "why")


@dataclass(slots=True)
class BackfillEnd:
    """How the backfill of one outlet ended; `code` is the exit code of its last run."""

    outlet: str
    code: int = 0
    requests: int = 0
    articles: int = 0
    why: str = ""
    runs: list[str] = field(default_factory=list)


def backfill(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME…", help="Outlets; see `scrapy list`.")
    ],
    *,
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="The first KST day.")],
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DAY", help="The last KST day, it included; else today."),
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option(
            "--budget",
            min=1,
            metavar="N",
            help="Requests per outlet that this call may make; else the outlet's daily budget,"
            " counted over all backfills of the day.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say which source reaches which day; ask nothing.")
    ] = False,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Fetch what outlets published on earlier days, as far as their sources reach.

    It goes on where an earlier call for the same days stopped, and asks no list again that has
    answered. Ends with 2, before anything is asked, where no source reaches any of the days.
    """
    from processing.settings import settings
    from processing.store.opening import open_store

    options = settings()
    opened = open_store(store or options.store, options)
    days = _days(since, until)
    outlets = [_visited(name) for name in dict.fromkeys(names)]
    plans = [_plan(opened, outlet, days) for outlet in outlets]
    rows = [row for plan in plans for row in _reach(plan)]
    reachable = [plan for plan in plans if len(plan.unreachable()) < len(days)]
    if dry_run or not reachable:
        _print(rows, _REACH, as_json=as_json)
    else:
        _tell_reach(rows)
    if not reachable:
        from spiders.crawling.history import require_reach

        require_reach(plans[0])
    if dry_run:
        return
    ends = [_backfilled(opened, plan.outlet, days, budget) for plan in reachable]
    _print((_summary(opened, end, days) for end in ends), _ENDS, as_json=as_json)
    if worst := max((end.code for end in ends), default=0):
        raise typer.Exit(worst)


def _days(since: str, until: str | None) -> list[date]:
    from spiders.crawling.arguments import days_asked

    today = now().astimezone(SEOUL).date()
    return days_asked(day(since) or today, day(until) or today, today)


def _visited(name: str) -> "Outlet":
    """Return an outlet that may be crawled; raise UsageError for any other, with the cure."""
    from spiders.crawling.arguments import require_visited
    from spiders.outlets import outlets
    from spiders.settings import environment

    if name not in outlets():
        raise UsageError(f"there is no outlet {name!r}: `sillok outlets` lists them")
    outlet = outlets()[name]
    require_visited(outlet, environment().permission.get(name))
    return outlet


def _plan(store: "Store", outlet: "Outlet", days: Sequence[date]) -> "BackfillPlan":
    from processing.archive.backfills import load
    from spiders.crawling.history import BackfillPlan

    return BackfillPlan(outlet, days, load(store, outlet.name), now())


def _reach(plan: "BackfillPlan") -> Iterator[dict[str, Any]]:
    for row in plan.table():
        yield {
            "outlet": plan.outlet.name,
            "first": row.first,
            "last": row.last,
            "reach": str(row.reach) if row.reach else "none",
            "source": row.source,
        }


def _tell_reach(rows: Sequence[dict[str, Any]]) -> None:
    """Say on stderr, before it begins, what is reached and what is not."""
    for row in rows:
        stretch = f"{row['first']} to {row['last']}"
        what = f"{row['reach']}: {row['source']}" if row["source"] else "no source reaches them"
        say(f"{row['outlet']}: {stretch}: {what}")


def _backfilled(
    store: "Store", outlet: "Outlet", days: Sequence[date], budget: int | None
) -> BackfillEnd:
    """Run crawls of one outlet until nothing is left that may be asked now."""
    end = BackfillEnd(outlet.name)
    before = None
    while budget is None or end.requests < budget:
        _wait_for_turn(store, outlet)
        plan = _plan(store, outlet, days)
        standing = (len(plan.left()), len(plan.state.waiting), _answers(plan))
        # A run that changed nothing would change nothing again.
        if standing == before or (before is not None and not plan.is_left()):
            break
        before = standing
        left = None if budget is None else budget - end.requests
        if not _run(store, outlet, days, left, end):
            break
    return end


def _answers(plan: "BackfillPlan") -> int:
    return sum(len(known) for known in plan.state.lists.values())


def _run(
    store: "Store", outlet: "Outlet", days: Sequence[date], budget: int | None, end: BackfillEnd
) -> bool:
    """Run one crawl to its end, and add what it did to `end`; return whether another may follow."""
    from processing.landing.keys import backfill_run
    from processing.landing.segments import report
    from processing.records import End

    run = backfill_run(f"{now():%Y%m%dT%H%M%SZ}-{len(end.runs):03d}")
    arguments = ["-a", f"since={min(days)}", "-a", f"until={max(days)}", "-s", f"SILLOK_RUN={run}"]
    if budget is not None:
        arguments += ["-s", f"SILLOK_BACKFILL_BUDGET={budget}"]
    if seconds := _seconds(store, outlet):
        arguments += ["-s", f"CLOSESPIDER_TIMEOUT={seconds:.0f}"]
    end.code = _crawled(outlet.name, run, arguments, store.url)
    end.runs.append(run)
    made = report(store, outlet.name, run)
    if made is None:
        end.why = end.why or "its last run left no report: its log says why"
        return False
    end.requests += made.requests
    end.articles += made.articles
    end.why = made.why
    return end.code == 0 and made.end is End.PARTIAL


def _crawled(name: str, run: str, arguments: Sequence[str], store: str) -> int:
    """Run a crawl as a process; return its exit code. One that is turned away is tried again."""
    from processing.report.unpublished import read_end
    from spiders.settings import environment

    variables = {
        **environ,
        "SCRAPY_SETTINGS_MODULE": SETTINGS,
        "SILLOK_OUTPUT": "none",
        "SILLOK_STORE": store,
    }
    for _ in range(_BUSY_TRIES):
        done = subprocess.run(crawl_command(name, *arguments), env=variables, check=False)  # noqa: S603 - ours
        ended = read_end(environment().spool, name, run)
        if not (ended and ended.busy):
            break
        time.sleep(_BUSY_PAUSE)
    return done.returncode if done.returncode >= 0 else ExitCode.INTERRUPTED


def _summary(store: "Store", end: BackfillEnd, days: Sequence[date]) -> dict[str, Any]:
    from spiders.outlets import outlets

    plan = _plan(store, outlets()[end.outlet], days)
    left, unreachable = plan.left(), plan.unreachable()
    return {
        "outlet": end.outlet,
        "end": "failed" if end.code else "partial" if left or unreachable else "complete",
        "days": len(days),
        "complete": len(days) - len(left) - len(unreachable),
        "left": len(left),
        "unreachable": len(unreachable),
        "requests": end.requests,
        "articles": end.articles,
        "why": end.why,
        "runs": end.runs,
        "reach": list(_reach(plan)),
    }


def _print(
    rows: "Iterator[dict[str, Any]] | Sequence[dict[str, Any]]",
    columns: Sequence[str],
    *,
    as_json: bool,
) -> None:
    if as_json:
        print_json(rows)
    else:
        print_rows(rows, columns)


# -- beside the outlet's own crawls


def _wait_for_turn(store: "Store", outlet: "Outlet") -> None:
    """Wait while the outlet's own crawl is due, where somebody crawls it regularly.

    No longer than a tick of its scheduler or a quarter of an hour, and a minute for it to begin.
    """
    from spiders.crawling.polling import TICK, is_turn

    memory, begun = _memory(store, outlet), now()
    polled = _polled_at(outlet, memory)
    if not _is_regular(outlet, polled, begun) or not is_turn(outlet, memory, begun):
        return
    say(f"{outlet.name}: its own crawl is due and comes first")
    while now() - begun < min(TICK[outlet.pace], _LONGEST_WAIT) + timedelta(minutes=1):
        time.sleep(_LOOK)
        if _polled_at(outlet, _memory(store, outlet)) != polled:
            return


def _seconds(store: "Store", outlet: "Outlet") -> float | None:
    """Return for how long a run may go on until the outlet's own crawl is due; None without one."""
    from spiders.crawling.polling import USUAL

    memory, moment = _memory(store, outlet), now()
    if not _is_regular(outlet, _polled_at(outlet, memory), moment):
        return None
    rows = _polls(outlet, memory)
    due = min(row.next_at or row.at + USUAL[outlet.pace] for row in rows)
    return max(_LEAST, (due - moment).total_seconds())


def _is_regular(outlet: "Outlet", polled: datetime | None, moment: datetime) -> bool:
    """Return whether the outlet was polled within the last two turns of its pace."""
    from spiders.crawling.polling import USUAL

    return polled is not None and moment - polled < 2 * USUAL[outlet.pace]


def _polled_at(outlet: "Outlet", memory: "Memory") -> datetime | None:
    return max((row.at for row in _polls(outlet, memory)), default=None)


def _polls(outlet: "Outlet", memory: "Memory") -> list["Fetch"]:
    """Return the last polls of the sources that the outlet's own crawls ask."""
    from spiders.formats.discover import addresses, is_day_archive

    urls = [addresses(source)[0] for source in outlet.sources if not is_day_archive(source)]
    return [row for url in urls if (row := memory.source(url))]


def _memory(store: "Store", outlet: "Outlet") -> "Memory":
    from processing.archive.memory import load

    return load(store, outlet.name)
