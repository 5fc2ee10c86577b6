"""Where an instance lives: ports that stay, secrets that nobody else reads, one process at a time."""

import base64
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.request import proxy_bypass

import pytest

from infra.run import environment, folders
from infra.run.folders import LOOPBACK, PORTS, InstanceFolder
from processing.errors import UsageError


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InstanceFolder:
    monkeypatch.setenv("SILLOK_VAR", str(tmp_path))
    return InstanceFolder.named("sample")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_sample_and_the_real_outlets_share_nothing(here: InstanceFolder) -> None:
    live = InstanceFolder.named("live")
    assert here.sample
    assert not live.sample
    assert here.path != live.path
    assert here.secret("jwt") != live.secret("jwt")


def test_only_the_owner_sees_the_folder(here: InstanceFolder) -> None:
    here.path.chmod(0o755)
    assert mode(InstanceFolder.named("sample").path) == 0o700


def test_ports_are_chosen_once_and_differ(here: InstanceFolder) -> None:
    parts = ("store", "press", "api-server")
    first = [here.port(part) for part in parts]
    assert first == [InstanceFolder(here.path).port(part) for part in parts]
    assert len(set(first)) == 3
    assert all(port in PORTS for port in first)


@pytest.fixture
def taken(here: InstanceFolder) -> Iterator[tuple[InstanceFolder, str]]:
    """A folder whose store finds its port taken."""
    with socket.socket() as other:
        other.bind((LOOPBACK, here.port("store")))
        other.listen()
        yield here, "store"


def test_a_port_that_was_taken_meanwhile_is_left(taken: tuple[InstanceFolder, str]) -> None:
    here, part = taken
    before = here.port(part)
    assert not folders.free(before)
    here.forget_port(part)
    assert here.port(part) != before
    assert folders.free(here.port(part))


def test_the_port_of_the_press_never_moves(here: InstanceFolder) -> None:
    before = here.port("press")
    with pytest.raises(UsageError, match=rf"port {before} .* stop that program, or remove"):
        here.forget_port("press")
    assert here.port("press") == before


def test_listening_is_seen(here: InstanceFolder) -> None:
    port = here.port("store")
    assert not folders.listening(port)
    with socket.socket() as server:
        server.bind((LOOPBACK, port))
        server.listen()
        assert folders.listening(port)


def test_secrets_are_random_kept_and_private(here: InstanceFolder) -> None:
    first = here.secret("jwt")
    assert first == InstanceFolder(here.path).secret("jwt")
    assert first != here.secret("api")
    assert len(base64.urlsafe_b64decode(here.fernet_key())) == 32
    assert mode(here.path / "secrets.json") == 0o600
    assert mode(environment.passwords(here)) == 0o600


def test_an_interrupted_write_loses_nothing(here: InstanceFolder) -> None:
    port = here.port("press")
    (here.path / "run.json.new").write_text("{")
    assert InstanceFolder(here.path).port("press") == port


def test_a_start_that_did_not_end_is_known(here: InstanceFolder) -> None:
    assert not here.was_interrupted
    here.mark(at_work=True)
    assert InstanceFolder(here.path).was_interrupted
    here.mark(at_work=False)
    assert not here.was_interrupted


def test_one_at_a_time(here: InstanceFolder) -> None:
    with here.locked(), pytest.raises(UsageError, match="wait for it"), here.locked(patience=0):
        pytest.fail("a second one got in")
    with here.locked(patience=0):
        pass


def test_the_lock_of_a_killed_holder_is_free(here: InstanceFolder) -> None:
    code = f"from infra.run.folders import InstanceFolder; from pathlib import Path\nwith InstanceFolder(Path({str(here.path)!r})).locked():"
    code += " print('in', flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=folders.ROOT,
        text=True,
    )
    assert holder.stdout
    assert holder.stdout.readline() == "in\n"
    with pytest.raises(UsageError), here.locked(patience=0):
        pytest.fail("a second one got in")
    holder.kill()
    holder.communicate()
    with here.locked(patience=0):
        pass


def test_the_next_one_waits_for_the_watcher_to_finish(here: InstanceFolder) -> None:
    entered, leave, done = threading.Event(), threading.Event(), threading.Event()

    def watcher() -> None:
        with here.locked():
            entered.set()
            leave.wait(10)
        done.set()

    thread = threading.Thread(target=watcher)
    thread.start()
    assert entered.wait(10)
    threading.Timer(0.1, leave.set).start()
    with here.locked(patience=10):
        assert leave.is_set()
    thread.join()
    assert done.is_set()


def test_the_embedded_stores_secret_is_handed_on_unseen(
    here: InstanceFolder, capsys: pytest.CaptureFixture[str]
) -> None:
    store = here.path / "store"
    store.mkdir()
    (store / "credentials.json").write_text(
        '{"access_key": "sillok:archive", "secret_key": "swordfish"}'
    )
    found = environment.sillok(here)
    assert found["SILLOK_STORE_SECRET_KEY"] == "swordfish"
    assert found["SILLOK_PRESS"] == str(here.port("press"))
    assert found["SILLOK_STORE_ENDPOINT"] == f"http://127.0.0.1:{here.port('store')}"
    assert "swordfish" not in capsys.readouterr().out


@pytest.mark.parametrize("contact", ["", "  "])
@pytest.mark.usefixtures("here")
def test_the_real_outlets_need_a_contact(monkeypatch: pytest.MonkeyPatch, contact: str) -> None:
    live = InstanceFolder.named("live")
    monkeypatch.setenv("SILLOK_CONTACT", contact)
    with pytest.raises(UsageError, match="make up SILLOK_CONTACT="):
        environment.contact(live)
    live.store_contact("mailto:before@example.org")
    with pytest.raises(UsageError, match="make up SILLOK_CONTACT="):
        environment.contact(live, running=False)


@pytest.mark.usefixtures("here")
def test_a_shell_knows_the_contact_with_which_its_instance_was_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live = InstanceFolder.named("live")
    live.store_contact("mailto:started@example.org")
    monkeypatch.delenv("SILLOK_CONTACT", raising=False)
    assert environment.registry(live)["SILLOK_CONTACT"] == "mailto:started@example.org"
    monkeypatch.setenv("SILLOK_CONTACT", "mailto:typed@example.org")
    assert environment.registry(live)["SILLOK_CONTACT"] == "mailto:typed@example.org"


def test_the_sample_needs_none_and_never_meets_a_real_outlet(
    here: InstanceFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here.path / "store").mkdir()
    (here.path / "store" / "credentials.json").write_text('{"access_key": "a", "secret_key": "b"}')
    monkeypatch.delenv("SILLOK_CONTACT", raising=False)
    assert environment.sillok(here)["SILLOK_PRESS"]


def test_everything_of_airflow_is_on_loopback(here: InstanceFolder) -> None:
    found = environment.airflow(here)
    port = here.port("api-server")
    assert found["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert found["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == f"http://127.0.0.1:{port}/execution/"
    assert int(found["AIRFLOW__CORE__PARALLELISM"]) <= 8
    assert found["AIRFLOW_HOME"].startswith(str(here.path))


def test_another_airflows_settings_do_not_leak_in(
    here: InstanceFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://elsewhere")
    monkeypatch.setenv("AIRFLOW_HOME", "/elsewhere")
    found = {**environment.base(here), **environment.airflow(here)}
    assert "elsewhere" not in str(found)


def test_settings_for_real_outlets_do_not_reach_the_sample(
    here: InstanceFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILLOK_DELAY", "60")
    assert "SILLOK_DELAY" not in environment.base(here)
    assert environment.base(InstanceFolder.named("live"))["SILLOK_DELAY"] == "60"
    assert environment.base(here)["SILLOK_VAR"] == os.environ["SILLOK_VAR"]


@pytest.mark.parametrize(("before", "after"), [(None, ""), ("intranet.test", "intranet.test,")])
def test_a_proxy_is_not_asked_for_what_is_here(
    monkeypatch: pytest.MonkeyPatch, before: str | None, after: str
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        if before:
            monkeypatch.setenv(name, before)
    monkeypatch.setenv("http_proxy", "http://proxy.test:3128")
    environment.bypass_proxies()
    assert (
        os.environ["no_proxy"]
        == os.environ["NO_PROXY"]
        == f"{after}127.0.0.1,localhost,.press.test"
    )
    assert proxy_bypass("127.0.0.1:9999")
    assert proxy_bypass("gaon.press.test:28390")
    assert not proxy_bypass("news.test")


def test_without_a_home_the_folder_is_home(
    here: InstanceFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME", raising=False)
    assert environment.base(here)["HOME"] == str(here.path)
