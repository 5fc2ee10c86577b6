"""Builds or repairs `.venv` from the hash-pinned lists in `infra/lock`.

    python infra/bootstrap.py run|test|bench|spark

Uses the standard library alone, because nothing else is there yet. pip installs a pinned uv, and uv
installs and compiles the rest. A stamp inside `.venv` holds the digest of everything that went in
and is written last: with the right stamp there is nothing to do, with an older one the difference
is installed, and without one a half-made environment is thrown away. The package index is that of
the machine: pip's configuration is handed on to uv.
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
"""Names of pip's settings, with the environment variables that set the same for uv."""


class BootstrapError(Exception):
    """A step failed; the message names it and the cure."""


def digests(root: Path) -> dict[str, str]:
    """Return what an environment is made of: a digest of each list, the interpreter, the folder."""
    wanted = {
        kind: hashlib.sha256((root / LOCK / f"{kind}.txt").read_bytes()).hexdigest()
        for kind in ("uv", *KINDS)
    }
    wanted["project"] = hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest()
    wanted["python"] = sys.version
    # Commands in `.venv/bin` name their interpreter by its full path: a moved one does not start.
    wanted["place"] = str(root)
    return wanted


def read_stamp(venv: Path) -> dict[str, str]:
    """Return the stamp of an environment; empty where it was never finished or does not start."""
    stamp = venv / "sillok.json"
    if not stamp.is_file():
        return {}
    # An update of the system's Python leaves links in `.venv` that lead nowhere.
    started = subprocess.run(  # noqa: S603 - our own interpreter
        [venv / "bin" / "python", "-c", ""], check=False, capture_output=True
    )
    try:
        return dict(json.loads(stamp.read_text())) if started.returncode == 0 else {}
    except ValueError:
        return {}


def uv_environment(listing: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for uv, given the output of `pip config list`.

    Variables of uv that `environ` has already are kept.
    """
    variables = dict(environ)
    for line in listing.splitlines():
        name, _, value = line.partition("=")
        variable = CARRIED.get(name.rpartition(".")[2])
        if variable:
            # pip prints a setting of several lines as one quoted string with `\n` in it.
            words = value.strip("'\"").replace("\\n", " ").split()
            variables.setdefault(variable, " ".join(words))
    variables.setdefault("UV_NO_PYTHON_DOWNLOADS", "1")
    # Takes the best version of all indexes, as pip does; the hashes of the lists make it safe.
    variables.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    if not os.access(Path(variables.get("HOME") or "/nonexistent"), os.W_OK):
        variables.setdefault("UV_CACHE_DIR", str(ROOT / "var" / "cache" / "uv"))
    return variables


def step(what: str, command: list[str], environment: Mapping[str, str]) -> None:
    """Run one step without output; raises `BootstrapError` with the output when it fails."""
    print(f"  {what}", flush=True)
    done = subprocess.run(  # noqa: S603 - fixed commands
        command, check=False, capture_output=True, text=True, env=dict(environment), cwd=ROOT
    )
    if done.returncode:
        raise BootstrapError(
            f"{what}: failed with exit code {done.returncode}\n{done.stdout}{done.stderr}"
            "The package index that pip or uv is configured with must be reachable and the disk "
            "must have 2 GB free; then the same command goes on from here."
        )


def install(venv: Path, kind: str, *, fresh: bool) -> None:
    """Install the list of `kind` and Sillok itself; `fresh` throws the environment away before."""
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
    """Build `.venv` for `kind`, or do nothing where its stamp says that it is complete."""
    venv = ROOT / ".venv"
    wanted, stamped = digests(ROOT), read_stamp(venv)
    needed = {"uv", "project", "python", "place", kind}
    if all(stamped.get(key) == wanted[key] for key in needed):
        return
    print(f"Setting up {venv} (once)", flush=True)
    fresh = any(stamped.get(key) != wanted[key] for key in ("python", "place"))
    (venv / "sillok.json").unlink(missing_ok=True)
    install(venv, kind, fresh=fresh)
    stamp = {**({} if fresh else stamped), **{key: wanted[key] for key in needed}}
    # The list of `test` contains that of `run`.
    if kind == "test":
        stamp["run"] = wanted["run"]
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
            "Sillok keeps all that it makes inside its own folder, which cannot be written to: "
            f"{error}\nClone it where you may write, or make the folder yours."
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """Return 0 when the environment is ready, 1 for a failed step, 2 for usage, 130 for Ctrl-C."""
    if len(arguments) != 1 or arguments[0] not in KINDS:
        print(f"usage: python infra/bootstrap.py {'|'.join(KINDS)}", file=sys.stderr)
        return 2
    try:
        # Blocked by `bootstrap.sh`, so that Ctrl-C is answered with a message and no traceback.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
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
