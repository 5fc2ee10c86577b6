"""Measures how many of our files a crawl of one sample outlet and `sillok archive` enter.

The sample press, a first crawl of one of its outlets and the first publication run as the commands
that a person types, in a temporary folder, against a store in a directory. `infra.house.trace` says
what is counted, and what the reading of a page and its names are. Commands that these start and the
press are not counted.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processing.errors import TransientError

OUTLET = "narae"
"""The sample outlet whose article is followed: a feed, pages with rules, one rejection."""


@dataclass(frozen=True, slots=True)
class Entered:
    """Numbers of files and functions that were entered."""

    files: int
    functions: int


@dataclass(frozen=True, slots=True)
class Way:
    """What a crawl, an archive run and the reading of one page enter."""

    crawl: Entered
    archive: Entered
    both: Entered
    page_files: int
    page_names: int


def follow(root: Path, outlet: str = OUTLET) -> Way:
    """Crawl a sample outlet of a checkout and publish it; raise TransientError if one fails."""
    with tempfile.TemporaryDirectory(prefix="sillok-way-") as name:
        folder = Path(name)
        with _press(root, folder) as port:
            environment = _environment(root, folder, port)
            crawled = _traced(root, folder, environment, ["scrapy", "crawl", outlet])
            archived = _traced(root, folder, environment, [_console(root), "archive"])
    return Way(
        crawl=_entered(crawled),
        archive=_entered(archived),
        both=_entered(crawled, archived),
        page_files=len(crawled["page_files"]),
        page_names=len(crawled["page_names"]),
    )


def _entered(*traces: dict[str, Any]) -> Entered:
    functions = {(file, name) for trace in traces for file, name in trace["functions"]}
    return Entered(len({file for file, _ in functions}), len(functions))


@contextmanager
def _press(root: Path, folder: Path) -> Iterator[int]:
    """Run the sample press; yield its port."""
    command = [sys.executable, "-m", "infra.press", "--port", "0", "--state", str(folder / "press")]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        # Started with port 0, the press prints its URLs only when it has a port and listens.
        line_read = process.stdout.readline() if process.stdout else ""
        port = re.search(r"press\.test:(\d+)/", line_read)
        if not port:
            raise TransientError(f"the sample press did not start and said {line_read!r}")
        yield int(port[1])
    finally:
        process.terminate()
        process.wait()
        if process.stdout:
            process.stdout.close()


def _traced(
    root: Path, folder: Path, environment: Mapping[str, str], command: list[str]
) -> dict[str, Any]:
    """Run a module of the checkout under the profiler and return what it entered."""
    result = folder / f"trace-{command[0]}.json"
    # Started by its path: with `-m`, the packages above it would be imported before the profiler.
    line = [
        sys.executable,
        str(Path(__file__).with_name("trace.py")),
        str(root),
        str(result),
        *command,
    ]
    done = subprocess.run(  # noqa: S603 - ours
        line, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise TransientError(
            f"`{' '.join(command)}` ended with {done.returncode}:\n{done.stderr[-2000:]}"
        )
    trace: dict[str, Any] = json.loads(result.read_text())
    return trace


def _environment(root: Path, folder: Path, port: int) -> dict[str, str]:
    # The settings of whoever measures would lead the crawl to another archive.
    ours = {name: value for name, value in os.environ.items() if not name.startswith("SILLOK_")}
    return ours | {
        "PYTHONPATH": str(root),
        "SILLOK_PRESS": str(port),
        "SILLOK_STORE": f"file:{folder / 'archive'}",
        "SILLOK_SPOOL": str(folder / "spool"),
        "SILLOK_CACHE": str(folder / "cache"),
        "SILLOK_HEADS": str(folder / "heads"),
        "SILLOK_CONTACT": "mailto:desk@example.org",
    }


def _console(root: Path) -> str:
    """Return the module of the `sillok` command."""
    script: str = tomllib.loads((root / "pyproject.toml").read_text())["project"]["scripts"][
        "sillok"
    ]
    return script.partition(":")[0]
