"""The file that a person wants the articles in: it can be written, or the crawl says so and is no success.

Scrapy logs what went wrong with an output and ends as if nothing had.
"""

from pathlib import Path

from scrapy.extensions.feedexport import FileFeedStorage
from scrapy.settings import BaseSettings
from scrapy.statscollectors import StatsCollector

from processing.errors import UsageError


def check_output(settings: BaseSettings) -> None:
    """Raise UsageError where an output of `-o` or `-O` lies where nothing can be written. The file is there then."""
    for uri in settings.getdict("FEEDS"):
        if "%(" in uri or "://" in uri.replace("file://", "") or uri == "stdout:":
            continue
        path = Path(FileFeedStorage(uri).path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("ab").close()
        except OSError as error:
            raise UsageError(f"{path} cannot be written ({error.strerror}): give another file") from error


def incomplete(stats: StatsCollector) -> bool:
    """Return whether an output could not be written to its end."""
    return any(name.startswith("feedexport/failed_count") for name in stats.get_stats())
