"""A crawl in a process that was forked from one with most modules loaded: what it does is the same, only sooner.

Of ours only what reads no setting is loaded before the fork: Scrapy's settings read the environment when they are imported.
"""

import multiprocessing
import os
import sys
from importlib import import_module
from pathlib import Path

LOADED = (
    "scrapy.cmdline",
    "scrapy.core.downloader.handlers.http11",
    "trafilatura",
    "pydantic_settings",
    "protego",
    "itemadapter",
    "scrapy.commands.crawl",
    "scrapy.exporters",
    "scrapy.extensions.feedexport",
    "scrapy.statscollectors",
    "processing.archive.memory",
    "processing.landing.segments",
    "processing.reading.extract",
    "processing.report.unpublished",
    "processing.store.opening",
    "spiders.formats.discover",
    "spiders.outlet",
)

if multiprocessing.parent_process() is not None or "multiprocessing.forkserver" in sys.modules:
    for module in LOADED:
        import_module(module)


def run(arguments: list[str], env: dict[str, str], folder: Path, output: Path, log: Path) -> None:
    """Run the driver with these arguments and this environment; ends the process with its exit code."""
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    for path, descriptor in ((output, 1), (log, 2)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    sys.stdout, sys.stderr = (
        os.fdopen(1, "w", closefd=False),
        os.fdopen(2, "w", buffering=1, closefd=False),
    )
    sys.argv = ["driver", *arguments]
    try:
        import_module("tests.spiders.driver").main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
