"""`make up`, `make down` and `make shell`: Airflow on this machine for as long as a person wants it."""

import signal
import subprocess
import sys
from types import FrameType

from infra.run import environment, processes, services
from infra.run.folders import LOOPBACK, InstanceFolder, listening
from infra.run.services import instance

SERVICES = ("api-server", "dag-processor", "scheduler", "triggerer")


def up(place: InstanceFolder) -> int:
    """Start everything in the background and return 0; an instance that is up already is left alone."""
    with place.alone():
        if not _is_up(place):
            if not place.sample:
                place.keep_contact(environment.contact(place, running=False))
            _begin(place)
    print(f"Airflow        http://{LOOPBACK}:{place.port('api-server')}/")
    print(
        f"Log in         as {environment.USER}; the password is in {environment.passwords(place)}"
    )
    if not place.sample:
        print(f"Outlets see    {place.contact}")
    print(
        "DAGs           are paused until you unpause them: the crawls that you want, and `archive`"
    )
    print("make shell     scrapy, sillok and airflow for this instance;  make down stops it")
    return 0


def down() -> int:
    """Stop whatever runs, the sample or the real outlets, and return 0."""
    for name in ("sample", "live"):
        place = InstanceFolder.named(name)
        ended = processes.sweep(place)
        if ended:
            print(f"{name}: stopped {ended} processes")
    return 0


def shell() -> int:
    """Open a shell for the instance that is up, else for the sample with just its store; return the shell's code."""
    up_now = next(
        (place for place in map(InstanceFolder.named, ("live", "sample")) if _is_up(place)), None
    )
    if up_now:
        return _shell(up_now)
    place = InstanceFolder.named("sample")
    with instance(place) as running:
        services.begin_store(place, running)
        services.await_store(place, running)
        return _shell(place)


def _begin(place: InstanceFolder) -> None:
    processes.sweep(place)
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        services.begin_store(place, running)
        services.migrate(place)
        services.await_store(place, running)
        services.airflow(place, running, *SERVICES)
        services.await_airflow(place, running)
    except BaseException:
        processes.sweep(place)
        raise


def _is_up(place: InstanceFolder) -> bool:
    return bool(processes.alive(place, ["api-server"])) and listening(place.port("api-server"))


def _shell(place: InstanceFolder) -> int:
    """Run the user's shell with what its commands need; a marked prompt tells which archive they meet."""
    variables = {
        **environment.base(place),
        **environment.airflow(place),
        **environment.sillok(place),
    }
    variables["PS1"] = f"(sillok {place.folder.name}) \\w \\$ "
    if sys.stdin.isatty():
        print(f"scrapy, sillok and airflow now meet the archive of {place.folder}; leave with exit")
    command = ["bash", "--norc"] if sys.stdin.isatty() else ["sh", "-s"]
    signal.signal(signal.SIGINT, _leave_it_to_the_shell)
    return subprocess.run(command, env=variables, check=False).returncode  # noqa: S603 - the user's shell


def _leave_it_to_the_shell(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: Ctrl-C is meant for the command that runs in it. A handler, because SIG_IGN would be inherited."""
