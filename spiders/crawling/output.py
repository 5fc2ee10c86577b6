"""The file that a person wants the articles in: it can be written, or the crawl says so and is no success.

Scrapy logs what went wrong with an output and ends as if nothing had.

How articles are printed: one record a line, as the archive writes it.
"""

import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from scrapy.exporters import JsonLinesItemExporter
from scrapy.extensions.feedexport import FileFeedStorage
from scrapy.settings import BaseSettings
from scrapy.statscollectors import StatsCollector

from processing.errors import UsageError
from processing.records.record import escaped


def check_output(settings: BaseSettings) -> None:
    """Raise UsageError where an output of `-o` or `-O` lies where nothing can be written.

    The file is there then.
    """
    for uri in settings.getdict("FEEDS"):
        if "%(" in uri or "://" in uri.replace("file://", "") or uri == "stdout:":
            continue
        path = Path(FileFeedStorage(uri).path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("ab").close()
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written ({error.strerror}): give another file"
            ) from error


def incomplete(stats: StatsCollector) -> bool:
    """Return whether an output could not be written to its end."""
    return any(name.startswith("feedexport/failed_count") for name in stats.get_stats())


class RecordLines(JsonLinesItemExporter):
    """JSON lines in which a record keeps its own spelling (RFC 3339 times, Hangul as Hangul).

    Where they go is often a terminal, so what one could act on is written as an escape.
    """

    def export_item(self, item: Any) -> None:
        try:
            if isinstance(item, BaseModel):
                self.file.write(escaped(item.model_dump_json()).encode() + b"\n")
            else:
                super().export_item(item)
            self.file.flush()
        except BrokenPipeError:  # whoever read it has enough, like `head`; the archive has not
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())
