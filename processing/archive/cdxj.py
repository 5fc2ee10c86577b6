"""The index of a WARC file as CDXJ: SURT key, 14-digit time, JSON; the lines that cdxj-indexer would write."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from processing.archive.surt import surt


@dataclass(frozen=True, slots=True)
class Indexed:
    """One line of the CDXJ: where in the file the record of a URL lies."""

    url: str
    at: datetime
    mime: str
    status: int
    digest: str
    offset: int
    length: int


def cdxj(index: Iterable[Indexed], filename: str) -> Iterator[str]:
    """Yield the sorted lines of the index of one file: SURT key, 14-digit time, JSON (as cdxj-indexer writes them)."""
    yield from sorted(f"{surt(line.url)} {line.at:%Y%m%d%H%M%S} {_facts_of(line, filename)}" for line in index)


def _facts_of(line: Indexed, filename: str) -> str:
    facts = {
        "url": line.url,
        "mime": line.mime,
        "status": str(line.status),
        "digest": line.digest,
        "length": str(line.length),
        "offset": str(line.offset),
        "filename": filename,
    }
    return json.dumps(facts, ensure_ascii=True)
