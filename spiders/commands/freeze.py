"""`scrapy freeze NAME URL`: keep a page, masked, and what it says as a test of the outlet."""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import SystemRandom
from urllib.parse import urlsplit

from processing.errors import TransientError, UsageError
from processing.reading.tree import decode
from processing.records import Article, Page
from spiders.logs import plain
from spiders.outlet import Outlet, identify
from spiders.reading import read
from spiders.scouting.asking import AskingCommand, AskingSpider, ScoutResponse, why
from spiders.scouting.fixtures import (
    Mask,
    differences,
    is_mostly_latin,
    keep,
    masked_record,
    noted,
    shrunk,
)

_FOLDER = Path("tests/outlets")
_TRIES = 5
"""Random syllables can make a word of our rules by chance; another draw does not."""
_READINGS = 80
"""Readings of a page that finding the fewest words may cost: some seconds, once a page is kept."""
_OPEN = {"kogl-0", "kogl-1", "cc-zero", "cc-publicdomain", "cc-by", "cc-by-sa"}
"""Marks under which a copy may be kept and altered."""
_OWN = ".press.test"


class Command(AskingCommand):
    """Fetches, reads, masks, checks that the masked page reads alike, and keeps the pair."""

    def syntax(self) -> str:
        return "[options] NAME URL"

    def short_desc(self) -> str:
        return "Keep a page of an outlet, its words masked, and what it says as a test"

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--clear", action="store_true", help="keep it unmasked; its licence must allow that"
        )
        parser.add_argument(
            "--into", metavar="DIR", default=str(_FOLDER), help="default: tests/outlets"
        )

    def answer(self, args: list[str], opts: Namespace) -> int:
        outlet, url = self._wanted(args)
        answer = self._fetched(outlet, url)
        if answer.page is None or not answer.body:
            raise TransientError(f"{outlet.name}: {url} was not to be had: {why(answer)}")
        record = read(answer.page, outlet)
        if not isinstance(record, Article):
            raise UsageError(
                f"{outlet.name}: {url} is no article ({record.reason}: {record.evidence}); freeze another page"
            )
        if opts.clear:
            check_licence(record)
            page, made = answer.page, "clear"
        else:
            page, record = masked(answer.page, record, outlet)
            made = "masked"
        path = keep(Path(opts.into) / outlet.name, page, record, made)
        told = "\n".join(
            f"  {name:<13} {plain(' '.join(str(value).split()))[:100]}"
            for name, value in noted(record).items()
        )
        print(f"kept {path}\n{told}\nLook at it, compare it with the page, and commit both files.")  # noqa: T201
        return 0

    def _wanted(self, args: list[str]) -> tuple[Outlet, str]:
        if len(args) != 2:  # noqa: PLR2004 - name and address
            raise UsageError(
                "name an outlet and a page: scrapy freeze hani https://www.hani.co.kr/arti/..."
            )
        outlet = self.outlets.get(args[0])
        if outlet is None:
            raise UsageError(f"no outlet is called {args[0]!r}; `scrapy list` shows them all")
        if identify(outlet, args[1]) is None:
            raise UsageError(
                f"{args[1]} is no article of {outlet.name}: its `article` or `hosts` do not match"
            )
        return outlet, args[1]

    def _fetched(self, outlet: Outlet, url: str) -> ScoutResponse:
        assert self.settings is not None  # noqa: S101 - Scrapy sets it before `run`
        found: list[ScoutResponse] = []

        async def plan(asker: AskingSpider) -> None:
            found.append(await asker.ask(url))

        self.follow(
            outlet, plan, permission=self.settings.getdict("SILLOK_PERMISSION").get(outlet.name)
        )
        return found[0]


def masked(page: Page, record: Article, outlet: Outlet) -> tuple[Page, Article]:
    """Return the page masked and what it says then.

    Raise UsageError unless it reads as the masked original.

    Of the words of our rules only those stay without which it would be read otherwise.
    """
    if is_mostly_latin(record.text):
        raise UsageError(
            f"{outlet.name}: the text is mostly in Latin letters, whose masking would leave little to test;"
            " freeze another page"
        )
    text = decode(page)
    if not isinstance(text, str):
        raise UsageError(f"{outlet.name}: {page.url} cannot be decoded: {text.evidence}")
    attempt = _Attempt(page, record, outlet, text)
    words = Mask.staying(text)
    if not any(attempt.holds(words) for _ in range(_TRIES)):
        told = ", ".join(attempt.wrong)
        raise UsageError(
            f"{outlet.name}: masked, {page.url} reads otherwise in {told}; freeze another page"
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
        expected, found = masked_record(self.record, mask), read(hidden, self.outlet)
        self.wrong = differences(expected, found)
        if not self.wrong:
            self.result = hidden, expected
        return not self.wrong


def _names(outlet: Outlet) -> set[str]:
    """Return what the outlet calls itself: titles of pages end with it, and our reader knows it by the host."""
    labels = {label for host in outlet.allowed_hosts for label in host.split(".")}
    return {outlet.title, *re.findall(r"\w+", outlet.title), *labels}


def check_licence(record: Article) -> None:
    """Raise UsageError unless the page carries a mark under which it may be kept as it is, or is our own."""
    licence = record.rights.licence or "no mark"
    if (urlsplit(record.url).hostname or "").endswith(_OWN) or licence.lower() in _OPEN:
        return
    raise UsageError(f"{record.url} carries no open licence ({licence}): freeze it without --clear")
