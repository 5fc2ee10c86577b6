"""Programs of this project, in processes forked from one that has most modules loaded.

What they do is the same, only sooner: loading takes a crawl longer than asking does. Of ours only what reads no
setting is loaded before the fork: Scrapy's settings read the environment when they are imported. That the programs
start from nothing is shown by the tests that start them so.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Mapping
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

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
    "duckdb",
    "pyarrow.parquet",
    "rich.console",
    "typer.core",
    "processing.archive.publish",
)

SCRAPY, SILLOK = "scrapy.cmdline:execute", "spiders.cli:main"
"""Where the console scripts of these names begin."""

if multiprocessing.parent_process() is not None or "multiprocessing.forkserver" in sys.modules:
    for module in LOADED:
        import_module(module)

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
    module, function = line[0].split(":")
    sys.argv = [module.partition(".")[0], *line[1:]]
    try:
        getattr(import_module(module), function)()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
