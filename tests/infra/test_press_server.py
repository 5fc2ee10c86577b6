"""The press on a socket: loopback only, keep-alive, phases by request, an access log that tests can read."""

import http.client
import json
import threading
from datetime import datetime, timedelta

import pytest

from infra.press.__main__ import main
from infra.press.press import ADMIN, Press, Server
from infra.press.state import PressState
from processing.dates import SEOUL

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=SEOUL)
ROBOTS = {"Host": "gaon.press.test"}


@pytest.fixture
def started(tmp_path):
    servers = []

    def start(*, admin=False):
        server = Server(Press(PressState(tmp_path / "press", NOW), 0), admin=admin)
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def connect(server):
    return http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)


def ask(connection, path, *, method="GET", headers=ROBOTS, body=None):
    connection.request(method, path, headers=headers, body=body)
    response = connection.getresponse()
    return response, response.read()


def test_it_listens_on_loopback_only(started):
    assert started().server_address[0] == "127.0.0.1"


def test_links_carry_the_port_that_it_got(started):
    server = started()
    _, body = ask(connect(server), "/rss/news.xml")
    assert f"http://gaon.press.test:{server.server_address[1]}/view/AKR".encode() in body


def test_one_connection_serves_many_requests(started):
    connection = connect(started())
    first, _ = ask(connection, "/robots.txt")
    socket = connection.sock
    second, body = ask(connection, "/rss/news.xml")
    assert (first.status, second.status) == (200, 200)
    assert connection.sock is socket
    assert body.startswith(b"<?xml")


def test_head_has_the_headers_and_no_body(started):
    connection = connect(started())
    whole, body = ask(connection, "/rss/news.xml")
    head, nothing = ask(connection, "/rss/news.xml", method="HEAD")
    assert head.getheader("Content-Length") == whole.getheader("Content-Length") == str(len(body))
    assert nothing == b""


def test_304_comes_without_a_body_and_keeps_the_connection(started):
    connection = connect(started())
    tag = ask(connection, "/rss/news.xml")[0].getheader("ETag")
    fresh, body = ask(connection, "/rss/news.xml", headers={**ROBOTS, "If-None-Match": tag})
    assert (fresh.status, body) == (304, b"")
    assert ask(connection, "/robots.txt")[0].status == 200


def test_a_cut_page_ends_before_its_stated_length(started):
    server = started()
    host = {"Host": "dongnyeok.press.test"}
    _, listing = ask(connect(server), "/list.asp?sec=all", headers=host)
    paths = [part.split('"')[0] for part in listing.decode("cp949").split('href="')[1:]]
    path = next(path for path in paths if path.endswith("31521"))
    with pytest.raises(http.client.IncompleteRead):
        ask(connect(server), path, headers=host)
    assert ask(connect(server), path, headers=host)[1].rstrip().endswith(b"</html>")


def test_the_phase_is_changed_by_request_only_where_allowed(started):
    server = started()
    refused, _ = ask(connect(server), ADMIN, method="POST", body='{"phase": 1}')
    assert refused.status == 405
    assert server.press.state.phase(NOW) == 0


@pytest.mark.parametrize(
    ("body", "status", "phase"), [('{"phase": 1}', 204, 1), ("[]", 400, 0), ("x", 400, 0)]
)
def test_the_phase_is_changed_by_request(started, body, status, phase):
    server = started(admin=True)
    assert ask(connect(server), ADMIN, method="POST", body=body)[0].status == status
    assert server.press.state.phase(NOW) == phase


def test_the_log_says_who_asked_for_what(started, tmp_path):
    connection = connect(started())
    ask(connection, "/robots.txt", headers={**ROBOTS, "User-Agent": "Sillok/0"})
    ask(connection, "/nowhere")
    rows = [
        json.loads(line)
        for line in (tmp_path / "press" / "access.jsonl").read_text("utf-8").splitlines()
    ]
    assert [(row["method"], row["path"], row["status"], row["agent"]) for row in rows] == [
        ("GET", "/robots.txt", 200, "Sillok/0"),
        ("GET", "/nowhere", 404, ""),
    ]
    assert {row["host"] for row in rows} == {"gaon.press.test"}
    assert all(datetime.fromisoformat(row["at"]).tzinfo for row in rows)


def test_a_set_phase_outlives_a_restart(tmp_path):
    PressState(tmp_path, NOW).set_phase(1, NOW + timedelta(minutes=1))
    again = PressState(tmp_path, NOW + timedelta(days=3))
    assert again.phase(NOW) == 1
    assert (again.epoch, again.later) == (NOW, NOW + timedelta(minutes=1))


def test_a_taken_port_is_one_clear_message(started, tmp_path, capsys):
    port = started().server_address[1]
    assert main(["--port", str(port), "--state", str(tmp_path / "other")]) == 2
    assert f"127.0.0.1:{port}" in capsys.readouterr().err


def test_another_epoch_for_a_kept_state_is_refused(tmp_path, capsys):
    PressState(tmp_path, NOW)
    assert (
        main(["--port", "0", "--state", str(tmp_path), "--epoch", "2026-01-01T00:00:00+09:00"]) == 2
    )
    assert "remove the folder" in capsys.readouterr().err


def test_an_epoch_without_offset_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["--port", "0", "--state", str(tmp_path), "--epoch", "2026-01-01T00:00:00"])
    assert "has no offset" in capsys.readouterr().err
