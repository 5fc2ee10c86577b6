"""Runs a crawl in a child process and ends it where it cannot end itself.

Python's signals and timers wait until a call into C returns. A page that keeps a parser busy for
minutes would therefore outlast the crawl's time limit and ignore SIGTERM. The parent parses nothing
and so always answers: it hands signals on, watches the clock, and kills a child that is late. The
child says in shared memory what it is parsing; when it dies of that, the parent leaves a note in
the spool, and the next crawl rejects those bytes without parsing them.

The child is forked before Twisted has a reactor. It shares the parent's memory until one of them
writes to it.
"""

import ctypes
import json
import mmap
import os
import signal
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from time import monotonic

PARSING_SECONDS = 45.0
"""Processor time that one document may take in the child before the parent kills it.

`spiders.reading.LIMIT`, which
Python keeps by itself wherever it is not inside C, is lower.
"""
GRACE = 30.0
"""Seconds after the crawl's own time limit at which the parent kills it, parsing or not."""
ANSWER = 1.5
"""Seconds after a signal at which a child that has not begun to close is killed: it is inside C."""
_STANDSTILL = 1.9
"""Seconds without processor time at which a closing child is killed: it waits for what never ends.

More than what `spiders.crawling.interrupt` gives the store, after which a child ends by itself.
"""
_CLOSING_SECONDS = 5.0
"""Processor time that a child may take to close."""
_TICK = 0.25
"""Seconds between two looks of the parent while a document is being parsed or an answer is due."""
_IDLE = 1.0
_PR_SET_PDEATHSIG = 1
_SLOT = 16 << 10
_LONGEST_URL = 1000
_LARGEST_NOTE = 1 << 20
_MOST_NOTES = 1000
_DEATHS = 2
"""Deaths over one URL, or uncertain ones over the same bytes, after which it is rejected."""
_FAULTS = {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE}
_HANDED_ON = (signal.SIGTERM, signal.SIGINT)
_AWAITED = {*_HANDED_ON, signal.SIGCHLD}


@dataclass(frozen=True, slots=True)
class Note:
    """What a crawl died of: the document's URL, the SHA-256 of its bytes, and how the crawl ended.

    It is not `certain` where somebody killed the child meanwhile: the kernel for want of memory, or
    a person.
    """

    url: str
    digest: str
    why: str
    certain: bool


class LethalError(Exception):
    """An earlier crawl died while it parsed these bytes, or others of this URL more than once."""


class Watchdog:
    """The memory that parent and child share, and the notes of the outlet's earlier deaths."""

    def __init__(self) -> None:
        self.killed: str | None = None
        """Why the parent killed the child, or what the child died of; None where it ended itself."""
        self._memory = mmap.mmap(-1, _SLOT)
        self._number = 0
        self._file: Path | None = None
        self._notes: tuple[Note, ...] = ()

    # -- in the child

    def remember(self, folder: Path) -> None:
        """Read the notes in `folder`, the outlet's part of the spool.

        The parent adds to them there.
        """
        self._file = folder / "died.json"
        self._notes = read_notes(self._file)

    def acknowledge(self) -> None:
        """Say that a signal has been heard, and that this process is closing."""
        self._memory[-1] = 1

    @contextmanager
    def parsing(self, url: str, body: bytes) -> Iterator[None]:
        """Say that `body` of `url` is being parsed.

        Raises LethalError where an earlier crawl died of it.
        """
        if self._file is None:
            yield
            return
        digest = sha256(body).hexdigest()
        if fault := self._fault(url, digest):
            raise LethalError(fault)
        self._number += 1
        entry = {
            "number": self._number,
            "url": url[:_LONGEST_URL],
            "digest": digest,
            "file": str(self._file),
        }
        self._write(json.dumps(entry).encode())
        try:
            yield
        finally:
            self._write(b"")

    def _fault(self, url: str, digest: str) -> str | None:
        same = [note for note in self._notes if note.digest == digest]
        deaths = [note for note in self._notes if note.url == url[:_LONGEST_URL]]
        lethal = any(note.certain for note in same) or max(len(same), len(deaths)) >= _DEATHS
        return f"an earlier crawl ended over it: {(same or deaths)[-1].why}" if lethal else None

    def _write(self, entry: bytes) -> None:
        """Write an entry; its length comes last, so that the parent never reads half of one."""
        self._memory[:4] = b"\0\0\0\0"
        self._memory[4 : 4 + len(entry)] = entry
        self._memory[:4] = struct.pack("=I", len(entry))

    # -- in the parent

    @property
    def is_acknowledged(self) -> bool:
        """Whether the child has heard of a signal."""
        return bool(self._memory[-1])

    def entry(self) -> dict[str, object] | None:
        """Return what the child is parsing, or None."""
        (length,) = struct.unpack("=I", self._memory[:4])
        if not length:
            return None
        try:
            state: dict[str, object] = json.loads(self._memory[4 : 4 + length])
        # The child is writing: it is not stuck.
        except ValueError:
            return None
        return state

    def fork(self, time_limit: float, say: Callable[[str], None]) -> int | None:
        """Fork.

        Return None in the child, which does the crawl, and in the parent the exit code when it has
        ended.

        `time_limit` is the crawl's own, in seconds; 0 is none. `say` tells a person why the child
        was killed.
        """
        # What is buffered now would be written by both processes.
        sys.stdout.flush()
        sys.stderr.flush()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
        parent = os.getpid()
        child = os.fork()
        if child:
            return _Parent(self, child, time_limit, say).watch()
        _die_with(parent)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return None


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why the child is killed, whether its document is the cause, and the exit code."""

    why: str
    is_document: bool
    code: int


@dataclass(slots=True)
class _Signal:
    """A signal: when it came, what was being parsed then, and whether the child was told.

    `begun` and `latest` are the child's processor time then and now, `moved` is when it last grew.
    """

    at: float
    document: object
    is_handed_on: bool
    begun: float
    latest: float
    moved: float


class _Parent:
    """The loop of the parent."""

    def __init__(
        self, watchdog: Watchdog, child: int, time_limit: float, say: Callable[[str], None]
    ) -> None:
        self._watchdog = watchdog
        self._child = child
        self._say = say
        self._latest = monotonic() + time_limit + GRACE if time_limit else None
        self._signal: _Signal | None = None
        self._parsing: tuple[object, float] | None = None
        """The document's number, and the child's processor time at its start."""

    def watch(self) -> int:
        """Wait for the crawl to end; return its exit code, or that of why it was killed."""
        while True:
            busy = self._watchdog.entry() is not None or self._signal is not None
            received = signal.sigtimedwait(_AWAITED, _TICK if busy else _IDLE)
            if received and received.si_signo in _HANDED_ON:
                self._hand_on(received.si_signo)
            ended, status = os.waitpid(self._child, os.WNOHANG)
            if ended:
                return self._ended(status)
            if fault := self._fault():
                os.kill(self._child, signal.SIGKILL)
                os.waitpid(self._child, 0)
                self._tell(fault.why, note=fault.is_document, certain=True)
                return fault.code

    def _hand_on(self, number: int) -> None:
        """Tell the child of SIGTERM.

        Of Ctrl-C a terminal has told it; where none has, `_unanswered` does.
        """
        is_term = number == signal.SIGTERM
        if self._signal is None:
            now, used = monotonic(), _processor_time(self._child)
            self._signal = _Signal(now, self._document(), is_term, used, used, now)
        if is_term:
            os.kill(self._child, signal.SIGTERM)

    def _fault(self) -> _Fault | None:
        now, number = monotonic(), self._document()
        if self._parsing is None or self._parsing[0] != number:
            self._parsing = (number, _processor_time(self._child)) if number else None
        if self._parsing and _processor_time(self._child) - self._parsing[1] > PARSING_SECONDS:
            return _Fault(
                f"one document took more than {PARSING_SECONDS:g} s of processor time",
                is_document=True,
                code=1,
            )
        if self._signal and self._is_unanswered(self._signal, now):
            return _Fault("stopped by a signal", is_document=False, code=4)
        if self._latest and now > self._latest:
            return _Fault(
                "it did not close itself at its time limit", is_document=number is not None, code=1
            )
        return None

    def _is_unanswered(self, told: _Signal, now: float) -> bool:
        """Whether the child is not on its way to its end, and nothing but a kill ends it."""
        if not told.is_handed_on and not self._watchdog.is_acknowledged:
            os.kill(self._child, signal.SIGTERM)
            told.is_handed_on = True
        used = _processor_time(self._child)
        if used > told.latest:
            told.latest, told.moved = used, now
        is_same = told.document is not None and told.document == self._document()
        if is_same or not self._watchdog.is_acknowledged:
            return now - told.at > ANSWER
        return now - told.moved > _STANDSTILL or used - told.begun > _CLOSING_SECONDS

    def _document(self) -> object:
        """Return the number of the document that is being parsed, from 1 on, or None."""
        entry = self._watchdog.entry()
        return entry["number"] if entry else None

    def _ended(self, status: int) -> int:
        """Return the exit code of a child that ended by itself.

        What it died of inside a parser is noted.
        """
        code = os.waitstatus_to_exitcode(status)
        if code >= 0:
            return code
        self._tell(
            f"it was killed by {signal.Signals(-code).name}", note=True, certain=-code in _FAULTS
        )
        return 1

    def _tell(self, why: str, *, note: bool, certain: bool) -> None:
        self._watchdog.killed = why
        entry = self._watchdog.entry()
        if entry and note:
            self._note(entry, why, certain=certain)
        where = f" while it parsed {entry['url']}" if entry else ""
        self._say(
            f"the crawl has ended: {why}{where}; what it had sealed is kept, "
            "the rest is asked again"
        )

    def _note(self, entry: dict[str, object], why: str, *, certain: bool) -> None:
        """Leave a note for the next crawl, whole or not at all."""
        file = Path(str(entry["file"]))
        note = Note(str(entry["url"]), str(entry["digest"]), why, certain)
        part = file.with_name(f"{file.name}.part")
        try:
            part.write_text(
                json.dumps(
                    [asdict(earlier) for earlier in (*read_notes(file), note)][-_MOST_NOTES:]
                )
            )
            part.replace(file)
        except OSError as error:
            self._say(
                "the next crawl may end over the same document: "
                f"{file} cannot be written ({error.strerror})"
            )


def read_notes(file: Path) -> tuple[Note, ...]:
    """Return the notes of a file, none where there is no such file or it is not one of ours."""
    try:
        with file.open("rb") as opened:
            rows = json.loads(opened.read(_LARGEST_NOTE))
        return tuple(
            Note(str(row["url"]), str(row["digest"]), str(row["why"]), bool(row["certain"]))
            for row in rows
        )
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return ()


def _processor_time(process: int) -> float:
    """Return the processor time of a process in seconds (proc(5): utime and stime)."""
    # The second field is the program's name in parentheses, and may hold blanks.
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # The parent may have ended before the call: the kernel sends no signal for that.
    if os.getppid() != parent:
        os._exit(1)
