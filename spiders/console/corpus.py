"""`sillok fold --corpus`: fold all that the archive holds at once, whatever its size."""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from processing.errors import MissingError
from spiders.console.keeping import facts
from spiders.console.options import open_catalogue

if TYPE_CHECKING:
    from processing.archive.catalogue import Catalogue
    from processing.dedupe.documents import Document, FoldOptions
    from processing.dedupe.fold import Folded
    from processing.dedupe.steps import Steps
    from processing.dedupe.window import Window

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with what was done, how many of it, and of how many."""
_ROWS = """
    SELECT version_id AS id, cluster, original, relation, parent, score FROM read_parquet($parts) ORDER BY version_id
"""
_BATCH = 10_000


def fold_corpus(store: str | None, output: Path | None, progress: Progress) -> int:
    """Fold the whole archive and write one row a document to `output`, else stdout; return how many.

    What another version of the fold signed is signed again first, for this once. Steps that were finished before an
    interruption are not done again. Nothing is published.
    """
    from processing.archive.folding import ArchiveWindow, options_for
    from processing.dedupe.corpus import Corpus
    from processing.dedupe.steps import Steps
    from processing.settings import settings

    catalogue = open_catalogue(store)
    options = options_for(facts(), settings().fold_window_days)
    span = _span(catalogue)
    said = f"{catalogue.store.identity} {catalogue.head!r} {options.fingerprint} {options.window_days}"
    work = settings().cache / f"corpus-{hashlib.sha256(said.encode()).hexdigest()[:16]}"
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
    days = {part.labels["day"] for part in catalogue.of("clusters")}
    if not days:
        raise MissingError(f"{catalogue.store.url} holds no articles yet: crawl an outlet, then run `sillok archive`")
    return date.fromisoformat(min(days)), date.fromisoformat(max(days))


def _sign(
    steps: "Steps", catalogue: "Catalogue", options: "FoldOptions", span: tuple[date, date], progress: Progress
) -> None:
    from processing.archive.folding import ArchiveWindow
    from processing.archive.unsigned import sign_again, unsigned
    from processing.dedupe.fold import sign_only

    missing = unsigned(catalogue, ArchiveWindow(catalogue, options.fingerprint), options, span)

    def how(documents: "Sequence[Document]", window: "Window", day: date) -> "Folded":
        return sign_only(documents, window, day=day, options=options)

    for place in sign_again(steps, catalogue, facts(), missing, how):
        progress("signatures", place + 1, len(missing))


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
                lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in batch.to_pylist())
                count += batch.num_rows
    finally:
        if part:
            lines.close()
    if part and output:
        part.replace(output)
    return count
