"""Prints how the source measures up.

`python -m infra.house [--json] [--check] [--no-way] [--root DIR]` prints a table of everything, for
which a sample outlet is crawled and archived (half a minute; `--no-way` leaves that out). `--check`
prints only what breaks a limit of `infra.house.counts` and ends with 1 where such a limit is held.

The sample press, a first crawl of one of its outlets and the first publication run as the commands
that a person types, in a temporary folder, against a store in a directory. `infra.house.trace` says
what is counted, and what the reading of a page and its names are. Commands that these start and the
press are not counted.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from infra.house.counts import LIMITS, SourceCounts, count, read_modules
from processing.errors import PermanentError, SillokError, TransientError

ROOT = Path(__file__).parents[2]
# The limit is on the biggest folder; the next three show which one will reach it.
SHOWN_FOLDERS = 4
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


def main() -> int:
    """Measure a checkout; return 1 for a broken limit or a crawl that fails, 2 for a wrong root."""
    options = _options()
    root = options.root.resolve()
    try:
        counts = count(read_modules(root))
        # `make check` runs at every commit, so it must not wait for a crawl.
        if options.check:
            return check(counts)
        way = None if options.no_way else follow(root, options.outlet)
    except SillokError as error:
        print(f"infra.house: {error}", file=sys.stderr)
        return 2 if isinstance(error, PermanentError) else 1
    if options.json:
        figures = asdict(counts) | ({"way": asdict(way)} if way else {})
        print(json.dumps(figures, ensure_ascii=False, indent=1))
        return 0
    for what, value in [*rows(counts), *(way_rows(way, options.outlet) if way else ())]:
        print(f"{what:52}{value}")
    return 0


def check(counts: SourceCounts) -> int:
    """Print each limit that is broken; return 1 where one of them is held."""
    failed = 0
    for limit in LIMITS:
        breach = limit.breach(counts)
        if breach:
            print(breach if limit.held else f"(not held yet) {breach}")
            failed |= limit.held
    return failed


def rows(counts: SourceCounts) -> Iterator[tuple[str, str]]:
    """Yield a name and a value for each figure that is counted in the source."""
    biggest = list(counts.folders.items())[:SHOWN_FOLDERS]
    yield "modules; lines", f"{counts.modules}; {counts.lines:,}"
    yield (
        "lines of a module, median and longest",
        f"{counts.median_module}; {counts.longest_module}",
    )
    yield "biggest folders, modules", ", ".join(f"{name} {size}" for name, size in biggest)
    yield "loose modules in spiders", f"{counts.loose_in_spiders}"
    yield "modules with one importer", f"{counts.one_importer}"
    yield (
        "functions; over 30 lines; longest",
        f"{counts.functions}; {counts.long_functions} %; {counts.longest_function}",
    )
    yield "code lines over 100 characters", f"{counts.long_lines} %"
    yield "own-line comments per 100 code lines", f"{counts.comments}"
    yield "modules without docstring", ", ".join(counts.undocumented) or "none"
    yield "circles of imports", "; ".join(" ↔ ".join(circle) for circle in counts.circles) or "none"
    yield "type names that mean more than one thing", f"{len(counts.twins)}"
    for name, where in counts.twins.items():
        yield f"  {name}", ", ".join(where)


def way_rows(way: Way, outlet: str) -> Iterator[tuple[str, str]]:
    """Yield a name and a value for what one crawl and one archive run enter."""
    for what, entered in (
        (f"entered by one crawl ({outlet})", way.crawl),
        ("entered by `sillok archive`", way.archive),
        ("entered by both together", way.both),
    ):
        yield what, f"{entered.files} files, {entered.functions} functions"
    yield "files that read one page", f"{way.page_files}"
    yield "names that hold a part of it on the way", f"{way.page_names}"


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


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.house", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")
    parser.add_argument("--check", action="store_true", help="print what breaks a limit, and fail")
    parser.add_argument("--no-way", action="store_true", help="crawl nothing, count only")
    parser.add_argument(
        "--outlet", default=OUTLET, help=f"sample outlet whose article is followed ({OUTLET})"
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="checkout to measure (this one)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
