"""What crosses a border: the records whose JSON schema is the archive's documentation.

`Page` never leaves the process and is a plain dataclass. Everything else is a frozen pydantic model
that refuses unknown fields, because we wrote it. Every datetime is aware; a time that a page does
not state is None, never now().
"""

from processing.records.articles import (
    Article,
    Author,
    Confidence,
    Detail,
    Doubt,
    Dropped,
    Kind,
    Origin,
    Page,
    Reason,
    Rejection,
    Rights,
    Stamp,
    article_id,
    version_id,
)
from processing.records.crawls import (
    End,
    Fetch,
    Manifest,
    Removed,
    RunReport,
    Seal,
    SourceFault,
    SourceFinding,
    SourceReport,
    Sum,
    Why,
)
from processing.records.record import KEY, LONGEST_KEY, SCHEMA_VERSION, Record, fault

__all__ = [
    "KEY",
    "LONGEST_KEY",
    "SCHEMA_VERSION",
    "Article",
    "Author",
    "Confidence",
    "Detail",
    "Doubt",
    "Dropped",
    "End",
    "Fetch",
    "Kind",
    "Manifest",
    "Origin",
    "Page",
    "Reason",
    "Record",
    "Rejection",
    "Removed",
    "Rights",
    "RunReport",
    "Seal",
    "SourceFault",
    "SourceFinding",
    "SourceReport",
    "Stamp",
    "Sum",
    "Why",
    "article_id",
    "fault",
    "version_id",
]
