"""What a publication did: a table and lines where a person looks on, records of a log where a task runs it.

`sillok archive`, `release`, `discard`, `gaps` and `diff`: bringing the archive up to date and holding it against another.
"""

import hashlib
import logging
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import version
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from processing.errors import ExitCode, MissingError, UsageError
from processing.records import clean
from spiders.commandline import SETTINGS, crawl_command
from spiders.console.common import (
    JsonOption,
    OutletOption,
    StoreOption,
    known,
    landed,
    now,
    open_catalogue,
    print_json,
    print_rows,
    say,
    shown,
)
from spiders.console.completeness import suspected_rows

if TYPE_CHECKING:
    from processing.archive.catalogue import Catalogue
    from processing.archive.intake import Job
    from processing.lookup.diff import Difference
    from processing.records import Fetch, OutletCounts, OutletFacts, Publication
    from processing.store.interface import Store

_AT_ONCE = 50
"""Pages that one crawl is asked for: with the longest URLs its command line stays within 128 KiB (execve(2))."""
_LOCK = Path(__file__).parents[2] / "infra" / "lock" / "run.txt"
_COLUMNS = (
    "outlet",
    "runs",
    "pages",
    "articles",
    "rejections",
    "new",
    "edits",
    "deletions",
    "reprints",
    "bytes",
)


def tell(done: "Publication") -> None:
    """Say what a publication did, in the way that SILLOK_LOG asks for."""
    from spiders.settings import environment

    asked = environment()
    if asked.log == "json":
        from spiders.logs import log_as_json

        log_as_json(asked.log_level)
        log = logging.getLogger("sillok.archive")
        for name, counts in sorted(done.outlets.items()):
            log.info("%s", _sentence(name, counts))
        for level, line in _lines(done):
            log.log(level, "%s", clean(line))
        return
    rows: list[dict[str, Any]] = [
        {**counts.model_dump(), "outlet": name} for name, counts in sorted(done.outlets.items())
    ]
    if rows:
        print_rows(rows, _COLUMNS)
    for _, line in _lines(done):
        say(line)


def _sentence(name: str, counts: "OutletCounts") -> str:
    rejected = f", rejected {shown(dict(counts.rejections))}" if counts.rejections else ""
    changes = f"{counts.new} new, {counts.edits} edited, {counts.deletions} deleted, {counts.reprints} reprints"
    return f"{name}: {counts.articles} articles from {counts.pages} pages{rejected}; {changes}"


def _lines(done: "Publication") -> Iterator[tuple[int, str]]:
    """Yield what a publication did beside its outlets' figures, each line with its level in a log."""
    for held in done.held:
        named = " ".join(held.runs)
        cure = f"look at it, then `sillok release {named}` or `sillok discard {named}`"
        yield logging.ERROR, f"held back: {held.outlet}: {'; '.join(held.faults)}; {cure}"
    for alarm in done.alarms:
        yield logging.WARNING, f"alarm: {alarm.outlet}: {alarm.text}"
    for run in done.waiting:
        yield logging.INFO, f"still going on: {run}"
    for key in done.left_out:
        lost = any(left_out.startswith("articles/") for left_out in done.left_out)
        cure = "`sillok repair`" if lost else "its rows were made again"
        yield logging.ERROR, f"missing or damaged, and left out: {key}; {cure}"
    if done.signed_again and not done.left_out:
        why = "because another version of the fold had archived them"
        yield logging.INFO, f"{done.signed_again} articles were signed again, {why}"
    if done.unchanged:
        yield logging.INFO, "unchanged: nothing new has landed"
    elif done.dry_run:
        yield logging.INFO, f"would publish {done.objects} objects, {done.bytes:,} bytes"
    else:
        yield (
            logging.INFO,
            f"published manifest {done.seq}: {done.objects} objects, {done.bytes:,} bytes",
        )


def archive(
    *,
    outlet: OutletOption = None,
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="RUN", help="Only this run, even if it wrote no report."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Fold and check, publish nothing.")
    ] = False,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Take what has landed into the archive: fold, check, publish.

    An outlet with a structural fault is held back and does not hold back the others; the command
    then ends with 3.
    """
    _publish(store, as_json=as_json, outlet=outlet, run=run, dry_run=dry_run)


def release(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN…", help="Runs that `sillok archive` named as held back."),
    ],
    *,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Take runs that were held back into the archive as they are: a person has looked at them.

    Everything else that has landed is archived with them. What cannot be read at all stays held
    back.
    """
    from processing.landing.keys import objects

    # A run that is misspelt must not end as "unchanged".
    landing = {key.run for key, _ in objects(open_catalogue(store).store)}
    if absent := sorted({*runs} - landing):
        raise MissingError(
            f"nothing of {', '.join(absent)} waits in landing; `sillok archive` names what it holds back"
        )
    _publish(store, as_json=as_json, released=frozenset(runs))


def discard(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN…", help="Runs that `sillok archive` named as held back."),
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Delete nothing.")] = False,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Throw away runs that were held back: their pages too, and for good; the next crawls ask again.

    A run that is not held back is refused.
    """
    from processing.archive.intake import discard as throw_away

    job = job_for(open_catalogue(store).store, dry_run=dry_run)
    done = throw_away(job, runs)
    if as_json:
        print_json(done)
        return
    for discarded in done:
        verb = "would discard" if dry_run else "discarded"
        say(
            f"{verb} {discarded.outlet}/{discarded.run}: {discarded.objects} objects, {discarded.bytes:,} bytes"
        )


def job_for(store: "Store", *, dry_run: bool) -> "Job":
    """Return what a command needs that changes an archive."""
    from processing.archive.intake import Job
    from processing.settings import settings

    return Job(
        store=store,
        options=settings(),
        now=now(),
        code_version=version("sillok"),
        lock_sha256=lock_sha256(),
        outlets=DeclaredFacts(),
        dry_run=dry_run,
    )


def _publish(
    url: str | None,
    *,
    as_json: bool,
    outlet: str | None = None,
    run: str | None = None,
    dry_run: bool = False,
    released: frozenset[str] = frozenset(),
) -> None:
    from processing.archive.publish import publish

    catalogue = open_catalogue(url)
    done = publish(
        catalogue.store,
        now=now(),
        code_version=version("sillok"),
        lock_sha256=lock_sha256(),
        outlets=DeclaredFacts(),
        outlet=known(catalogue, outlet),
        run=run,
        dry_run=dry_run,
        released=released,
    )
    if as_json:
        print_json([done])
    else:
        tell(done)
    if done.held:
        raise typer.Exit(ExitCode.UNHEALTHY)


class DeclaredFacts(Mapping[str, "OutletFacts"]):
    """What publishing needs to know of the declared outlets.

    They are loaded when one is first asked for: where nothing has landed, none is, and some four
    hundred declarations are a quarter of what the command would cost.
    """

    @cached_property
    def _facts(self) -> "dict[str, OutletFacts]":
        from processing.records import OutletFacts
        from spiders.outlets import outlets

        return {
            outlet.name: OutletFacts(
                title=outlet.title,
                outlet_class=outlet.outlet_class,
                daily=outlet.daily,
                aliases=outlet.aliases,
            )
            for outlet in outlets().values()
        }

    def __getitem__(self, name: str) -> "OutletFacts":
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


def lock_sha256() -> str:
    """Return the hash of the list of packages that this code is meant to run with."""
    try:
        return hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    except FileNotFoundError as error:
        raise UsageError(
            f"{_LOCK} is missing: install the project whole, or run it from a clone"
        ) from error


def gaps(
    *,
    outlet: OutletOption = None,
    fetch: Annotated[
        bool,
        typer.Option(
            "--fetch",
            help="Ask for all of them now, those too that were given up or wait for back-off.",
        ),
    ] = False,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """List articles that were announced and could not be had; with --fetch have them fetched.

    Below them the days of the last week on which articles were missed that nobody announced to us,
    with the estimate and the span.
    """
    from processing.archive.memory import load

    catalogue = open_catalogue(store)
    opened = catalogue.store
    missing = [row for name in _asked(catalogue, outlet) for row in load(opened, name).gaps()]
    if fetch:
        raise typer.Exit(_fetch(missing, opened.url))
    rows = [*map(_gap, missing), *suspected_rows(catalogue, _asked(catalogue, outlet), missing)]
    if as_json:
        print_json(rows)
    else:
        print_rows(rows, ("outlet", "since", "why", "detail", "url"))


def diff(
    first: Annotated[str, typer.Argument(metavar="STORE", help="file:DIR or s3://bucket/prefix")],
    second: Annotated[str, typer.Argument(metavar="STORE")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Tell whether two archives are the same: articles, versions, texts, times, clusters and rejections.

    Run ids, moments of fetching and names of parts do not count. Ends with 3 where the archives differ.
    """
    from processing.archive.manifests import head
    from processing.lookup.diff import compare
    from processing.settings import settings
    from processing.store.opening import open_store

    options = settings()
    stores = open_store(first, options), open_store(second, options)
    # Two empty archives are the same, and so would be two misspelt addresses.
    if not any(map(head, stores)):
        raise MissingError(
            f"neither {first} nor {second} holds an archive: name what `manifests/` lies in"
        )
    differences = compare(*stores, options.cache)
    _print_differences(differences, as_json=as_json)
    if differences:
        raise typer.Exit(ExitCode.UNHEALTHY)


def _print_differences(differences: "Sequence[Difference]", *, as_json: bool) -> None:
    if as_json:
        fields = ("table", "key", "kind", "fields")
        print_json(
            {field: getattr(difference, field) for field in fields} for difference in differences
        )
        return
    for difference in differences:
        sys.stdout.write("\n".join(map(clean, str(difference).split("\n"))) + "\n")
    say(f"{len(differences)} differences" if differences else "the same archive")


def _asked(catalogue: "Catalogue", outlet: str | None) -> list[str]:
    """Return the outlets that the archive or its landing knows, or the one that is asked for."""
    if asked := known(catalogue, outlet):
        return [asked]
    return sorted({*catalogue.snapshots.memory, *landed(catalogue)})


def _gap(row: "Fetch") -> dict[str, Any]:
    since = row.announced_at or row.at
    return {
        "outlet": row.outlet,
        "since": since,
        "why": str(row.why),
        "detail": row.detail,
        "url": row.url,
    }


def _fetch(missing: Iterable["Fetch"], store: str) -> int:
    """Ask for the pages by name, an outlet after the other, as a person would type it.

    Return the worst exit code.
    """
    from os import environ

    # One outlet that does not answer is no reason to leave the others' gaps.
    worst = 0
    for name, rows in groupby(missing, key=attrgetter("outlet")):
        # `-a url=` is split at blanks, so a blank inside an address must not be one.
        urls = ["%20".join(row.url.split()) for row in rows]
        for start in range(0, len(urls), _AT_ONCE):
            some = urls[start : start + _AT_ONCE]
            say(f"scrapy crawl {name} -a url=… ({len(some)} of {len(urls)} gaps)")
            command = crawl_command(name, "-a", f"url={' '.join(some)}")
            variables = {**environ, "SCRAPY_SETTINGS_MODULE": SETTINGS, "SILLOK_STORE": store}
            done = subprocess.run(command, env=variables, check=False)  # noqa: S603 - our command, a declared name
            worst = max(worst, done.returncode if done.returncode >= 0 else ExitCode.INTERRUPTED)
    return worst
