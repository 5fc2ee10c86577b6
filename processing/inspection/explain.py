"""Shows what became of each line of a page, as plain text or HTML: `sillok read --explain`.

The HTML page colours lines by their fate. It holds no script and loads nothing; its
Content-Security-Policy forbids both, and every word that it shows is escaped.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from lxml.html import HtmlElement

from processing.reading.assembly import PageReading, ledger_of
from processing.reading.tree import bare, lines_of, marks
from processing.records import Article, Rejection

OUTSIDE = "outside"
_COLOURS: Mapping[str, str] = {
    "text": "#dff0d8",
    "title": "#fcf8e3",
    "deck": "#fdebd0",
    "caption": "#d9edf7",
    "byline": "#e8daef",
    "dateline": "#e8daef",
    "notice": "#eeeeee",
    "time": "#eeeeee",
    "dropped": "#f2dede",
    OUTSIDE: "#ffffff",
}
_PAGE = """<!doctype html>
<html lang="ko"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title><style>
body {{ font: 15px/1.5 sans-serif; max-width: 60em; margin: 1em auto; }}
p {{ margin: 2px 0; padding: 2px 6px; }}
p b {{ font: 12px monospace; float: right; margin-left: 1em; }}
{styles}
</style></head><body><h1>{title}</h1><pre>{facts}</pre>
{blocks}
</body></html>
"""


class ExplainedLine(NamedTuple):
    """A line of the page with its fate: a field of the article, `dropped: RULE`, or `outside`."""

    fate: str
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The account of one reading: facts by name, and the page's lines in reading order."""

    facts: Mapping[str, str]
    lines: tuple[ExplainedLine, ...]

    def as_text(self) -> str:
        """Return the facts, then one row per line of the page; lines `outside` are left out."""
        names = [f"{name:<16}{value}" for name, value in self.facts.items()]
        shown = [f"{line.fate:<26}{line.text}" for line in self.lines if line.fate != OUTSIDE]
        return "\n".join([*names, "", *shown])

    def as_html(self) -> str:
        """Return the account as one HTML page without scripts or remote resources."""
        styles = "\n".join(
            f".{name} {{ background: {colour}; }}" for name, colour in _COLOURS.items()
        )
        blocks = "\n".join(
            f'<p class="{line.fate.partition(":")[0]}">'
            f"<b>{escape(line.fate)}</b>{escape(line.text)}</p>"
            for line in self.lines
        )
        facts = escape("\n".join(f"{name:<16}{value}" for name, value in self.facts.items()))
        title = escape(self.facts.get("title") or self.facts.get("rejected", ""))
        return _PAGE.format(title=title, styles=styles, facts=facts, blocks=blocks)


def explained(reading: PageReading, result: Article | Rejection) -> Explanation:
    """Return what became of each visible line of a page that was read to `result`."""
    fates = {bare(line.text): line for line in _fates(reading, result) if line.text}
    body = reading.root.find("body")
    shown = [
        part
        for line in lines_of(body if body is not None else reading.root)
        for part in _parts_of(line, fates)
    ]
    known = {bare(line.text) for line in shown}
    missing = [
        ExplainedLine(f"dropped: {rule.value}", text)
        for rule, text in ledger_of(reading).lines
        if bare(text) not in known
    ]
    return Explanation(_facts(reading, result), (*shown, *missing))


def _fates(reading: PageReading, result: Article | Rejection) -> Iterator[ExplainedLine]:
    """Yield the lines of a reading with their fates; of two fates the later one counts."""
    for rule, text in ledger_of(reading).lines:
        yield ExplainedLine(f"dropped: {rule.value}", text)
    # Kept lines come after dropped ones, and the text last, because the later fate counts.
    cleaned, prepared = reading.cleaned, reading.prepared
    fields: tuple[tuple[str, Iterable[str]], ...] = (
        ("time", cleaned.stamps),
        ("notice", [*cleaned.notices, *cleaned.premium]),
        ("byline", cleaned.bylines),
        ("dateline", [cleaned.dateline or ""]),
        ("caption", [*(prepared.captions if prepared else ()), *cleaned.captions]),
        ("deck", result.subtitle if isinstance(result, Article) else cleaned.decks),
        ("title", [reading.title]),
        ("text", cleaned.paragraphs),
    )
    for name, lines in fields:
        yield from (ExplainedLine(name, line) for line in lines)


def _parts_of(line: str, fates: Mapping[str, ExplainedLine]) -> list[ExplainedLine]:
    """Return a page's line with its fate, or the known parts of it, in their order."""
    plain = bare(line)
    if plain in fates:
        return [ExplainedLine(fates[plain].fate, line)]
    inside: list[tuple[int, str]] = []
    rest = plain
    # The longest first: a short part may stand in a longer one too.
    for known in sorted((key for key in fates if key and key in plain), key=len, reverse=True):
        if known in rest:
            inside.append((plain.find(known), known))
            rest = rest.replace(known, "\n", 1)
    if inside:
        return [fates[known] for _, known in sorted(inside)]
    wider = next(
        (known_line for known_line in fates.values() if plain and plain in bare(known_line.text)),
        None,
    )
    return [ExplainedLine(wider.fate if wider else OUTSIDE, line)]


def _facts(reading: PageReading, result: Article | Rejection) -> dict[str, str]:
    facts = {
        "title": reading.title,
        "body": _path(reading.place.element) if reading.place else "none",
    }
    if isinstance(result, Rejection):
        return {**facts, "rejected": f"{result.reason.value}: {result.evidence}"}
    reasons = ", ".join(reason.value for reason in result.reading_reasons)
    return {
        **facts,
        "extractor": result.extractor,
        "confidence": f"{result.reading_confidence or ''} {reasons}".strip(),
        "dropped": ", ".join(f"{drop.rule} {drop.count}" for drop in result.dropped) or "nothing",
        **{f"from {name}": source for name, source in result.sources.items()},
    }


def _path(element: HtmlElement) -> str:
    """Return the path of an element: tag, id and classes of its parent and of itself."""
    parent = element.getparent()
    path = [node for node in (parent, element) if node is not None]
    return " > ".join(".".join([str(node.tag), *marks(node).split()]) for node in path)
