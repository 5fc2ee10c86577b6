"""`make up`, `make down` and `make shell`: Airflow on this machine for as long as a person wants it."""

import signal
import subprocess
import sys
from types import FrameType

from infra.run import environment, processes, services
from infra.run.client import BEATING, Airflow
from infra.run.folders import LOOPBACK, InstanceFolder, listening
from infra.run.services import instance

SERVICES = ("api-server", "dag-processor", "scheduler", "triggerer")


def up(place: InstanceFolder) -> int:
    """Start everything in the background and return 0.

    An instance that is up and well is left alone.

    One of which a part has died or does not beat any more is started anew: what it left open goes
    on from there.
    """
    with place.alone():
        begun = bool(processes.alive(place))
        lacking = _lacking(place)
        if lacking:
            if begun:
                print(
                    f"{', '.join(lacking)}: not at work any more; starting everything anew",
                    flush=True,
                )
            if not place.sample:
                place.keep_contact(environment.contact(place, running=begun))
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
    """Open a shell for the instance that is up, else for the sample with just its store.

    Return the shell's code.
    """
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
        client = services.await_airflow(place, running)
        services.wait(place, running, lambda: not client.ailing(), "a part of Airflow")
    except BaseException:
        processes.sweep(place)
        raise


def _lacking(place: InstanceFolder) -> list[str]:
    """Return the parts that are not at work."""
    wanted = ["store", *(["press"] if place.sample else []), *SERVICES]
    dead = processes.dead(place, wanted)
    if dead:
        return dead
    ports = [part for part in wanted if part not in BEATING.values()]
    return [part for part in ports if not listening(place.port(part))] + Airflow(
        place.port("api-server")
    ).ailing()


def _is_up(place: InstanceFolder) -> bool:
    return bool(processes.alive(place, ["api-server"])) and listening(place.port("api-server"))


def _shell(place: InstanceFolder) -> int:
    """Run the user's shell with what its commands need.

    A marked prompt tells which archive they meet.
    """
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
    """Do nothing: Ctrl-C is meant for the command that runs in it.

    A handler, because SIG_IGN would be inherited.
    """
