"""`make up`, `make down` and `make shell`: Airflow on this machine for as long as a person wants it."""

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
    """Start everything in the background and return 0.

    An instance that is up and well is left alone.

    One of which a part has died or does not beat any more is started anew: what it left open goes
    on from there.
    """
    with folder.locked():
        begun = bool(processes.alive(folder))
        lacking = _missing_parts(folder)
        if lacking:
            if begun:
                print(
                    f"{', '.join(lacking)}: not at work any more; starting everything anew",
                    flush=True,
                )
            if not folder.sample:
                folder.store_contact(environment.contact(folder, running=begun))
            _begin(folder)
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
    """Stop whatever runs, the sample or the real outlets, and return 0."""
    for name in ("sample", "live"):
        folder = InstanceFolder.named(name)
        ended = processes.sweep(folder)
        if ended:
            print(f"{name}: stopped {ended} processes")
    return 0


def shell() -> int:
    """Open a shell for the instance that is up, else for the sample with just its store.

    Return the shell's code.
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


def _begin(folder: InstanceFolder) -> None:
    processes.sweep(folder)
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        services.start_store(folder, running)
        services.migrate(folder)
        services.await_store(folder, running)
        services.start_airflow(folder, running, *SERVICES)
        client = services.await_airflow(folder, running)
        services.wait(folder, running, lambda: not client.unhealthy(), "a part of Airflow")
    except BaseException:
        processes.sweep(folder)
        raise


def _missing_parts(folder: InstanceFolder) -> list[str]:
    """Return the parts that are not at work."""
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
    """Run the user's shell with what its commands need.

    A marked prompt tells which archive they meet.
    """
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
    return subprocess.run(command, env=variables, check=False).returncode  # noqa: S603 - the user's shell


def _leave_it_to_the_shell(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: Ctrl-C is meant for the command that runs in it.

    A handler, because SIG_IGN would be inherited.
    """
