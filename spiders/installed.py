"""The Scrapy commands of an installed Sillok, which work in any folder, without a `scrapy.cfg`.

Scrapy finds commands by the entry point `scrapy.commands`, in every folder and in a checkout, but
settings only by `scrapy.cfg` or `SCRAPY_SETTINGS_MODULE`. So each command here brings our settings
along, with the priority that Scrapy gives to a command's own. In the project of somebody else, who
may share this environment, `crawl` and `list` stay Scrapy's.

`scrapy look`, `declare` and `freeze` see a site, write its declaration, and keep a page as a test.
Scrapy loads every command at each crawl, so what only these need is imported inside them.
"""

import logging
import sys
from abc import abstractmethod
from argparse import ArgumentParser, Namespace
from ipaddress import IPv4Address
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from scrapy.commands import ScrapyCommand
from scrapy.commands import crawl as scrapy_crawl
from scrapy.commands import list as scrapy_list
from scrapy.exceptions import UsageError as CommandLineError

import spiders.outlets
import spiders.settings
from processing.errors import SillokError, TransientError, UsageError
from processing.records import Article, clean
from spiders.commandline import SETTINGS
from spiders.commands.crawl import Command as CrawlCommand
from spiders.commands.crawl import is_warning, level_of
from spiders.outlet import Outlet, identify
from spiders.outlets import declared
from spiders.settings import check

if TYPE_CHECKING:
    from spiders.scouting.asking import AskingCrawl, AskingSpider, ScoutResponse

IN_ANOTHER_PROJECT = environ.get("SCRAPY_SETTINGS_MODULE", SETTINGS) != SETTINGS
"""Whether a `scrapy.cfg` or the environment names other settings.

Scrapy has looked before it loads this.
"""

_FIXTURES = Path("tests/outlets")
_SETTINGS = {name: value for name, value in vars(spiders.settings).items() if name.isupper()}


class Absent(ScrapyCommand):
    """Takes the place of a command of ours in the project of somebody else."""

    def short_desc(self) -> str:
        return "Belongs to Sillok, which is installed beside this project"

    def run(self, args: list[str], opts: Namespace) -> None:  # noqa: ARG002 - Scrapy's interface
        raise CommandLineError(
            "this folder is another Scrapy project's: run Sillok's commands outside it"
        )


class Crawl(CrawlCommand):
    """`scrapy crawl` with our settings."""

    default_settings: ClassVar[dict[str, Any]] = _SETTINGS


class List(scrapy_list.Command):
    """`scrapy list` with our settings."""

    default_settings: ClassVar[dict[str, Any]] = {
        **_SETTINGS,
        **scrapy_list.Command.default_settings,
    }


class AskingCommand(ScrapyCommand):
    """A command that asks for a few pages.

    `answer` does its work; an error becomes one line and an exit code. Scrapy loads every command
    at each crawl, so what only these need is imported inside them.
    """

    requires_project = True
    default_settings: ClassVar[dict[str, Any]] = _SETTINGS

    def add_options(self, parser: ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--loopback",
            action="store_true",
            help="ask the named site although it is on this machine: http://127.0.0.1:PORT/ or localhost",
        )

    def process_options(self, args: list[str], opts: Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None  # noqa: S101 - Scrapy sets it before this
        if opts.loopback:
            self.settings.set("SILLOK_LOOPBACK", own_site(args[-1] if args else ""), "cmdline")
        # Scrapy's greeting comes before `run`.
        logging.getLogger("scrapy.utils.log").addFilter(is_warning)

    def run(self, args: list[str], opts: Namespace) -> None:
        assert self.settings is not None  # noqa: S101 - Scrapy sets it before `run`
        if level_of(self.settings["LOG_LEVEL"]) > logging.DEBUG:
            logging.getLogger("scrapy").setLevel(logging.WARNING)
        logging.getLogger("trafilatura").setLevel(logging.ERROR)
        try:
            check(self.settings)
            self.exitcode = self.answer(args, opts)
        except SillokError as error:
            print(clean(str(error)), file=sys.stderr)  # noqa: T201 - this is a command
            self.exitcode = 1 if isinstance(error, TransientError) else 2

    @abstractmethod
    def answer(self, args: list[str], opts: Namespace) -> int:
        """Do the work and return the exit code."""

    def crawl(self) -> "AskingCrawl":
        """Return what the pages are asked for with."""
        from spiders.scouting.asking import AskingCrawl

        # Scrapy sets both before `run`.
        assert self.settings is not None  # noqa: S101
        assert self.crawler_process is not None  # noqa: S101
        return AskingCrawl(self.settings, self.crawler_process)


class Look(AskingCommand):
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

        seen = look(self.crawl(), args[0] if len(args) == 1 else "")
        text = seen.model_dump_json(indent=2) if opts.json else "\n".join(lines(seen))
        print(text)  # noqa: T201 - this is a command
        return 0 if seen.robots.answered else 1


class Declare(AskingCommand):
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
        seen = look(self.crawl(), url)
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
    return clean(f"wrote {path}") + (
        f"{unread}\nNow: finish its docstring, say in `daily` what a normal day brings, then\n"
        f"  scrapy crawl {name} --dry-run      what it would fetch\n"
        f"  scrapy freeze {name} URL           keep a page as its test\n"
        f"  sillok outlets --table > docs/outlets.md"
    )


class Freeze(AskingCommand):
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
            "--into", metavar="DIR", default=str(_FIXTURES), help="default: tests/outlets"
        )

    def answer(self, args: list[str], opts: Namespace) -> int:
        from spiders.reading import read
        from spiders.scouting.asking import why
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
            f"  {name:<13} {clean(' '.join(str(value).split()))[:100]}"
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
        outlet = declared(args[0])
        if outlet is None:
            raise UsageError(f"no outlet is called {args[0]!r}; `scrapy list` shows them all")
        if identify(outlet, args[1]) is None:
            raise UsageError(
                f"{args[1]} is no article of {outlet.name}: its `article` or `hosts` do not match"
            )
        return outlet, args[1]

    def _fetched(self, outlet: Outlet, url: str) -> "ScoutResponse":
        assert self.settings is not None  # noqa: S101 - Scrapy sets it before `run`
        answers: list[ScoutResponse] = []

        async def plan(asker: "AskingSpider") -> None:
            answers.append(await asker.ask(url))

        self.crawl().follow(
            outlet, plan, permission=self.settings.getdict("SILLOK_PERMISSION").get(outlet.name)
        )
        return answers[0]


def own_site(url: str) -> tuple[str, int]:
    """Return host and port of a site on this machine.

    Raises Scrapy's `UsageError` where `url` names no such site.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        loopback = host == "localhost" or IPv4Address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise CommandLineError(
            f"--loopback is for a site on this machine, like http://127.0.0.1:8000/ (got {url!r})"
        )
    return host, port


CRAWL: type[ScrapyCommand] = scrapy_crawl.Command if IN_ANOTHER_PROJECT else Crawl
LIST: type[ScrapyCommand] = scrapy_list.Command if IN_ANOTHER_PROJECT else List
LOOK, DECLARE, FREEZE = (
    Absent if IN_ANOTHER_PROJECT else command for command in (Look, Declare, Freeze)
)
