"""The commands that a task runs, and the environment in which it runs them: one definition for DAGs and doctor.

Nothing here depends on the current folder or on a checkout: the interpreter is that of the caller, Scrapy is told its
settings by name instead of by a `scrapy.cfg`, and a module in the current folder never hides one of ours.
Importing this module loads neither Scrapy nor Airflow.
"""

import sys

SETTINGS = "spiders.settings"
"""The module of our Scrapy settings, as `SCRAPY_SETTINGS_MODULE` takes it."""

TASK_ENVIRONMENT = {
    "PYTHONUNBUFFERED": "1",
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
    """Return the command that runs `sillok` in this interpreter, wherever its script was installed."""
    return [sys.executable, "-m", "spiders.cli", *arguments]
