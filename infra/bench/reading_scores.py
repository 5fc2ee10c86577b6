"""Scores of the reader on kept pages, in both modes, written into `docs/reading.md`.

    SILLOK_KEPT_PAGES=DIR python -m infra.bench.reading_scores [--worst N] [--check]

"Declared" reads each page with its outlet's rules; "left out" with the generic reader alone, as if that outlet had no
declaration (the rules hold no outlet's layout but its own, so leaving one out is reading its pages without any).
`--check` writes nothing and exits with 1 where a goal is missed.
"""

import argparse
from pathlib import Path

from infra.bench.kept import Kept, declared, folder, kept
from infra.bench.scoring import Score, Total, score, total
from processing.reading.extract import extract
from processing.reading.rules import GENERIC

DOCUMENT = Path(__file__).parents[2] / "docs" / "reading.md"
BEGIN, END = "<!-- scores: begin -->", "<!-- scores: end -->"
GOAL = Total(pages=0, f1=0.990, perfect=0.90, leaky=1, title=1.0, time=1.0, authors=0.97, lost=0, trafilatura=0.9)


def scores(pages: list[Kept], *, with_rules: bool) -> list[Score]:
    """Read every page and score it."""
    return [
        score(one.gold, extract(one.page, declared(one.page) if with_rules else GENERIC, url=one.page.url))
        for one in pages
    ]


def table(modes: dict[str, Total]) -> str:
    """Return the score table as Markdown."""
    head = "| rules | pages | F1 of the body | perfect | leaky | title | time | authors | lost | by Trafilatura |"
    rows = [head, "|---|---|---|---|---|---|---|---|---|---|", _row("goal", GOAL)]
    rows.extend(_row(name, figures) for name, figures in modes.items())
    return "\n".join(rows)


def _row(name: str, of: Total) -> str:
    pages = of.pages or ""
    return (
        f"| {name} | {pages} | {of.f1:.4f} | {of.perfect:.1%} | {of.leaky} | {of.title:.1%} | {of.time:.1%} | "
        f"{of.authors:.1%} | {of.lost} | {of.trafilatura:.1%} |"
    )


def missed(of: Total) -> list[str]:
    """Return the names of the goals that these figures miss."""
    high = [
        name
        for name in ("f1", "perfect", "title", "time", "authors", "trafilatura")
        if getattr(of, name) < getattr(GOAL, name)
    ]
    return high + [name for name in ("leaky", "lost") if getattr(of, name) > getattr(GOAL, name)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worst", type=int, default=5)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    pages = kept(folder())
    modes = {"declared": scores(pages, with_rules=True), "left out": scores(pages, with_rules=False)}
    for name, found in modes.items():
        for one in sorted(found, key=lambda one: one.f1)[: arguments.worst]:
            marks = "".join(mark if good else "-" for mark, good in zip("TDA", one.facts, strict=True))
            print(f"{name:9} {one.f1:.4f} {marks} leaks {len(one.leaks)} {one.file}")
    totals = {name: total(found) for name, found in modes.items()}
    print(table(totals))
    if arguments.check:
        return int(any(missed(of) for of in totals.values()))
    _write(table(totals))
    return 0


def _write(text: str) -> None:
    document = DOCUMENT.read_text("utf-8")
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
