"""What one attempt at publishing works on: the runs that are ready and sound, those that are not, and the memories."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from processing.archive.landed import Landed, LandedRun, faults, landed, ready
from processing.archive.manifests import ManifestLink
from processing.archive.memory import Memory, published
from processing.archive.publication import Held, OutletFacts
from processing.errors import CorruptRecordError, MissingError
from processing.records import End, Sum, Why
from processing.settings import Settings
from processing.store.interface import Store

_THREADS = 8
_QUIET_RUNS = 24
_QUIET_TIME = timedelta(hours=6)
"""How many runs of an outlet that brought nothing, and for how long, may wait in landing: a crawl reads them there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be published: all of landing, one outlet's or one run's, and what that needs to know.

    Runs in `released` are not checked again; a person looked at them. `damaged` names outlets whose raw pages were
    found damaged, and how.
    """

    store: Store
    options: Settings
    now: datetime
    code_version: str
    lock_sha256: str
    outlets: Mapping[str, OutletFacts]
    outlet: str | None = None
    run: str | None = None
    dry_run: bool = False
    released: frozenset[str] = frozenset()
    damaged: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sorted:
    """What lies in landing of one outlet: runs to take in, why they are held back, runs that still go on."""

    outlet: str
    memory: Memory
    runs: Sequence[LandedRun]
    damaged: Sequence[str]
    faults: Sequence[str]
    waiting: Sequence[str]

    @property
    def held(self) -> Held:
        """What is said of an outlet that has faults."""
        names = sorted({*(run.run for run in self.runs), *self.damaged})
        return Held(outlet=self.outlet, runs=tuple(names), faults=tuple(self.faults))


@dataclass(frozen=True, slots=True)
class Intake:
    """Runs to take in by outlet, outlets held back, runs that still go on or brought nothing, and every memory."""

    landing: list[Landed]
    memories: dict[str, Memory]
    runs: dict[str, Sequence[LandedRun]]
    held: list[Held]
    waiting: list[str]
    quiet: list[str]

    @property
    def all_runs(self) -> list[LandedRun]:
        return [run for _, runs in sorted(self.runs.items()) for run in runs]


def gather(job: Job, head: ManifestLink | None) -> Intake:
    """Look through landing.

    Raises MissingError where the run that was asked for is neither there nor published.
    """
    landing = landed(job.store, job.outlet, job.run)
    known = head.manifest.memory if head else {}
    if job.run and not landing:
        _require_published(job, head)
    outlets = sorted({one.outlet for one in landing})
    with ThreadPoolExecutor(
        _THREADS
    ) as pool:  # a bucket answers in milliseconds, but hundreds of times
        found = list(pool.map(lambda name: _sorted(job, name, landing, known.get(name)), outlets))
    sound = {one.outlet: one.runs for one in found if one.runs and not one.faults}
    quiet = [name for name, runs in sound.items() if job.run is None and _may_stay(runs, job.now)]
    return Intake(
        landing,
        memories={one.outlet: one.memory for one in found},
        runs={name: runs for name, runs in sound.items() if name not in quiet},
        held=[one.held for one in found if one.faults],
        waiting=[run for one in found for run in one.waiting],
        quiet=[f"{name}/{run.run}" for name in quiet for run in sound[name]],
    )


def _sorted(job: Job, outlet: str, landing: Sequence[Landed], snapshot: Sum | None) -> Sorted:
    """Look through one outlet's runs; what is damaged there holds it back and no other."""
    memory = published(job.store, snapshot)
    grace = timedelta(minutes=job.options.run_grace_minutes)
    runs: list[LandedRun] = []
    waiting, damaged = [], []
    wrong = [job.damaged[outlet]] if outlet in job.damaged else []
    for one in landing:
        if one.outlet != outlet:
            continue
        try:
            run = ready(job.store, one, memory, now=job.now, grace=grace, named=job.run is not None)
            if run:
                run.read()
                runs.append(run)
            elif any(not memory.has(one.run, number) for number in one.segments):
                waiting.append(f"{outlet}/{one.run}")
        except CorruptRecordError as error:
            wrong.append(str(error))
            damaged.append(one.run)
    judged = [run for run in runs if run.run not in job.released]
    wrong += faults(judged, job.outlets.get(outlet, OutletFacts()), job.now)
    return Sorted(outlet, memory, runs, damaged, wrong, waiting)


def _may_stay(runs: Sequence[LandedRun], now: datetime) -> bool:
    """Tell whether an outlet's runs brought nothing, and are few and young enough to wait for one that does.

    What they saw is remembered from landing as well; publishing each would only make small parts.
    """
    oldest = min((seal.sealed_at for run in runs for seal in run.seals), default=now)
    return (
        len(runs) <= _QUIET_RUNS
        and now - oldest < _QUIET_TIME
        and all(_is_quiet(run) for run in runs)
    )


def _is_quiet(run: LandedRun) -> bool:
    ended = run.own_report is not None and run.own_report.end is End.UNCHANGED
    return ended and run.pages == 0 and not any(row.why is Why.GONE for row in run.log)


def _require_published(job: Job, head: ManifestLink | None) -> None:
    known = head.manifest.memory if head else {}
    names = [job.outlet] if job.outlet else sorted(known)
    run = job.run or ""
    if not any(published(job.store, known.get(name)).has_run(run) for name in names):
        where = f"outlet {job.outlet}" if job.outlet else "any outlet"
        raise MissingError(
            f"landing holds no run {run} of {where}, and none was published; look under landing/"
        )
