"""`scrapy freeze NAME URL`: keep a masked page and its record as a test of the outlet."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from processing.errors import TransientError, UsageError
from processing.records import Article
from spiders.logs import plain
from spiders.outlet import Outlet, identify
from spiders.reading import read
from spiders.scouting.asking import AskingCommand, AskingSpider, ScoutResponse, why

_FOLDER = Path("tests/outlets")


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
        # Here, because Scrapy imports every command at each crawl.
        from spiders.scouting.fixtures import keep, noted
        from spiders.scouting.freezing import check_licence, masked

        outlet, url = self._wanted(args)
        answer = self._fetched(outlet, url)
        if answer.page is None or not answer.body:
            raise TransientError(f"{outlet.name}: {url} was not to be had: {why(answer)}")
        record = read(answer.page, outlet)
        if not isinstance(record, Article):
            raise UsageError(
                f"{outlet.name}: {url} is no article ({record.reason}: {record.evidence});"
                " freeze another page"
            )
        if opts.clear:
            check_licence(record)
            page, made = answer.page, "clear"
        else:
            page, record = masked(answer.page, record, outlet)
            made = "masked"
        path = keep(Path(opts.into) / outlet.name, page, record, made)
        fields = "\n".join(
            f"  {name:<13} {plain(' '.join(str(value).split()))[:100]}"
            for name, value in noted(record).items()
        )
        cure = "Look at it, compare it with the page, and commit both files."
        print(f"kept {path}\n{fields}\n{cure}")  # noqa: T201 - this is a command
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
        answers: list[ScoutResponse] = []

        async def plan(asker: AskingSpider) -> None:
            answers.append(await asker.ask(url))

        self.follow(
            outlet, plan, permission=self.settings.getdict("SILLOK_PERMISSION").get(outlet.name)
        )
        return answers[0]
