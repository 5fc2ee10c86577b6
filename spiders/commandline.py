"""Defines the commands that a task runs and their environment, for DAGs and `sillok doctor`.

Nothing here depends on the current folder or on a checkout: the interpreter is that of the caller,
and Scrapy gets its settings by name instead of by a `scrapy.cfg`. Importing this module loads
neither Scrapy nor Airflow.
"""

import sys

SETTINGS = "spiders.settings"
"""The module of our Scrapy settings, as `SCRAPY_SETTINGS_MODULE` takes it."""

TASK_ENVIRONMENT = {
    # A task shows each line of the log when it is written.
    "PYTHONUNBUFFERED": "1",
    # A module in the current folder must not hide one of ours.
    "PYTHONSAFEPATH": "1",
    "SCRAPY_SETTINGS_MODULE": SETTINGS,
    "SILLOK_LOG": "json",
    "SILLOK_OUTPUT": "none",
    "SILLOK_SCHEDULED": "1",
}
"""Environment that is added to commands which run as Airflow tasks."""


def crawl_command(outlet: str, *arguments: str) -> list[str]:
    """Return the command that crawls one outlet, as `scrapy crawl OUTLET` does for a person."""
    return [sys.executable, "-m", "scrapy", "crawl", outlet, *arguments]


def sillok_command(*arguments: str) -> list[str]:
    """Return the command that runs `sillok` in this interpreter."""
    return [sys.executable, "-m", "spiders.cli", *arguments]
