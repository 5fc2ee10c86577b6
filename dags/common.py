"""Shared parts of the DAGs: the landing asset, retry rules, and running commands as tasks.

Importing this module must stay light, because Airflow parses the DAG files again and again.
"""

import gc
import json
import logging
import os
import signal
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from types import FrameType
from typing import IO, Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from airflow.sdk import (
    Asset,
    ExceptionRetryPolicy,
    Param,
    PartitionedAtRuntime,
    RetryAction,
    RetryRule,
    get_current_context,
)
from airflow.sdk.exceptions import AirflowSkipException

from dags.timetables import DayOfTicks, DaysOnRequest
from processing.errors import PermanentError, SillokError, TransientError
from spiders.commandline import TASK_ENVIRONMENT, crawl_command, sillok_command

KST = ZoneInfo("Asia/Seoul")
START = datetime(2026, 1, 1, tzinfo=KST)
# Airflow's time limit raises an exception in the task, and the crawl still has to seal its pages.
GRACE = 20.0
"""Seconds that a command has after SIGTERM before it gets SIGKILL."""

ONCE = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=SillokError,
            action=RetryAction.FAIL,
            reason="a later tick asks the outlet again",
        )
    ]
)
"""The retry policy of a poll: only a crawl that was lost with its worker is started again."""

NAMED = "{{ shown if shown is defined else titled(task.op_kwargs['outlet']) }}"
"""The label of a mapped task: its outlet from the start, with its outcome at the end."""

BAD_ENDS = {"failed", "unhealthy", "interrupted"}
"""Ends of a crawl that a person has to look at."""

# The column is narrow; Airflow's database takes 250.
LABEL = 120
"""The longest label of a mapped task, in characters."""

# Each publication writes parts of several tables.
REST = timedelta(minutes=12)
"""The least time between two publications of scheduled runs."""

LANDING = Asset(name="landing", uri="sillok://landing", group="sillok")
"""The asset that crawls update when they have landed pages, and that triggers `archive`."""

DEFAULTS: dict[str, Any] = {
    "owner": "sillok",
    "retries": 2,
    "retry_delay": timedelta(minutes=2),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=15),
    "retry_policy": ExceptionRetryPolicy(
        rules=[
            RetryRule(
                exception=PermanentError,
                action=RetryAction.FAIL,
                reason="the same call will fail again",
            ),
            RetryRule(
                exception=TransientError,
                action=RetryAction.RETRY,
                reason="the same call may succeed later",
            ),
        ]
    ),
}

LINES = 200
"""The last lines of a command's log that are searched for the reason of its end."""

log = logging.getLogger(__name__)


class Line(NamedTuple):
    """One line of a command's log with its level."""

    level: int
    text: str


_SEOUL: dict[str, Any] = {"timezone": "Asia/Seoul", "key_format": "%Y-%m-%d"}


def timetable(cron: str) -> DayOfTicks | PartitionedAtRuntime:
    """Return a schedule in Seoul time whose partition key is the KST day.

    The key is not `ds`, which is the day in UTC.
    """
    # The sample press is crawled on request only.
    if os.environ.get("SILLOK_PRESS"):
        return PartitionedAtRuntime()
    return DayOfTicks(cron, **_SEOUL)


def days() -> DaysOnRequest:
    """Return a schedule with one partition a KST day, for backfills."""
    # Midnight: Airflow's bounds are midnights too, and the last one is included.
    return DaysOnRequest("0 0 * * *", **_SEOUL)


def refuse_backfill(dag_run: Any) -> None:
    """Raise PermanentError for a backfill's run of a DAG that polls what is new."""
    if dag_run.run_type == "backfill":
        day = day_of(dag_run)
        raise PermanentError(
            "this DAG polls what is new, earlier days are those of another: airflow backfill create "
            f"--dag-id backfill --from-date {day} --to-date {day} --max-active-runs 1"
        )


def reaching(day: str, names: Sequence[str] | None = None) -> list[str]:
    """Return those of `names`, by default of all outlets that are not paused, that reach `day`.

    What no source reaches is logged. Raises PermanentError where none of them reaches it, and for a
    name that is not declared.
    """
    from spiders.crawling.history import reaches_back
    from spiders.outlets import outlets

    declared = outlets()
    if unknown := sorted(set(names or ()) - set(declared)):
        raise PermanentError(f"there is no outlet {unknown[0]!r}: `sillok outlets` lists them")
    wanted = names or [name for name, outlet in declared.items() if outlet.paused is None]
    on, today = date.fromisoformat(day), datetime.now(KST).date()  # noqa: TID251 - a task's present
    found = sorted(name for name in wanted if reaches_back(declared[name], on, today))
    missing = sorted(set(wanted) - set(found))
    log.info("%d of %d outlets reach %s; not: %s", len(found), len(wanted), day, ", ".join(missing))
    if not found:
        raise PermanentError(
            f"no source reaches {day}: `sillok backfill NAME --since {day} --dry-run` says why"
        )
    return found


def day_of(dag_run: Any) -> str:
    """Return the KST day of a run: its partition key or, for a manual run, the day of its start."""
    return str(dag_run.partition_key or f"{dag_run.run_after.astimezone(KST):%Y-%m-%d}")


def announce(dag_run: Any, outlet_events: Any) -> None:
    """Update the landing asset, which triggers `archive`.

    Raises AirflowSkipException where all polls were without news, and at a scheduled run that
    follows within `REST` of a publication: a later one announces the same landing.
    """
    from processing.archive import manifests
    from processing.report.unpublished import is_worth_archiving
    from processing.settings import settings
    from processing.store.opening import open_store

    day, options = day_of(dag_run), settings()
    store = open_store(options.store)
    grace = timedelta(minutes=options.run_grace_minutes)
    if not is_worth_archiving(store, day, dag_run.start_date, grace):
        raise AirflowSkipException(
            "no outlet had news: the polls stay in landing for a later batch"
        )
    head = manifests.head(store) if dag_run.run_type == "scheduled" else None
    if head and dag_run.start_date - head.manifest.published_at < REST:
        raise AirflowSkipException(
            f"published at {head.manifest.published_at:%H:%M} UTC: a later tick announces it"
        )
    outlet_events[LANDING].add_partitions(day)


def whose_turn(names: Sequence[str], now: datetime) -> list[str]:
    """Return those of `names` that are due at `now`, by their last polls in archive and landing.

    An outage on our side that the last polls show is recorded (`processing.report.unpublished`).
    """
    from processing.report.unpublished import look
    from processing.settings import settings
    from processing.store.opening import open_store
    from spiders.crawling.polling import due
    from spiders.outlets import outlets

    store = open_store(settings().store)
    look(store, now)
    turns = due(store, outlets(), names, now)
    log.info("%d of %d outlets are due: %s", len(turns), len(names), ", ".join(turns) or "none")
    return turns


def answered(
    asked: Sequence[str] | None, crawled: Iterable[Any] | None, dag_run: Any = None
) -> None:
    """Raise PermanentError where none of the outlets was crawled: the fault is probably ours."""
    # An outlet that is down is often alone at its tick, so one or two failures prove nothing.
    names, enough = asked or [], 3 if dag_run.run_type == "scheduled" else 1
    if len(names) >= enough and not any(True for _ in crawled or ()):
        raise PermanentError(
            f"none of {len(names)} outlets could be crawled: try the network of this machine first"
        )


def run_of(ti: Any) -> str:
    """Return the run name of a task try: its start in UTC and the last characters of its id."""
    # Another try has another id, so no two crawls write to the same folder.
    return f"{ti.start_date.astimezone(UTC):%Y%m%dT%H%M%SZ}-{str(ti.id)[-6:]}"


def verdict(
    code: int, what: str, why: str = "", passing: Collection[int] = (1, 3, 4)
) -> SillokError | None:
    """Return the error that an exit code of a command stands for; None for success.

    0 is success and 5 is success with bad rows skipped. A TransientError, which Airflow retries, is
    death by a signal and the codes in `passing`: by default 1 (failed), 3 (unhealthy) and
    4 (interrupted). 2 (usage, configuration) and any other code is a PermanentError.
    """
    if code in {0, 5}:
        return None
    known = {
        1: "failed",
        2: "was asked or configured wrongly",
        3: "is unhealthy",
        4: "was interrupted",
    }
    how = known.get(code) or (
        f"was killed by {_signal(code)}" if code < 0 else f"ended with unknown exit code {code}"
    )
    message = f"{what} {how}: {why or 'its log above says why'}"
    return TransientError(message) if code < 0 or code in passing else PermanentError(message)


def reason_in(logged: Iterable[Line]) -> str:
    """Return the errors that a command logged, or the last line of its log where there are none."""
    lines = list(logged)
    errors = [line.text for line in lines if line.level >= logging.ERROR]
    return "; ".join(errors) or (lines[-1].text if lines else "")


def _signal(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def forward(line: str) -> Line:
    """Log one line of a command's output with its own level and logger, and return it.

    A line that is no JSON record is logged as a warning.
    """
    try:
        record = json.loads(line)
        name, level, event = (
            record["logger"],
            logging.getLevelNamesMapping()[record["level"]],
            record["event"],
        )
    except (ValueError, KeyError, TypeError):
        if line.strip():
            log.warning("%s", line.rstrip())
        return Line(logging.WARNING, line.strip())
    logging.getLogger(name).log(
        level, "%s", "\n".join(filter(None, [event, record.get("exception")]))
    )
    return Line(level, str(event).partition("\n")[0])


def stream(
    command: Sequence[str],
    settings: Mapping[str, str] | None = None,
    tail: deque[Line] | None = None,
    output: IO[str] | None = None,
) -> int:
    """Run a command, forward its log to the task's log, and return its exit code.

    The lines of its log are appended to `tail`. What it writes to stdout belongs to the log, or
    goes to `output`. When Airflow's time limit strikes, the command gets
    SIGTERM, and SIGKILL after `GRACE` seconds.
    """
    log.info("running: %s", " ".join(command))
    with _started(command, settings or {}, output) as process, _forwarding_sigterm(process):
        try:
            for line in map(forward, (process.stderr if output else process.stdout) or ()):
                if tail is not None and line.text:
                    tail.append(line)
            return process.wait()
        except BaseException:
            process.terminate()
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
            raise


def _started(
    command: Sequence[str], settings: Mapping[str, str], output: IO[str] | None
) -> subprocess.Popen[str]:
    # It stays in the task's process group, so that Airflow's SIGTERM reaches it directly; SIGKILL
    # follows five seconds later.
    return subprocess.Popen(  # noqa: S603 - our command, without a shell
        command,
        env={**os.environ, **TASK_ENVIRONMENT, **settings},
        stdout=output or subprocess.PIPE,
        stderr=subprocess.PIPE if output else subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )


@contextmanager
def _forwarding_sigterm(process: subprocess.Popen[str]) -> Iterator[None]:
    """Forward SIGTERM to the command as long as the context is open."""
    # Airflow's handler calls operator.on_kill(), which does nothing for @task functions.
    before = signal.getsignal(signal.SIGTERM)

    def both(number: int, frame: FrameType | None) -> None:
        process.terminate()
        if callable(before):
            before(number, frame)

    signal.signal(signal.SIGTERM, both)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def sillok(*arguments: str) -> None:
    """Run one `sillok` command; raises the error that its exit code stands for."""
    tail: deque[Line] = deque(maxlen=LINES)
    code = stream(sillok_command(*arguments), tail=tail)
    # Without 3: a batch that is unhealthy stays so until a person has looked at it.
    error = verdict(code, f"sillok {arguments[0]}", reason_in(tail), passing=(1, 4))
    if error:
        raise error


def crawl(outlet: str, run: str, *arguments: str, keep: bool = True) -> dict[str, Any]:
    """Run `scrapy crawl` for one outlet and return the main fields of its report.

    Raises the error that its exit code stands for, with the reason that the crawl left in its
    spool, else its last log lines. Raises AirflowSkipException where another crawl of the outlet is
    running. With `keep=False` everything lands in a folder that is deleted.
    """
    # A task is forked from a worker with all of Airflow in memory. Without this, a collection that
    # an import sets off looks through it, which costs a tenth of a poll without news.
    gc.freeze()
    from processing.report.unpublished import read_end
    from spiders.settings import environment

    tail: deque[Line] = deque(maxlen=LINES)
    with tempfile.TemporaryDirectory() as folder:
        landing = () if keep else ("-s", f"SILLOK_LANDING=file:{folder}")
        command = crawl_command(outlet, "-s", f"SILLOK_RUN={run}", *landing, *arguments)
        code = stream(command, tail=tail)
    # Not from the store: a client of S3 alone would cost a fifth of a poll without news.
    end = read_end(environment().spool, outlet, run)
    if end and end.busy:
        raise AirflowSkipException(f"{outlet}: {end.why}")
    report = end.report if end else None
    why = cause(report) if report else end.why if end else reason_in(tail)
    error = verdict(code, f"crawl of {outlet}", why)
    if error:
        raise error
    if report is None:
        return {"outlet": outlet, "run": run}
    fields = report.model_dump(
        mode="json", include={"outlet", "run", "end", "why", "pages", "articles", "bytes"}
    )
    return fields | {"doubtful": [source.url for source in report.sources if source.findings]}


def cause(report: Any) -> str:
    """Return why a run ended as it did; after a bad end, with the first problem of a source."""
    # One problem only: a label has no room for more.
    problems = [source.problem for source in report.sources if source.problem]
    first = f"{problems[0]}; " if report.end in BAD_ENDS and problems else ""
    return f"{first}{report.why}"


def titled(outlet: str) -> str:
    """Return the title and name of an outlet; its name alone where it is unknown."""
    from spiders.outlets import outlets

    known = outlets().get(outlet)
    return f"{known.title} {outlet}" if known else outlet


def shown(crawl: Callable[..., dict[str, Any]], outlet: str, *arguments: str) -> dict[str, Any]:
    """Crawl in a mapped task and set its label: the outlet, how the crawl ended, and why."""
    # `shown` is a variable of our own label template (`NAMED`), which Airflow's type does not know.
    context = cast("dict[str, Any]", get_current_context())
    try:
        ended = crawl(outlet, *arguments)
    except (SillokError, AirflowSkipException) as error:
        reason = str(error).removeprefix("crawl of ").removeprefix(outlet).strip(": ")
        context["shown"] = f"{titled(outlet)}: {reason}"[:LABEL]
        raise
    sound = ended.get("end") == "unchanged" and not ended.get("doubtful")
    parts = [ended[name] for name in (("end",) if sound else ("end", "why")) if name in ended]
    context["shown"] = ": ".join([titled(outlet), *parts])[:LABEL]
    return ended


def day_param(title: str, description: str) -> Param:
    """Return a field of a form that takes a KST day, or nothing."""
    return Param(None, type=["null", "string"], format="date", title=title, description=description)


COMMON: dict[str, Any] = {
    "start_date": START,
    "catchup": False,
    "is_paused_upon_creation": True,
    "default_args": DEFAULTS,
    "user_defined_macros": {"titled": titled},
}
"""Arguments of every DAG."""
