"""Fault injection: kills `make run` at random moments, starts it again and compares archives.

    python -m infra.run.faults [--trials 10] [--seed 0]

The first run is not disturbed and is the reference. Each trial begins with an empty instance and
the same press, is killed by SIGKILL once, at a moment in its own slice of the time that the
reference took, and is started again. Its archive must then be equal to the reference: articles,
versions, texts, times, clusters and rejections. Prints one line per trial and returns 1 where one
differs.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from infra.run import processes, services
from infra.run.folders import ROOT, InstanceFolder
from infra.run.services import handle_signals
from infra.run.summary import catalogue

RUN = [sys.executable, "-m", "infra.run", "run"]


def begin(var: Path) -> subprocess.Popen[bytes]:
    """Start a run whose instance lies in `var`."""
    with (var / "output.txt").open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own module
            RUN,
            cwd=ROOT,
            env={**os.environ, "SILLOK_VAR": str(var)},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def reference(var: Path) -> float:
    """Make an undisturbed run and return the seconds it took.

    Raises RuntimeError where it fails.
    """
    var.mkdir()
    started = time.monotonic()
    if begin(var).wait():
        raise RuntimeError(
            f"the run that nobody disturbed failed:\n{(var / 'output.txt').read_text()}"
        )
    return time.monotonic() - started


def same_press(before: Path, after: Path) -> None:
    """Give a new instance the press of another: its port and its epoch."""
    (after / "sample").mkdir(parents=True)
    shutil.copytree(before / "sample" / "press", after / "sample" / "press")
    shutil.copy(before / "sample" / "run.json", after / "sample")


def trial(var: Path, moment: float) -> int:
    """Kill a run after `moment` seconds, start it again and return the exit code of that run."""
    victim = begin(var)
    try:
        victim.wait(moment)
    except subprocess.TimeoutExpired:
        victim.kill()
        victim.wait()
    return begin(var).wait()


def differences(first: Path, second: Path) -> list[str]:
    """Return the differences between the archives of two instances."""
    from processing.lookup.diff import compare  # noqa: PLC0415 - loads DuckDB

    folders = [InstanceFolder(var / "sample") for var in (first, second)]
    running: list[dict[str, subprocess.Popen[bytes]]] = [{}, {}]
    try:
        # Without the press: an archive is read, nothing is crawled.
        for folder, started in zip(folders, running, strict=True):
            services.start_store(folder, started, press=False)
            services.await_store(folder, started)
        stores = [catalogue(folder).store for folder in folders]
        return [str(change) for change in compare(stores[0], stores[1], second / "compared")]
    finally:
        for folder in folders:
            processes.sweep(folder)


def main() -> int:
    """Return 0 when every trial ended in the reference's archive."""
    parser = argparse.ArgumentParser(prog="python -m infra.run.faults", description=__doc__)
    parser.add_argument("--trials", type=int, default=10)
    drawn = random.randrange(1000)  # noqa: S311 - moments, not secrets
    parser.add_argument("--seed", type=int, default=drawn)
    options = parser.parse_args()
    handle_signals()
    chance = random.Random(options.seed)  # noqa: S311 - moments, not secrets
    failed = 0
    with tempfile.TemporaryDirectory(prefix="sillok-faults-") as folder:
        whole = Path(folder) / "whole"
        seconds = reference(whole)
        print(f"seed {options.seed}; undisturbed {seconds:.0f} s", flush=True)
        for number in range(options.trials):
            var = Path(folder) / f"killed-{number}"
            same_press(whole, var)
            # One moment in each slice, so that ten trials reach every phase of a run.
            moment = seconds * (number + chance.random()) / options.trials
            code = trial(var, moment)
            changes = differences(whole, var) if code == 0 else [(var / "output.txt").read_text()]
            failed += bool(changes)
            print(
                f"killed after {moment:5.1f} s: {'same archive' if not changes else ''}",
                *changes[:20],
                sep="\n  ",
                flush=True,
            )
    print(f"{options.trials - failed} of {options.trials} ended in the same archive")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
