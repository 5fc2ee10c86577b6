"""The tables of the archive: which record a row of each is, and their description in words.

`python -m processing.archive.schema` writes `docs/archive.md`; a test holds the two together.
"""

from collections.abc import Mapping
from typing import Final

from processing.records import Article, Fetch, Record, Rejection, RunReport


class ArchivedArticle(Article):
    """One version of an article as the archive keeps it.

    `previous` is the version that it follows, None of a first one. `silent_edit` says that title or text changed and
    the modified time that the page states did not; None of a first version, and where the earlier time is not known.
    """

    previous: str | None = None
    silent_edit: bool | None = None


TABLES: Final[Mapping[str, type[Record]]] = {
    "articles": ArchivedArticle,
    "rejections": Rejection,
    "log": Fetch,
    "reports": RunReport,
}
"""The tables that are made of records; those of a fold are described where they are made."""
