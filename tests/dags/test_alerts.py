"""Messages: one when a fault begins, one when it is over, to each channel, whatever another channel does."""

import json
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.header import decode_header
from typing import Any, ClassVar

import pytest
from airflow.sdk import BaseNotifier
from airflow.sdk.observability import stats
from hypothesis import given
from hypothesis import strategies as st

from dags import alerts, common
from dags.alerts import announce, channels, emit, faults_in, unchecked
from processing.errors import PermanentError, TransientError, UsageError

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


class Kept(BaseNotifier):
    """A notifier of a provider, as far as this project knows one: its arguments are templates."""

    template_fields = ("text", "name")
    sent: ClassVar[list[tuple[str, str]]] = []
    broken: ClassVar[set[str]] = set()

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self.name, self.text = name, text

    def notify(self, context: Any) -> None:
        assert context["sillok_subject"].startswith("Sillok: ")
        if self.name in self.broken:
            raise ConnectionError("https://hooks.example.org/secret-key does not answer")
        self.sent.append((self.name, self.text))


def setting(*names: str, notifier: str = f"{__name__}.Kept") -> str:
    entries = [
        {
            "name": name,
            "notifier": notifier,
            "arguments": {"name": name, "text": "{{ sillok_subject }}|{{ sillok_message }}"},
        }
        for name in names
    ]
    return json.dumps(entries)


DESK = channels(setting("desk"))
BOTH = channels(setting("desk", "pager"))


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The variables of Airflow, in memory."""
    kept: dict[str, str] = {}
    monkeypatch.setattr(
        alerts.Variable, "get", lambda key, default=None: kept.get(key, default), raising=True
    )
    monkeypatch.setattr(alerts.Variable, "set", kept.__setitem__)
    Kept.sent.clear()
    Kept.broken.clear()
    yield kept
    Kept.sent.clear()
    Kept.broken.clear()


def say(faults: dict[str, str], to: Any = DESK, **more: Any) -> list[tuple[str, str]]:
    Kept.sent.clear()
    announce(faults, to, {}, at=NOW, **more)
    return list(Kept.sent)


def test_a_fault_is_told_when_it_begins_and_when_it_is_over() -> None:
    assert say({}) == []
    assert say({"duru/ended": "duru: failed"}) == [("desk", "Sillok: 1 new|NEW   duru: failed")]
    assert say({"duru/ended": "duru: failed again"}) == []
    assert say({"duru/ended": "duru: failed", "gaon/held": "gaon: held"}) == [
        ("desk", "Sillok: 1 new|NEW   gaon: held")
    ]
    assert say({"gaon/held": "gaon: held"}) == [
        ("desk", "Sillok: 1 over|OVER  duru: failed (since 2026-11-22 03:00)")
    ]
    assert say({"duru/ended": "duru: failed"}) == [
        (
            "desk",
            "Sillok: 1 new, 1 over|NEW   duru: failed\nOVER  gaon: held (since 2026-11-22 03:00)",
        )
    ]


def test_a_channel_that_fails_is_told_later_and_the_others_once() -> None:
    Kept.broken.add("desk")
    with pytest.raises(
        TransientError, match=r"could not be sent \(desk: ConnectionError\)"
    ) as said:
        say({"duru/ended": "duru: failed"}, BOTH)
    assert "secret-key" not in str(said.value)
    assert Kept.sent == [("pager", "Sillok: 1 new|NEW   duru: failed")]
    Kept.broken.clear()
    assert say({"duru/ended": "duru: failed"}, BOTH) == [
        ("desk", "Sillok: 1 new|NEW   duru: failed")
    ]


def test_a_check_that_fails_ends_no_fault() -> None:
    say({"duru/ended": "duru: failed"})
    fault = unchecked(PermanentError("the store is away"))
    (told,) = say(fault, complete=False)
    assert told[1] == "Sillok: 1 new|NEW   all: the state could not be checked: the store is away"
    assert say(fault, complete=False) == []
    (told,) = say({"duru/ended": "duru: failed"})
    assert told[1].startswith("Sillok: 1 over|OVER  all: the state could not be checked")


@given(st.lists(st.sets(st.sampled_from(["a/x", "b/x", "b/y"])), max_size=12))
def test_of_each_fault_beginnings_and_ends_take_turns(states: list[set[str]]) -> None:
    alerts.Variable.set(alerts.OPEN_FAULTS, "{}")
    told: dict[str, list[str]] = {}
    for state in [*states, set()]:
        for _, text in say({fault: fault for fault in state}):
            for line in text.partition("|")[2].splitlines():
                word, fault = line.split()[:2]
                told.setdefault(fault, []).append(word)
    for fault, words in told.items():
        spans = sum(
            fault in state and fault not in before
            for before, state in zip([set(), *states], states, strict=False)
        )
        assert words == ["NEW", "OVER"] * spans


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{", "the value: Invalid JSON"),
        ('[{"name": "desk"}]', "0.notifier: Field required"),
        ('[{"name": "d", "notifier": "a.B", "to": "x"}]', "0.to: Extra inputs"),
        (setting("desk", "desk"), "two channels have one name: desk, desk"),
    ],
)
def test_a_wrong_setting_is_said_without_its_value(value: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"^SILLOK_NOTIFIERS: {said}"):
        channels(value)


def test_a_notifier_that_is_not_installed_is_named() -> None:
    with pytest.raises(TransientError, match="desk: No module named 'nowhere'"):
        say({"a/x": "a"}, channels(setting("desk", notifier="nowhere.Notifier")))


def test_only_alarms_are_faults_and_one_code_of_an_outlet_is_one() -> None:
    finding = {"level": "alarm", "code": "source", "outlet": "duru", "what": "w", "cure": "c"}
    notice = finding | {"level": "notice", "outlet": "gaon"}
    assert faults_in([finding, finding | {"what": "v"}, notice]) == {
        "duru/source": "duru: w; c\n  duru: v; c"
    }


def test_gauges_have_the_outlet_as_a_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, float, str | None]] = []
    monkeypatch.setattr(
        stats,
        "gauge",
        lambda name, value, tags=None: sent.append((name, value, (tags or {}).get("outlet"))),
    )
    row = {
        "outlet": "duru", "polled_at": (NOW - timedelta(minutes=5)).isoformat(), "pages": 3, "articles": 2,
        "rejections": {"empty": 1}, "gaps": 0, "completeness": None, "bytes": 9, "requests": 4, "retries": 1,
        "why": "",
    }  # fmt: skip
    emit([row, row | {"outlet": "gaon", "polled_at": None}], 2, now=NOW)
    assert sent[0] == ("sillok.alarms", 2, None)
    assert {name.removeprefix("sillok.outlet."): value for name, value, _ in sent[1:]} == {
        "pages": 3, "articles": 2, "rejections": 1, "gaps": 0, "bytes": 9, "requests": 4, "retries": 1,
        "seconds_since_poll": 300,
    }  # fmt: skip
    assert {outlet for _, _, outlet in sent[1:]} == {"duru"}


REPORT = {
    "findings": [
        {"level": "alarm", "code": "ended", "outlet": "duru", "what": "failed", "cure": "look"},
        {"level": "notice", "code": "few", "outlet": "gaon", "what": "few", "cure": "wait"},
    ],
    "outlets": [],
}


def stub(monkeypatch: pytest.MonkeyPatch, code: int, printed: str) -> None:
    """Let the command print that and end so."""

    def stream(command: Any, *, tail: Any, output: Any) -> int:
        assert command[-3:] == ["report", "--check", "--json"]
        tail.append(common.Line(40, "the store is away"))
        output.write(printed)
        return code

    monkeypatch.setattr(alerts, "stream", stream)


def test_the_check_is_red_with_every_alarm_and_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stub(monkeypatch, 3, json.dumps(REPORT))
    with pytest.raises(PermanentError, match=r"^sillok report is unhealthy: duru: failed; look$"):
        alerts.check_state(DESK, {}, NOW)
    assert Kept.sent == [("desk", "Sillok: 1 new|NEW   duru: failed; look")]
    stub(monkeypatch, 0, json.dumps(REPORT | {"findings": []}))
    alerts.check_state(DESK, {}, NOW)
    assert [text[:15] for _, text in Kept.sent] == ["Sillok: 1 new|N", "Sillok: 1 over|"]


def test_a_check_that_cannot_be_made_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    stub(monkeypatch, 1, "")
    with pytest.raises(TransientError, match="sillok report failed: the store is away"):
        alerts.check_state(DESK, {}, NOW)
    assert "could not be checked" in Kept.sent[0][1]


class Mailbox(socketserver.StreamRequestHandler):
    """Takes mail as RFC 5321 has it, and keeps it."""

    mails: ClassVar[list[str]] = []

    def handle(self) -> None:
        self._say("220 loopback")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "DATA":
                self._say("354 go on")
                body = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                self.mails.append("".join(body))
            self._say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                return

    def _say(self, reply: str) -> None:
        self.wfile.write(f"{reply}\r\n".encode())


def test_the_example_sends_a_mail_through_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    documented = alerts.__doc__ or ""
    example = documented[documented.index('[{"name"') : documented.index("}}]") + 3]
    with socketserver.TCPServer(("127.0.0.1", 0), Mailbox) as server:
        port = server.server_address[1]
        options = "from_email=sillok%40example.org&disable_ssl=true&disable_tls=true"
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", f"smtp://127.0.0.1:{port}/?{options}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            announce({"duru/ended": "duru: <b>failed</b>"}, channels(example), {}, at=NOW)
        finally:
            server.shutdown()
            thread.join()
    (mail,) = map(message_from_string, Mailbox.mails)
    assert mail["To"] == "desk@example.org"
    assert decode_header(mail["Subject"])[0][0] in {"Sillok: 1 new", b"Sillok: 1 new"}
    (part,) = (part for part in mail.walk() if part.get_content_type() == "text/html")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert "NEW   duru: &lt;b&gt;failed&lt;/b&gt;" in content.decode()
