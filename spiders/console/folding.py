"""`sillok fold` and `cluster`: reprints.

`sillok fold --corpus`: fold all that the archive holds at once, whatever its size.
"""

import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from processing.errors import ExitCode, MissingError, UsageError
from processing.records import escaped
from spiders.console.common import (
    JsonOption,
    StoreOption,
    marked,
    open_catalogue,
    print_json,
    say,
    shown,
    watched,
)
from spiders.console.publishing import DeclaredFacts

if TYPE_CHECKING:
    from processing.archive.catalogue import Catalogue
    from processing.dedupe.by_hand import Summary
    from processing.dedupe.fold import Folded
    from processing.dedupe.steps import Steps
    from processing.signing.documents import Document, FoldOptions
    from processing.signing.window import Window

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with what was done, how many of it, and of how many."""
_ROWS = """
    SELECT version_id AS id, cluster, original, relation, parent, score, evidence, share_of_this, share_of_parent,
        original_confidence, original_evidence, stub
    FROM read_parquet($parts) ORDER BY version_id
"""
_BATCH = 10_000


def fold_corpus(store: str | None, output: Path | None, progress: Progress) -> int:
    """Fold the whole archive and write one row per document to `output`, else stdout.

    Return how many.

    What another version of the fold signed is signed again first, for this once. Steps that were
    finished before an interruption are not done again. Nothing is published.
    """
    from processing.archive.folding import ArchiveWindow, options_for
    from processing.dedupe.corpus import Corpus
    from processing.dedupe.steps import Steps
    from processing.settings import settings

    catalogue = open_catalogue(store)
    options = options_for(DeclaredFacts(), settings().fold_window_days)
    span = _span(catalogue)
    inputs = (
        f"{catalogue.store.identity} {catalogue.head!r} {options.fingerprint} {options.window_days}"
    )
    work = settings().cache / f"corpus-{hashlib.sha256(inputs.encode()).hexdigest()[:16]}"
    steps = Steps(work / "signed", ArchiveWindow(catalogue, options.fingerprint))
    _sign(steps, catalogue, options, span, progress)
    corpus = Corpus(steps, span, work, options=options)
    for what, done, of in corpus.run():
        progress(what, done, of)
    count = _written(corpus.clusters, output)
    shutil.rmtree(work)
    return count


def _span(catalogue: "Catalogue") -> tuple[date, date]:
    """Return the first and the last day of which articles were folded."""
    days = {day for part in catalogue.of("clusters") for day in part.days or ()}
    if not days:
        raise MissingError(
            f"{catalogue.store.url} holds no articles yet: crawl an outlet, then run `sillok archive`"
        )
    return min(days), max(days)


def _sign(
    steps: "Steps",
    catalogue: "Catalogue",
    options: "FoldOptions",
    span: tuple[date, date],
    progress: Progress,
) -> None:
    from processing.archive.folding import ArchiveWindow, unsigned
    from processing.archive.refolding import sign_again
    from processing.dedupe.fold import sign_only

    missing = unsigned(catalogue, ArchiveWindow(catalogue, options.fingerprint), options, span)

    def how(documents: "Sequence[Document]", window: "Window", day: date) -> "Folded":
        return sign_only(documents, window, day=day, options=options)

    for index in sign_again(steps, catalogue, DeclaredFacts(), missing, how):
        progress("signatures", index + 1, len(missing))


def _written(parts: Iterable[Path], output: Path | None) -> int:
    """Write the rows in order of documents; a file appears when it is complete."""
    import duckdb

    part = output.with_name(f".{output.name}.part") if output else None
    lines = part.open("w", encoding="utf-8") if part else sys.stdout
    count = 0
    try:
        with duckdb.connect() as database:
            rows = database.sql(_ROWS, params={"parts": [str(path) for path in parts]})
            for batch in rows.to_arrow_reader(_BATCH):
                lines.writelines(
                    json.dumps(row, ensure_ascii=False) + "\n" for row in batch.to_pylist()
                )
                count += batch.num_rows
    finally:
        if part:
            lines.close()
    if part and output:
        part.replace(output)
    return count


_TOLD = 20
"""Bad rows that are told one by one."""


def fold(
    documents: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="A table with id and text: JSON lines, JSON, CSV, TSV, Parquet, XLSX; - is standard input.",
        ),
    ] = None,
    *,
    corpus: Annotated[
        bool, typer.Option("--corpus", help="Fold all that the archive holds, at once.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where the rows go; else stdout."),
    ] = None,
    columns: Annotated[
        str,
        typer.Option(metavar="FIELD=COLUMN,…", help="Which column is id, text, title, outlet, …"),
    ] = "",
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Fold any table: which documents are the same text, whose was first, how each relates.

    Optional fields are outlet, outlet_class, title, url, published_at, fetched_at, agency and
    origin_url, also under the names that BIGKinds and others give them; others are ignored. A date
    that cannot be read leaves its row without one. Rows out, as JSON lines: id, cluster, original,
    relation, parent, score, evidence, the shares of the text and of its parent, how sure the
    original is, stub. An interrupted fold goes on where it stopped. Ends with 5 where rows were
    skipped. With --corpus, the documents are those of the archive, which is not changed.
    """
    if corpus == (documents is not None):
        raise UsageError("give either a file of documents or --corpus")
    if documents is None:
        _fold_archive(store, output, as_json=as_json)
    else:
        with _readable(documents) as path:
            _fold_file(path, output, _chosen(columns), as_json=as_json)


@contextmanager
def _readable(documents: Path) -> Iterator[Path]:
    """Give a file that can be read twice: standard input is kept in one until the end."""
    if str(documents) != "-":
        yield documents
        return
    with tempfile.TemporaryDirectory(prefix="sillok-fold-") as folder:
        path = Path(folder) / "standard-input"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield path


def _chosen(columns: str) -> dict[str, str]:
    """Return what --columns says. Raises UsageError where a piece of it is no FIELD=COLUMN."""
    pieces = [piece.partition("=") for piece in columns.split(",") if piece.strip()]
    if wrong := [name for name, sign, column in pieces if not sign or not column.strip()]:
        raise UsageError(f"--columns wants FIELD=COLUMN, separated by commas; {wrong[0]!r} is none")
    return {name.strip(): column.strip() for name, _, column in pieces}


def _fold_archive(store: str | None, output: Path | None, *, as_json: bool) -> None:

    count = fold_corpus(store, output, _step)
    _wipe()
    if output and as_json:
        print_json([{"documents": count}])
    say(f"{count} documents of the archive were folded")


def _fold_file(
    documents: Path, output: Path | None, columns: Mapping[str, str], *, as_json: bool
) -> None:
    from processing.dedupe.by_hand import OutletFact, fold_file

    known = {
        name: OutletFact(outlet.names, outlet.outlet_class)
        for name, outlet in DeclaredFacts().items()
    }
    out = output or _kept(documents)
    summary = fold_file(documents, out, outlets=known, columns=columns, progress=_progress)
    _wipe()
    if output is None:
        with out.open(encoding="utf-8") as rows:
            sys.stdout.writelines(map(escaped, rows))
        out.unlink()
    elif as_json:
        names = ("documents", "clusters", "relations")
        print_json([{name: getattr(summary, name) for name in names}])
    _say_summary(documents, summary)
    if summary.bad:
        raise typer.Exit(ExitCode.BAD_ROWS)


def _say_summary(documents: Path, summary: "Summary") -> None:
    relations = ", ".join(f"{count} {relation}" for relation, count in summary.relations.items())
    say(f"{summary.documents} documents in {summary.clusters} clusters: {relations or 'nothing'}")
    if summary.misdated:
        say(f"{summary.misdated} rows state a date that is none; they are folded without one")
    if summary.cut_at is not None:
        say(
            f"most texts end at {summary.cut_at} characters: an export has cut them, "
            "and clusters of rows that are marked `cut` rest on their beginnings"
        )
    for bad in summary.bad[:_TOLD]:
        position = summary.table.place(bad.line) if summary.table else f"line {bad.line}"
        say(f"{documents}, {position}: {bad.why}; skipped")
    if summary.bad:
        say(f"{len(summary.bad)} rows were skipped")


def cluster(
    identity: Annotated[
        str, typer.Argument(metavar="ID", help="Of a cluster, an article or a version.")
    ],
    *,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what each changed in its parent's text.")
    ] = False,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Show a cluster as a timeline: who had it first, who followed, what each changed."""
    from processing.lookup.articles import timeline

    members = timeline(open_catalogue(store), identity)
    if as_json:
        print_json(
            {name: value for name, value in row.items() if name != "text"} for row in members
        )
        return
    by_version = {row["version_id"]: row for row in members}
    for row in members:
        sys.stdout.write((_entry if watched() else "\t".join)(_cells(row)) + "\n")
        parent = by_version.get(row["parent"])
        if diff and parent:
            sys.stdout.write(f"\n{marked(parent['text'], row['text'])}\n\n")


def _kept(documents: Path) -> Path:
    """Return where rows for stdout are gathered: the same place again for the same file, so that a fold goes on."""
    from processing.settings import settings

    name = hashlib.sha256(str(documents.resolve()).encode()).hexdigest()[:16]
    return settings().cache / f"fold-{name}.jsonl"


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done:,} of {of:,} documents")


def _step(what: str, done: int, of: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{what}: {done} of {of}")


def _wipe() -> None:
    """Take the line of progress away."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")


def _entry(cells: Sequence[str]) -> str:
    """Return a document of the timeline as two lines: a table would leave no room for titles."""
    when, outlet, relation, score, changed, version, title = cells
    return f"{when}  {outlet:<12} {relation:<10} {score:<5} {changed:<14} {version}\n    {title}"


def _relation(row: Mapping[str, Any]) -> str:
    """Return how a document relates.

    An original that follows a document of another cluster says which.
    """
    if row["version_id"] != row["original"] or row["relation"] == "original":
        return str(row["relation"])
    return f"original, {row['relation']} of {row['parent']}"


def _cells(row: Mapping[str, Any]) -> list[str]:
    """Return a document of the timeline: when, who, how it relates, what changed, its title."""
    changed = f"-{row['removed']} +{row['added']} words" if row["removed"] is not None else ""
    cells = (
        row["published"] or row["first_seen"],
        row["outlet"],
        _relation(row),
        f"{row['score']:.2f}" if row["parent"] else "",
        changed if row["parent"] else "",
        row["version_id"],
        row["title"],
    )
    return list(map(shown, cells))
