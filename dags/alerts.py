"""The check of the DAG `report`: what is wrong, what began, what is over, and figures per outlet.

`SILLOK_NOTIFIERS` is a JSON list of channels. Each names a notifier of an Airflow provider and its
arguments, in which `{{ sillok_subject }}` and `{{ sillok_message }}` stand for what is to be said; accounts and
secrets belong to the connection that an argument names:

    [{"name": "desk", "notifier": "airflow.providers.smtp.notifications.smtp.SmtpNotifier",
      "arguments": {"to": "desk@example.org", "subject": "{{ sillok_subject }}",
                    "html_content": "<pre>{{ sillok_message | e }}</pre>"}}]

A channel gets one message when a fault begins and one when it is over, and nothing in between. What
it was told of is kept per channel in the Airflow variable `sillok_open_faults`, so that a channel
that fails is told later and the others are not told twice.
"""

import json
import logging
import tempfile
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pkgutil import resolve_name
from typing import Any, cast

from airflow.sdk import BaseNotifier, Variable
from airflow.sdk.observability import stats
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from dags.common import KST, LINES, Line, reason_in, stream, verdict
from processing.errors import ExitCode, PermanentError, SillokError, TransientError, UsageError
from spiders.commandline import sillok_command

OPEN_FAULTS = "sillok_open_faults"
"""The Airflow variable that holds, per channel, the faults it was told of."""

GAUGES = {
    "pages": "pages of today",
    "articles": "articles of today",
    "rejections": "pages of today that are no article",
    "gaps": "articles announced today and not archived",
    "completeness": "share of archived among what could be archived today",
    "bytes": "bytes of today's pages in the archive",
    "requests": "requests of today",
    "retries": "requests of today that were made again, after a failure or at a host's wish",
    "seconds_since_poll": "seconds since the last poll of today ended",
}
"""Gauges `sillok.outlet.NAME`, each with the tag `outlet`, and what they count (KST days)."""

ALARMS = "sillok.alarms"
"""A gauge: faults that want an answer today; 0 is said too, so that silence shows."""


log = logging.getLogger(__name__)


class Channel(BaseModel):
    """One entry of `SILLOK_NOTIFIERS`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    notifier: str = Field(min_length=1)
    arguments: Mapping[str, Any] = Field(default_factory=dict)


def channels(setting: str) -> tuple[Channel, ...]:
    """Return the channels of `SILLOK_NOTIFIERS`; an empty setting is none.

    Raises UsageError for what is no such list, and for two channels of one name.
    """
    try:
        listed = TypeAdapter(tuple[Channel, ...]).validate_json(setting or "[]")
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the value"
        raise UsageError(
            f"SILLOK_NOTIFIERS: {where}: {first['msg']}; infra/.env.example shows the form"
        ) from None
    names = [channel.name for channel in listed]
    if len(set(names)) < len(names):
        raise UsageError(f"SILLOK_NOTIFIERS: two channels have one name: {', '.join(names)}")
    return listed


def faults_in(findings: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the alarms among a report's findings, by outlet and code, each in one line."""
    faults: dict[str, str] = {}
    for finding in findings:
        if finding["level"] == "alarm":
            key = f"{finding['outlet']}/{finding['code']}"
            line = f"{finding['outlet']}: {finding['what']}; {finding['cure']}"
            # Several sources of one outlet may have one fault: that is one message.
            faults[key] = f"{faults[key]}\n  {line}" if key in faults else line
    return faults


def check_state(told_to: Sequence[Channel], context: Mapping[str, Any], now: datetime) -> None:
    """Check the state of outlets and archive, send metrics, and tell channels what changed.

    Raises PermanentError with every alarm there is.
    """
    try:
        report = _report_of_today()
    except SillokError as error:
        announce(unchecked(error), told_to, context, at=now, complete=False)
        raise
    findings = report["findings"]
    for finding in findings:
        level = logging.ERROR if finding["level"] == "alarm" else logging.WARNING
        log.log(level, "%s: %s; %s", finding["outlet"], finding["what"], finding["cure"])
    faults = faults_in(findings)
    emit(report["outlets"], len(faults), now=now)
    announce(faults, told_to, context, at=now.astimezone(KST))
    if faults:
        raise PermanentError(f"sillok report is unhealthy: {'; '.join(faults.values())}")


def _report_of_today() -> dict[str, Any]:
    """Return what `sillok report --check --json` says; raises the error of its exit code."""
    tail: deque[Line] = deque(maxlen=LINES)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        code = stream(sillok_command("report", "--check", "--json"), tail=tail, output=output)
        # 3 says that there are alarms, and they are in the report.
        error = (
            None
            if code == ExitCode.UNHEALTHY
            else verdict(code, "sillok report", reason_in(tail), (1, 4))
        )
        if error:
            raise error
        output.seek(0)
        return cast("dict[str, Any]", json.load(output))


def announce(
    faults: Mapping[str, str],
    told_to: Sequence[Channel],
    context: Mapping[str, Any],
    *,
    at: datetime,
    complete: bool = True,
) -> None:
    """Tell each channel which faults began and which are over since it was told last.

    Where the list is not `complete`, because the check itself failed, nothing is said to be over.
    Raises TransientError where a channel could not be told; the others were.
    """
    known: dict[str, dict[str, str]] = json.loads(Variable.get(OPEN_FAULTS, default="{}"))
    failed = []
    for channel in told_to:
        before = known.get(channel.name, {})
        began = {key: line for key, line in faults.items() if key not in before}
        over = {key for key in before if key not in faults} if complete else set()
        if not began and not over:
            continue
        try:
            _notify(channel, began, [before[key] for key in sorted(over)], context)
        # A notifier may raise anything: it is a provider's code over somebody's network.
        except Exception as error:
            log.exception("channel %s could not be told", channel.name)
            # Only these are about our setting; the text of others may hold an address with a key.
            known_cause = isinstance(error, (ImportError, AttributeError))
            failed.append(f"{channel.name}: {error if known_cause else type(error).__name__}")
            continue
        stamped = {key: f"{line} (since {at:%Y-%m-%d %H:%M})" for key, line in began.items()}
        left = {key: line for key, line in before.items() if key not in over}
        known[channel.name] = left | stamped
        # At once: what one channel was told of stays known when the next one hangs.
        Variable.set(OPEN_FAULTS, json.dumps(known, ensure_ascii=False))
    if failed:
        raise TransientError(f"messages could not be sent ({'; '.join(failed)}): see the log above")


def _notify(
    channel: Channel, began: Mapping[str, str], over: Sequence[str], context: Mapping[str, Any]
) -> None:
    notifier: BaseNotifier = resolve_name(channel.notifier)(**channel.arguments)
    counts = [f"{len(began)} new"] if began else []
    counts += [f"{len(over)} over"] if over else []
    lines = [f"NEW   {line}" for _, line in sorted(began.items())]
    lines += [f"OVER  {line}" for line in over]
    subject = f"Sillok: {', '.join(counts)}"
    # A notifier puts its own arguments into the context by their names, so ours need others.
    notifier({**context, "sillok_subject": subject, "sillok_message": "\n".join(lines)})


def emit(outlets: Iterable[Mapping[str, Any]], alarms: int, *, now: datetime) -> None:
    """Send the gauges of a report's outlets to where Airflow's own metrics go.

    An outlet that was not polled today has no gauges, and a share of nothing is none.
    """
    stats.gauge(ALARMS, alarms)
    for outlet in outlets:
        polled = outlet["polled_at"]
        if polled is None:
            continue
        values = {name: outlet[name] for name in GAUGES if name in outlet}
        values["rejections"] = sum(outlet["rejections"].values())
        values["seconds_since_poll"] = (now - datetime.fromisoformat(polled)).total_seconds()
        for name, value in values.items():
            if value is not None:
                stats.gauge(f"sillok.outlet.{name}", value, tags={"outlet": outlet["outlet"]})


def unchecked(error: SillokError) -> dict[str, str]:
    """Return the fault that stands for a check that failed itself."""
    return {"all/unchecked": f"all: the state could not be checked: {error}"}
