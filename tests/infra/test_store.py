"""The embedded store as a process: credentials, ports, what survives kill -9, what a full disk and a second start say."""

import http.client
import itertools
import json
import multiprocessing
import os
import pwd
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from infra.store import server
from infra.store.layout import HOST, InUseError, access, choose_port, hold
from infra.store.server import Cache, Front
from processing.errors import SillokError
from processing.settings import Settings
from processing.store.interface import Store
from processing.store.s3_store import S3Store
from tests.processing.conftest import ROOT, reaching, start_swift

Process = subprocess.Popen[str]


@pytest.fixture
def running() -> Iterator[list[Process]]:
    """Processes started by a test; all are gone after it."""
    started: list[Process] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def opened(data: Path) -> Store:
    options = reaching(data)
    return S3Store(options.store, options)


def asked_without(endpoint: str, method: str, path: str) -> int:
    """Send a request without credentials, with the headers of an inner server's client; return the status."""
    where = urlsplit(endpoint)
    asked = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
    headers = {"X-Backend-Storage-Policy-Index": "0", "X-Timestamp": "2000000000.00000"}
    asked.request(
        method, path, body=b"from outside" if method in {"PUT", "POST"} else None, headers=headers
    )
    try:
        return asked.getresponse().status
    finally:
        asked.close()


def listening(process: Process) -> set[tuple[str, int]]:
    """Return the addresses on which a process listens, as Linux tells (proc(5), /proc/net/tcp and tcp6)."""
    files = {
        str(link.readlink())
        for link in Path(f"/proc/{process.pid}/fd").iterdir()
        if link.is_symlink()
    }
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            address, port = fields[1].split(":")
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in files:
                found.add((address, int(port, 16)))
    return found


def unix_listeners(process: Process) -> set[str]:
    """Return the Unix sockets on which a process accepts connections (proc(5), flag __SO_ACCEPTCON)."""
    files = {
        str(link.readlink())
        for link in Path(f"/proc/{process.pid}/fd").iterdir()
        if link.is_symlink()
    }
    rows = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
    return {row[6] for row in rows if row[3] == "00010000" and f"socket:[{row[6]}]" in files}


def test_it_listens_on_one_port_of_loopback_and_nowhere_else(
    tmp_path: Path, running: list[Process]
) -> None:
    """The inner servers check no credentials: whoever could connect to one could read and write everything."""
    running.append(start_swift(tmp_path / "store"))
    opened(tmp_path / "store").put("a", b"all servers have been at work")
    port = int((tmp_path / "store" / "port").read_text())
    assert listening(running[0]) == {("0100007F", port)}
    assert unix_listeners(running[0]) == set()


def test_nothing_is_told_or_changed_without_credentials(
    tmp_path: Path, running: list[Process]
) -> None:
    """S3's interface, Swift's own, and the path by which its inner servers know an object."""
    running.append(start_swift(tmp_path / "store"))
    store = opened(tmp_path / "store")
    store.put("head.json", b"kept")
    endpoint = reaching(tmp_path / "store").store_endpoint or ""
    for path in (
        "/",
        "/sillok",
        "/sillok/head.json",
        "/v1/AUTH_sillok/sillok/head.json",
        "/disk/0/AUTH_sillok",
    ):
        for method in ("GET", "PUT", "POST", "DELETE"):
            assert asked_without(endpoint, method, path) // 100 == 4, (method, path)
    assert store.get("head.json") == b"kept"
    assert [entry.key for entry in store.list("")] == ["head.json"]


@pytest.mark.full
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become another user")
def test_another_user_of_the_machine_reaches_nothing(
    tmp_path: Path, running: list[Process]
) -> None:
    """Neither a request to whatever port it opens, nor a file of it, answers user `nobody`."""
    data = tmp_path / "store"
    running.append(start_swift(data))
    opened(data).put("head.json", b"kept")
    for folder in (tmp_path, *tmp_path.parents):
        folder.chmod(
            folder.stat().st_mode | 0o011
        )  # so that what keeps `nobody` out is the store's own folder
    fork = multiprocessing.get_context(
        "fork"
    )  # `nobody` may not be able to start this Python, only to become it
    told = fork.Queue()
    stranger = fork.Process(
        target=_try_as_nobody, args=(told, data, [port for _, port in listening(running[0])])
    )
    stranger.start()
    user, answers = told.get()
    stranger.join()
    assert user == pwd.getpwnam("nobody").pw_uid
    assert len(answers) == 18
    assert set(answers) == {"refused"}


def _try_as_nobody(
    told: "multiprocessing.Queue[tuple[int, list[str]]]", data: Path, ports: list[int]
) -> None:
    """Try every port and two files of the store in `data` as user `nobody`; tell what was refused."""
    nobody = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
    paths = ("/", "/sillok", "/sillok/head.json", "/disk/0/AUTH_sillok/sillok/head.json")
    answers = []
    for port, method, path in itertools.product(ports, ("GET", "PUT", "POST", "DELETE"), paths):
        status = asked_without(f"http://{HOST}:{port}", method, path)
        answers.append("refused" if status // 100 == 4 else f"{method} {path}: {status}")
    for name in ("credentials.json", "etc/proxy.conf"):
        try:
            answers.append((data / name).read_text())
        except PermissionError:
            answers.append("refused")
    told.put((os.geteuid(), answers))


def test_its_secret_is_random_and_its_owner_s_alone(tmp_path: Path) -> None:
    secrets = set()
    for name in ("one", "two"):
        with hold(tmp_path / name):
            found = access(tmp_path / name, 4242)
            assert access(tmp_path / name, 4243).secret_key == found.secret_key
        path = tmp_path / name / "credentials.json"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o700
        assert json.loads(path.read_text())["endpoint"] == "http://127.0.0.1:4243"
        secrets.add(found.secret_key)
    assert len(secrets) == 2
    assert all(len(secret) > 30 for secret in secrets)


def test_no_file_of_it_is_open_to_others(tmp_path: Path, running: list[Process]) -> None:
    running.append(start_swift(tmp_path / "store"))
    secret = json.loads((tmp_path / "store" / "credentials.json").read_text())["secret_key"]
    holders = [
        path
        for path in (tmp_path / "store").rglob("*")
        if path.is_file() and secret.encode() in path.read_bytes()
    ]
    assert {path.name for path in holders} == {"credentials.json", "proxy.conf"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in holders)


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path, running: list[Process]) -> None:
    data = tmp_path / "store"
    running.append(start_swift(data))
    store, done, enough = opened(data), [], threading.Event()

    def write(name: int) -> None:
        for number in range(1000):
            key = f"writer-{name}/{number:04d}"
            try:
                store.put(key, key.encode() * 500)
            except SillokError:
                return
            done.append(key)
            if len(done) > 60:
                enough.set()

    writers = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for writer in writers:
        writer.start()
    assert enough.wait(60)
    running[0].send_signal(signal.SIGKILL)
    running[0].wait()
    for writer in writers:
        writer.join()
    running.append(start_swift(data))
    back = opened(data)
    listed = {entry.key for entry in back.list("writer-")}
    assert set(done) <= listed
    assert all(back.get(key) == key.encode() * 500 for key in done)


def test_a_second_start_says_who_is_there(tmp_path: Path, running: list[Process]) -> None:
    running.append(start_swift(tmp_path / "store"))
    command = [sys.executable, "-m", "infra.store", "--data", str(tmp_path / "store")]
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert f"already served by process {running[0].pid}" in again.stderr
    assert "Traceback" not in again.stderr


def test_a_taken_port_is_named_with_the_cure(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(InUseError, match=rf"port {port} .*--port"):
            choose_port(tmp_path, port)


def test_the_port_is_kept(tmp_path: Path) -> None:
    first = choose_port(tmp_path, None)
    assert choose_port(tmp_path, None) == first


def test_a_wrong_key_opens_nothing(tmp_path: Path, running: list[Process]) -> None:
    running.append(start_swift(tmp_path / "store"))
    good = reaching(tmp_path / "store")
    for wrong in (
        {"store_secret_key": "x"},
        {"store_access_key": "sillok:other"},
        {"store_access_key": "other:archive"},
    ):
        told = Settings(**{**good.model_dump(), **wrong})
        with pytest.raises(SillokError, match="403"):
            S3Store(good.store, told).get("a")


def test_the_cache_forgets_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [1000.0]
    monkeypatch.setattr("time.time", lambda: moment[0])
    cache = Cache()
    cache.set("a", 1, time=10)
    cache.set("b", 2)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, 2, None)
    assert (cache.incr("n", 3), cache.decr("n")) == (3, 2)
    moment[0] += 11
    assert (cache.get("a"), cache.get("b")) == (None, 2)
    cache.delete("b")
    assert cache.get_multi(["a", "b", "n"], "") == [None, None, 2]


def asked(app: Front, method: str, path: str) -> tuple[str, bytes]:
    """Send a request through `app`; return status and body."""
    told: list[str] = []
    body = b"".join(
        app({"REQUEST_METHOD": method, "PATH_INFO": path}, lambda status, *_: told.append(status))
    )
    return told[0], body


@pytest.mark.parametrize(
    ("free", "method", "answer"),
    [(10, "PUT", "507"), (10, "GET", "503"), (5000, "PUT", "503")],
)
def test_a_full_disk_is_called_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, method: str, answer: str
) -> None:
    class Disk:
        f_bavail = free
        f_blocks = 10_000

    def failing(_: object, start: server.Start) -> list[bytes]:
        start("503 Service Unavailable", [])
        return [b"no"]

    monkeypatch.setattr("os.statvfs", lambda _: Disk)
    status, body = asked(Front(failing, tmp_path), method, "/bucket/key")
    assert status.startswith(answer)
    assert (b"InsufficientStorage" in body) is (answer == "507")


def test_writes_to_one_object_take_turns(tmp_path: Path) -> None:
    """The second write of a key starts only when the first is done; another key does not wait."""
    import eventlet  # noqa: PLC0415 - it warns of its own age unless infra.store came first

    order: list[str] = []

    def slow(environ: dict[str, str], start: server.Start) -> list[bytes]:
        name = environ["name"]
        order.append(f"{name} begins")
        eventlet.sleep(0)
        eventlet.sleep(0)
        order.append(f"{name} ends")
        start("200 OK", [])
        return []

    app = Front(slow, tmp_path)

    def write(name: str, path: str) -> None:
        list(app({"REQUEST_METHOD": "PUT", "PATH_INFO": path, "name": name}, lambda *_: None))

    threads = [
        eventlet.spawn(write, *each)
        for each in (("first", "/b/k"), ("second", "/b/k"), ("other", "/b/z"))
    ]
    for thread in threads:
        thread.wait()
    assert order.index("first ends") < order.index("second begins")
    assert order.index("other begins") < order.index("first ends")
    assert app._locks == {}
