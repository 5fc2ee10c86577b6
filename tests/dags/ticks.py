"""Runs a crawl DAG in Airflow's own test run: nobody is due, three are and one is away, that one alone is, it cannot be told.

The DAG `report` runs over an archive that was never published, with a channel that is a file: twice, and beside pages in landing.

`python -m tests.dags.ticks` prints a line of JSON a run: its state, and the state of each task instance. It makes the
database in its AIRFLOW_HOME first, because a run has one: what `airflow db migrate` does, without starting twice.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from airflow.sdk import BaseNotifier, get_current_context, task
from airflow.utils.db import upgradedb

from dags import crawl
from dags import report as report_dag
from dags.common import NAMED
from processing.errors import PermanentError
from processing.store.opening import open_store
from spiders.outlet import Pace

AWAY = "narae"
PAGES = "landing/outlet=gaon/run=20261122T030000Z-000001/seg-000.articles.jsonl.gz"
NAMES = ["duru", "gaon", AWAY]
DECISIONS = {"nobody": [], "unknown": None, "two and one away": NAMES, "one away": [AWAY]}
FEW = ("two and one away", "unknown")
"""Without ALL_TICKS: a run of Airflow takes a second."""

AT_THE_START: dict[str, str] = {}


def ran(decision: list[str] | None) -> dict[str, object]:
    """Run the DAG with that decision in place of the one that is read from an archive; crawl nobody."""

    @task(task_id="due")
    def due(names: list[str]) -> list[str]:
        if decision is None:
            raise PermanentError("the store is away")
        return [name for name in names if name in decision]

    def crawled(outlet: str, *_: object) -> dict[str, str]:
        context = get_current_context()
        template = context["ti"].task.dag.get_template_env().from_string(NAMED)
        AT_THE_START[outlet] = template.render(context)
        if outlet == AWAY:
            raise PermanentError(f"crawl of {outlet} failed: it does not answer{' at all' * 100}")
        if outlet == "gaon":
            return {
                "outlet": outlet,
                "run": "r",
                "end": "unchanged",
                "why": "every source asked has only what is known",
            }
        return {"outlet": outlet, "run": "r", "end": "new", "why": "28 articles from 30 pages"}

    replaced = {"due": due, "crawl": crawled, "announce": lambda *_: None}
    vars(crawl).update(replaced)
    run = crawl.crawl_dag(Pace.HOURLY, NAMES).test()
    states = {
        f"{one.task_id} {one.rendered_map_index or -1}": one.state
        for one in run.get_task_instances()
    }
    return {"run": run.state, **states}


class Written(BaseNotifier):
    """A notifier that appends to a file: the task that calls it may be another process."""

    template_fields = ("text",)

    def __init__(self, file: str, text: str) -> None:
        super().__init__()
        self.file, self.text = file, text

    def notify(self, context: Any) -> None:
        with Path(self.file).open("a") as file:
            file.write(f"{context['dag'].dag_id}: {self.text}\n")


def checked() -> dict[str, object]:
    """Run the DAG `report`; return the state of its check and what its channel got so far."""
    file = Path(os.environ["AIRFLOW_HOME"]) / "messages"
    arguments = {"file": str(file), "text": "{{ sillok_message }}"}
    channel = {"name": "file", "notifier": "tests.dags.ticks.Written", "arguments": arguments}
    os.environ["SILLOK_NOTIFIERS"] = json.dumps([channel])
    run = report_dag.report().test()
    states = {one.task_id: one.state for one in run.get_task_instances()}
    return {
        "check": states["check"], "landed": states["landed"],
        "messages": file.read_text().splitlines(),
    }  # fmt: skip


if __name__ == "__main__":
    upgradedb()
    wanted = DECISIONS if os.environ.get("ALL_TICKS") else FEW
    for name, decision in ((name, DECISIONS[name]) for name in wanted):
        sys.stdout.write(json.dumps([name, ran(decision)]) + "\n")
    for name in ("first check", "second check"):
        sys.stdout.write(json.dumps([name, checked()]) + "\n")
    open_store(os.environ["SILLOK_STORE"]).put(PAGES, b"")
    sys.stdout.write(json.dumps(["check beside pages", checked()]) + "\n")
    named = {name: shown for name, shown in AT_THE_START.items() if name != AWAY}
    sys.stdout.write(json.dumps(["named at the start", named]) + "\n")
