"""Archivers that take turns: between any two changes or looks of one at the store, another may do any number of its own.

Each actor runs in a thread of its own over a store that waits for its turn before every call; whoever draws the order
(a property test) decides who goes next. So every interleaving can be had, and had again.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from processing.store.file_store import FileStore
from processing.store.interface import ListedObject

Work = Callable[["Waiting"], None]
Choose = Callable[[Sequence[int], Mapping[int, str]], int]
"""Returns which of these actors goes next, given the call that each of them is about to make."""


class BrokenError(Exception):
    """Another actor found the archive broken."""


class Turns:
    """Lets one actor at a time make one call of its store."""

    def __init__(self, actors: int, choose: Choose, after: Callable[[], None]) -> None:
        self._choose = choose
        self._after = after
        self._wanting: dict[int, str] = {}
        self._changed = threading.Condition()
        self._running = actors
        self._next: int | None = None
        self._broken = False

    def take(self, actor: int, call: str) -> None:
        """Wait for the turn of this actor to make a call; the turn lasts until `give`."""
        with self._changed:
            self._wanting[actor] = call
            self._pick()
            self._changed.wait_for(lambda: self._broken or self._next == actor)
            del self._wanting[actor]
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
            self._next = self._choose(sorted(self._wanting), self._wanting)
            self._changed.notify_all()


class Waiting(FileStore):
    """A directory whose every call waits for its actor's turn."""

    def __init__(self, root: Path, turns: Turns, actor: int) -> None:
        super().__init__(root)
        self._turns, self._actor = turns, actor
        self._own = threading.Lock()

    def _turn(self, name: str, call: Callable[[], object], *, changed: bool = False) -> object:
        with self._own:  # an actor's own threads, one after the other
            self._turns.take(self._actor, name)
            try:
                return call()
            finally:
                self._turns.give(changed=changed)

    def get(self, key: str) -> bytes:
        return bytes(self._turn(f"get {key}", lambda: FileStore.get(self, key)))  # type: ignore[call-overload]

    def get_file(self, key: str, path: Path) -> None:
        self._turn(f"get_file {key}", lambda: FileStore.get_file(self, key, path))

    def put(self, key: str, data: bytes, *, create: bool = False) -> None:
        self._turn(
            f"put {key}", lambda: FileStore.put(self, key, data, create=create), changed=True
        )

    def put_file(self, key: str, path: Path, **how: Any) -> None:
        self._turn(f"put {key}", lambda: FileStore.put_file(self, key, path, **how), changed=True)

    def copy(self, source: str, target: str, **how: Any) -> None:
        plain = FileStore(Path(self.url.removeprefix("file:")))
        self._turn(f"put {target}", lambda: plain.copy(source, target, **how), changed=True)

    def list(self, prefix: str) -> Iterator[ListedObject]:
        yield from self._turn(f"list {prefix}", lambda: list(FileStore.list(self, prefix)))  # type: ignore[misc]

    def exists(self, key: str) -> bool:
        return bool(self._turn(f"exists {key}", lambda: FileStore.exists(self, key)))

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._turn(f"delete {key}", lambda key=key: FileStore.delete(self, [key]), changed=True)  # type: ignore[misc]


def act(
    root: Path,
    works: Sequence[Work],
    choose: Choose,
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
