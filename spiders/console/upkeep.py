"""`sillok audit`, `repair` and `rebuild`: is the archive still what was published, and if not, make it so."""

import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated

import typer

from processing.errors import ExitCode, UsageError
from processing.records import clean
from spiders.console.common import (
    JsonOption,
    StoreOption,
    now,
    open_catalogue,
    print_json,
    say,
    watched,
)
from spiders.console.publishing import DeclaredFacts, job_for, lock_sha256

if TYPE_CHECKING:
    from processing.records import Article, Page, Rejection
    from processing.upkeep.audit import Audited
    from processing.upkeep.repair import RepairResult

_EVERY = 500
"""Objects between two lines of progress where nobody looks on."""


def audit(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Read every object now, and walk the whole chain.")
    ] = False,
    days: Annotated[
        int | None,
        typer.Option(
            "--days", metavar="N", min=1, help="Read each once in N days; else SILLOK_AUDIT_DAYS."
        ),
    ] = None,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Look whether every object is there and is what its manifest says; a share of the bytes at a time.

    Run once a day it reads all in N days. Ends with 3 where something is missing or damaged.
    """
    from processing.settings import settings
    from processing.upkeep.audit import audit as examine

    options = settings()
    done = examine(
        open_catalogue(store).store,
        options,
        now=now(),
        days=days or options.audit_days,
        everything=everything,
        progress=progress("read"),
    )
    if as_json:
        print_json([done])
    else:
        _tell(done)
    if not done.sound:
        raise typer.Exit(ExitCode.UNHEALTHY)


def repair(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Read every object first, as `audit --all` does.")
    ] = False,
    copies: Annotated[
        list[str] | None,
        typer.Option("--copy", metavar="STORE", help="A copy of the archive to take bytes from."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Put right what an audit finds: with the same bytes, or with a replacement made again.

    Ends with 3 where something cannot be put right.
    """
    from processing.settings import settings
    from processing.store.opening import open_store
    from processing.upkeep.audit import audit as examine
    from processing.upkeep.repair import repair as put_right

    options, opened = settings(), open_catalogue(store).store
    audit_result = examine(
        opened,
        options,
        now=now(),
        days=options.audit_days,
        everything=everything,
        progress=progress("read"),
    )
    job = job_for(opened, dry_run=dry_run)
    done = put_right(
        job,
        audit_result.findings,
        TodaysReader(),
        [open_store(url, options) for url in copies or ()],
    )
    if as_json:
        print_json([done])
    else:
        _tell_repaired(done)
    if done.impossible:
        raise typer.Exit(ExitCode.UNHEALTHY)


def _tell_repaired(done: "RepairResult") -> None:
    would = "would be " if done.dry_run else ""
    for key in done.restored:
        typer.echo(clean(f"{would}restored: {key}, with the bytes that its manifest states"))
    for part in done.replaced:
        rows = f", {part.rows} of {part.of} rows" if part.rows is not None else ""
        typer.echo(
            clean(f"{would}replaced: {part.key}{rows}, by {', '.join(part.by) or 'nothing'}")
        )
    for left in done.impossible:
        typer.echo(clean(f"not repaired: {left.key}: {left.why}"))
    for number in done.manifests:
        say(f"published manifest {number}")
    if not (done.restored or done.replaced or done.impossible):
        say("nothing to repair")


def progress(verb: str, things: str = "objects") -> Callable[[int, int], None]:
    """Return what shows how far a long work has come: one line that changes, or a line now and then."""
    shown = 0

    def show(done: int, of: int) -> None:
        nonlocal shown
        if watched():
            sys.stderr.write(f"\r{verb} {done:,} of {of:,} {things}" + "\n" * (done >= of))
            sys.stderr.flush()
        elif done - shown >= _EVERY:
            shown = done
            say(f"{verb} {done:,} of {of:,} {things}")

    return show


def _tell(done: "Audited") -> None:
    for finding in done.findings:
        typer.echo(clean(str(finding)))
    if not done.witnessed:
        say(
            "no witness of this store here (SILLOK_HEADS): a newest manifest that was altered is not noticed"
        )
    say(
        f"{done.objects:,} of {done.named:,} objects read, {done.bytes:,} bytes, "
        f"{done.shares} of {done.days} shares"
    )
    bad = sum(not finding.harmless for finding in done.findings)
    say(f"{bad} are missing or damaged: `sillok repair`" if bad else "all are what was published")


def rebuild(
    target: Annotated[
        str,
        typer.Argument(metavar="TARGET", help="An empty store: file:DIR or s3://bucket/prefix."),
    ],
    *,
    from_warc: Annotated[
        bool, typer.Option("--from-warc", help="Of raw pages and manifests alone.")
    ] = False,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Make the archive again in another store, all tables from raw pages and manifests alone.

    Ends with 3 where raw pages are lost. Interrupted, it goes on when the same command is given
    again.
    """
    from processing.settings import settings
    from processing.store.opening import open_store
    from processing.upkeep.rebuild import rebuild as make_again

    if not from_warc:
        raise UsageError("say --from-warc: there is nothing else that an archive is rebuilt from")
    options = settings()
    done = make_again(
        open_catalogue(store).store,
        open_store(target, options),
        TodaysReader(),
        options=options,
        outlets=DeclaredFacts(),
        code_version=version("sillok"),
        lock_sha256=lock_sha256(),
        progress=progress("rebuilt", "publications"),
    )
    if as_json:
        print_json([done])
    else:
        for loss in done.lost:
            typer.echo(clean(f"lost: {loss}"))
        say(
            f"{done.publications} publications made again, {done.already} were there; "
            f"{done.files} files, {done.articles} articles, {done.rejections} rejections"
        )
    if done.lost:
        raise typer.Exit(ExitCode.UNHEALTHY)


class TodaysReader:
    """Reads archived pages with the rules of their outlets, as `scrapy crawl` reads them."""

    def canonical(self, outlet: str, url: str) -> str | None:
        """Return the canonical URL of the article of `outlet` at `url`, or None."""
        from spiders.outlet import identify
        from spiders.outlets import outlets

        declared = outlets().get(outlet)
        article = identify(declared, url) if declared else None
        return article.url if article else None

    def read(self, page: "Page", canonical: str) -> "Article | Rejection":
        """Read a page; one that stands before the article is a rejection."""
        from processing.records import Rejection
        from spiders.crawling.visit import gate
        from spiders.outlets import outlets
        from spiders.reading import read

        headers: dict[str, str] = {}
        for name, value in page.headers:
            before = headers.get(name.lower())
            headers[name.lower()] = value if before is None else f"{before},{value}"
        if block := gate(page.url, headers, page.body):
            return Rejection(
                outlet=page.outlet,
                url=canonical,
                fetched_at=page.fetched_at,
                reason=block.reason,
                evidence=block.evidence,
            )
        return read(page, outlets().get(page.outlet), canonical=canonical)
