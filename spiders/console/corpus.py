"""`sillok fold --corpus`: fold all that the archive holds at once, whatever its size."""

import json
import shutil
import sys
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from processing.errors import MissingError
from spiders.console.keeping import facts
from spiders.console.options import open_catalogue

if TYPE_CHECKING:
    from processing.archive.catalogue import Catalogue
    from processing.dedupe.documents import FoldOptions

_ROWS = """
    SELECT version_id AS id, cluster, original, relation, parent, score FROM read_parquet($parts) ORDER BY version_id
"""
_BATCH = 10_000


def fold_corpus(store: str | None, output: Path | None, progress: Callable[[str, int, int], None]) -> int:
    """Fold the whole archive and write one row a document to `output`, else stdout; return how many.

    Steps that were finished before an interruption are not done again. Nothing is published.
    """
    from processing.archive.folding import ArchiveWindow
    from processing.dedupe.corpus import Corpus
    from processing.dedupe.documents import FoldOptions
    from processing.settings import settings

    catalogue = open_catalogue(store)
    names = {one.title: name for name, one in sorted(facts().items()) if one.title}
    options = FoldOptions(window_days=settings().fold_window_days, outlet_names=names)
    days = _days(catalogue, options)
    head = catalogue.head.seq if catalogue.head else 0
    work = settings().cache / f"corpus-{head:08d}-{options.fingerprint}"
    corpus = Corpus(ArchiveWindow(catalogue, options.fingerprint), (days[0], days[-1]), work, options=options)
    for what, done, of in corpus.run():
        progress(what, done, of)
    count = _written(corpus.clusters, output)
    shutil.rmtree(work)
    return count


def _days(catalogue: "Catalogue", options: "FoldOptions") -> list[date]:
    folder = f"dedupe/v={options.fingerprint}/sig/"
    days = {part.labels["day"] for part in catalogue.of("dedupe") if part.key.startswith(folder)}
    if not days:
        raise MissingError(
            f"{catalogue.store.url} holds no signatures of this version of the fold ({options.fingerprint}): "
            "`sillok archive` leaves them for what it takes in; what another version signed is not signed again"
        )
    return sorted(map(date.fromisoformat, days))


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
