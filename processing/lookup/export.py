"""Articles for use outside the archive, with the rights that their pages and hosts state obeyed.

`rights.exportable` is False where `noarchive` or a text-and-data-mining reservation (Directive (EU)
2019/790 Art. 4; W3C TDMRep) was found and is obeyed by policy: the row keeps its facts, loses what
is the outlet's expression, and says why.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq

from processing.archive.catalogue import Catalogue
from processing.errors import MissingError, UsageError
from processing.lookup.articles import checked
from processing.lookup.sql import ask, dataset
from processing.records import escaped

_BATCH = 1000
_EXPRESSION = ("text", "captions", "subtitle", "notices")
"""What is the outlet's own wording, beside the title that names the article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What may go out: by outlet and KST publication day, under which licences, and whether an AI opt-out excludes."""

    outlet: str | None = None
    since: date | None = None
    until: date | None = None
    licences: tuple[str, ...] = ()
    no_ai_optout: bool = False


def exported(catalogue: Catalogue, terms: Terms) -> Iterator[dict[str, Any]]:
    """Yield one row per version, by time of publication.

    `withheld` says why a row has no text, else None.
    """
    conditions = ["true"]
    parameters: dict[str, object] = {}
    if terms.outlet:
        conditions.append("outlet = $outlet")
        parameters["outlet"] = terms.outlet
    if terms.since:
        conditions.append("day >= $since")
        parameters["since"] = terms.since
    if terms.until:
        conditions.append("day <= $until")
        parameters["until"] = terms.until
    if terms.licences:
        conditions.append("list_contains($licences, rights.licence)")
        parameters["licences"] = list(terms.licences)
    if terms.no_ai_optout:
        conditions.append(
            "rights.ai_notice IS NULL AND rights.tdm_reservation IS DISTINCT FROM true"
        )
    statement = (
        f"SELECT * EXCLUDE (manifest) FROM articles WHERE {' AND '.join(conditions)} "  # noqa: S608 - our own words
        "ORDER BY published.at NULLS LAST, article_id, fetched_at, version_id"
    )
    return map(_released, map(checked, ask(catalogue, statement, parameters).records()))


def export_file(catalogue: Catalogue, terms: Terms, path: Path) -> dict[str, int]:
    """Write the wanted rows to `path` (.jsonl or .parquet, "-" is stdout as JSON lines) and return how many.

    The file appears when it is complete. Raises `UsageError` for another ending.
    """
    if str(path) == "-":
        return _write_lines(exported(catalogue, terms), sys.stdout)
    if path.suffix not in {".jsonl", ".parquet"}:
        raise UsageError(
            f"{path} ends neither in .jsonl nor in .parquet: name the format by the ending"
        )
    if not path.parent.is_dir():
        raise MissingError(f"the folder {path.parent} does not exist: create it first")
    with ExitStack() as undo:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as spool:
            part = Path(spool.name)
        undo.callback(part.unlink)
        if path.suffix == ".jsonl":
            with part.open("w", encoding="utf-8") as lines:
                counts = _write_lines(exported(catalogue, terms), lines)
        else:
            counts = _write_parquet(exported(catalogue, terms), part, _schema(catalogue))
        part.chmod(0o644)
        part.replace(path)
        undo.pop_all()
    return counts


def _released(row: dict[str, Any]) -> dict[str, Any]:
    """Return `row` as it may go out."""
    if row["rights"]["exportable"]:
        return {**row, "withheld": None}
    reserved = row["rights"]["why"] or "rights reserved"
    return {
        **row,
        **{name: [] if isinstance(row[name], list) else None for name in _EXPRESSION},
        "withheld": reserved,
    }


def _write_lines(rows: Iterator[dict[str, Any]], lines: TextIO) -> dict[str, int]:
    written = withheld = 0
    for row in rows:
        lines.write(escaped(json.dumps(row, ensure_ascii=False, default=_moment)) + "\n")
        written += 1
        withheld += row["withheld"] is not None
    return {"rows": written, "withheld": withheld}


def _write_parquet(rows: Iterator[dict[str, Any]], path: Path, schema: pa.Schema) -> dict[str, int]:
    written = withheld = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := list(islice(rows, _BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema))
            written += len(batch)
            withheld += sum(row["withheld"] is not None for row in batch)
    return {"rows": written, "withheld": withheld}


def _schema(catalogue: Catalogue) -> pa.Schema:
    """Return the schema of `articles` with `withheld`; a text may be missing."""
    fields = [
        field.with_nullable(nullable=True)
        for field in dataset(catalogue, "articles").schema
        if field.name != "manifest"
    ]
    return pa.schema([*fields, pa.field("withheld", pa.string())])


def _moment(value: object) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
