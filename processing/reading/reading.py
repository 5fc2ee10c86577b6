"""Reading kept pages from files: items in, one JSON-ready row a page out, in their order.

What `sillok read` does, without the command line. Broken input gives a row with `reason`, never an error.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, TypeAlias

from processing.reading.dates import parse_moment
from processing.reading.decoding import MAX_BYTES
from processing.reading.extract import OBEY
from processing.reading.rejections import Finding, reject
from processing.reading.rights import RightsPolicy
from processing.reading.rules import Rules
from processing.reading.sandbox import Limits, Sandbox, Task
from processing.records import Article, Page, Reason, Rejection

Row: TypeAlias = dict[str, Any]
RulesFor: TypeAlias = Callable[[str], tuple[Rules, ...]]
"""Gives the layouts of an outlet by its name or a host; () where it is not declared."""

_AHEAD = 8  # pages a child that may be read before the first of them is handed on


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One kept page: where its bytes are and what is known of it. `problem` says why the row itself is broken.

    `canonical` and `publisher_id` are what the outlet's declaration makes of the URL, where the caller knows it.
    """

    file: str
    path: Path
    url: str = ""
    fetched_at: datetime | None = None
    charset: str | None = None
    outlet: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    hints: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None
    canonical: str | None = None
    publisher_id: str | None = None


def read_many(
    items: Iterable[Item],
    *,
    jobs: int,
    rules_for: RulesFor,
    now: datetime,
    limits: Limits | None = None,
    policy: RightsPolicy = OBEY,
) -> Iterator[Row]:
    """Yield one row an item, in order; `now` stands for the fetch of an item that does not know it.

    `jobs` children read side by side. Raises `UsageError` where an outlet's rules name no CSS selector.
    """
    boxes = [Sandbox(limits) for _ in range(max(1, jobs))]
    try:
        yield from _read(iter(items), boxes, rules_for, now, policy)
    finally:
        for box in boxes:
            box.close()


def _read(
    items: Iterator[Item], boxes: list[Sandbox], rules_for: RulesFor, now: datetime, policy: RightsPolicy
) -> Iterator[Row]:
    idle = deque(boxes)
    busy: dict[Sandbox, int] = {}
    done: dict[int, Row] = {}
    waiting: dict[int, Item] = {}
    given = taken = 0
    exhausted = False
    while not exhausted or taken < given:
        while idle and not exhausted and given - taken < _AHEAD * len(boxes):
            item = next(items, None)
            if item is None:
                exhausted = True
                break
            task = _task(item, rules_for, now, policy)
            waiting[given] = item
            if isinstance(task, Rejection):
                done[given] = row_of(item, task)
            else:
                box = idle.popleft()
                box.give(task)
                busy[box] = given
            given += 1
        for box in _answered(busy) if taken not in done and busy else ():
            number = busy.pop(box)
            done[number] = row_of(waiting.pop(number), box.take())
            idle.append(box)
        while taken in done:
            yield done.pop(taken)
            taken += 1


def _answered(busy: Mapping[Sandbox, int]) -> list[Sandbox]:
    """Return the children that have answered, died, or used up their time; wait for the first."""
    ready = set(wait([box.connection for box in busy], min(box.remaining() for box in busy)))
    return [box for box in busy if box.connection in ready or box.remaining() == 0]


def _task(item: Item, rules_for: RulesFor, now: datetime, policy: RightsPolicy) -> Task | Rejection:
    """Return the page of an item with its outlet's layouts, or the rejection of what cannot be read from disk."""
    page = Page(
        url=item.url,
        fetched_at=item.fetched_at or now,
        body=b"",
        outlet=item.outlet,
        charset=item.charset,
        headers=item.headers,
        hints=item.hints,
    )
    if item.problem:
        return reject(page, Finding(Reason.UNREADABLE, item.problem))
    try:
        with item.path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        return reject(page, Finding(Reason.UNREADABLE, f"no such bytes: {error}"))
    known = Page(
        url=page.url,
        fetched_at=page.fetched_at,
        body=body,
        outlet=page.outlet,
        charset=page.charset,
        headers=page.headers,
        hints=page.hints,
    )
    rules = rules_for(item.outlet) if item.outlet else ()
    return Task(known, rules, url=item.canonical, publisher_id=item.publisher_id, policy=policy)


def row_of(item: Item, result: Article | Rejection) -> Row:
    """Return the row that is printed for one page: the article flattened where times are asked, or file and reason."""
    row = result.model_dump(mode="json")
    if isinstance(result, Rejection):
        return {"file": item.file, **row}
    return {
        "file": item.file,
        **row,
        "published_at": result.published.at.isoformat() if result.published else None,
        "modified_at": result.modified.at.isoformat() if result.modified else None,
    }


def index_items(index: Path) -> Iterator[Item]:
    """Yield the items of an index of kept pages, JSON lines; `file` is relative to it, the rest may be missing."""
    with index.open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            if raw.strip():
                yield _item(raw, number, index.parent)


def _item(raw: bytes, number: int, folder: Path) -> Item:
    try:
        row = json.loads(raw)
    except (ValueError, RecursionError) as error:
        return Item(file=f"line {number}", path=folder, problem=f"line {number} of the index is no JSON: {error}")
    name = row.get("file") if isinstance(row, dict) else None
    if not isinstance(name, str) or not name:
        return Item(file=f"line {number}", path=folder, problem=f"line {number} of the index names no file")
    return Item(
        file=name,
        path=folder / name,
        url=_text(row, "url"),
        fetched_at=_fetched(_text(row, "fetched_at")),
        charset=_text(row, "charset") or None,
        outlet=_text(row, "outlet"),
    )


def _fetched(text: str) -> datetime | None:
    """Return when a page was fetched; a day alone means its end, so that nothing of that day lies in the future."""
    moment = parse_moment(text)
    if moment is None:
        return None
    return moment.at + timedelta(days=1, seconds=-1) if moment.precision == "day" else moment.at


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""
