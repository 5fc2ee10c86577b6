"""Masks a page so that it reads as the original does, and checks whether it may be kept unmasked.

The page is masked, read and compared with the masked record; of the words of our rules only those
stay without which it would be read otherwise.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import SystemRandom
from urllib.parse import urlsplit

from processing.errors import UsageError
from processing.reading.tree import decode
from processing.records import Article, Page
from spiders.outlet import Outlet
from spiders.reading import read
from spiders.scouting.fixtures import (
    Mask,
    differences,
    is_mostly_latin,
    masked_record,
    shrunk,
)

_TRIES = 5
"""Random syllables can make a word of our rules by chance; another draw does not."""
_READINGS = 80
"""Readings of a page that finding the fewest words may cost: some seconds, once a page is kept."""
_OPEN = {"kogl-0", "kogl-1", "cc-zero", "cc-publicdomain", "cc-by", "cc-by-sa"}
"""Marks under which a copy may be kept and altered."""
_OWN = ".press.test"


def masked(page: Page, record: Article, outlet: Outlet) -> tuple[Page, Article]:
    """Return the page masked and what it says then.

    Raise UsageError unless it reads as the masked original.

    Of the words of our rules only those stay without which it would be read otherwise.
    """
    if is_mostly_latin(record.text):
        raise UsageError(
            f"{outlet.name}: the text is mostly in Latin letters,"
            " whose masking would leave little to test; freeze another page"
        )
    text = decode(page)
    if not isinstance(text, str):
        raise UsageError(f"{outlet.name}: {page.url} cannot be decoded: {text.evidence}")
    attempt = _Attempt(page, record, outlet, text)
    words = Mask.staying(text)
    if not any(attempt.holds(words) for _ in range(_TRIES)):
        wrong = ", ".join(attempt.wrong)
        raise UsageError(
            f"{outlet.name}: masked, {page.url} reads otherwise in {wrong}; freeze another page"
        )
    shrunk(words, attempt.holds, _READINGS)
    assert attempt.result is not None  # noqa: S101 - it held once
    return attempt.result


@dataclass(slots=True)
class _Attempt:
    """Masks one page again and again; `result` is the last that read as the masked original."""

    page: Page
    record: Article
    outlet: Outlet
    text: str
    result: tuple[Page, Article] | None = None
    wrong: list[str] = field(default_factory=list)

    def holds(self, words: Sequence[str]) -> bool:
        """Return whether the page reads alike where only `words` of our rules stay."""
        mask = Mask(SystemRandom(), kept=_names(self.outlet), words=words)
        headers = tuple(
            (key, value) for key, value in self.page.headers if key.lower() != "content-type"
        )
        body = mask.page(self.text).encode()
        url = mask.address(self.page.url)
        hidden = replace(self.page, url=url, body=body, charset="utf-8", headers=headers)
        expected, reread = masked_record(self.record, mask), read(hidden, self.outlet)
        self.wrong = differences(expected, reread)
        if not self.wrong:
            self.result = hidden, expected
        return not self.wrong


def _names(outlet: Outlet) -> set[str]:
    """Return what the outlet calls itself.

    Titles of pages end with it, and the reader recognises it by the host.
    """
    labels = {label for host in outlet.allowed_hosts for label in host.split(".")}
    return {outlet.title, *re.findall(r"\w+", outlet.title), *labels}


def check_licence(record: Article) -> None:
    """Raise UsageError unless the page has an open licence or is one of our own."""
    licence = record.rights.licence or "no mark"
    if (urlsplit(record.url).hostname or "").endswith(_OWN) or licence.lower() in _OPEN:
        return
    raise UsageError(f"{record.url} carries no open licence ({licence}): freeze it without --clear")
