"""`make run`: crawl the sample press with the real DAGs in a real Airflow, archive it, and show what came of it.

Trigger the crawls, follow them and the archiving that their landing sets off, and say what happens meanwhile.

What a person sees: progress while it works, as a live table or as plain lines, and the table at the end.
"""

import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from infra.run import environment, services
from infra.run.client import OPEN, Airflow
from infra.run.folders import InstanceFolder
from infra.run.processes import check
from infra.run.services import Parts, instance
from infra.run.summary import Holding, catalogue, example, holdings, size, total
from processing.errors import TransientError
from spiders.console.terminal import clean


@dataclass(slots=True)
class TaskProgress:
    """What is known of one task: an outlet's crawl, or the archiving."""

    name: str
    state: str = "waiting"
    result: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in {"success", "failed", "upstream_failed", "skipped", "removed"}


class Following:
    """The runs that one start has triggered, and the archiving that took them in."""

    def __init__(self, client: Airflow, crawls: Mapping[str, Sequence[str]]) -> None:
        """Trigger these crawl DAGs, whose mapped tasks are the outlets named with each, in this order."""
        self.client = client
        self.began = datetime.now(UTC)  # noqa: TID251 - orders Airflow's runs, reaches no record
        self.mine = {client.trigger(dag) for dag in crawls}
        self.lines = {
            (dag, place): TaskProgress(name)
            for dag, names in crawls.items()
            for place, name in enumerate(names)
        }
        self.archive = TaskProgress("archive")
        self._taken: dict[str, set[str]] = {}
        self._silent: set[str] = set()

    @property
    def over(self) -> bool:
        """Whether all crawls are through, and an archive run that took in each that had news has ended."""
        taken = set().union(self._silent, *self._taken.values())
        return all(line.over for line in self.lines.values()) and self.mine <= taken

    @property
    def failed(self) -> list[TaskProgress]:
        """The tasks that did not succeed."""
        idle = self.archive.state == "waiting" and self._silent == self.mine
        return [line for line in self.lines.values() if line.state != "success"] + (
            [] if idle or self.archive.state == "success" else [self.archive]
        )

    def look(self) -> None:
        """Ask once how far everything is."""
        for run in self.client.runs():
            if run["dag_run_id"] in self.mine:
                self._look_at_crawl(run)
            elif run["dag_id"] == "archive" and run["dag_run_id"] not in self._taken:
                self._look_at_archive(run)

    def _look_at_crawl(self, run: dict[str, Any]) -> None:
        for task in self.client.tasks(run):
            if (
                task["task_id"] == "landed"
                and run["state"] not in OPEN
                and task["state"] != "success"
            ):
                self._silent.add(run["dag_run_id"])
                if task["state"] != "skipped":
                    self.archive.state, self.archive.wrong = "failed", self.client.complaints(task)
            if task["task_id"] == "due" and task["state"] == "failed":
                self._give_up(run["dag_id"], self.client.complaints(task))
            if task["task_id"] != "poll" or task["map_index"] < 0:
                continue
            line = self.lines[run["dag_id"], task["map_index"]]
            if not line.over:
                line.state = task["state"] or "waiting"
                self._conclude(line, task)

    def _give_up(self, dag: str, wrong: list[str]) -> None:
        """Note that nobody is asked by this DAG: without a list of outlets there are no tasks to wait for."""
        for (named, _), line in self.lines.items():
            if named == dag:
                line.state, line.wrong = "upstream_failed", wrong

    def _look_at_archive(self, run: dict[str, Any]) -> None:
        if datetime.fromisoformat(run["run_after"]) < self.began:
            return
        if run["state"] in OPEN:
            self.archive.state = run["state"]
            return
        for task in self.client.tasks(run):
            self.archive.state = task["state"] or run["state"]
            self._conclude(self.archive, task)
        self._taken[run["dag_run_id"]] = self.client.causes(run)

    def _conclude(self, line: TaskProgress, task: dict[str, Any]) -> None:
        if line.state == "success" and line is not self.archive:
            line.result = self.client.result(task)
        elif line.state in {"failed", "up_for_retry"}:
            line.wrong = self.client.complaints(task)


def follow(
    following: Following, show: Callable[[Following], None], check: Callable[[], None]
) -> None:
    """Look until all is over.

    `check` raises where a part of the instance has died, and says what it said last.
    """
    while True:
        try:
            following.look()
        except TransientError:
            check()
            raise
        show(following)
        if following.over:
            return
        check()
        time.sleep(1)


WIDE = 300
"""Characters of a message that are shown; it may quote a page."""

ROOMY = 100
"""Columns of a terminal from which on a table may be airy."""

STYLES = {"success": "green", "failed": "red", "up_for_retry": "red", "running": "yellow"}


class Showing:
    """Shows steps and runs as they go."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(
            highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120
        )
        self._began = time.monotonic()
        self._live: Live | None = None
        self._said: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _tb: TracebackType | None,
    ) -> None:
        self.still()

    def step(self, what: str) -> None:
        """Say what begins now."""
        self.console.print(Text(f"{time.monotonic() - self._began:5.1f} s  {what}"))

    def runs(self, following: Following) -> None:
        """Show how far everything is; without a terminal, only what changed."""
        lines = [*sorted(following.lines.values(), key=lambda line: line.name), following.archive]
        if not self.console.is_terminal:
            for line in lines:
                if self._said.get(line.name) != line.state and line.state != "waiting":
                    self._said[line.name] = line.state
                    self.step(f"{line.name}: {told(line)}")
            return
        if self._live is None:
            self._live = Live(console=self.console, refresh_per_second=4, transient=True)
            self._live.start()
        self._live.update(_progress(lines, time.monotonic() - self._began))

    def still(self) -> None:
        """End the live table."""
        if self._live:
            self._live.stop()
            self._live = None

    def closing(self, following: Following, held: Mapping[str, Holding]) -> None:
        """Show the table that a run ends with."""
        ends = {
            line.name: str(line.result.get("end", line.state)) for line in following.lines.values()
        }
        gap = 1 if self.console.width < ROOMY else 3
        table = Table(
            title="The archive of the sample press",
            title_justify="left",
            box=None,
            padding=(0, gap, 0, 0),
        )
        for name in ("outlet", "this run"):
            table.add_column(name, no_wrap=True)
        for name in ("pages", "articles", "versions", "reprints", "archived"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("rejected pages", min_width=14)
        for name in sorted({*ends, *held}):
            table.add_row(name, ends.get(name, "-"), *_figures(held.get(name, Holding())))
        table.add_row("all", "", *_figures(total(held.values())))
        self.console.print(table)


def _figures(one: Holding) -> tuple[str, ...]:
    reasons = ", ".join(f"{reason} {count}" for reason, count in one.rejections.most_common())
    counts = (one.pages, one.articles, one.versions, one.reprints)
    return (*(f"{count:,}" for count in counts), size(one.bytes), reasons or "none")


def _progress(lines: list[TaskProgress], seconds: float) -> Table:
    table = Table(box=None, title=f"{seconds:.0f} s", title_justify="left")
    for line in lines:
        table.add_row(line.name, Text(told(line), style=STYLES.get(line.state, "dim")))
    return table


def told(line: TaskProgress) -> str:
    """Return how a task is doing, in one line that is safe for a terminal."""
    if line.state == "success" and "end" in line.result:
        return f"{line.result['end']}: {line.result['pages']} pages, {line.result['articles']} articles"
    if line.wrong:
        state = {"up_for_retry": "failed, will be tried again"}.get(line.state, line.state)
        return f"{state}: {clean(line.wrong[-1])[:WIDE]}"
    return {"success": "done"}.get(line.state, line.state)


AFTER = """
Where it lies   {archive} in the embedded store, whose files are under {folder}/store
Report page     {report}
Look at it      make shell         then: sillok ls --limit 10
                                         sillok show {example}
                                         sillok cluster {example}
                                         sillok query "select outlet, count(*) from articles group by outlet"
Airflow's page  make up SAMPLE=1   with the real outlets: make up SILLOK_CONTACT=mailto:you@example.org
"""


def run() -> int:
    """Return 0 when everything was crawled and archived, or was there already."""
    place = InstanceFolder.named("sample")
    with Showing() as showing, instance(place) as running:
        mend = place.broken_off
        place.mark(at_work=True)
        showing.step("starting the store and the sample press")
        services.begin_store(place, running)
        showing.step("preparing Airflow")
        services.migrate(place)
        showing.step("starting Airflow")
        services.airflow(place, running, "api-server", "dag-processor")
        services.await_store(place, running)
        before = catalogue(place).head
        following = _crawl(place, running, _schedule(place, running, mend=mend), showing)
        if mend:
            _take_in(place)
        _close(place, following, showing, changed=catalogue(place).head != before)
        place.mark(at_work=False)
    return 0


def _schedule(place: InstanceFolder, running: Parts, *, mend: bool) -> Airflow:
    """Start the scheduler.

    After a start that was broken off, only when what that left open is closed.
    """
    if not mend:
        services.airflow(place, running, "scheduler")
    client = services.await_airflow(place, running)
    if mend:
        for left in client.runs(state=OPEN):
            client.fail(left)
        services.airflow(place, running, "scheduler")
    return client


def _crawl(place: InstanceFolder, running: Parts, client: Airflow, showing: Showing) -> Following:
    """Run all crawls and what their landing sets off; raises TransientError where one failed."""
    crawls = _crawls(place)
    services.await_dags(place, running, client, {*crawls, "archive"})
    for dag in ("archive", *crawls):
        client.unpause(dag)
    showing.step("crawling six outlets, then folding, checking and publishing")
    following = Following(client, crawls)
    follow(following, showing.runs, lambda: check(place, running))
    showing.still()
    if following.failed:
        wrong = "\n".join(f"  {line.name}: {told(line)}" for line in following.failed)
        raise TransientError(
            f"not everything succeeded; what did is kept, and the next start goes on:\n{wrong}"
        )
    return following


def _crawls(place: InstanceFolder) -> dict[str, list[str]]:
    """Return the DAGs that crawl the press's outlets, which are the whole registry once its port is known."""
    os.environ["SILLOK_PRESS"] = str(place.port("press"))
    from spiders.outlets import outlets  # noqa: PLC0415 - reads the variable

    crawls = defaultdict(list)
    for name, outlet in sorted(outlets().items()):
        if outlet.paused is None:
            crawls[f"crawl_{outlet.pace}"].append(name)
    return crawls


def _take_in(place: InstanceFolder) -> None:
    """Publish what crawls had sealed whose start was broken off: none of them is alive now."""
    _sillok(place, "archive", SILLOK_RUN_GRACE_MINUTES="0")


def _close(place: InstanceFolder, following: Following, showing: Showing, *, changed: bool) -> None:
    """Show what the archive holds now, and where and how to look at it."""
    report = place.folder / "report.html"
    if changed or not report.exists():
        _sillok(place, "report", "--html", str(report))
    found = catalogue(place)
    showing.closing(following, holdings(found))
    showing.step(
        "archived" if changed else "unchanged: nothing new at the sources, nothing published"
    )
    said = AFTER.format(
        archive=found.store.url, folder=place.folder, report=report, example=example(found)
    )
    showing.console.print(said, markup=False)


def _sillok(place: InstanceFolder, *arguments: str, **settings: str) -> None:
    """Run a console command on the archive of this instance."""
    command = [str(Path(sys.executable).with_name("sillok")), *arguments]
    services.job(
        place, command, {**environment.base(place), **environment.sillok(place), **settings}
    )
