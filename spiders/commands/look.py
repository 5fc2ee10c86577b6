"""`scrapy look URL`: what a site allows, lists and looks like, before it is declared."""

from argparse import ArgumentParser, Namespace

from spiders.scouting.asking import AskingCommand


class Command(AskingCommand):
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
        # Here, because Scrapy imports every command at each crawl.
        from spiders.scouting.looking import lines
        from spiders.scouting.visiting import look

        seen = look(self, args[0] if len(args) == 1 else "")
        text = seen.model_dump_json(indent=2) if opts.json else "\n".join(lines(seen))
        print(text)  # noqa: T201 - this is a command
        return 0 if seen.robots.answered else 1
