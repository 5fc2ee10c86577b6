"""`sillok read`: pages that somebody kept, read as a crawl would read them."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from processing.errors import MissingError, UsageError
from processing.records import clean_block
from spiders.console.common import now, print_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from processing.inspection.kept_pages import Item
    from processing.rules import Rules
    from spiders.outlet import Outlet


class Language(StrEnum):
    """Whose judgement of a page's language counts."""

    OUTLET = "outlet"  # Korean, and English where the outlet declares it
    ANY = "any"


def read(
    pages: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PAGE…", help="Files with a page each, as it was sent."),
    ] = None,
    *,
    url: Annotated[
        str,
        typer.Option("--url", help="Where the page comes from; it names the outlet and its rules."),
    ] = "",
    fetched_at: Annotated[
        str | None,
        typer.Option("--fetched-at", metavar="TIME", help="When it was fetched; else now."),
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option(
            "--index", metavar="FILE", help="JSON lines: file, url, fetched_at, charset, outlet."
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", min=1, max=64, help="Pages read side by side.")
    ] = 1,
    generic: Annotated[
        bool, typer.Option("--generic", help="Without any outlet's rules, as an undeclared outlet.")
    ] = False,
    language: Annotated[
        Language, typer.Option("--language", help="`any` reads pages in every language.")
    ] = Language.OUTLET,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say of one page what became of each of its lines.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="With --explain: write it as one HTML page."),
    ] = None,
) -> None:
    """Read kept pages: one JSON object per page, in order; an article, or a reason why it is none.

    Each page is read in a child with limits of time and memory, so that none can end the run.
    """
    from processing.inspection.kept_pages import read_many
    from spiders.reading import policy

    if bool(pages) == bool(index):
        raise UsageError("give either pages or --index")
    if html and not explain:
        raise UsageError("--html writes what --explain says: give both")
    items = _known(_items(pages or [], url, fetched_at, index))
    rules = _rules_for(generic=generic, language=language)
    if explain:
        _explain(list(items), rules, html)
        return
    rows = read_many(items, jobs=jobs, rules_for=rules, now=now(), policy=policy())
    print_json(map(_resolved, rows))


def _rules_for(*, generic: bool, language: Language) -> "Callable[[str], tuple[Rules, ...]]":
    """Return what gives the layouts of an outlet, each without its judgement of language for `any`."""
    from processing.rules import GENERIC

    def layouts(name: str) -> "tuple[Rules, ...]":
        declared = () if generic else _rules(name)
        if language is Language.OUTLET:
            return declared
        return tuple(replace(rules, any_language=True) for rules in declared or (GENERIC,))

    return layouts


def _explain(
    items: "list[Item]", rules: "Callable[[str], tuple[Rules, ...]]", html: Path | None
) -> None:
    """Print what became of each line of one page, or write it as HTML."""
    from processing.inspection.kept_pages import explain_page
    from processing.records import Rejection
    from spiders.reading import policy

    if len(items) != 1:
        raise UsageError(f"--explain is for one page, not {len(items)}: name one file")
    account = explain_page(items[0], rules_for=rules, now=now(), policy=policy())
    if isinstance(account, Rejection):
        _print_block(f"rejected        {account.reason.value}: {account.evidence}")
    elif html is None:
        _print_block(account.as_text())
    else:
        html.write_text(account.as_html(), "utf-8")


def _print_block(text: str) -> None:
    sys.stdout.write(clean_block(text) + "\n")


def _items(
    pages: list[Path], url: str, fetched_at: str | None, index: Path | None
) -> Iterator["Item"]:
    from processing.inspection.kept_pages import Item, index_items, with_names

    if index is not None:
        if url or fetched_at:
            raise UsageError(
                "--url and --fetched-at are for single pages; an index says them in its rows"
            )
        # What comes through a pipe cannot be looked through twice.
        return with_names(partial(index_items, index)) if index.is_file() else index_items(index)
    if url and len(pages) > 1:
        raise UsageError(
            "--url names one page; for several write an index and give it with --index"
        )
    at = _moment(fetched_at)
    absent = next((page for page in pages if not page.exists() or page.is_dir()), None)
    if absent:
        raise MissingError(f"{absent} is no file: name pages that were kept")
    return (Item(file=str(page), path=page, url=url, fetched_at=at) for page in pages)


def _moment(text: str | None) -> "datetime | None":
    from processing.dates import parse_moment

    if text is None:
        return None
    moment = parse_moment(text)
    if moment is None:
        raise UsageError(f"--fetched-at {text!r} is no time: write 2026-03-02T09:10:00+09:00")
    return moment.at


def _known(items: Iterable["Item"]) -> Iterator["Item"]:
    """Yield the items with what their outlet's declaration says: its name and charset, the article's address."""
    from spiders.outlet import identify

    for item in items:
        outlet = outlet_of_page(item.url, item.outlet)
        if outlet is None:
            yield item
            continue
        article = identify(outlet, item.url)
        yield replace(
            item,
            outlet=outlet.name,
            charset=item.charset or outlet.charset,
            canonical=article.url if article else None,
            publisher_id=article.key if article else None,
        )


def _resolved(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row whose origin has the address under which its publisher's own article is archived, as in a crawl."""
    from processing.records import Origin
    from spiders.outlet import resolved
    from spiders.outlets import outlets

    if not row.get("origin"):
        return row
    return {**row, "origin": resolved(Origin(**row["origin"]), outlets().values()).model_dump()}


def outlet_of_page(url: str, name: str) -> "Outlet | None":
    """Return the declared outlet of a page: that of its address, else the one of that name or host.

    The address comes first, because rules describe the pages of a host: a portal's copy has the
    portal's layout.
    """
    from spiders.outlets import outlets

    return _at(url) or outlets().get(name) or _at(f"https://{name}/" if "." in name else "")


def _at(url: str) -> "Outlet | None":
    """Return the outlet whose host the URL has, or is the domain of.

    Of several the one whose article it is.
    """
    from spiders.outlet import outlet_of
    from spiders.outlets import outlets

    host = _host(url)
    if not host:
        return None
    declared = outlets().values()
    exact = [outlet for outlet in declared if {host, f"www.{host}"} & outlet.allowed_hosts]
    candidates = exact or [
        outlet
        for outlet in declared
        if any(allowed.endswith(f".{host}") for allowed in outlet.allowed_hosts)
    ]
    return outlet_of(url, candidates) or next(iter(candidates), None)


def _host(url: str) -> str:
    """Return the host without what only says how it is shown."""
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.").removeprefix("m.")


def _rules(name: str) -> "tuple[Rules, ...]":
    from spiders.outlets import outlets

    outlet = outlets().get(name)
    return outlet.rules if outlet else ()
