"""`make run`: crawl the sample press with the real DAGs in a real Airflow, archive it, and show what came of it."""

import os
import sys
from collections import defaultdict
from pathlib import Path

from infra.run import environment, parts
from infra.run.client import OPEN, Airflow
from infra.run.follow import Following, follow
from infra.run.instance import instance
from infra.run.parts import Parts
from infra.run.place import Place
from infra.run.processes import check
from infra.run.showing import Showing, told
from infra.run.summary import catalogue, example, holdings
from processing.errors import TransientError

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
    place = Place.named("sample")
    with Showing() as showing, instance(place) as running:
        mend = place.broken_off
        place.mark(at_work=True)
        showing.step("starting the store and the sample press")
        parts.begin_store(place, running)
        showing.step("preparing Airflow")
        parts.migrate(place)
        showing.step("starting Airflow")
        parts.airflow(place, running, "api-server", "dag-processor")
        parts.await_store(place, running)
        before = catalogue(place).head
        following = _crawl(place, running, _schedule(place, running, mend=mend), showing)
        if mend:
            _take_in(place)
        _close(place, following, showing, changed=catalogue(place).head != before)
        place.mark(at_work=False)
    return 0


def _schedule(place: Place, running: Parts, *, mend: bool) -> Airflow:
    """Start the scheduler; after a start that was broken off, only when what that left open is closed."""
    if not mend:
        parts.airflow(place, running, "scheduler")
    client = parts.await_airflow(place, running)
    if mend:
        for left in client.runs(state=OPEN):
            client.fail(left)
        parts.airflow(place, running, "scheduler")
    return client


def _crawl(place: Place, running: Parts, client: Airflow, showing: Showing) -> Following:
    """Run all crawls and what their landing sets off; raises TransientError where one failed."""
    crawls = _crawls(place)
    parts.await_dags(place, running, client, {*crawls, "archive"})
    for dag in ("archive", *crawls):
        client.unpause(dag)
    showing.step("crawling six outlets, then folding, checking and publishing")
    following = Following(client, crawls)
    follow(following, showing.runs, lambda: check(place, running))
    showing.still()
    if following.failed:
        wrong = "\n".join(f"  {line.name}: {told(line)}" for line in following.failed)
        raise TransientError(f"not everything succeeded; what did is kept, and the next start goes on:\n{wrong}")
    return following


def _crawls(place: Place) -> dict[str, list[str]]:
    """Return the DAGs that crawl the press's outlets, which are the whole registry once its port is known."""
    os.environ["SILLOK_PRESS"] = str(place.port("press"))
    from spiders.outlets import outlets  # noqa: PLC0415 - reads the variable

    crawls = defaultdict(list)
    for name, outlet in sorted(outlets().items()):
        if outlet.paused is None:
            crawls[f"crawl_{outlet.pace}"].append(name)
    return crawls


def _take_in(place: Place) -> None:
    """Publish what crawls had sealed whose start was broken off: none of them is alive now."""
    _sillok(place, "archive", SILLOK_RUN_GRACE_MINUTES="0")


def _close(place: Place, following: Following, showing: Showing, *, changed: bool) -> None:
    """Show what the archive holds now, and where and how to look at it."""
    report = place.folder / "report.html"
    if changed or not report.exists():
        _sillok(place, "report", "--html", str(report))
    found = catalogue(place)
    showing.closing(following, holdings(found))
    showing.step("archived" if changed else "unchanged: nothing new at the sources, nothing published")
    said = AFTER.format(archive=found.store.url, folder=place.folder, report=report, example=example(found))
    showing.console.print(said, markup=False)


def _sillok(place: Place, *arguments: str, **settings: str) -> None:
    """Run a console command on the archive of this instance."""
    command = [str(Path(sys.executable).with_name("sillok")), *arguments]
    parts.job(place, command, {**environment.base(place), **environment.sillok(place), **settings})
