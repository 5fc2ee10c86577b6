"""Scrapy commands for an installed Sillok: `scrapy crawl` and the others in any folder, without a `scrapy.cfg`.

Scrapy finds commands by the entry point `scrapy.commands`, in every folder and in a checkout, but settings only by
`scrapy.cfg` or `SCRAPY_SETTINGS_MODULE`. So each command here brings our settings along, with the priority that Scrapy gives to a
command's own. In the project of somebody else, who may share this environment, `crawl` and `list` stay Scrapy's.
"""

from argparse import Namespace
from os import environ
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.commands import crawl as scrapy_crawl
from scrapy.commands import list as scrapy_list
from scrapy.exceptions import UsageError

import spiders.settings
from spiders.commandline import SETTINGS
from spiders.commands.crawl import Command as CrawlCommand
from spiders.commands.scout import DeclareCommand, FreezeCommand, LookCommand

IN_ANOTHER_PROJECT = environ.get("SCRAPY_SETTINGS_MODULE", SETTINGS) != SETTINGS
"""Whether a `scrapy.cfg` or the environment names other settings.

Scrapy has looked before it loads this.
"""

_SETTINGS = {name: value for name, value in vars(spiders.settings).items() if name.isupper()}


class Absent(ScrapyCommand):
    """Takes the place of a command of ours in the project of somebody else."""

    def short_desc(self) -> str:
        return "Belongs to Sillok, which is installed beside this project"

    def run(self, args: list[str], opts: Namespace) -> None:  # noqa: ARG002 - Scrapy's interface
        raise UsageError(
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


class Look(LookCommand):
    """`scrapy look` with our settings."""

    default_settings: ClassVar[dict[str, Any]] = _SETTINGS


class Declare(DeclareCommand):
    """`scrapy declare` with our settings."""

    default_settings: ClassVar[dict[str, Any]] = _SETTINGS


class Freeze(FreezeCommand):
    """`scrapy freeze` with our settings."""

    default_settings: ClassVar[dict[str, Any]] = _SETTINGS


CRAWL: type[ScrapyCommand] = scrapy_crawl.Command if IN_ANOTHER_PROJECT else Crawl
LIST: type[ScrapyCommand] = scrapy_list.Command if IN_ANOTHER_PROJECT else List
LOOK, DECLARE, FREEZE = (
    Absent if IN_ANOTHER_PROJECT else command for command in (Look, Declare, Freeze)
)
