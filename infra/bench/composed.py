"""Composes labelled news with reprints, in any number, from a seed.

Texts are made from the sentence forms in `words`. The label of a document names its story and how
its text was changed: edited wire stories, texts with the boilerplate of a portal or a board, press
releases with an own lead per outlet, excerpts from the middle, digests, and template notices that
differ in numbers or names alone.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from infra.bench import words
from processing.signing.documents import Document

_LONG: Final = 5
"""Paragraphs above which an edited text loses its last one."""
START: Final = datetime(2031, 5, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A document with its true cluster and the kind of its change."""

    document: Document
    cluster: str
    kind: str


def name(draw: random.Random) -> str:
    return draw.choice(words.SURNAMES) + draw.choice(words.GIVEN) + draw.choice(words.GIVEN)


def filling(draw: random.Random) -> dict[str, str]:
    """Return random values for the slots of the sentence forms."""
    place, place2 = draw.sample(words.PLACES, 2)
    thing, thing2 = draw.sample(words.THINGS, 2)
    body, body2 = draw.sample(words.BODIES, 2)
    noun, noun2 = draw.sample(words.NOUNS, 2)
    numbers = {key: str(draw.randint(12, 9800)) for key in ("number", "number2", "number3")}
    return {
        "place": place,
        "place2": place2,
        "thing": thing,
        "thing2": thing2,
        "body": body,
        "body2": body2,
        "noun": noun,
        "noun2": noun2,
        "name": name(draw),
        "name2": name(draw),
        **numbers,
        "adjective": draw.choice(words.ADJECTIVES),
        "reason": draw.choice(words.REASONS),
        "ending": draw.choice(words.ENDINGS),
    }


def paragraphs(draw: random.Random, count: int) -> list[str]:
    """Return `count` paragraphs of one or two sentences about one place and thing."""
    theme = filling(draw)
    common = {key: theme[key] for key in ("place", "thing", "body")}
    texts = []
    for _ in range(count):
        forms = draw.sample(words.FORMS, draw.choice((1, 1, 2)))
        texts.append(" ".join(form.format(**filling(draw) | common) for form in forms))
    return texts


def story(draw: random.Random) -> tuple[str, list[str]]:
    """Return a title and the paragraphs of a new article."""
    return draw.choice(words.TITLES).format(**filling(draw)), paragraphs(draw, draw.randint(5, 14))


Change = Callable[[random.Random, list[str]], list[str]]


def same(draw: random.Random, text: list[str]) -> list[str]:
    # Every change has the same signature, see `Change`.
    del draw
    return list(text)


def respaced(draw: random.Random, text: list[str]) -> list[str]:
    """Return the text with one blank in twenty gone and other quotation marks."""

    def spacing(match: re.Match[str]) -> str:
        return match[1] + " " * (draw.randrange(20) > 0)

    return [re.sub(r"(\S) ", spacing, paragraph).replace("“", '"') for paragraph in text]


def edited(draw: random.Random, text: list[str]) -> list[str]:
    """Return the text with three words exchanged and, if it is long, the last paragraph dropped."""
    swaps = (
        ("밝혔다", "전했다"),
        ("함께", "같이"),
        ("따로", "각각"),
        ("다만", "그러나"),
        ("한편", "이와 별도로"),
        ("이에 따라", "이로써"),
    )
    chosen = dict(draw.sample(swaps, 3))
    pattern = re.compile("|".join(chosen))
    lines = [pattern.sub(lambda match: chosen[match[0]], paragraph) for paragraph in text]
    return lines[:-1] if len(lines) > _LONG else lines


def cut(draw: random.Random, text: list[str]) -> list[str]:
    return text[: max(3, round(len(text) * draw.uniform(0.35, 0.65)))]


def middle(draw: random.Random, text: list[str]) -> list[str]:
    """Return a passage from inside the text: an excerpt without the beginning."""
    size = max(3, len(text) // 2)
    start = draw.randint(1, max(1, len(text) - size))
    return text[start : start + size]


def own_lead(draw: random.Random, text: list[str]) -> list[str]:
    """Return the text below a new first paragraph, as outlets print press releases."""
    return [
        draw.choice(words.LEADS).format(**filling(draw)),
        *text[: len(text) - draw.randint(0, 1)],
    ]


def updated(draw: random.Random, text: list[str]) -> list[str]:
    """Return the text with new paragraphs in it."""
    lines = list(text)
    for paragraph in paragraphs(draw, 2):
        lines.insert(draw.randint(2, len(lines)), paragraph)
    return lines


def combined(draw: random.Random, text: list[str]) -> list[str]:
    return respaced(draw, edited(draw, own_lead(draw, text)))


CHANGES: Final[dict[str, Change]] = {
    "same": same, "respaced": respaced, "edited": edited, "cut": cut, "middle": middle,
    "own-lead": own_lead, "updated": updated, "combined": combined,
}  # fmt: skip


def dressed(draw: random.Random, text: list[str], outlet: str, outlet_class: str) -> str:
    """Return the text as it stands on a page: dateline, byline, copyright, lines of a portal."""
    place = draw.choice(words.PLACES)[:2]
    lines = (
        [f"({place}={outlet}) {name(draw)} 기자 = {text[0]}", *text[1:]]
        if draw.randrange(2)
        else list(text)
    )
    lines.append(
        draw.choice(
            (f"ⓒ {outlet}, 무단 전재 및 재배포 금지", f"{name(draw)} 기자 desk@example.test", "")
        )
    )
    return "\n".join([*words.CHROME.get(outlet_class, ()), *lines])


def compose(seed: int, stories: int, days: int = 7) -> Iterator[Labelled]:
    """Yield the documents of `stories` stories and their reprints, with digests and notices.

    Times are spread over `days` days from `START`.
    """
    # A seed gives the same documents only as long as all draws keep their order.
    draw = random.Random(seed)  # noqa: S311 - texts, not secrets
    recent: list[list[str]] = []
    for number in range(stories):
        title, text = story(draw)
        recent = [*recent[-9:], text]
        yield from _reprinted(draw, f"{seed}-{number}", title, text, _moment(draw, days))
        # A digest quotes the beginnings of the last ten stories and is a reprint of none.
        if number % 25 == 24:  # noqa: PLR2004 - one in so many
            digest = "\n".join("\n".join(paragraphs_of[:2]) for paragraphs_of in recent)
            written = Written(digest, "오늘의 주요 소식", words.OUTLETS[2], _moment(draw, days))
            yield written.labelled(draw, f"{seed}-{number}-digest", f"digest {number}", "digest")
    for number, notice in enumerate(words.notices(draw, max(4, stories // 60), name)):
        kind, outlet, headline, body = notice
        written = Written(body, headline, outlet, _moment(draw, days))
        # Each is a story of its own: that two are alike must not make them one cluster.
        yield written.labelled(draw, f"{seed}-notice-{number}", f"notice {number}", kind)


@dataclass(frozen=True, slots=True)
class Written:
    """A text as an outlet publishes it."""

    text: str
    title: str
    outlet: tuple[str, str]
    at: datetime

    def labelled(self, draw: random.Random, identity: str, story_id: str, kind: str) -> Labelled:
        document = Document(
            id=identity,
            text=self.text,
            title=self.title,
            outlet=self.outlet[0],
            outlet_class=self.outlet[1],
            url=f"https://example.test/{identity}",
            published_at=self.at,
            fetched_at=self.at + timedelta(minutes=draw.randint(1, 30)),
        )
        return Labelled(document, story_id, kind)


def _moment(draw: random.Random, days: int) -> datetime:
    return START + timedelta(minutes=draw.randrange(days * 1440))


def _reprinted(
    draw: random.Random, identity: str, title: str, text: list[str], at: datetime
) -> Iterator[Labelled]:
    """Yield a story as an agency or a newspaper publishes it first, then its reprints."""
    kinds = ["original", *draw.choices(list(CHANGES), k=draw.choice((0, 0, 1, 2, 4)))]
    outlets = [draw.choice(words.OUTLETS[:9]), *draw.sample(words.OUTLETS[2:], len(kinds) - 1)]
    for number, (kind, outlet) in enumerate(zip(kinds, outlets, strict=True)):
        changed = text if kind == "original" else CHANGES[kind](draw, text)
        headline = title
        if draw.randrange(10) >= 7:  # noqa: PLR2004
            headline = draw.choice(words.TITLES).format(**filling(draw))
        written = Written(dressed(draw, changed, *outlet), headline, outlet, at)
        yield written.labelled(draw, f"{identity}-{number}", identity, kind)
        at += timedelta(minutes=draw.randint(3, 600))
