"""`scrapy look`, `declare` and `freeze`: see a site, write its declaration, keep a page as a test.

Scrapy imports every command at each crawl, so what only these need is imported inside them.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import spiders.outlets
from processing.errors import TransientError, UsageError
from processing.records import Article
from spiders.logs import plain
from spiders.outlet import Outlet, identify
from spiders.reading import read
from spiders.scouting.asking import AskingCommand, AskingSpider, ScoutResponse, why

_FOLDER = Path("tests/outlets")


class LookCommand(AskingCommand):
    """Asks for robots.txt, the front page, what may be a source, and one article."""

    def syntax(self) -> str:
        return "[options] URL"

    def short_desc(self) -> str:
        return (
            "Look at a site as politely as a crawl would:"
            " robots.txt, feeds, sitemaps, family, rights, a sample reading"
        )

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def answer(self, args: list[str], opts: Namespace) -> int:
        from spiders.scouting.looking import lines
        from spiders.scouting.visiting import look

        seen = look(self, args[0] if len(args) == 1 else "")
        text = seen.model_dump_json(indent=2) if opts.json else "\n".join(lines(seen))
        print(text)  # noqa: T201 - this is a command
        return 0 if seen.robots.answered else 1


class DeclareCommand(AskingCommand):
    """Looks, writes `spiders/outlets/NAME.py`, and says what is left for a person."""

    def syntax(self) -> str:
        return "[options] NAME URL"

    def short_desc(self) -> str:
        return "Look at a site and write the declaration of its outlet"

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--into", metavar="DIR", help="folder of the module (default: spiders/outlets)"
        )

    def answer(self, args: list[str], opts: Namespace) -> int:
        from spiders.scouting.declaration import check_guess, check_name, checked, module
        from spiders.scouting.looking import lines
        from spiders.scouting.visiting import look

        if len(args) != 2:  # noqa: PLR2004 - name and address
            raise UsageError(
                "give a name and an address: scrapy declare hani https://www.hani.co.kr/"
            )
        name, url = args
        check_name(name)
        path = Path(opts.into or spiders.outlets.__path__[0]) / f"{name}.py"
        if path.exists():
            raise UsageError(f"{path} exists: an outlet is declared once")
        seen = look(self, url)
        print("\n".join(lines(seen)))  # noqa: T201 - this is a command
        if not seen.robots.answered:
            raise TransientError(f"{seen.home}: {seen.robots.state}; try again later")
        if not (seen.robots.ours and seen.robots.scrapy):
            raise UsageError(
                f"{seen.home}: robots.txt bans us; declare it by hand,"
                " `paused=` with `permission_needed=`"
            )
        source = module(name, seen)
        outlet = checked(source)
        check_guess(outlet, seen)
        path.write_text(source, encoding="utf-8")
        print(_left(path, outlet))  # noqa: T201
        return 0


def _left(path: Path, outlet: Outlet) -> str:
    name = outlet.name
    unread = (
        ""
        if outlet.confirmed
        else "\nIt is not confirmed: no article was read; look again with an article's URL"
    )
    return plain(f"wrote {path}").replace("�", "?") + (
        f"{unread}\nNow: finish its docstring, say in `daily` what a normal day brings, then\n"
        f"  scrapy crawl {name} --dry-run      what it would fetch\n"
        f"  scrapy freeze {name} URL           keep a page as its test\n"
        f"  sillok outlets --table > docs/outlets.md"
    )


class FreezeCommand(AskingCommand):
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
