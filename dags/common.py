"""What the DAGs share: the landing asset, the retry rules, and running what a person could type as a task.

Importing this module must stay light, because Airflow parses the DAG files again and again.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from airflow.sdk import (
    Asset,
    CronPartitionTimetable,
    ExceptionRetryPolicy,
    PartitionedAtRuntime,
    RetryAction,
    RetryRule,
    get_current_context,
)
from airflow.sdk.exceptions import AirflowSkipException

from processing.errors import PermanentError, SillokError, TransientError
from spiders.commandline import TASK_ENVIRONMENT, crawl_command, sillok_command

KST = ZoneInfo("Asia/Seoul")
START = datetime(2026, 1, 1, tzinfo=KST)
GRACE = 20.0
"""Seconds that a crawl has after SIGTERM to seal what it fetched, when Airflow's own time limit struck."""

ONCE = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=SillokError,
            action=RetryAction.FAIL,
            reason="a later tick asks the outlet again",
        )
    ]
)
"""For a poll: what a crawl says of itself is final, and only one that was lost with its worker is started again."""

NAMED = "{{ shown if shown is defined else titled(task.op_kwargs['outlet']) }}"
"""How a mapped task is shown: by its outlet from its start, and by what came of it at its end."""

BAD_ENDS = {"failed", "unhealthy", "interrupted"}
"""Ends of a crawl that want an answer."""

LABEL = 120
"""Characters by which a mapped task is shown, in a narrow column; Airflow's database takes 250."""

REST = timedelta(minutes=12)
"""The least time between two publications that the clock asks for: each writes parts of several tables."""

LANDING = Asset(name="landing", uri="sillok://landing", group="sillok")
"""Sealed segments are waiting to be archived."""

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
"""Lines of a command's log that are looked through for the reason of its end."""

log = logging.getLogger(__name__)


class Line(NamedTuple):
    """What a command logged, and at which level."""

    level: int
    text: str


def timetable(cron: str) -> CronPartitionTimetable | PartitionedAtRuntime:
    """Return a schedule in Seoul time whose partition key is the KST day: never `ds`, which is the day in UTC.

    The sample press is crawled when somebody asks for it, never by the clock.
    """
    if os.environ.get("SILLOK_PRESS"):
        return PartitionedAtRuntime()
    return CronPartitionTimetable(cron, timezone="Asia/Seoul", key_format="%Y-%m-%d")


def day_of(dag_run: Any) -> str:
    """Return the KST day of a run: its partition key, or the day on which a run by hand was asked for."""
    return str(dag_run.partition_key or f"{dag_run.run_after.astimezone(KST):%Y-%m-%d}")


def announce(dag_run: Any, outlet_events: Any) -> None:
    """Tell the archive that something landed.

    Skips the task where it was nothing but polls without news.

    At a tick that follows close upon a publication it waits for a later one, which lists the same
    landing.
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
    """Return the outlets to be asked at a tick, by what the archive and its landing say of their last polls."""
    from processing.report.outage import look
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
    """Raise PermanentError where nobody who was asked was crawled: the fault is likely to be ours.

    At a tick an outlet that is down often comes alone, so that it takes three to tell.
    """
    names, enough = asked or [], 3 if dag_run.run_type == "scheduled" else 1
    if len(names) >= enough and not any(True for _ in crawled or ()):
        raise PermanentError(
            f"none of {len(names)} outlets could be crawled: try the network of this machine first"
        )


def run_of(ti: Any) -> str:
    """Return the name of the crawl that a task try starts: its start in UTC and the end of the try's own id."""
    return f"{ti.start_date.astimezone(UTC):%Y%m%dT%H%M%SZ}-{str(ti.id)[-6:]}"


def verdict(
    code: int, what: str, why: str = "", passing: Collection[int] = (1, 3, 4)
) -> SillokError | None:
    """Turn the exit code of a command, and what its report says, into the error that Airflow's retry rules know.

    0 is success and 5 is success with bad rows skipped. What may pass: death by a signal, and the codes in `passing`,
    which are 1 (failed), 3 (unhealthy) and 4 (interrupted). 2 (usage, configuration) and a code that we never give
    will not.
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


def reason_in(said: Iterable[Line]) -> str:
    """Return the errors that a command logged, or the last thing that it said where there are none."""
    lines = list(said)
    errors = [line.text for line in lines if line.level >= logging.ERROR]
    return "; ".join(errors) or (lines[-1].text if lines else "")


def _signal(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def forward(line: str) -> Line:
    """Log one line of a command again with its own level and logger, and return what it said.

    What is no JSON record is a warning.
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
    said: deque[Line] | None = None,
) -> int:
    """Run a command in the worker's own folder, pass its log on, and return its exit code.

    `said` takes the last lines of its log, for a command that ends without saying why in any other
    way.

    It stays in the task's process group on purpose: Airflow's SIGTERM reaches it directly, and
    SIGKILL follows five seconds later. Where the worker itself is told to end, the task alone hears
    of it, and hands it on. When Airflow's own time limit strikes instead, the command is asked to
    close and given `GRACE` seconds.
    """
    environment = {**os.environ, **TASK_ENVIRONMENT, **(settings or {})}
    log.info("running: %s", " ".join(command))
    with (
        subprocess.Popen(  # noqa: S603 - the command is ours; its arguments were checked by the form and are no shell's
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process,
        _handing_on(process),
    ):
        try:
            for line in process.stdout or ():
                told = forward(line)
                if said is not None and told.text:
                    said.append(told)
            return process.wait()
        except BaseException:
            process.terminate()
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
            raise


@contextmanager
def _handing_on(process: subprocess.Popen[str]) -> Iterator[None]:
    """Let SIGTERM reach the command too: Airflow's handler tells the operator, and that of a function does nothing."""
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
    """Run one `sillok` command.

    Raises the error that its exit code stands for. An unhealthy batch needs a person.
    """
    said: deque[Line] = deque(maxlen=LINES)
    code = stream(sillok_command(*arguments), said=said)
    error = verdict(code, f"sillok {arguments[0]}", reason_in(said), passing=(1, 4))
    if error:
        raise error


def daily_page(moment: datetime) -> None:
    """Write the report page of the KST day before `moment`, once.

    Skips the task where it is written.
    """
    from processing.settings import settings

    day = moment.astimezone(KST).date() - timedelta(days=1)
    file = settings().reports / f"{day}.html"
    if file.exists():
        raise AirflowSkipException(f"{file} is written")
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".part")
    sillok("report", "--day", f"{day}", "--html", f"{beside}")
    beside.replace(file)


def spark(*arguments: str) -> None:
    """Run the corpus fold on Spark; raises the error that its exit code stands for."""
    code = stream([sys.executable, "-m", "infra.spark.fold_corpus", *arguments])
    error = verdict(code, "the fold on Spark", passing=(1, 4))
    if error:
        raise error


def crawl(outlet: str, run: str, *arguments: str, keep: bool = True) -> dict[str, Any]:
    """Run `scrapy crawl` for one outlet and return what its report says, as numbers for the next task.

    Raises the error that its exit code stands for, with a reason: the report's own, else how this machine says that it
    ended, else its last line. Raises AirflowSkipException where another crawl of the outlet is at work. With
    `keep=False` it remembers what is archived, and everything lands in a folder that is thrown away.
    """
    from processing.landing import segments
    from processing.report.unpublished import read_end
    from processing.settings import settings
    from processing.store.opening import open_store
    from spiders.settings import environment

    said: deque[Line] = deque(maxlen=LINES)
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = () if keep else ("-s", f"SILLOK_LANDING=file:{folder}")
        command = crawl_command(outlet, "-s", f"SILLOK_RUN={run}", *elsewhere, *arguments)
        code = stream(command, said=said)
        report = segments.report(
            open_store(settings().store if keep else f"file:{folder}"), outlet, run
        )
    end = None if report else read_end(environment().spool, outlet, run)
    if end and end.busy:
        raise AirflowSkipException(f"{outlet}: {end.why}")
    why = cause(report) if report else end.why if end else reason_in(said)
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
    """Return why a run ended as it did, what its sources suffered first: a label has room for little more."""
    problems = [source.problem for source in report.sources if source.problem]
    first = f"{problems[0]}; " if report.end in BAD_ENDS and problems else ""
    return f"{first}{report.why}"


def titled(outlet: str) -> str:
    """Return an outlet as a person reads it: its title and its name."""
    from spiders.outlets import outlets

    known = outlets().get(outlet)
    return f"{known.title} {outlet}" if known else outlet


def shown(crawl: Callable[..., dict[str, Any]], outlet: str, *arguments: str) -> dict[str, Any]:
    """Crawl as a mapped task, whose `map_index_template` says `shown`: by its outlet, how the crawl ended, and why."""
    context = cast(
        "dict[str, Any]", get_current_context()
    )  # a template's own word is none of Airflow's
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


COMMON: dict[str, Any] = {
    "start_date": START,
    "catchup": False,
    "is_paused_upon_creation": True,
    "default_args": DEFAULTS,
    "user_defined_macros": {"titled": titled},
}
"""What holds for every DAG."""
