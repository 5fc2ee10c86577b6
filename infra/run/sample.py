"""`make run`: crawls the sample press with the DAGs in Airflow, archives it and prints a table.

Triggers the crawls and waits for them and for the archive run that their landing triggers. Progress
is shown as a live table on a terminal, else as lines; the table at the end counts what the archive
holds.
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
from processing.records import clean

# A message may quote a page; its beginning names the cause.
WIDE = 300
"""Characters of a message that are shown."""

ROOMY = 100
"""Columns of a terminal from which on the columns of a table are set apart."""

STYLES = {"success": "green", "failed": "red", "up_for_retry": "red", "running": "yellow"}

AFTER = """
Where it lies   {archive} in the embedded store, whose files are under {folder}/store
Report page     {report}
Look at it      make shell         then: sillok ls --limit 10
                                         sillok show {example}
                                         sillok cluster {example}
                                         sillok query "select outlet, count(*) from articles \
group by outlet"
Airflow's page  make up SAMPLE=1   with the real outlets: \
make up SILLOK_CONTACT=mailto:you@example.org
"""


@dataclass(slots=True)
class TaskProgress:
    """The state of one task: an outlet's crawl, or the archiving."""

    name: str
    state: str = "waiting"
    result: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    @property
    def over(self) -> bool:
        """Whether the task has ended."""
        return self.state in {"success", "failed", "upstream_failed", "skipped", "removed"}


class RunProgress:
    """The progress of the crawls that one start triggered, and of the archiving of their pages."""

    def __init__(self, client: Airflow, crawls: Mapping[str, Sequence[str]]) -> None:
        """Trigger these crawl DAGs; the mapped tasks of each are its outlets, in this order."""
        self.client = client
        self.began = datetime.now(UTC)  # noqa: TID251 - orders Airflow's runs, reaches no record
        self.triggered = {client.trigger(dag) for dag in crawls}
        self.lines = {
            (dag, index): TaskProgress(name)
            for dag, names in crawls.items()
            for index, name in enumerate(names)
        }
        self.archive = TaskProgress("archive")
        self._archived: dict[str, set[str]] = {}
        self._without_news: set[str] = set()

    @property
    def over(self) -> bool:
        """Whether all crawls have ended, and the archive run of each that had news as well."""
        taken = set().union(self._without_news, *self._archived.values())
        return all(line.over for line in self.lines.values()) and self.triggered <= taken

    @property
    def failed(self) -> list[TaskProgress]:
        """The tasks that did not succeed."""
        # Where no crawl had news, no archive run is triggered, and none has failed.
        idle = self.archive.state == "waiting" and self._without_news == self.triggered
        return [line for line in self.lines.values() if line.state != "success"] + (
            [] if idle or self.archive.state == "success" else [self.archive]
        )

    def poll(self) -> None:
        """Read the states of all runs and tasks from Airflow once."""
        for run in self.client.runs():
            if run["dag_run_id"] in self.triggered:
                self._poll_crawl(run)
            elif run["dag_id"] == "archive" and run["dag_run_id"] not in self._archived:
                self._poll_archive(run)

    def _poll_crawl(self, run: dict[str, Any]) -> None:
        for task in self.client.tasks(run):
            if (
                task["task_id"] == "landed"
                and run["state"] not in OPEN
                and task["state"] != "success"
            ):
                self._without_news.add(run["dag_run_id"])
                if task["state"] != "skipped":
                    self.archive.state, self.archive.errors = (
                        "failed",
                        self.client.error_messages(task),
                    )
            if task["task_id"] == "due" and task["state"] == "failed":
                self._mark_unstarted(run["dag_id"], self.client.error_messages(task))
            if task["task_id"] != "poll" or task["map_index"] < 0:
                continue
            line = self.lines[run["dag_id"], task["map_index"]]
            if not line.over:
                line.state = task["state"] or "waiting"
                self._read_result(line, task)

    def _mark_unstarted(self, dag: str, wrong: list[str]) -> None:
        """Mark the outlets of a DAG that could not list them: it will have no tasks."""
        for (named, _), line in self.lines.items():
            if named == dag:
                line.state, line.errors = "upstream_failed", wrong

    def _poll_archive(self, run: dict[str, Any]) -> None:
        # The archive run of an earlier start may still be among the newest runs.
        if datetime.fromisoformat(run["run_after"]) < self.began:
            return
        if run["state"] in OPEN:
            self.archive.state = run["state"]
            return
        for task in self.client.tasks(run):
            self.archive.state = task["state"] or run["state"]
            self._read_result(self.archive, task)
        self._archived[run["dag_run_id"]] = self.client.causes(run)

    def _read_result(self, line: TaskProgress, task: dict[str, Any]) -> None:
        if line.state == "success" and line is not self.archive:
            line.result = self.client.result(task)
        elif line.state in {"failed", "up_for_retry"}:
            line.errors = self.client.error_messages(task)


def follow(
    progress: RunProgress, show: Callable[[RunProgress], None], check: Callable[[], None]
) -> None:
    """Poll once a second until all is over, and `show` each state.

    `check` raises where a part of the instance has died, with the end of its log.
    """
    while True:
        try:
            progress.poll()
        # A dead API server is the cause, and its log tells more than that it does not answer.
        except TransientError:
            check()
            raise
        show(progress)
        if progress.over:
            return
        check()
        time.sleep(1)


class ProgressDisplay:
    """Prints steps and the progress of a run."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(
            highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120
        )
        self._began = time.monotonic()
        self._live: Live | None = None
        self._printed: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _tb: TracebackType | None,
    ) -> None:
        self.stop()

    def step(self, what: str) -> None:
        """Print what begins now, with the seconds since the start."""
        self.console.print(Text(f"{time.monotonic() - self._began:5.1f} s  {what}"))

    def runs(self, progress: RunProgress) -> None:
        """Show the state of all tasks; without a terminal, print those that changed."""
        lines = [*sorted(progress.lines.values(), key=lambda line: line.name), progress.archive]
        if not self.console.is_terminal:
            for line in lines:
                if self._printed.get(line.name) != line.state and line.state != "waiting":
                    self._printed[line.name] = line.state
                    self.step(f"{line.name}: {status_line(line)}")
            return
        if self._live is None:
            self._live = Live(console=self.console, refresh_per_second=4, transient=True)
            self._live.start()
        self._live.update(_progress(lines, time.monotonic() - self._began))

    def stop(self) -> None:
        """Remove the live table."""
        if self._live:
            self._live.stop()
            self._live = None

    def closing(self, progress: RunProgress, held: Mapping[str, Holding]) -> None:
        """Print the table that a run ends with."""
        ends = {
            line.name: str(line.result.get("end", line.state)) for line in progress.lines.values()
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


def _figures(held: Holding) -> tuple[str, ...]:
    reasons = ", ".join(f"{reason} {count}" for reason, count in held.rejections.most_common())
    counts = (held.pages, held.articles, held.versions, held.reprints)
    return (*(f"{count:,}" for count in counts), size(held.bytes), reasons or "none")


def _progress(lines: list[TaskProgress], seconds: float) -> Table:
    table = Table(box=None, title=f"{seconds:.0f} s", title_justify="left")
    for line in lines:
        table.add_row(line.name, Text(status_line(line), style=STYLES.get(line.state, "dim")))
    return table


def status_line(line: TaskProgress) -> str:
    """Return the state of a task in one line that is safe for a terminal."""
    if line.state == "success" and "end" in line.result:
        counts = f"{line.result['pages']} pages, {line.result['articles']} articles"
        return f"{line.result['end']}: {counts}"
    if line.errors:
        state = {"up_for_retry": "failed, will be tried again"}.get(line.state, line.state)
        return f"{state}: {clean(line.errors[-1])[:WIDE]}"
    return {"success": "done"}.get(line.state, line.state)


def run() -> int:
    """Return 0 when everything was crawled and archived, or was there already."""
    folder = InstanceFolder.named("sample")
    with ProgressDisplay() as display, instance(folder) as running:
        # A killed run leaves open runs in Airflow, and sealed pages that nothing will publish.
        mend = folder.was_interrupted
        folder.mark(at_work=True)
        display.step("starting the store and the sample press")
        services.start_store(folder, running)
        display.step("preparing Airflow")
        services.migrate(folder)
        display.step("starting Airflow")
        services.start_airflow(folder, running, "api-server", "dag-processor")
        services.await_store(folder, running)
        before = catalogue(folder).head
        progress = _crawl(folder, running, _schedule(folder, running, mend=mend), display)
        if mend:
            _publish_leftovers(folder)
        _close(folder, progress, display, changed=catalogue(folder).head != before)
        folder.mark(at_work=False)
    return 0


def _schedule(folder: InstanceFolder, running: Parts, *, mend: bool) -> Airflow:
    """Start the scheduler and return a client; `mend` first closes the runs that are open."""
    if not mend:
        services.start_airflow(folder, running, "scheduler")
    client = services.await_airflow(folder, running)
    # The scheduler would go on with them, so it starts only when they are closed.
    if mend:
        for open_run in client.runs(state=OPEN):
            client.fail(open_run)
        services.start_airflow(folder, running, "scheduler")
    return client


def _crawl(
    folder: InstanceFolder, running: Parts, client: Airflow, display: ProgressDisplay
) -> RunProgress:
    """Run all crawls and the archiving; raises TransientError where one of them failed."""
    crawls = _crawls(folder)
    services.await_dags(folder, running, client, {*crawls, "archive"})
    for dag in ("archive", *crawls):
        client.unpause(dag)
    display.step("crawling six outlets, then folding, checking and publishing")
    progress = RunProgress(client, crawls)
    follow(progress, display.runs, lambda: check(folder, running))
    display.stop()
    if progress.failed:
        wrong = "\n".join(f"  {line.name}: {status_line(line)}" for line in progress.failed)
        raise TransientError(
            f"not everything succeeded; what did is kept, and the next start goes on:\n{wrong}"
        )
    return progress


def _crawls(folder: InstanceFolder) -> dict[str, list[str]]:
    """Return the crawl DAGs of the press's outlets, each with the names of its outlets."""
    # With the port of a press, the registry holds its outlets alone.
    os.environ["SILLOK_PRESS"] = str(folder.port("press"))
    from spiders.outlets import outlets  # noqa: PLC0415 - reads the variable

    crawls = defaultdict(list)
    for name, outlet in sorted(outlets().items()):
        if outlet.paused is None:
            crawls[f"crawl_{outlet.pace}"].append(name)
    return crawls


def _publish_leftovers(folder: InstanceFolder) -> None:
    """Publish the sealed pages of a run that was killed."""
    # Without the wait for crawls that may still write: none of them is alive now.
    _sillok(folder, "archive", SILLOK_RUN_GRACE_MINUTES="0")


def _close(
    folder: InstanceFolder, progress: RunProgress, display: ProgressDisplay, *, changed: bool
) -> None:
    """Print what the archive holds now, and the commands to look at it."""
    report = folder.path / "report.html"
    if changed or not report.exists():
        _sillok(folder, "report", "--html", str(report))
    archive = catalogue(folder)
    display.closing(progress, holdings(archive))
    display.step(
        "archived" if changed else "unchanged: nothing new at the sources, nothing published"
    )
    text = AFTER.format(
        archive=archive.store.url, folder=folder.path, report=report, example=example(archive)
    )
    display.console.print(text, markup=False)


def _sillok(folder: InstanceFolder, *arguments: str, **settings: str) -> None:
    """Run a console command on the archive of this instance."""
    command = [str(Path(sys.executable).with_name("sillok")), *arguments]
    services.job(
        folder, command, {**environment.base(folder), **environment.sillok(folder), **settings}
    )
