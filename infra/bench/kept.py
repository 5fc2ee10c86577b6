"""Kept pages with what a careful person read from them, for scoring and timing the reader.

The folder is named by `SILLOK_KEPT_PAGES`: `index.jsonl` (file, url, outlet host, fetched_at) and `gold/<file>.json`.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from os import environ
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from processing.errors import UsageError
from processing.reading.reading import Item, index_items
from processing.reading.rules import GENERIC, Rules, rules_at
from processing.records import Page
from spiders.outlets import outlets

VARIABLE = "SILLOK_KEPT_PAGES"
UNKNOWN = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands for the fetch of a page whose index row does not know it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept page: its row of the index, its bytes as a page, and the reading that a person made of it."""

    item: Item
    page: Page
    gold: dict[str, Any]


def folder() -> Path:
    """Return the folder of kept pages; raise `UsageError` where the environment names none."""
    named = environ.get(VARIABLE)
    if not named or not (Path(named) / "index.jsonl").is_file():
        raise UsageError(f"set {VARIABLE} to a folder of kept pages (index.jsonl, gold/); it is {named!r}")
    return Path(named)


def kept(root: Path) -> list[Kept]:
    """Return the kept pages of a folder, in the order of its index."""
    found = []
    for item in index_items(root / "index.jsonl"):
        gold = json.loads((root / "gold" / f"{Path(item.file).stem}.json").read_text("utf-8"))
        page = Page(
            url=item.url,
            fetched_at=item.fetched_at or UNKNOWN,
            body=item.path.read_bytes(),
            outlet=item.outlet,
            charset=item.charset,
        )
        found.append(Kept(item, page, gold))
    return found


def declared(page: Page) -> Rules:
    """Return the rules of the outlet that declares the page's host, in its layout at the fetch; else the generic."""
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    for outlet in outlets().values():
        hosts = {name.removeprefix("www.") for name in outlet.allowed_hosts}
        if host in hosts:
            return rules_at(outlet.rules, page.fetched_at)
    return GENERIC
