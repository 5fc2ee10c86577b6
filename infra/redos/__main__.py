"""Checks every pattern that meets outside text for catastrophic backtracking.

    python -m infra.redos [--timeout 5000]

recheck (npm, pinned in package-lock.json, installed into a temporary folder) judges each pattern.
It knows no possessive quantifiers and takes them for greedy ones; and it gives up on some. So each
alarm is tried in Python's own engine, on recheck's attack and on ours: it is false where the time
grows as the text does, or where `infra.redos.alarms` bounds the text and the attack of that length
is quick. Exit codes: 0 done, 2 without Node and npm, 3 for a pattern that is slow.
"""

import argparse
import json
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.redos.attacks import Attack, of_ours, of_recheck
from infra.redos.patterns import CollectedPattern, collect
from infra.redos.translate import is_possessive, to_javascript

HERE = Path(__file__).parent
SHORT, LONG = 2_000, 8_000
"""Characters of an attack, four times as many the second time."""
STEEP = 8.0
"""How much longer the long one may take: 4 is linear, 16 quadratic."""
NOTICED = 0.02
"""Processor seconds of the long attack below which the growth is not looked at."""
MOST = 3.0
"""Processor seconds after which an attack is broken off: it is steep."""
QUICK = 0.25
"""Processor seconds that an attack may take at the length that bounds a pattern's text."""


class _AttackTooLongError(BaseException):
    """An attack took more than `MOST`."""


@dataclass(frozen=True, slots=True)
class TriedPattern:
    """An attack that a pattern is slow on, or none where all were quick; and what that means."""

    key: str
    source: str
    seconds: float
    outcome: str
    fault: bool


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.redos", description=__doc__)
    parser.add_argument("--timeout", type=int, default=5000, help="milliseconds for one pattern")
    options = parser.parse_args(arguments)
    if not (shutil.which("node") and shutil.which("npm")):
        print(
            "the check of patterns needs Node and npm: apt-get install nodejs npm", file=sys.stderr
        )
        return 2
    collected = collect()
    with tempfile.TemporaryDirectory(prefix="sillok-redos-") as folder:
        _install(Path(folder))
        verdicts = list(_verdicts(collected, Path(folder), options.timeout))
    alarms = [
        _tried(one, verdict)
        for one, verdict in zip(collected, verdicts, strict=True)
        if verdict["status"] != "safe"
    ]
    _report(collected, verdicts, alarms)
    return 3 if any(alarm.fault for alarm in alarms) else 0


def _install(folder: Path) -> None:
    """Install recheck as it is pinned; raises SystemExit with npm's words where that fails."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    line = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run(  # noqa: S603 - a fixed command
        line, cwd=folder, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"recheck cannot be installed:\n{done.stdout}{done.stderr}")


def _verdicts(
    collected: list[CollectedPattern], folder: Path, timeout: int
) -> Iterator[dict[str, Any]]:
    patterns = [to_javascript(one.pattern, anchored=one.anchored) for one in collected]
    given = json.dumps([{"source": source, "flags": flags} for source, flags in patterns])
    node = str(shutil.which("node"))
    process = subprocess.Popen(  # noqa: S603 - our own script
        [node, str(HERE / "check.cjs"), str(folder), str(timeout)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None  # noqa: S101 - asked for above
    assert process.stdout is not None  # noqa: S101 - asked for above
    process.stdin.write(given)
    process.stdin.close()
    for number, line in enumerate(process.stdout, 1):
        if sys.stderr.isatty():
            print(f"\r{number} of {len(collected)} patterns", end="", file=sys.stderr, flush=True)
        yield json.loads(line)
    if process.wait():
        raise SystemExit(f"recheck ended with {process.returncode}")


def _tried(one: CollectedPattern, verdict: dict[str, Any]) -> TriedPattern:
    """Try a pattern that recheck does not call safe on every attack there is."""
    # Loaded late: the modules that hold the bounds must not be imported before `collect`.
    from infra.redos.alarms import bound_of  # noqa: PLC0415 - see above

    attacks = [of_recheck(verdict["attack"])] if verdict.get("attack") else []
    slow = [attack for attack in (*attacks, *of_ours(one.pattern)) if _is_steep(one, attack)]
    if not slow:
        why = "possessive, which recheck does not know" if is_possessive(one.pattern) else "linear"
        return TriedPattern(one.key, one.pattern.pattern, 0.0, why, fault=False)
    bound = bound_of(one.key)
    if bound is None:
        seconds = max(_seconds(one, attack(LONG)) for attack in slow)
        text = f"slow on {slow[0](12)!r}…, and nothing bounds its text"
        return TriedPattern(one.key, one.pattern.pattern, seconds, text, fault=True)
    texts = [attack(bound.characters)[: bound.characters] for attack in slow]
    if bound.squeezed:
        from processing.reading.tree import squeeze  # noqa: PLC0415 - as above

        texts = [squeeze(text) for text in texts]
    seconds = max(_seconds(one, text) for text in texts)
    text = f"at most {bound.characters} characters: {bound.why}"
    return TriedPattern(one.key, one.pattern.pattern, seconds, text, fault=seconds > QUICK)


def _is_steep(one: CollectedPattern, attack: Attack) -> bool:
    long = _seconds(one, attack(LONG))
    return long >= NOTICED and (long >= MOST or long > STEEP * _seconds(one, attack(SHORT)))


def _seconds(one: CollectedPattern, text: str) -> float:
    """Return the processor time that a pattern needs for a text, at most `MOST`."""
    apply = getattr(one.pattern, _method(one))
    with _limited(MOST) as start:
        try:
            apply(text)
        except _AttackTooLongError:
            return MOST
    return time.process_time() - start


def _method(one: CollectedPattern) -> str:
    if one.anchored:
        return "fullmatch" if one.methods == {"fullmatch"} else "match"
    return "search"


@contextmanager
def _limited(seconds: float) -> Iterator[float]:
    """Raise _AttackTooLongError inside after so much processor time; Python's engine looks for signals."""

    def strike(*_: object) -> None:
        raise _AttackTooLongError

    before = signal.signal(signal.SIGVTALRM, strike)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield time.process_time()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _report(
    collected: list[CollectedPattern], verdicts: list[dict[str, Any]], alarms: list[TriedPattern]
) -> None:
    """Print what was found: the faults last, where they are read."""
    statuses = Counter(verdict["status"] for verdict in verdicts)
    print(f"Python {platform.python_version()}, {len(collected)} patterns; recheck: ", end="")
    print(", ".join(f"{count} {status}" for status, count in sorted(statuses.items())))
    for alarm in sorted(alarms, key=lambda alarm: (alarm.fault, alarm.outcome, alarm.key)):
        source = re.sub(r"\s+", " ", alarm.source)[:60]
        print(f"{'SLOW ' if alarm.fault else '     '}{alarm.key} ({alarm.seconds:.2f} s): ", end="")
        print(f"{alarm.outcome}   {source}")
    faults = sum(alarm.fault for alarm in alarms)
    print(f"{len(alarms)} alarms tried in Python's engine, {faults} are real")


if __name__ == "__main__":
    sys.exit(main())
