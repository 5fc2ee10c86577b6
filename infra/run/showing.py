"""What a person sees: progress while it works, as a live table or as plain lines, and the table at the end."""

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from infra.run.follow import Following, Line
from infra.run.summary import Holding, size, total
from spiders.console.terminal import clean

WIDE = 300
"""Characters of a message that are shown; it may quote a page."""

ROOMY = 100
"""Columns of a terminal from which on a table may be airy."""

STYLES = {"success": "green", "failed": "red", "up_for_retry": "red", "running": "yellow"}


class Showing:
    """Shows steps and runs as they go."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)
        self._began = time.monotonic()
        self._live: Live | None = None
        self._said: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _tb: TracebackType | None
    ) -> None:
        self.still()

    def step(self, what: str) -> None:
        """Say what begins now."""
        self.console.print(Text(f"{time.monotonic() - self._began:5.1f} s  {what}"))

    def runs(self, following: Following) -> None:
        """Show how far everything is; without a terminal, only what changed."""
        lines = [*sorted(following.lines.values(), key=lambda line: line.name), following.archive]
        if not self.console.is_terminal:
            for line in lines:
                if self._said.get(line.name) != line.state and line.state != "waiting":
                    self._said[line.name] = line.state
                    self.step(f"{line.name}: {told(line)}")
            return
        if self._live is None:
            self._live = Live(console=self.console, refresh_per_second=4, transient=True)
            self._live.start()
        self._live.update(_progress(lines, time.monotonic() - self._began))

    def still(self) -> None:
        """End the live table."""
        if self._live:
            self._live.stop()
            self._live = None

    def closing(self, following: Following, held: Mapping[str, Holding]) -> None:
        """Show the table that a run ends with."""
        ends = {line.name: str(line.result.get("end", line.state)) for line in following.lines.values()}
        gap = 1 if self.console.width < ROOMY else 3
        table = Table(title="The archive of the sample press", title_justify="left", box=None, padding=(0, gap, 0, 0))
        for name in ("outlet", "this run"):
            table.add_column(name, no_wrap=True)
        for name in ("pages", "articles", "versions", "reprints", "archived"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("rejected pages", min_width=14)
        for name in sorted({*ends, *held}):
            table.add_row(name, ends.get(name, "-"), *_figures(held.get(name, Holding())))
        table.add_row("all", "", *_figures(total(held.values())))
        self.console.print(table)


def _figures(one: Holding) -> tuple[str, ...]:
    reasons = ", ".join(f"{reason} {count}" for reason, count in one.rejections.most_common())
    counts = (one.pages, one.articles, one.versions, one.reprints)
    return (*(f"{count:,}" for count in counts), size(one.bytes), reasons or "none")


def _progress(lines: list[Line], seconds: float) -> Table:
    table = Table(box=None, title=f"{seconds:.0f} s", title_justify="left")
    for line in lines:
        table.add_row(line.name, Text(told(line), style=STYLES.get(line.state, "dim")))
    return table


def told(line: Line) -> str:
    """Return how a task is doing, in one line that is safe for a terminal."""
    if line.state == "success" and "end" in line.result:
        return f"{line.result['end']}: {line.result['pages']} pages, {line.result['articles']} articles"
    if line.wrong:
        state = {"up_for_retry": "failed, will be tried again"}.get(line.state, line.state)
        return f"{state}: {clean(line.wrong[-1])[:WIDE]}"
    return {"success": "done"}.get(line.state, line.state)
