"""Asks recheck for its verdict on patterns, and keeps the verdicts in `verdicts.json`.

recheck needs minutes for all patterns and milliseconds for most, so a verdict is kept under the
hash of what it was given: only a pattern that is new or changed is judged again. A verdict of
another version of recheck counts for nothing.
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from infra.redos.patterns import CollectedPattern
from infra.redos.translate import to_javascript

HERE = Path(__file__).parent
KEPT = HERE / "verdicts.json"
_VERSION = json.loads((HERE / "package.json").read_text())["dependencies"]["recheck"]


class RecheckError(Exception):
    """recheck is not here, cannot be installed, or ended early; the message says the cure."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What recheck says of a pattern: `safe`, `vulnerable`, or `unknown` where its time ran out.

    `attack` are prefixes, pumps and a suffix, where recheck names an attack.
    """

    status: str
    attack: Mapping[str, Any] | None = None


def digest(collected: CollectedPattern) -> str:
    """Return the name of a pattern's verdict: the hash of source and flags as recheck reads them."""
    source, flags = to_javascript(collected.pattern, anchored=collected.anchored)
    return sha256(f"{flags} {source}".encode()).hexdigest()[:20]


def kept(file: Path = KEPT) -> dict[str, Verdict]:
    """Return the kept verdicts by digest; none where another version of recheck gave them."""
    if not file.exists():
        return {}
    content = json.loads(file.read_text(encoding="utf-8"))
    if content["recheck"] != _VERSION:
        return {}
    alarms = {name: Verdict(**verdict) for name, verdict in content["alarms"].items()}
    return {name: Verdict("safe") for name in content["safe"]} | alarms


def keep(verdicts: Mapping[str, Verdict], file: Path = KEPT) -> None:
    """Write verdicts, one a line in the order of their digests, so that two changes merge."""
    ordered = sorted(verdicts.items())
    safe = [name for name, verdict in ordered if verdict.status == "safe"]
    alarms = {
        name: {"status": verdict.status, "attack": verdict.attack}
        for name, verdict in ordered
        if verdict.status != "safe"
    }
    lines = [f'    "{name}": {json.dumps(verdict)}' for name, verdict in alarms.items()]
    file.write_text(
        f'{{\n  "recheck": "{_VERSION}",\n  "safe": [\n    '
        + ",\n    ".join(f'"{name}"' for name in safe)
        + '\n  ],\n  "alarms": {\n'
        + ",\n".join(lines)
        + "\n  }\n}\n",
        encoding="utf-8",
    )


def judge(
    patterns: Sequence[CollectedPattern], *, timeout: int, jobs: int
) -> Iterator[tuple[str, Verdict]]:
    """Yield digest and verdict of each pattern, at most `timeout` milliseconds after it was begun.

    Raises RecheckError where Node or npm is missing or fails.
    """
    if not patterns:
        return
    if not (shutil.which("node") and shutil.which("npm")):
        raise RecheckError(
            f"{len(patterns)} patterns have no verdict yet, such as {patterns[0].key}; "
            "judging them needs Node and npm: apt-get install nodejs npm"
        )
    with tempfile.TemporaryDirectory(prefix="sillok-redos-") as name, ThreadPoolExecutor() as pool:
        folder = Path(name)
        _install(folder)
        shares = [patterns[start::jobs] for start in range(min(jobs, len(patterns)))]
        runs = [pool.submit(_run, share, folder, timeout) for share in shares]
        for share, run in zip(shares, runs, strict=True):
            yield from zip(map(digest, share), run.result(), strict=True)


def _install(folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    line = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    done = subprocess.run(  # noqa: S603 - a fixed command
        line, cwd=folder, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RecheckError(f"recheck cannot be installed:\n{done.stdout}{done.stderr}")


def _run(patterns: Sequence[CollectedPattern], folder: Path, timeout: int) -> list[Verdict]:
    translated = [
        to_javascript(collected.pattern, anchored=collected.anchored) for collected in patterns
    ]
    done = subprocess.run(  # noqa: S603 - our own script
        [str(shutil.which("node")), str(HERE / "check.cjs"), str(folder), str(timeout)],
        input=json.dumps([{"source": source, "flags": flags} for source, flags in translated]),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RecheckError(f"recheck ended with {done.returncode}")
    return [Verdict(**json.loads(line)) for line in done.stdout.splitlines()]
