"""Trigger the crawls, follow them and the archiving that their landing sets off, and say what happens meanwhile."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from infra.run.client import OPEN, Airflow
from processing.errors import TransientError


@dataclass(slots=True)
class Line:
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
        self.lines = {(dag, place): Line(name) for dag, names in crawls.items() for place, name in enumerate(names)}
        self.archive = Line("archive")
        self._taken: dict[str, set[str]] = {}
        self._silent: set[str] = set()

    @property
    def over(self) -> bool:
        """Whether all crawls are through, and an archive run that took in each that had news has ended."""
        taken = set().union(self._silent, *self._taken.values())
        return all(line.over for line in self.lines.values()) and self.mine <= taken

    @property
    def failed(self) -> list[Line]:
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
            if task["task_id"] == "landed" and run["state"] not in OPEN and task["state"] != "success":
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

    def _conclude(self, line: Line, task: dict[str, Any]) -> None:
        if line.state == "success" and line is not self.archive:
            line.result = self.client.result(task)
        elif line.state in {"failed", "up_for_retry"}:
            line.wrong = self.client.complaints(task)


def follow(following: Following, show: Callable[[Following], None], check: Callable[[], None]) -> None:
    """Look until all is over; `check` raises where a part of the instance has died, and says what it said last."""
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
