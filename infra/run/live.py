"""`make up`, `make down` and `make shell`: an instance that runs in the background."""

import signal
import subprocess
import sys
from types import FrameType

from infra.run import environment, processes, services
from infra.run.client import HEARTBEATS, Airflow
from infra.run.folders import LOOPBACK, InstanceFolder, listening
from infra.run.services import instance

SERVICES = ("api-server", "dag-processor", "scheduler", "triggerer")


def up(folder: InstanceFolder) -> int:
    """Start all parts of an instance in the background and return 0.

    A healthy instance is left as it is. Where a part has died or is unhealthy, all are started
    anew, and Airflow continues with the runs that were open.
    """
    with folder.locked():
        running = bool(processes.alive(folder))
        missing = _missing_parts(folder)
        if missing:
            if running:
                print(
                    f"{', '.join(missing)}: not at work any more; starting everything anew",
                    flush=True,
                )
            # Before anything is started: without a contact, no outlet may be asked.
            if not folder.sample:
                folder.store_contact(environment.contact(folder, running=running))
            _start(folder)
    print(f"Airflow        http://{LOOPBACK}:{folder.port('api-server')}/")
    print(
        f"Log in         as {environment.USER}; the password is in {environment.passwords(folder)}"
    )
    if not folder.sample:
        print(f"Outlets see    {folder.contact}")
    print(
        "DAGs           are paused until you unpause them: the crawls that you want, and `archive`"
    )
    print("make shell     scrapy, sillok and airflow for this instance;  make down stops it")
    return 0


def down() -> int:
    """Stop the sample and the live instance, if they run, and return 0."""
    for name in ("sample", "live"):
        folder = InstanceFolder.named(name)
        ended = processes.sweep(folder)
        if ended:
            print(f"{name}: stopped {ended} processes")
    return 0


def shell() -> int:
    """Open a shell for the instance that is up, else for the sample with its store alone.

    Return the exit code of the shell.
    """
    up_now = next(
        (folder for folder in map(InstanceFolder.named, ("live", "sample")) if _is_up(folder)), None
    )
    if up_now:
        return _shell(up_now)
    folder = InstanceFolder.named("sample")
    with instance(folder) as running:
        services.start_store(folder, running)
        services.await_store(folder, running)
        return _shell(folder)


def _start(folder: InstanceFolder) -> None:
    processes.sweep(folder)
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        services.start_store(folder, running)
        services.migrate(folder)
        services.await_store(folder, running)
        services.start_airflow(folder, running, *SERVICES)
        client = services.await_airflow(folder, running)
        services.wait(folder, running, lambda: not client.unhealthy(), "a part of Airflow")
    # Ctrl-C as well: a half-started instance in the background would be found by nobody.
    except BaseException:
        processes.sweep(folder)
        raise


def _missing_parts(folder: InstanceFolder) -> list[str]:
    """Return the parts that are dead, do not listen or are unhealthy."""
    wanted = ["store", *(["press"] if folder.sample else []), *SERVICES]
    dead = processes.dead(folder, wanted)
    if dead:
        return dead
    ports = [part for part in wanted if part not in HEARTBEATS.values()]
    return [part for part in ports if not listening(folder.port(part))] + Airflow(
        folder.port("api-server")
    ).unhealthy()


def _is_up(folder: InstanceFolder) -> bool:
    return bool(processes.alive(folder, ["api-server"])) and listening(folder.port("api-server"))


def _shell(folder: InstanceFolder) -> int:
    """Run a shell with the instance's environment; its prompt names the instance."""
    variables = {
        **environment.base(folder),
        **environment.airflow(folder),
        **environment.sillok(folder),
    }
    variables["PS1"] = f"(sillok {folder.path.name}) \\w \\$ "
    if sys.stdin.isatty():
        print(f"scrapy, sillok and airflow now meet the archive of {folder.path}; leave with exit")
    command = ["bash", "--norc"] if sys.stdin.isatty() else ["sh", "-s"]
    signal.signal(signal.SIGINT, _leave_it_to_the_shell)
    return subprocess.run(command, env=variables, check=False).returncode  # noqa: S603 - a shell


def _leave_it_to_the_shell(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: Ctrl-C is meant for the command that runs in the shell."""
    # A handler rather than SIG_IGN, which the shell and its commands would inherit.
