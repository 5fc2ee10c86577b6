"""Prints how the source measures up.

`python -m infra.house [--json] [--check] [--no-way] [--root DIR]` prints a table of everything, for
which a sample outlet is crawled and archived (half a minute; `--no-way` leaves that out). `--check`
prints only what breaks a limit of `infra.house.counts` and ends with 1 where such a limit is held.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from infra.house.counts import LIMITS, SourceCounts, count, read_modules
from infra.house.way import OUTLET, Way, follow
from processing.errors import PermanentError, SillokError

ROOT = Path(__file__).parents[2]
# The limit is on the biggest folder; the next three show which one will reach it.
SHOWN_FOLDERS = 4


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
