"""A word diff as a terminal shows it."""

from processing.archive.edits import edits
from spiders.console.terminal import clean_block, watched

_MARKS = {"removed": ("[-", "-]", 31), "added": ("{+", "+}", 32)}


def marked(old: str, new: str) -> str:
    """Return how `old` became `new`, marked as `wdiff` does and coloured where a person looks on; harmless."""
    return "".join(_marked(part.kind, clean_block(part.text)) for part in edits(old, new))


def _marked(kind: str, text: str) -> str:
    if kind == "kept":
        return text
    before, after, colour = _MARKS[kind]
    return f"\x1b[{colour}m{before}{text}{after}\x1b[0m" if watched() else f"{before}{text}{after}"
