"""Kept pages: `tests/outlets/NAME/ID.html.gz` and beside it `ID.json`, what the page says. Data, not code.

The JSON states where the page is from and what a careful reader would note of it; how our reader found it is left out.
`made` is "masked" (words replaced, layout kept), "clear" (its licence allows keeping it) or "written" (by us).
"""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from processing.records import Article, Page, Rejection, article_id

_NOTED = (
    "title",
    "subtitle",
    "text",
    "authors",
    "agency",
    "origin",
    "section",
    "kind",
    "published",
    "modified",
    "dateline",
)
_NOTED_TOO = ("captions", "notices", "publisher_id", "url")
_HEADERS = ("content-type", "x-robots-tag", "tdm-reservation")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True, slots=True)
class Kept:
    """A page and what is noted of it."""

    path: Path
    page: Page
    made: Literal["masked", "clear", "written"]
    expected: dict[str, Any]


def noted(record: Article | Rejection) -> dict[str, Any]:
    """Return what is kept of a reading; times are those that the page states."""
    fields = record.model_dump(mode="json")
    if isinstance(record, Rejection):
        return {"reason": fields["reason"], "url": fields["url"]}
    return {name: fields[name] for name in (*_NOTED, *_NOTED_TOO) if fields[name] not in (None, [], {})}


def keep(folder: Path, page: Page, record: Article | Rejection, made: str) -> Path:
    """Write a page and what it says into `folder`; return the path of the page."""
    key = record.publisher_id if isinstance(record, Article) else None
    name = _UNSAFE.sub("-", key or article_id(record.url)).lstrip(".-")[:80] or "page"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.html.gz"
    path.write_bytes(gzip.compress(page.body, mtime=0))
    facts = {
        "made": made,
        "url": page.url,
        "fetched_at": page.fetched_at.isoformat(),
        "status": page.status,
        "charset": page.charset,
        "headers": [[key, value] for key, value in page.headers if key.lower() in _HEADERS],
        "expected": noted(record),
    }
    text = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    path.with_name(f"{name}.json").write_text(text, encoding="utf-8")
    return path


def kept(root: Path) -> Iterator[Kept]:
    """Yield the kept pages under `root` (one folder an outlet), in order."""
    for path in sorted(root.glob("*/*.html.gz")):
        facts = json.loads(path.with_name(path.name.removesuffix(".html.gz") + ".json").read_text(encoding="utf-8"))
        page = Page(
            url=facts["url"],
            fetched_at=datetime.fromisoformat(facts["fetched_at"]),
            body=gzip.decompress(path.read_bytes()),
            outlet=path.parent.name,
            status=facts["status"],
            charset=facts["charset"],
            headers=tuple((key, value) for key, value in facts["headers"]),
        )
        yield Kept(path, page, facts["made"], facts["expected"])
