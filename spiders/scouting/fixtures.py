"""Kept pages: `tests/outlets/NAME/ID.html.gz` and beside it `ID.json`, what the page says. Data, not code.

The JSON states where the page is from and what a careful reader would note of it; how our reader found it is left out.
`made` is "masked" (words replaced, layout kept), "clear" (its licence allows keeping it) or "written" (by us).

Make a page's words unreadable and leave its layout: for pages that belong to others and shall serve as tests.

Each run of Hangul is replaced by random syllables, the same run by the same ones everywhere on the page, so that what
stood in title, body and scripts alike still does. What stays: markup, digits, marks, and every word that our own rules
look for, because the page must be read as before. The mapping is kept nowhere. Addresses of persons lose their names.
"""

import ast
import gzip
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal
from urllib.parse import quote, unquote

from pydantic import BaseModel

import processing.reading
from processing.reading.bylines import is_name
from processing.reading.titles import chain_of
from processing.records import Article, Page, Rejection, article_id, version_id

_HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]+")
_HANJA = re.compile(r"[\u4e00-\u9fff]{2,}")
_MAIL = re.compile(r"(?<![\w.+-])([A-Za-z0-9_][\w.+-]*)(?=@[\w-]+\.[\w.-]+)")
_ESCAPED = re.compile(
    r"\\u([bBcCdD][0-9a-fA-F]{3}|[aA][cC-fF][0-9a-fA-F]{2})|&#(?:(\d{5})|[xX]([0-9a-fA-F]{4}));"
)
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}){3,}")
_KS_X_1001 = "".join(
    bytes((row, cell)).decode("euc-kr") for row in range(0xB0, 0xC9) for cell in range(0xA1, 0xFF)
)  # fmt: skip
"""The 2,350 syllables that every Korean charset has."""
_ENDINGS = frozenset("다요죠까음임함됨니데")
"""Last syllables of sentences: rules tell running text from menus by them."""
_LONGEST_NAME = 4
_LATIN = 0.5
"""Share of Latin among letters of a text from which on masking would hide too little of it."""


@cache
def vocabulary() -> frozenset[str]:
    """Return every run of Hangul that stands in a string of our reading rules, and every lower-case Latin word."""
    words: set[str] = set()
    for folder in processing.reading.__path__:
        for module in Path(folder).glob("*.py"):
            for text in _strings(ast.parse(module.read_text(encoding="utf-8"))):
                words.update(_HANGUL.findall(re.sub(r"[가-힣]-[가-힣]", " ", text)))
                words.update(re.findall(r"[a-z]{3,}", text))
    return frozenset(words)


@cache
def surnames() -> frozenset[str]:
    """Return the syllables that make a name of what follows, in the judgement of our rules."""
    return frozenset(syllable for syllable in _KS_X_1001 if is_name(f"{syllable}쫌쫌"))


def _strings(tree: ast.AST) -> Iterable[str]:
    """Yield the string literals of a module that are no docstrings."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


class Mask:
    """One random replacement of words, the same for a page and for what was read from it."""

    def __init__(self, random: Random, kept: Iterable[str] = ()) -> None:
        words = vocabulary() | set(kept)
        hangul = sorted(
            (word for word in words if _HANGUL.fullmatch(word) and len(word) > 1),
            key=len,
            reverse=True,
        )
        self._kept = re.compile("|".join(map(re.escape, hangul)) or "$.")
        self._single = frozenset(word for word in words if len(word) == 1) | _ENDINGS
        self._latin = words
        used = set("".join(hangul)) | self._single
        self._syllables = [syllable for syllable in _KS_X_1001 if syllable not in used]
        self._surnames = sorted(surnames())
        self._random = random
        self._map: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Return `text` masked; escapes of Hangul are undone first, so that no spelling of a word survives."""
        text = _ESCAPED.sub(_unescaped, text)
        text = _PERCENT.sub(self._percent, text)
        text = _MAIL.sub(lambda found: self._mail(found[1]), text)
        text = _HANJA.sub(lambda found: self._swapped(found[0], "甲乙丙丁戊己庚辛壬癸"), text)
        return _HANGUL.sub(lambda found: self._run(found[0]), text)

    def _run(self, run: str) -> str:
        """Mask a run of Hangul: the words of our rules and the ending of a sentence stay."""
        if run in self._single:
            return run
        parts, end = [], 0
        for kept in self._kept.finditer(run):
            parts += [self._piece(run[end : kept.start()]), kept[0]]
            end = kept.end()
        return "".join([*parts, self._piece(run[end:])])

    def _piece(self, piece: str) -> str:
        if len(piece) > 1 and piece[-1] in _ENDINGS:
            return self._swapped(piece[:-1], self._syllables) + piece[-1]
        return piece if piece in self._single else self._swapped(piece, self._syllables)

    def _swapped(self, piece: str, letters: str | list[str]) -> str:
        if piece and piece not in self._map:
            first = (
                self._surnames
                if piece[0] in surnames() and len(piece) <= _LONGEST_NAME
                else letters
            )
            masked = [
                self._random.choice(first),
                *(self._random.choice(letters) for _ in piece[1:]),
            ]
            self._map[piece] = "".join(masked)
        return self._map[piece] if piece else ""

    def _mail(self, name: str) -> str:
        if name.lower() in self._latin:
            return name
        key = f"{name}@"
        if key not in self._map:
            letters = "abcdefghijkmnopqrstuvwxyz"
            self._map[key] = "".join(
                self._random.choice(letters) if c.isalnum() else c for c in name
            )
        return self._map[key]

    def _percent(self, found: re.Match[str]) -> str:
        plain = unquote(found[0], errors="strict") if _is_utf8(found[0]) else ""
        return quote(self.text(plain)) if _HANGUL.search(plain) else found[0]


def masked_record(record: Article, mask: Mask) -> Article:
    """Return what reading the masked page must give: every text of `record` masked, its ids made anew."""
    fields = json.loads(_masked(record, mask))
    fields["chain"] = chain_of(fields["title"], record.kind) if record.chain else None
    fields["version_id"] = version_id(record.article_id, fields["title"], fields["text"])
    fields["article_id"], fields["url"], fields["fetched_url"] = (
        record.article_id,
        record.url,
        record.fetched_url,
    )
    return Article.model_validate_json(json.dumps(fields))


def differences(expected: BaseModel, found: BaseModel) -> list[str]:
    """Return the names of the fields in which two records differ; all of them where they are of two kinds."""
    if type(expected) is not type(found):
        return [f"{type(expected).__name__} became {type(found).__name__}"]
    return [
        name
        for name in type(expected).model_fields
        if getattr(expected, name) != getattr(found, name)
    ]


def is_mostly_latin(text: str) -> bool:
    """Return whether a text is written in Latin letters so far that its masked form would still be readable."""
    latin = sum(letter.isascii() and letter.isalpha() for letter in text)
    return latin > _LATIN * sum(map(str.isalpha, text))


def _masked(record: Article, mask: Mask) -> str:
    return json.dumps(_walk(record.model_dump(mode="json"), mask), ensure_ascii=False)


def _walk(value: object, mask: Mask) -> object:
    if isinstance(value, str):
        return mask.text(value)
    if isinstance(value, list):
        return [_walk(item, mask) for item in value]
    if isinstance(value, dict):
        return {key: _walk(item, mask) for key, item in value.items()}
    return value


def _unescaped(found: re.Match[str]) -> str:
    digits = found[1] or found[3]
    letter = chr(int(digits, 16) if digits else int(found[2]))
    return letter if _HANGUL.fullmatch(letter) else found[0]


def _is_utf8(escaped: str) -> bool:
    try:
        unquote(escaped, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


_NOTED = (
    "title",
    "subtitle",
    "text",
    "authors",
    "agency",
    "origin",
    "section",
    "kind",
    "published",
    "modified",
    "dateline",
)
_NOTED_TOO = ("captions", "notices", "publisher_id", "url")
_HEADERS = ("content-type", "x-robots-tag", "tdm-reservation")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True, slots=True)
class Fixture:
    """A page and what is noted of it."""

    path: Path
    page: Page
    made: Literal["masked", "clear", "written"]
    expected: dict[str, Any]


def noted(record: Article | Rejection) -> dict[str, Any]:
    """Return what is kept of a reading; times are those that the page states."""
    fields = record.model_dump(mode="json")
    if isinstance(record, Rejection):
        return {"reason": fields["reason"], "url": fields["url"]}
    return {
        name: fields[name] for name in (*_NOTED, *_NOTED_TOO) if fields[name] not in (None, [], {})
    }


def keep(folder: Path, page: Page, record: Article | Rejection, made: str) -> Path:
    """Write a page and what it says into `folder`; return the path of the page."""
    key = record.publisher_id if isinstance(record, Article) else None
    name = _UNSAFE.sub("-", key or article_id(record.url)).lstrip(".-")[:80] or "page"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.html.gz"
    path.write_bytes(gzip.compress(page.body, mtime=0))
    facts = {
        "made": made,
        "url": page.url,
        "fetched_at": page.fetched_at.isoformat(),
        "status": page.status,
        "charset": page.charset,
        "headers": [[key, value] for key, value in page.headers if key.lower() in _HEADERS],
        "expected": noted(record),
    }
    text = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    path.with_name(f"{name}.json").write_text(text, encoding="utf-8")
    return path


def kept(root: Path) -> Iterator[Fixture]:
    """Yield the kept pages under `root` (one folder an outlet), in order."""
    for path in sorted(root.glob("*/*.html.gz")):
        facts = json.loads(
            path.with_name(path.name.removesuffix(".html.gz") + ".json").read_text(encoding="utf-8")
        )
        page = Page(
            url=facts["url"],
            fetched_at=datetime.fromisoformat(facts["fetched_at"]),
            body=gzip.decompress(path.read_bytes()),
            outlet=path.parent.name,
            status=facts["status"],
            charset=facts["charset"],
            headers=tuple((key, value) for key, value in facts["headers"]),
        )
        yield Fixture(path, page, facts["made"], facts["expected"])
