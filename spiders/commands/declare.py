"""`scrapy declare NAME URL`: look at a site and write the module that declares its outlet."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import spiders.outlets
from processing.errors import TransientError, UsageError
from spiders.logs import plain
from spiders.outlet import Outlet
from spiders.scouting.asking import AskingCommand


class Command(AskingCommand):
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
        # Here, because Scrapy imports every command at each crawl.
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
