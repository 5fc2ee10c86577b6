"""`sillok ls`, `show` and `search`: looking articles up."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import typer

from processing.errors import UsageError
from processing.records import Kind, clean, clean_block
from spiders.console.common import (
    JsonOption,
    OutletOption,
    SinceOption,
    StoreOption,
    UntilOption,
    day,
    known,
    open_catalogue,
    print_json,
    print_rows,
    shown,
    watched,
)

if TYPE_CHECKING:
    from processing.archive.catalogue import Catalogue

_COLUMNS = ("id", "published", "outlet", "kind", "note", "title")
_FOUND = ("id", "published", "outlet", "title", "excerpt")
_VERSIONS = ("number", "version_id", "fetched_at", "modified", "characters", "title")
_FIELDS = (
    ("subtitle", "deck"), ("outlet", "outlet"), ("kind", "kind"), ("section", "section"), ("authors", "by"),
    ("agency", "agency"), ("origin", "origin"), ("published", "published"), ("modified", "modified"),
    ("fetched_at", "fetched"), ("url", "url"), ("version_id", "version"), ("rights", "rights"),
    ("extractor", "read by"),
)  # fmt: skip
_KINDS = ", ".join(Kind)
Limit = Annotated[int, typer.Option("-n", "--limit", min=1, help="At most so many.")]


def ls(
    *,
    outlet: OutletOption = None,
    on: Annotated[
        str | None, typer.Option("--day", metavar="DAY", help="Published on this KST day.")
    ] = None,
    since: SinceOption = None,
    until: UntilOption = None,
    kind: Annotated[
        Kind | None, typer.Option("--kind", metavar="KIND", help=f"One of: {_KINDS}.")
    ] = None,
    original: Annotated[bool, typer.Option("--original", help="Leave reprints out.")] = False,
    edited: Annotated[
        bool, typer.Option("--edited", help="Only articles with more than one version.")
    ] = False,
    limit: Limit = 50,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """List articles, newest first.

    A note says what the fold and the versions say: `copy`, `excerpt` and `derivative` are reprints,
    `edited` changed.
    """
    from processing.lookup.articles import Wanted, newest

    if on and (since or until):
        raise UsageError("give either --day or --since and --until")
    catalogue = open_catalogue(store)
    wanted = Wanted(
        outlet=known(catalogue, outlet),
        since=day(on or since),
        until=day(on or until),
        kind=kind,
        original=original,
        edited=edited,
        limit=limit,
    )
    rows = ({**row, "note": _note(row)} for row in newest(catalogue, wanted))
    _listed(rows, _COLUMNS, as_json=as_json)


def search(
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS", help="All must occur in the title or the text.")
    ],
    *,
    outlet: OutletOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Limit = 20,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Find articles by words. A word is found inside others too: 정부 in 정부는.

    Quote a phrase to find it as it stands: sillok search "기준 금리" 동결
    """
    from processing.lookup.articles import Wanted
    from processing.lookup.articles import search as find

    catalogue = open_catalogue(store)
    wanted = Wanted(
        outlet=known(catalogue, outlet), since=day(since), until=day(until), limit=limit
    )
    _listed(find(catalogue, words, wanted), _FOUND, as_json=as_json)


def show(
    identity: Annotated[
        str,
        typer.Argument(metavar="ID", help="Of an article or a version, its beginning, or the URL."),
    ],
    *,
    versions: Annotated[bool, typer.Option("--versions", help="List its versions.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what each version changed.")] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Write the page as it was sent, bytes, to a file or pipe.")
    ] = False,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Show one article: what was read from its page, and with --raw the page itself."""
    from processing.lookup.articles import folded
    from processing.lookup.articles import versions as states

    catalogue = open_catalogue(store)
    article_versions = states(catalogue, identity)
    wanted = next(
        (state for state in article_versions if state["version_id"] == identity),
        article_versions[-1],
    )
    if raw:
        _raw(catalogue, wanted)
    elif versions:
        _listed(_numbered(article_versions), _VERSIONS, as_json=as_json)
    elif diff:
        _changes(article_versions, as_json=as_json)
    elif as_json:
        print_json([{**wanted, "cluster": folded(catalogue, wanted["version_id"])}])
    else:
        sys.stdout.write(
            _sheet(wanted, len(article_versions), folded(catalogue, wanted["version_id"]))
        )


def _note(row: Mapping[str, Any]) -> str:
    relation = "" if row["relation"] in {None, "original", "version"} else row["relation"]
    return f"{relation} edited".strip() if row["versions"] > 1 else relation


def _listed(rows: Iterator[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        print_json(rows)
    else:
        print_rows(rows, columns)


def _raw(catalogue: "Catalogue", state: Mapping[str, Any]) -> None:
    """Write the archived bytes.

    They are a stranger's, so not to a terminal, which would obey them.
    """
    from processing.lookup.replay import payload

    if watched():
        raise UsageError(
            "--raw writes a stranger's bytes: redirect it to a file (> page.html) or into a pipe"
        )
    sys.stdout.buffer.write(payload(catalogue, state["fetched_url"], state["fetched_at"]))


def _numbered(article_versions: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for number, state in enumerate(article_versions, 1):
        stated = state["modified"] and state["modified"]["at"]
        yield {**state, "number": number, "modified": stated, "characters": len(state["text"])}


def _changes(article_versions: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print what each version changed in the one before."""
    from processing.lookup.articles import edits
    from spiders.console.common import marked

    for old, new in pairwise(article_versions):
        states = tuple(f"{state['title']}\n\n{state['text']}" for state in (old, new))
        silent = bool(new["silent_edit"])
        if as_json:
            changes = [{"kind": part.kind, "text": part.text} for part in edits(*states)]
            print_json(
                [
                    {
                        "from": old["version_id"],
                        "to": new["version_id"],
                        "silent": silent,
                        "edits": changes,
                    }
                ]
            )
            continue
        note = ", silently: its page states no new time" if silent else ""
        sys.stdout.write(
            f"{old['version_id']} -> {new['version_id']}, {shown(new['fetched_at'])}{note}\n\n"
        )
        sys.stdout.write(marked(*states) + "\n\n")
    if len(article_versions) == 1 and not as_json:
        sys.stdout.write("one version: nothing changed since it was first read\n")


def _sheet(state: Mapping[str, Any], count: int, fold: Mapping[str, Any] | None) -> str:
    """Return one article as a person reads it."""
    lines = [clean(state["title"]), ""]
    for name, label in _FIELDS:
        if value := _field_text(name, state.get(name)):
            lines.append(f"{label:>10}  {value}")
    if count > 1:
        lines.append(f"{'versions':>10}  {count} (--versions, --diff)")
    if fold and fold["parent"] and not fold["parent"].startswith(state["article_id"]):
        lines.append(
            f"{shown(fold['relation']):>10}  of {fold['parent']} (sillok cluster {fold['cluster']})"
        )
    return "\n".join([*lines, "", clean_block(state["text"]), ""])


def _field_text(name: str, value: Any) -> str:
    """Return one field in words; "" of an empty one."""
    if not value:
        return ""
    if name == "authors":
        return ", ".join(
            clean(" ".join(filter(None, (who["name"], who["role"], who["email"])))) for who in value
        )
    if name in {"published", "modified"}:
        assumed = ", zone assumed" if value["zone_assumed"] else ""
        return f"{shown(value['at'])} (from {shown(value['source'])}, to the {shown(value['precision'])}{assumed})"
    if isinstance(value, dict):
        return " · ".join(
            f"{key}: {shown(item)}" for key, item in value.items() if item not in {None, True}
        )
    return shown(value)
