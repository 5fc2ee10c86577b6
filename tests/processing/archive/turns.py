"""Archivers that take turns: between any two changes or looks of one at the store, another may do any number of its own.

Each actor runs in a thread of its own over a store that waits for its turn before every call; whoever draws the order
(a property test) decides who goes next. So every interleaving can be had, and had again.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from processing.store.file_store import FileStore
from processing.store.interface import ListedObject

Work = Callable[["Waiting"], None]


class BrokenError(Exception):
    """Another actor found the archive broken."""


class Turns:
    """Lets one actor at a time make one call of its store."""

    def __init__(
        self, actors: int, choose: Callable[[Sequence[int]], int], after: Callable[[], None]
    ) -> None:
        self._choose = choose
        self._after = after
        self._wanting: list[int] = []
        self._changed = threading.Condition()
        self._running = actors
        self._next: int | None = None
        self._broken = False

    def take(self, actor: int) -> None:
        """Wait for the turn of this actor; the turn lasts until `give`."""
        with self._changed:
            self._wanting.append(actor)
            self._pick()
            self._changed.wait_for(lambda: self._broken or self._next == actor)
            self._wanting.remove(actor)
            if self._broken:
                raise BrokenError

    def give(self, *, changed: bool) -> None:
        """End a turn: after a change, what every reader must find is looked at, with nobody at work."""
        with self._changed:
            try:
                if changed:
                    self._after()
            except BaseException:
                self._broken = True
                self._changed.notify_all()
                raise
            self._next = None
            self._pick()

    def leave(self) -> None:
        """Take part no longer."""
        with self._changed:
            self._running -= 1
            self._pick()

    def _pick(self) -> None:
        if self._next is None and self._wanting and len(self._wanting) == self._running:
            self._next = self._choose(sorted(self._wanting))
            self._changed.notify_all()


class Waiting(FileStore):
    """A directory whose every call waits for its actor's turn."""

    def __init__(self, root: Path, turns: Turns, actor: int) -> None:
        super().__init__(root)
        self._turns, self._actor = turns, actor
        self._own = threading.Lock()

    def _turn(self, call: Callable[[], object], *, changed: bool = False) -> object:
        with self._own:  # an actor's own threads, one after the other
            self._turns.take(self._actor)
            try:
                return call()
            finally:
                self._turns.give(changed=changed)

    def get(self, key: str) -> bytes:
        return bytes(self._turn(lambda: FileStore.get(self, key)))  # type: ignore[call-overload]

    def get_file(self, key: str, path: Path) -> None:
        self._turn(lambda: FileStore.get_file(self, key, path))

    def put(self, key: str, data: bytes, *, create: bool = False) -> None:
        self._turn(lambda: FileStore.put(self, key, data, create=create), changed=True)

    def put_file(self, key: str, path: Path, **how: Any) -> None:
        self._turn(lambda: FileStore.put_file(self, key, path, **how), changed=True)

    def copy(self, source: str, target: str, **how: Any) -> None:
        plain = FileStore(Path(self.url.removeprefix("file:")))
        self._turn(lambda: plain.copy(source, target, **how), changed=True)

    def list(self, prefix: str) -> Iterator[ListedObject]:
        yield from self._turn(lambda: list(FileStore.list(self, prefix)))  # type: ignore[misc]

    def exists(self, key: str) -> bool:
        return bool(self._turn(lambda: FileStore.exists(self, key)))

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._turn(lambda key=key: FileStore.delete(self, [key]), changed=True)  # type: ignore[misc]


def act(
    root: Path,
    works: Sequence[Work],
    choose: Callable[[Sequence[int]], int],
    after: Callable[[], None],
) -> None:
    """Run each work in a thread of its own, in the order that `choose` draws; raise what one of them raised."""
    turns = Turns(len(works), choose, after)
    raised: list[BaseException] = []

    def run(actor: int, work: Work) -> None:
        try:
            work(Waiting(root, turns, actor))
        except BrokenError:
            pass
        except BaseException as error:  # noqa: BLE001 - it is raised where the test can see it
            raised.append(error)
        finally:
            turns.leave()

    threads = [threading.Thread(target=run, args=(actor, work)) for actor, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
