"""`sillok doctor`: is everything here that a crawl and a publication need, and if not, what to do.

What the doctor looks at in a store, and how a look becomes a finding.
"""

import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from processing.errors import ExitCode, MissingError, SillokError, TransientError, UsageError
from spiders.commandline import SETTINGS, TASK_ENVIRONMENT, crawl_command
from spiders.console.common import JsonOption, StoreOption, now, print_json, print_rows, say
from spiders.console.publishing import lock_sha256

if TYPE_CHECKING:
    from processing.settings import Settings
    from processing.store.interface import Store

_SKEW = timedelta(minutes=1)
"""Clocks that differ by more spoil the order of versions.

S3 itself refuses more than 15 minutes.
"""


ONE_HOST = (
    "only one host may crawl: claims of outlets need a store that creates objects exactly once"
)
"""What a store without exact create-if-absent means for crawls."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    `bad` stops work, `odd` deserves a thought; `cure` is what to do.
    """

    what: str
    state: Literal["ok", "odd", "bad", "retry"]
    told: str
    cure: str = ""


Told = tuple[Literal["ok", "odd", "bad"], str, str]


def tried(what: str, look: Callable[[], Told]) -> Check:
    """Return what a look found; an error is a finding too."""
    try:
        state, message, cure = look()
    except (SillokError, OSError) as error:
        return failed(what, error)
    return Check(what, state, message, cure)


def failed(what: str, error: Exception) -> Check:
    message, _, cure = str(error).partition("; ")
    return Check(what, "retry" if isinstance(error, TransientError) else "bad", message, cure)


def round_trip(store: "Store") -> Told:
    """Write, read back, delete."""
    key, data = f"probe/{token_hex(8)}", os.urandom(64)
    store.put(key, data)
    same = store.get(key) == data
    # A store that keeps what was deleted would keep takedowns too.
    store.delete([key])
    try:
        store.get(key)
    except MissingError:
        if same:
            return "ok", "an object was written, read back and deleted", ""
        return "bad", f"{store.url} returned other bytes than it was given", "do not use this store"
    return (
        "bad",
        f"{store.url} still has an object that was deleted",
        "allow deletion to these credentials",
    )


def creation(store: "Store", options: "Settings") -> Told:
    from processing.store.opening import cure, lacking, tried_again

    capabilities = tried_again(store, single_writer=options.single_writer)
    if missing := lacking(capabilities, options):
        return "bad", f"the store lacks: {', '.join(missing)}", f"{cure(missing)}; {ONE_HOST}"
    if capabilities.creates_exactly:
        return "ok", "several archivers may run at once", ""
    return "ok", f"SILLOK_SINGLE_WRITER=true says that only one archiver runs; {ONE_HOST}", ""


def clock(store: "Store") -> Told:
    """Compare the clock of this machine with the store's."""
    key = f"probe/{token_hex(8)}"
    before = now()
    store.put(key, b"clock")
    stamps: list[datetime] = [entry.modified for entry in store.list(key)]
    store.delete([key])
    # The store's stamp has whole seconds on some stores, and a request takes time.
    away = max((abs(stamp - before) for stamp in stamps), default=timedelta())
    if away > _SKEW:
        return (
            "bad",
            f"this clock and the store's differ by {away.total_seconds():.0f} s",
            "set the clock (NTP)",
        )
    return "ok", f"within {max(away.total_seconds(), 1):.0f} s of the store's", ""


def chain(store: "Store", options: "Settings") -> Told:
    from processing.archive.manifests import Witness, head

    link = head(store)
    Witness(options.heads, store).check(store, link)
    return (
        "ok",
        f"manifest {link.manifest.seq} is the newest" if link else "nothing published yet",
        "",
    )


def landing(store: "Store") -> Told:
    """Tell runs with pages, which `sillok archive` takes in, from polls without news, which wait for the next news."""
    from processing.landing.keys import objects

    runs: dict[tuple[str, str], bool] = {}
    for key, _ in objects(store):
        run = (key.outlet, key.run)
        runs[run] = runs.get(run, False) or key.is_news
    if news := sum(runs.values()):
        return "odd", f"{news} runs with pages wait in landing", "sillok archive"
    return (
        "ok",
        f"{len(runs)} polls without news wait in landing" if runs else "nothing waits in landing",
        "",
    )


_ROOM = 1 << 30


def doctor(
    *,
    robots: Annotated[
        str | None,
        typer.Option(
            "--robots", metavar="OUTLET", help="Also ask this outlet whether it lets us in."
        ),
    ] = None,
    release: Annotated[
        list[str] | None,
        typer.Option(
            "--release",
            metavar="OUTLET",
            help="Free this outlet for the next crawl: its last one is dead.",
        ),
    ] = None,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Check settings, store, clock, folders and outlets, and say what to fix.

    Writes one small object to the store, reads it back and deletes it. Ends with 2 where something
    must be fixed first, with 1 where trying again may help.
    """
    if release:
        _release(store, release)
        return
    checks = list(_checks(store))
    if robots:
        checks.append(tried("robots", lambda: _robots(robots)))
    if as_json:
        print_json(map(asdict, checks))
    else:
        print_rows(map(asdict, checks), ("state", "what", "told", "cure"))
    if code := _exit_code({check.state for check in checks}):
        raise typer.Exit(code)


def _exit_code(states: Collection[str]) -> ExitCode:
    """Return 2 where something must be fixed first, 1 where trying again may help, else 0."""
    if "bad" in states:
        return ExitCode.PERMANENT
    return ExitCode.TRANSIENT if "retry" in states else ExitCode.DONE


def _release(url: str | None, names: list[str]) -> None:
    """Free the claims of these outlets. Raises UsageError for a name that no outlet has."""
    from processing.settings import settings
    from processing.store.opening import open_store
    from spiders.crawling.claims import release
    from spiders.outlets import outlets

    if unknown := sorted({*names} - {*outlets()}):
        raise UsageError(f"no outlet is called {', '.join(unknown)}: `sillok outlets` lists them")
    options = settings()
    freed = release(open_store(url or options.store, options), names)
    for name in names:
        say(f"{name}: {'free for the next crawl' if name in freed else 'it was free'}")


def _checks(url: str | None) -> Iterator[Check]:
    yield tried("packages", lambda: ("ok", f"list {lock_sha256()[:12]}", ""))
    yield tried("outlets", _outlets)
    yield tried("crawl", _crawl)
    yield tried("contact", _contact)
    yield tried("authorities", _authorities)
    try:
        from processing.settings import settings
        from processing.store.opening import open_store

        options = settings()
        opened = open_store(url or options.store, options)
    except SillokError as error:
        yield failed("settings", error)
        return
    yield Check("settings", "ok", f"store {opened.url}")
    wrote = tried("store", lambda: round_trip(opened))
    yield wrote
    # Each of these would fail with the same cause, which the check before has said.
    if wrote.state == "ok":
        yield tried("creation", lambda: creation(opened, options))
        yield tried("clock", lambda: clock(opened))
        yield tried("chain", lambda: chain(opened, options))
        yield tried("landing", lambda: landing(opened))
    yield tried("cache", lambda: _folder(options.cache))
    yield tried("heads", lambda: _folder(options.heads))
    yield tried("spool", lambda: _folder(_spool()))


def _outlets() -> Told:
    from spiders.outlets import outlets

    declared = outlets()
    paused = sum(outlet.paused is not None for outlet in declared.values())
    return "ok", f"{len(declared)} declared, {paused} of them paused", ""


def _crawl() -> Told:
    """Start a crawl's `--help` as a task does: the same interpreter, environment and folder."""
    command, environment = crawl_command("--help"), {**os.environ, **TASK_ENVIRONMENT}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode == 0:
        return "ok", f"`scrapy crawl` starts with {sys.executable}", ""
    # The last line of a traceback is the error; what stands above it is its way.
    lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    message = f"`scrapy crawl` does not start as a task would start it ({lines[-1] if lines else 'it says nothing'})"
    return "bad", message, f"install Sillok whole into the environment of {sys.executable}"


def _contact() -> Told:
    from spiders.settings import environment

    contact = environment().contact
    if not contact:
        cure = "set SILLOK_CONTACT to a page or an address where outlets reach you; scheduled crawls refuse to run without"
        return "odd", "no contact in the User-Agent", cure
    if not any(mark in contact for mark in ("@", "http://", "https://")):
        return (
            "odd",
            f"SILLOK_CONTACT={contact!r} is neither a URL nor an address",
            "write https://… or mailto:…",
        )
    return "ok", contact, ""


def _authorities() -> Told:
    """Look for those who vouch for the outlets' certificates, where OpenSSL looks for them."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile or (paths.capath and any(Path(paths.capath).iterdir())):
        return "ok", f"in {paths.cafile or paths.capath}", ""
    cure = "apt install ca-certificates, or name a file of them in SSL_CERT_FILE: without them no https outlet is crawled"
    return "bad", "this machine knows nobody who vouches for certificates", cure


def _spool() -> Path:
    from spiders.settings import environment

    return environment().spool


def _robots(name: str) -> Told:
    """Have `scrapy look` ask the outlet, as politely as a crawl would."""
    from spiders.outlets import outlets

    if name not in outlets():
        return "bad", f"there is no outlet {name!r}", "sillok outlets lists them"
    home = outlets()[name].home
    command = [sys.executable, "-m", "scrapy", "look", home, "--json"]
    # The folder may have no `scrapy.cfg`: an installation from a wheel has none.
    environment = {**os.environ, "SCRAPY_SETTINGS_MODULE": SETTINGS}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our command, a declared address
    if not done.stdout.strip():
        return "bad", f"{home} was not to be asked", f"scrapy look {home}"
    seen = json.loads(done.stdout)["robots"]
    if not seen["answered"]:
        return (
            "odd",
            f"{home} did not answer for robots.txt: nothing would be crawled",
            f"scrapy look {home}",
        )
    if seen["ours"] and seen["scrapy"]:
        return "ok", f"robots.txt of {home} lets us in", ""
    return (
        "odd",
        f"robots.txt of {home} keeps us out",
        "ask the outlet, and record its consent in SILLOK_PERMISSION",
    )


def _folder(folder: Path) -> Told:
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        return (
            "bad",
            f"{folder} cannot be written",
            "change its owner, or name another folder in the settings",
        )
    free = shutil.disk_usage(folder).free
    if free < _ROOM:
        return (
            "odd",
            f"{folder} has {free >> 20} MB free",
            "make room: a crawl spools up to 256 MB a segment",
        )
    return "ok", f"{folder}, {free >> 30} GB free", ""
