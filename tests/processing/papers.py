"""Composed news as articles of outlets that publish it, for archives of several days."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from infra.bench.composed import compose
from processing.records import Article, OutletFacts, Stamp, version_id
from processing.signing.documents import Document
from tests.processing.newsroom import NOON, article, story

DAY = timedelta(days=1)
NEWS = [one.document for one in compose(7, 6, 4)]
NAMES = {name: f"paper{place}" for place, name in enumerate(sorted({one.outlet for one in NEWS}))}
PAPERS = {
    name: OutletFacts(
        title=title, outlet_class=next(one.outlet_class for one in NEWS if one.outlet == title)
    )
    for title, name in NAMES.items()
}


def press() -> list[Article]:
    """Return four days of composed news, and a menu line that is boilerplate only by what two days say together."""
    first = min(one.fetched_at for one in NEWS if one.fetched_at)
    found = [read(place, one, first) for place, one in enumerate(NEWS)]
    for number in range(4):
        text = f"오늘의 전체 메뉴와 서비스 목록 펼치기 구독 바로가기\n{story(number + 40)[1]}"
        found.append(article("hanbit", number + 40, at=NOON + DAY * (1 + number % 2), text=text))
    return [*found, article("narae", 41, at=NOON + 3 * DAY)]


def read(place: int, said: Document, first: datetime) -> Article:
    """Return a composed document as an article, the first of them fetched at noon."""
    stamp = (
        Stamp(at=NOON + (said.published_at - first), source="meta") if said.published_at else None
    )
    made = article(
        NAMES[said.outlet],
        place,
        at=NOON + ((said.fetched_at or first) - first),
        text=said.text,
        published=stamp,
    )
    identity = version_id(made.article_id, said.title, said.text)
    return made.model_copy(update={"title": said.title, "version_id": identity})


def reprint(number: int, at: datetime, outlet: str = "hanbit", **fields: object) -> Article:
    """Return an article of `outlet` that says what the wire's article of that number says."""
    return article(
        outlet,
        number,
        at=at,
        text=story(number)[1],
        published=Stamp(at=at, source="meta"),
        **fields,
    )


def by_day(articles: list[Article]) -> Iterator[list[Article]]:
    """Yield the articles of each day, the first day first."""
    for day in sorted({one.fetched_at.date() for one in articles}):
        yield [one for one in articles if one.fetched_at.date() == day]
