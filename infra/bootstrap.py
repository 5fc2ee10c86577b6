"""Build or repair `.venv` from the hash-pinned lists in `infra/lock`: python infra/bootstrap.py run|test|bench|spark.

Uses the standard library alone, because nothing else is there yet. pip installs a pinned uv, uv installs the rest and
compiles it. A stamp inside `.venv` holds the digest of everything that went in and is written last: with the right
stamp there is nothing to do, with an older one the difference is installed, and without one a half-made environment is
thrown away. Where packages come from is the machine's business: what pip is configured with is handed on to uv.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = Path("infra") / "lock"
KINDS = ("run", "test", "bench", "spark")
CARRIED = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}
"""pip's settings and the variables by which uv takes the same."""


class BootstrapError(Exception):
    """A step failed; the message names it and the cure."""


def digests(root: Path) -> dict[str, str]:
    """Return what an environment is made of: the digest of each list, the interpreter and the place."""
    made = {
        kind: hashlib.sha256((root / LOCK / f"{kind}.txt").read_bytes()).hexdigest()
        for kind in ("uv", *KINDS)
    }
    made["project"] = hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest()
    made["python"] = sys.version
    made["place"] = str(root)
    return made


def read_stamp(venv: Path) -> dict[str, str]:
    """Return the stamp of an environment, or nothing where it was never finished or no longer starts."""
    stamp = venv / "sillok.json"
    if not stamp.is_file():
        return {}
    alive = subprocess.run([venv / "bin" / "python", "-c", ""], check=False, capture_output=True)  # noqa: S603 - our own interpreter
    try:
        return dict(json.loads(stamp.read_text())) if alive.returncode == 0 else {}
    except ValueError:
        return {}


def uv_environment(listing: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for uv, given what `pip config list` prints.

    What the user set for uv itself wins.
    """
    found = dict(environ)
    for line in listing.splitlines():
        name, _, value = line.partition("=")
        variable = CARRIED.get(name.rpartition(".")[2])
        if variable:
            found.setdefault(variable, " ".join(value.strip("'\"").replace("\\n", " ").split()))
    found.setdefault("UV_NO_PYTHON_DOWNLOADS", "1")
    found.setdefault(
        "UV_INDEX_STRATEGY", "unsafe-best-match"
    )  # as pip does; the hashes make it safe
    if not os.access(Path(found.get("HOME") or "/nonexistent"), os.W_OK):
        found.setdefault("UV_CACHE_DIR", str(ROOT / "var" / "cache" / "uv"))
    return found


def step(what: str, command: list[str], environment: Mapping[str, str]) -> None:
    """Run one step quietly; raises `BootstrapError` with its output when it fails."""
    print(f"  {what}", flush=True)
    done = subprocess.run(  # noqa: S603 - fixed commands
        command, check=False, capture_output=True, text=True, env=dict(environment), cwd=ROOT
    )
    if done.returncode:
        raise BootstrapError(
            f"{what}: failed with exit code {done.returncode}\n{done.stdout}{done.stderr}"
            "The package index that pip or uv is configured with must be reachable and the disk must have 2 GB free; "
            "then the same command goes on from here."
        )


def install(venv: Path, kind: str, *, fresh: bool) -> None:
    """Bring the environment to what the list of `kind` says."""
    python = str(venv / "bin" / "python")
    if fresh:
        shutil.rmtree(venv, ignore_errors=True)
        step(
            f"making {venv.name} with Python {sys.version.split()[0]}",
            [sys.executable, "-m", "venv", str(venv)],
            os.environ,
        )
    quiet = [python, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    step(
        "installing uv",
        [*quiet, "install", "--require-hashes", "-r", str(ROOT / LOCK / "uv.txt")],
        os.environ,
    )
    listing = subprocess.run(  # noqa: S603 - our own pip
        [*quiet, "config", "list"], check=True, capture_output=True, text=True
    ).stdout
    environment = uv_environment(listing, os.environ)
    uv = [str(venv / "bin" / "uv"), "pip", "install", "--quiet", "--python", python]
    packages = ["--require-hashes", "--compile-bytecode", "-r", str(ROOT / LOCK / f"{kind}.txt")]
    step(f"installing the locked packages ({kind})", [*uv, *packages], environment)
    step(
        "installing Sillok itself",
        [*uv, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
        environment,
    )
    rooms = [str(ROOT / room) for room in ("spiders", "processing", "dags", "infra")]
    step("compiling it", [python, "-m", "compileall", "-q", *rooms], os.environ)


def ensure(kind: str) -> None:
    """Make `.venv` hold what `kind` needs; at once when it already does."""
    venv = ROOT / ".venv"
    wanted, found = digests(ROOT), read_stamp(venv)
    needed = {"uv", "project", "python", "place", kind}
    if all(found.get(key) == wanted[key] for key in needed):
        return
    print(f"Setting up {venv} (once)", flush=True)
    fresh = any(found.get(key) != wanted[key] for key in ("python", "place"))
    (venv / "sillok.json").unlink(missing_ok=True)
    install(venv, kind, fresh=fresh)
    stamp = {**({} if fresh else found), **{key: wanted[key] for key in needed}}
    if kind == "test":
        stamp["run"] = wanted["run"]  # the test list contains the run list
    (venv / "sillok.json").write_text(json.dumps(stamp, indent=2))


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time build the environment.

    Raises `BootstrapError` where nothing can be written.
    """
    try:
        (ROOT / "var").mkdir(exist_ok=True)
        lock = (ROOT / "var" / "bootstrap.lock").open("w")
    except OSError as error:
        raise BootstrapError(
            f"Sillok keeps all that it makes inside its own folder, which cannot be written to: {error}\n"
            "Clone it where you may write, or make the folder yours."
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """Return 0 when the environment is ready, 1 when a step failed, 2 for wrong usage, 130 when interrupted."""
    if len(arguments) != 1 or arguments[0] not in KINDS:
        print(f"usage: python infra/bootstrap.py {'|'.join(KINDS)}", file=sys.stderr)
        return 2
    try:
        signal.pthread_sigmask(
            signal.SIG_UNBLOCK, [signal.SIGINT]
        )  # blocked by `bootstrap.sh` until here
        with alone():
            ensure(arguments[0])
    except BootstrapError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted while setting up; the same command starts again.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
