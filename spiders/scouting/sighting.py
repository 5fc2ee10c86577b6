"""What `scrapy look` saw of a site, as a record for `--json` and as lines for a person."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from processing.records import Article, Record, Rejection
from spiders.links import Links
from spiders.logs import plain


class RobotsSeen(Record):
    """robots.txt: whether the front page may be asked by our token and by Scrapy, and which AI agents may not."""

    state: str
    answered: bool
    ours: bool
    scrapy: bool
    delay: float = 0.0
    sitemaps: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()


class SourceSeen(Record):
    """An address that may be a source, and what it answered."""

    url: str
    kind: str
    links: int = 0
    children: int = 0
    newest: datetime | None = None
    full_text: bool = False
    problem: str | None = None
    sample: tuple[str, ...] = ()


class Sighting(Record):
    """Everything that one look saw. `article` is a guessed regex, `reading` the sample page as our reader read it."""

    url: str
    home: str
    at: datetime
    robots: RobotsSeen
    title: str | None = None
    declared: str | None = None
    family: str = "own"
    sources: tuple[SourceSeen, ...] = ()
    article: str | None = None
    reading: Article | Rejection | None = None
    problems: tuple[str, ...] = ()

    @property
    def useful(self) -> tuple[SourceSeen, ...]:
        """The sources that list something."""
        return tuple(source for source in self.sources if source.links or source.children)


def source_seen(url: str, listed: Links, kind: str) -> SourceSeen:
    """Return what a source's answer shows; `kind` is what it was taken for."""
    times = [stamp.at for link in listed.links for stamp in (link.published, link.modified) if stamp]
    from_sitemap = any(link.published and link.published.source == "sitemap" for link in listed.links)
    return SourceSeen(
        url=url,
        kind="sitemap" if listed.children or from_sitemap else kind,
        links=len(listed.links),
        children=len(listed.children),
        newest=max(times, default=None),
        full_text=any(link.text for link in listed.links),
        problem=listed.problem,
        sample=tuple(link.url for link in listed.links[:20]),
    )


def lines(seen: Sighting) -> Iterator[str]:
    """Yield the sighting as lines that are safe to print."""
    robots = seen.robots
    yield f"{plain(seen.title or seen.home)}  {seen.home}"
    if seen.declared:
        yield f"  declared as   {seen.declared}"
    yield f"  robots.txt    {plain(robots.state)}"
    yield f"    Sillok      {'may ask' if robots.ours else 'must not ask'}"
    yield f"    Scrapy      {'may ask' if robots.scrapy else 'must not ask (the stricter wins)'}"
    if robots.delay:
        yield f"    delay       {robots.delay:g} s between requests"
    if robots.banned:
        yield f"    AI agents   {', '.join(robots.banned)} must not ask"
    yield f"  family        {seen.family}"
    for source in seen.sources:
        yield f"  {source.kind:<13} {plain(source.url)}  {_worth(source)}"
    yield f"  article       {seen.article or 'no pattern found: look at the links of a list'}"
    yield from _reading(seen.reading)
    for problem in seen.problems:
        yield f"  !             {plain(problem)}"


def _worth(source: SourceSeen) -> str:
    if not (source.links or source.children):
        return f"[{plain(source.problem or 'nothing')}]"
    facts: Sequence[str | None] = (
        f"{source.links} links" if source.links else f"{source.children} sitemaps",
        f"newest {source.newest:%Y-%m-%d %H:%M %Z}" if source.newest else "no times",
        "full text" if source.full_text else None,
        plain(source.problem) if source.problem else None,
    )
    return f"[{', '.join(fact for fact in facts if fact)}]"


def _reading(record: Article | Rejection | None) -> Iterator[str]:
    if record is None:
        return
    yield f"  sample        {plain(record.url)}"
    if isinstance(record, Rejection):
        yield f"    rejected    {record.reason}: {plain(record.evidence)}"
        return
    yield f"    title       {plain(record.title)}"
    yield f"    published   {record.published.at.isoformat() if record.published else 'not stated'}"
    yield f"    by          {plain(', '.join(author.name for author in record.authors)) or 'nobody named'}"
    yield f"    text        {len(record.text)} characters, {record.kind}, {plain(record.section or 'no section')}"
    rights = record.rights
    marks = (rights.meta_robots, rights.x_robots_tag, rights.licence, rights.ai_notice, rights.premium)
    stated = "; ".join(mark for mark in marks if mark)
    kept = "" if rights.exportable else f" (kept from export: {rights.why})"
    yield f"    rights      {plain(stated) or 'no marks'}{kept}"
