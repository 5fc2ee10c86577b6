"""Programs of this project, in processes forked from one that has most modules loaded.

What they do is the same, only sooner: loading takes a crawl longer than asking does. Scrapy's settings read the
environment when they are imported, and do so again after the fork. That the programs start from nothing is shown by
the tests that start them so.
"""

import gc
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from importlib import import_module, reload
from multiprocessing.process import BaseProcess
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

from processing.settings import settings

LOADED = (
    "scrapy.cmdline",
    "scrapy.core.downloader.handlers.http11",
    "trafilatura",
    "protego",
    "itemadapter",
    "scrapy.commands.bench",
    "scrapy.commands.check",
    "scrapy.commands.crawl",
    "scrapy.commands.genspider",
    "scrapy.commands.shell",
    "scrapy.downloadermiddlewares.retry",
    "scrapy.exporters",
    "scrapy.extensions.feedexport",
    "scrapy.spidermiddlewares.referer",
    "scrapy.statscollectors",
    "processing.archive.memory",
    "processing.archive.publish",
    "processing.landing.segments",
    "processing.reading.extract",
    "processing.report.unpublished",
    "processing.store.file_store",
    "processing.store.opening",
    "spiders.commandline",
    "spiders.commands.crawl",
    "spiders.crawling.spider",
    "spiders.formats.discover",
    "spiders.middlewares.guard",
    "spiders.middlewares.pace",
    "spiders.middlewares.robots",
    "spiders.outlet",
    "spiders.reading",
    "spiders.wire.recorder",
    "spiders.wire.transport",
    "duckdb",
    "pyarrow.parquet",
    "queuelib",
    "rich.console",
    "typer.core",
)
READS_ENVIRONMENT = "spiders.settings"
"""What reads the environment when it is imported: it is read anew in the process that was forked."""

SCRAPY, SILLOK = "scrapy.cmdline:execute", "spiders.cli:main"
"""Where the console scripts of these names begin."""

if multiprocessing.parent_process() is not None or "multiprocessing.forkserver" in sys.modules:
    for module in LOADED:
        import_module(module)
    # A collection in a child would copy every page of what is shared.
    gc.freeze()

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])


def start(
    entry: str,
    *arguments: str,
    env: Mapping[str, str],
    folder: Path,
    out: Path,
    err: Path,
) -> BaseProcess:
    """Start a program (`module:function`) in `folder` with this environment; it writes into two files."""
    process = _FORKS.Process(target=_run, args=((entry, *arguments), dict(env), folder, (out, err)))
    process.start()
    return process


def complete(
    entry: str, *arguments: str, env: Mapping[str, str], folder: Path, timeout: float
) -> CompletedProcess[str]:
    """Run a program to its end, as `subprocess.run` does with `capture_output` and `text`."""
    with tempfile.TemporaryDirectory() as scratch:
        out, err = Path(scratch, "out"), Path(scratch, "err")
        process = start(entry, *arguments, env=env, folder=folder, out=out, err=err)
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            raise TimeoutExpired([entry, *arguments], timeout, out.read_text(), err.read_text())
        return CompletedProcess(
            [entry, *arguments], process.exitcode, out.read_text(), err.read_text()
        )


def _run(
    line: tuple[str, ...], env: dict[str, str], folder: Path, streams: tuple[Path, Path]
) -> None:
    """Become the program; ends the process with its exit code."""
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    for descriptor, path in enumerate(streams, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    sys.stdout, sys.stderr = (
        os.fdopen(1, "w", closefd=False),
        os.fdopen(2, "w", buffering=1, closefd=False),
    )
    settings.cache_clear()
    reload(import_module(READS_ENVIRONMENT))
    module, function = line[0].split(":")
    sys.argv = [module.partition(".")[0], *line[1:]]
    try:
        getattr(import_module(module), function)()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
