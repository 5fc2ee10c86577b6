"""Children that read pages: a hang, a crash or a hunger for memory costs one page, not the run.

The page and its rules go to the child and the record comes back, over a pipe. A child that answers too late is killed
and replaced; one that dies is replaced. Memory is limited by `RLIMIT_AS` where the system has it.

Reading kept pages from files: items in, one JSON-ready row a page out, in their order.

What `sillok read` does, without the command line. Broken input gives a row with `reason`, never an error.
"""

import contextlib
import multiprocessing
import resource
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias

from processing.dates import parse_moment
from processing.errors import SillokError
from processing.inspection.explain import Explanation, explained
from processing.limits import parse_json
from processing.reading.extract import OBEY, explain, extract
from processing.reading.rights import RightsPolicy
from processing.reading.tree import MAX_BYTES, RejectionCause, reject
from processing.records import Article, Page, Reason, Rejection
from processing.rules import Rules, rules_at

_STARTING = 60.0  # seconds that a new child may take to import the reader beside its first page


@dataclass(frozen=True, slots=True)
class PageLimits:
    """What one page may cost: seconds of time, bytes of address space."""

    seconds: float = 20.0
    memory: int = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Task:
    """A page to read, the layouts of its outlet, and its canonical URL where the caller knows it."""

    page: Page
    layouts: tuple[Rules, ...] = ()
    url: str | None = None
    publisher_id: str | None = None
    policy: RightsPolicy = OBEY
    explain: bool = False


class Sandbox:
    """One child that reads one page at a time; `close` ends it."""

    def __init__(self, limits: PageLimits | None = None) -> None:
        self.limits = limits or PageLimits()
        self._context = multiprocessing.get_context("spawn")
        self._task: Task | None = None
        self._deadline = 0.0
        self._start()

    def _start(self) -> None:
        self.connection, inner = self._context.Pipe()
        self._child = self._context.Process(
            target=_serve, args=(inner, self.limits.memory), daemon=True
        )
        self._child.start()
        inner.close()
        self._fresh = True

    def give(self, task: Task) -> None:
        """Hand a page to the child; the answer is `take`n."""
        self._task = task
        allowed = self.limits.seconds + (_STARTING if self._fresh else 0.0)
        self._deadline = monotonic() + allowed
        with contextlib.suppress(
            BrokenPipeError
        ):  # a child that died is noticed, and replaced, when asked for its answer
            self.connection.send(task)

    def remaining(self) -> float:
        """Return the seconds that the child has left for its page."""
        return max(0.0, self._deadline - monotonic())

    def take(self) -> Article | Rejection:
        """Return what became of the page, waiting no longer than its time."""
        answer = self._take()
        assert not isinstance(answer, Explanation), "only `explain` is answered so"  # noqa: S101
        return answer

    def _take(self) -> Article | Rejection | Explanation:
        task = self._task
        assert task is not None, "take() follows give()"  # noqa: S101 (a fault of the caller's code, not of its data)
        self._task = None
        try:
            answer = self.connection.recv() if self.connection.poll(self.remaining()) else None
        except (EOFError, OSError):
            self.close()
            self._start()
            return reject(
                task.page,
                RejectionCause(Reason.UNREADABLE, "the reader died of this page"),
                task.url,
            )
        if answer is None:
            self.close()
            self._start()
            found = RejectionCause(
                Reason.UNREADABLE, f"the reader took more than {self.limits.seconds:g} s"
            )
            return reject(task.page, found, task.url)
        self._fresh = False
        if isinstance(answer, SillokError):
            raise answer
        return (
            answer
            if isinstance(answer, Article | Rejection | Explanation)
            else reject(task.page, answer, task.url)
        )

    def read(self, task: Task) -> Article | Rejection:
        """Read one page."""
        self.give(task)
        return self.take()

    def explain(self, task: Task) -> Explanation | Rejection:
        """Read one page and return what became of its lines; a page that cannot be read is a rejection."""
        self.give(replace(task, explain=True))
        answer = self._take()
        assert not isinstance(answer, Article), "a task to explain gives no article"  # noqa: S101
        return answer

    def close(self) -> None:
        """End the child."""
        self._child.kill()
        self._child.join()
        self.connection.close()


def _serve(connection: Connection, memory: int) -> None:
    """Read pages until the parent hangs up; what kills one page is answered where Python still can."""
    _limit(memory)
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        connection.send(_answer(task))


def _answer(task: Task) -> Article | Rejection | RejectionCause | SillokError | Explanation:
    rules = rules_at(task.layouts, task.page.fetched_at)
    try:
        if task.explain:
            record, reading = explain(task.page, rules)
            return explained(reading, record) if reading else record
        return extract(
            task.page, rules, url=task.url, publisher_id=task.publisher_id, policy=task.policy
        )
    except SillokError as error:
        return error
    except MemoryError:
        return RejectionCause(Reason.UNREADABLE, "the reader ran out of memory")
    except Exception as error:  # noqa: BLE001 (a fault of the reader is this page's rejection, with its name as evidence)
        return RejectionCause(
            Reason.UNREADABLE, f"the reader failed: {type(error).__name__}: {error}"
        )


def _limit(memory: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


ReadingRow: TypeAlias = dict[str, Any]
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
    limits: PageLimits | None = None,
    policy: RightsPolicy = OBEY,
) -> Iterator[ReadingRow]:
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
    items: Iterator[Item],
    boxes: list[Sandbox],
    rules_for: RulesFor,
    now: datetime,
    policy: RightsPolicy,
) -> Iterator[ReadingRow]:
    idle = deque(boxes)
    busy: dict[Sandbox, int] = {}
    done: dict[int, ReadingRow] = {}
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
        return reject(page, RejectionCause(Reason.UNREADABLE, item.problem))
    try:
        with item.path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        return reject(page, RejectionCause(Reason.UNREADABLE, f"no such bytes: {error}"))
    known = Page(
        url=page.url,
        fetched_at=page.fetched_at,
        body=body,
        outlet=page.outlet,
        charset=page.charset,
        headers=page.headers,
        hints=page.hints,
    )
    rules = rules_for(item.outlet)
    return Task(known, rules, url=item.canonical, publisher_id=item.publisher_id, policy=policy)


def explain_page(
    item: Item, *, rules_for: RulesFor, now: datetime, policy: RightsPolicy = OBEY
) -> Explanation | Rejection:
    """Return what became of each line of one kept page, read in a child with limits of time and memory."""
    task = _task(item, rules_for, now, policy)
    if isinstance(task, Rejection):
        return task
    box = Sandbox()
    try:
        return box.explain(task)
    finally:
        box.close()


def row_of(item: Item, result: Article | Rejection) -> ReadingRow:
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
        row = parse_json(raw)
    except ValueError as error:
        return Item(
            file=f"line {number}",
            path=folder,
            problem=f"line {number} of the index is no JSON: {error}",
        )
    name = row.get("file") if isinstance(row, dict) else None
    if not isinstance(name, str) or not name:
        return Item(
            file=f"line {number}", path=folder, problem=f"line {number} of the index names no file"
        )
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
