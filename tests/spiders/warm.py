"""A crawl in a process that was forked from one with the libraries loaded: what it does is the same, only sooner.

Nothing of ours is loaded before the fork, because our settings read the environment when they are imported.
"""

import multiprocessing
import os
import sys
from importlib import import_module
from pathlib import Path

LIBRARIES = (
    "scrapy.cmdline",
    "scrapy.core.downloader.handlers.http11",
    "trafilatura",
    "pydantic_settings",
    "protego",
)

if multiprocessing.parent_process() is not None or "multiprocessing.forkserver" in sys.modules:
    for library in LIBRARIES:
        import_module(library)


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
