"""Reads kept pages from files, in child processes with limits of time and memory.

A page that hangs the reader, kills it or exhausts its memory costs one page, not the run: page and
rules go to a child over a pipe and the record comes back; a child that dies or answers too late is
replaced. Memory is limited by `RLIMIT_AS` where the system has it.

This is what `sillok read` does, without the command line: one row per page, in the order of the
items. Broken input gives a row with `reason`, never an error.
"""

import contextlib
import hashlib
import multiprocessing
import resource
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from processing.dates import parse_moment
from processing.errors import SillokError
from processing.inspection.explain import Explanation, explained
from processing.limits import parse_json
from processing.reading.extract import OBEY, explain, extract
from processing.reading.rights import RightsPolicy
from processing.reading.titles import PageTitles, shared_names, titles_of
from processing.reading.tree import MAX_BYTES, RejectionCause, decode, parse, reject
from processing.records import Article, Page, Reason, Rejection
from processing.rules import GENERIC, Rules, rules_at

# Seconds that a new child has in addition, to import the reader before its first page.
_STARTING = 60.0
ReadingRow: TypeAlias = dict[str, Any]
RulesFor: TypeAlias = Callable[[str], tuple[Rules, ...]]
"""Returns the layouts of an outlet by its name or a host; () if it is not declared."""

# Pages of a host whose titles are compared, and bytes of each: heads are shorter, and so few bytes
# take no more than .3 s to parse whatever they are.
_COMPARED, _COMPARED_BYTES = 24, 64 << 10
# Pages per child that may be read ahead of the first one that is not done: bounds the memory.
_AHEAD = 8


@dataclass(frozen=True, slots=True)
class PageLimits:
    """What one page may cost: seconds of time, bytes of address space."""

    seconds: float = 20.0
    memory: int = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Task:
    """A page to read, the layouts of its outlet, and its canonical URL if the caller knows it."""

    page: Page
    layouts: tuple[Rules, ...] = ()
    url: str | None = None
    publisher_id: str | None = None
    policy: RightsPolicy = OBEY
    explain: bool = False


class Sandbox:
    """A child process that reads one page at a time; `close` ends it."""

    def __init__(self, limits: PageLimits | None = None) -> None:
        self.limits = limits or PageLimits()
        # A forked child would inherit locks and threads of the parent in any state.
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
        self._is_new = True

    def give(self, task: Task) -> None:
        """Send a page to the child; `take` returns the answer."""
        self._task = task
        allowed = self.limits.seconds + (_STARTING if self._is_new else 0.0)
        self._deadline = monotonic() + allowed
        # A child that died is noticed, and replaced, when its answer is taken.
        with contextlib.suppress(BrokenPipeError):
            self.connection.send(task)

    def remaining(self) -> float:
        """Return the seconds that the child has left for its page."""
        return max(0.0, self._deadline - monotonic())

    def take(self) -> Article | Rejection:
        """Return the article or rejection; wait no longer than the page's time.

        Raises the `SillokError` of the child, such as `UsageError` for a selector that is none.
        """
        answer = self._take()
        assert not isinstance(answer, Explanation), "only `explain` is answered so"  # noqa: S101
        return answer

    def _take(self) -> Article | Rejection | Explanation:
        task = self._task
        # A mistake in the caller's code, not in its data.
        assert task is not None, "take() follows give()"  # noqa: S101
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
            cause = RejectionCause(
                Reason.UNREADABLE, f"the reader took more than {self.limits.seconds:g} s"
            )
            return reject(task.page, cause, task.url)
        self._is_new = False
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
        """Read one page and return what became of its lines, or its rejection."""
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
    """Answer each page with its record, until the parent closes the pipe."""
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
    # A fault of the reader is the rejection of this page, with its name as evidence.
    except Exception as error:  # noqa: BLE001
        return RejectionCause(
            Reason.UNREADABLE, f"the reader failed: {type(error).__name__}: {error}"
        )


def _limit(memory: int) -> None:
    """Limit the address space of this process to `memory` bytes."""
    # A soft limit above the hard one is refused.
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One kept page: where its bytes are and what is known of it.

    `problem` says why the row of the index itself is broken. `canonical` and `publisher_id` follow
    from the URL by the outlet's declaration, if the caller knows them. `names` are what the pages
    of its site add to headlines, which counts where no declaration says it.
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
    names: tuple[str, ...] = ()


def read_many(
    items: Iterable[Item],
    *,
    jobs: int,
    rules_for: RulesFor,
    now: datetime,
    limits: PageLimits | None = None,
    policy: RightsPolicy = OBEY,
) -> Iterator[ReadingRow]:
    """Yield one row per item, in their order.

    `jobs` children read in parallel; `now` is the time of fetch of an item that states none. Raises
    `UsageError` if a selector of an outlet's rules is not CSS.
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
    """Yield the rows of `items`; whichever child is idle reads the next one."""
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
        # Waiting only while the next row is missing lets finished rows leave at once.
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
    """Return the page of an item with its outlet's layouts, or the rejection of a missing file."""
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
        # One byte more than is read shows the reader that the page is too large.
        with item.path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        return reject(page, RejectionCause(Reason.UNREADABLE, f"no such bytes: {error}"))
    layouts = rules_for(item.outlet)
    if item.names and not any(rules.names for rules in layouts):
        layouts = tuple(replace(rules, names=item.names) for rules in layouts or (GENERIC,))
    return Task(
        replace(page, body=body),
        layouts,
        url=item.canonical,
        publisher_id=item.publisher_id,
        policy=policy,
    )


def explain_page(
    item: Item, *, rules_for: RulesFor, now: datetime, policy: RightsPolicy = OBEY
) -> Explanation | Rejection:
    """Return what became of each line of one kept page, or its rejection."""
    task = _task(item, rules_for, now, policy)
    if isinstance(task, Rejection):
        return task
    box = Sandbox()
    try:
        return box.explain(task)
    finally:
        box.close()


def row_of(item: Item, result: Article | Rejection) -> ReadingRow:
    """Return the row for one page: the file and its record, with the article's times as text."""
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
    """Yield the items of an index of kept pages, which is JSON lines.

    `file` is relative to the index; all else may be missing.
    """
    with index.open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            if raw.strip():
                yield _item(raw, number, index.parent)


def with_names(items: Callable[[], Iterable[Item]]) -> Iterator[Item]:
    """Yield the items again that `items` gives, with the names that the pages of each host share.

    `items` is called twice, and must give the same both times. Of each host the same few pages are
    compared in whatever order they come: those whose addresses have the smallest hashes.
    """
    sampled: defaultdict[str, list[tuple[str, Item]]] = defaultdict(list)
    for item in items():
        if host := _host_of(item):
            pages = sampled[host]
            pages.append((hashlib.sha256(item.url.encode("utf-8", "replace")).hexdigest(), item))
            pages.sort(key=lambda page: (page[0], page[1].file))
            del pages[_COMPARED:]
    names = {
        host: shared_names([titles for _, item in pages if (titles := _titles_of(item))])
        for host, pages in sampled.items()
    }
    for item in items():
        yield replace(item, names=names.get(_host_of(item), ()))


def _host_of(item: Item) -> str:
    """Return the host of an item's address, or ""."""
    try:
        return urlsplit(item.url).hostname or ""
    except ValueError:
        return ""


def _titles_of(item: Item) -> PageTitles | None:
    """Return the titles at the beginning of an item's page; None where it has no tree.

    A tree of so few bytes is made outside of the children: it takes milliseconds whatever they are.
    """
    try:
        with item.path.open("rb") as file:
            body = file.read(_COMPARED_BYTES)
    except (OSError, ValueError):
        return None
    fetched = item.fetched_at or datetime.min.replace(tzinfo=UTC)
    text = decode(Page(url=item.url, fetched_at=fetched, body=body, charset=item.charset))
    root = parse(text) if isinstance(text, str) else text
    return None if isinstance(root, RejectionCause) else titles_of(root, item.url)


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
    """Return when a page was fetched, or None if `text` states no moment."""
    moment = parse_moment(text)
    if moment is None:
        return None
    # A day alone means its end, so that no time of that day lies in the future.
    return moment.at + timedelta(days=1, seconds=-1) if moment.precision == "day" else moment.at


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""
