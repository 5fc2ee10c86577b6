"""Children that read pages: a hang, a crash or a hunger for memory costs one page, not the run.

The page and its rules go to the child and the record comes back, over a pipe. A child that answers too late is killed
and replaced; one that dies is replaced. Memory is limited by `RLIMIT_AS` where the system has it.
"""

import contextlib
import multiprocessing
import resource
from dataclasses import dataclass
from multiprocessing.connection import Connection
from time import monotonic

from processing.errors import SillokError
from processing.reading.extract import OBEY, extract
from processing.reading.rejections import Finding, reject
from processing.reading.rights import RightsPolicy
from processing.reading.rules import Rules, rules_at
from processing.records import Article, Page, Reason, Rejection

_STARTING = 60.0  # seconds that a new child may take to import the reader beside its first page


@dataclass(frozen=True, slots=True)
class Limits:
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


class Sandbox:
    """One child that reads one page at a time; `close` ends it."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._context = multiprocessing.get_context("spawn")
        self._task: Task | None = None
        self._deadline = 0.0
        self._start()

    def _start(self) -> None:
        self.connection, inner = self._context.Pipe()
        self._child = self._context.Process(target=_serve, args=(inner, self.limits.memory), daemon=True)
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
        task = self._task
        assert task is not None, "take() follows give()"  # noqa: S101 (a fault of the caller's code, not of its data)
        self._task = None
        try:
            answer = self.connection.recv() if self.connection.poll(self.remaining()) else None
        except (EOFError, OSError):
            self.close()
            self._start()
            return reject(task.page, Finding(Reason.UNREADABLE, "the reader died of this page"), task.url)
        if answer is None:
            self.close()
            self._start()
            found = Finding(Reason.UNREADABLE, f"the reader took more than {self.limits.seconds:g} s")
            return reject(task.page, found, task.url)
        self._fresh = False
        if isinstance(answer, SillokError):
            raise answer
        return answer if isinstance(answer, Article | Rejection) else reject(task.page, answer, task.url)

    def read(self, task: Task) -> Article | Rejection:
        """Read one page."""
        self.give(task)
        return self.take()

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


def _answer(task: Task) -> Article | Rejection | Finding | SillokError:
    rules = rules_at(task.layouts, task.page.fetched_at)
    try:
        return extract(task.page, rules, url=task.url, publisher_id=task.publisher_id, policy=task.policy)
    except SillokError as error:
        return error
    except MemoryError:
        return Finding(Reason.UNREADABLE, "the reader ran out of memory")
    except Exception as error:  # noqa: BLE001 (a fault of the reader is this page's rejection, with its name as evidence)
        return Finding(Reason.UNREADABLE, f"the reader failed: {type(error).__name__}: {error}")


def _limit(memory: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
