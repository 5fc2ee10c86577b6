"""Kill `make run` at random moments, start it again, and compare: python -m infra.run.faults [--trials 10] [--seed 0].

One run is left alone and is the reference. Each trial begins from nothing with the same press, is killed by SIGKILL
once, at a moment of its own slice of the time that the reference took, and is started again until it ends by itself.
Then its archive must be the reference's: same articles, versions, texts, times, clusters and rejections. Prints one
line a trial and returns 1 where one differs.
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
    """Make a run that nobody disturbs and return the seconds it took.

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
    """Give a new instance the press of another: its port and its epoch, both of which are in the archive."""
    (after / "sample").mkdir(parents=True)
    shutil.copytree(before / "sample" / "press", after / "sample" / "press")
    shutil.copy(before / "sample" / "run.json", after / "sample")


def trial(var: Path, moment: float) -> int:
    """Kill a run after `moment` seconds, then start it until it ends by itself.

    Return its last exit code.
    """
    victim = begin(var)
    try:
        victim.wait(moment)
    except subprocess.TimeoutExpired:
        victim.kill()
        victim.wait()
    return begin(var).wait()


def differences(first: Path, second: Path) -> list[str]:
    """Return in what the archives of two instances differ."""
    from processing.lookup.diff import compare  # noqa: PLC0415 - after the runs, which need no DuckDB here

    places = [InstanceFolder(var / "sample") for var in (first, second)]
    running: list[dict[str, subprocess.Popen[bytes]]] = [{}, {}]
    try:
        for folder, started in zip(places, running, strict=True):
            services.start_store(folder, started, press=False)
            services.await_store(folder, started)
        stores = [catalogue(folder).store for folder in places]
        return [str(one) for one in compare(stores[0], stores[1], second / "compared")]
    finally:
        for folder in places:
            processes.sweep(folder)


def main() -> int:
    """Return 0 when every trial ended in the reference's archive."""
    parser = argparse.ArgumentParser(prog="python -m infra.run.faults", description=__doc__)
    parser.add_argument("--trials", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.randrange(1000))  # noqa: S311 - moments, not secrets
    asked = parser.parse_args()
    handle_signals()
    chance = random.Random(asked.seed)  # noqa: S311 - moments, not secrets
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="sillok-faults-") as folder:
        whole = Path(folder) / "whole"
        seconds = reference(whole)
        print(f"seed {asked.seed}; undisturbed {seconds:.0f} s", flush=True)
        for number in range(asked.trials):
            var = Path(folder) / f"killed-{number}"
            same_press(whole, var)
            moment = seconds * (number + chance.random()) / asked.trials
            code = trial(var, moment)
            found = differences(whole, var) if code == 0 else [(var / "output.txt").read_text()]
            wrong += bool(found)
            print(
                f"killed after {moment:5.1f} s: {'same archive' if not found else ''}",
                *found[:20],
                sep="\n  ",
                flush=True,
            )
    print(f"{asked.trials - wrong} of {asked.trials} ended in the same archive")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
