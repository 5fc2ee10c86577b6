"""Kept pages: `tests/outlets/NAME/ID.html.gz` and beside it `ID.json`, what the page says.

Data, not code.

The JSON states where the page is from and what a careful reader would note of it; how our reader
found it is left out. `made` is "masked" (words replaced, layout kept), "clear" (its licence allows
keeping it) or "written" (by us).

Make a page's words unreadable and leave its layout: for pages that belong to others and shall serve
as tests.

Each run of Hangul is replaced by random syllables and each Latin word of the prose by random
letters, the same run by the same ones everywhere on the page, so that what stood in title, body and
scripts alike still does. Handles, names in mail addresses, telephone numbers and names of files go
as well. What stays: markup, other digits, marks, and the words of our own rules without which the
page would be read otherwise. The mapping is kept nowhere.
"""

import ast
import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal
from urllib.parse import quote, unquote

from pydantic import BaseModel

import processing.reading
from processing.kinds import chain_of
from processing.reading.bylines import is_name
from processing.records import Article, Page, Rejection, article_id, version_id
from spiders.scouting.prose import changed

_HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]+")
_HANJA = re.compile(r"[\u4e00-\u9fff]{2,}")
_MAIL = re.compile(r"(?<![\w.+-])([A-Za-z0-9_][\w.+-]*)(?=@[\w-]+\.[\w.-]+)")
_PHONE = re.compile(
    r"(?<![\d.-])(?:\+82[-. )]{0,2}\d{1,2}|\(?0\d{1,2}\)?)[-. ]?\d{3,4}[-. ]\d{4}(?![\d-])"  # 02-123-4567, +82 10 …
    r"|(?<![\d.-])1[5-9]\d\d[-. ]\d{4}(?![\d-])"  # 1588-1234: numbers of firms
)
_FILE = re.compile(
    r"(?<![\w%.-])(?P<name>[\w%~()+.-]{1,200}?)"
    r"(?P<kind>\.(?:jpe?g|png|gif|webp|svg|bmp|pdf|hwpx?|docx?|xlsx?|pptx?|zip|mp[34]|mov|avi))(?![\w-])",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w.@/])@(?P<name>[A-Za-z_][\w.]{1,40})")
_PROFILE = re.compile(
    r"(?P<host>(?:facebook|instagram|twitter|x|threads|tiktok|linkedin|youtube|brunch|t)\.(?:com|net|co\.kr|me)/"
    r"|blog\.naver\.com/)(?P<name>@?[\w.%-]{2,60})",
    re.IGNORECASE,
)
_WORD = re.compile(
    r"\\u[0-9a-fA-F]{4}|\\[a-z]|&(?:amp;)*#?\w{1,12};"  # escapes of scripts and of markup: no words
    r"|(?:https?:)?//[^\s\"'<>]+|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]+"  # addresses, masked by their own rules
    r"|(?P<word>(?<![A-Za-z])[A-Za-z][A-Za-z'’]+)"
)
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
_ENDING = "~"
"""Stands before the last syllable of a sentence in a set of words that may stay."""
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
                words.update(word.lower() for word in re.findall(r"[A-Za-z]{2,}", text))
    return frozenset(words)


@cache
def stays() -> frozenset[str]:
    """Return all that may stay: the vocabulary, and the endings of sentences with `~` before each."""
    return vocabulary() | {f"{_ENDING}{syllable}" for syllable in _ENDINGS}


@cache
def surnames() -> frozenset[str]:
    """Return the syllables that make a name of what follows, in the judgement of our rules."""
    return frozenset(syllable for syllable in _KS_X_1001 if is_name(f"{syllable}쫌쫌"))


def _strings(tree: ast.AST) -> Iterable[str]:
    """Yield the string literals of a module that are no docstrings."""
    # Docstrings name examples of pages, whose words must not stay on a masked one.
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


_READ_BY_PEOPLE = (
    "title",
    "subtitle",
    "text",
    "authors",
    "captions",
    "notices",
    "section",
    "dateline",
    "keywords",
)
"""Fields of an article that hold prose of its page."""
_ADDRESSES = ("url", "fetched_url", "publisher_id")


class Mask:
    """One random replacement of words, the same for a page and for what was read from it.

    `kept` are words that stay whatever happens, `words` those of our rules that may (all of
    `stays()` if it is None).
    """

    def __init__(
        self, random: Random, kept: Iterable[str] = (), words: Iterable[str] | None = None
    ) -> None:
        allowed = (stays() if words is None else frozenset(words)) | set(kept)
        # The longest first: a word of a rule may begin with another one.
        hangul = sorted(
            (word for word in allowed if _HANGUL.fullmatch(word) and len(word) > 1),
            key=len,
            reverse=True,
        )
        self._kept = re.compile("|".join(map(re.escape, hangul)) or "$.")
        self._endings = frozenset(word[1:] for word in allowed if word.startswith(_ENDING))
        self._single = frozenset(word for word in allowed if len(word) == 1) | self._endings
        self._latin = {word.lower() for word in allowed}
        # A random word must not become one of a rule's, or the page reads otherwise.
        used = set("".join((*vocabulary(), *hangul))) | _ENDINGS
        self._syllables = [syllable for syllable in _KS_X_1001 if syllable not in used]
        self._surnames = sorted(surnames())
        self._random = random
        self._map: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Return `text` masked.

        Escapes of Hangul are undone first, so that no spelling of a word survives.
        """
        text = _ESCAPED.sub(_unescaped, text)
        text = _PERCENT.sub(self._percent, text)
        text = _PHONE.sub(lambda match: self._digits(match[0]), text)
        text = _PROFILE.sub(lambda match: match["host"] + self._letters(match["name"]), text)
        text = _FILE.sub(lambda match: self._letters(match["name"]) + match["kind"], text)
        text = _HANDLE.sub(lambda match: f"@{self._letters(match['name'])}", text)
        text = _MAIL.sub(lambda match: self._letters(match[1]), text)
        text = _HANJA.sub(lambda match: self._swapped(match[0], "甲乙丙丁戊己庚辛壬癸"), text)
        return _HANGUL.sub(lambda match: self._run(match[0]), text)

    def prose(self, text: str) -> str:
        """Return text that people read, masked: its Latin words as well."""
        return self.text(self._words(text))

    def page(self, html: str) -> str:
        """Return a page masked: Latin words go where prose stands, everything else wherever it stands."""
        return self.text(changed(_ESCAPED.sub(_unescaped, html), self._words))

    def _words(self, text: str) -> str:
        return _WORD.sub(lambda match: self._letters(match[0]) if match["word"] else match[0], text)

    def address(self, url: str) -> str:
        """Return a web address with its Hangul masked, whether percent-encoded or not.

        Its letters stay.
        """
        return _HANGUL.sub(lambda match: self._run(match[0]), _PERCENT.sub(self._percent, url))

    @staticmethod
    def staying(html: str) -> list[str]:
        """Return the words that may stay and do occur on a page.

        Whole runs before parts of them.
        """
        text = _ESCAPED.sub(_unescaped, html)
        latin = {word.lower() for word in re.findall(r"[A-Za-z]{2,}", text)}
        found = [
            word
            for word in stays()
            if word in latin or (not word.isascii() and word.removeprefix(_ENDING) in text)
        ]
        return sorted(found)

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
        if len(piece) > 1 and piece[-1] in self._endings:
            return self._swapped(piece[:-1], self._syllables) + piece[-1]
        return piece if piece in self._single else self._swapped(piece, self._syllables)

    def _swapped(self, piece: str, letters: str | list[str]) -> str:
        if piece and piece not in self._map:
            # A byline is recognised by its surname, so a name needs one after masking too.
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

    def _letters(self, name: str) -> str:
        """Mask the letters and digits of a name in Latin letters; what our rules look for stays."""
        if name.lower() in self._latin:
            return name
        key = f"{name}@"
        if key not in self._map:
            self._map[key] = "".join(map(self._letter, name))
            # A record is masked after its page: what is masked already must stay as it is.
            self._map[f"{self._map[key]}@"] = self._map[key]
        return self._map[key]

    def _letter(self, letter: str) -> str:
        if not (letter.isascii() and letter.isalnum()):
            return letter
        chosen = self._random.choice("0123456789" if letter.isdigit() else "bcdfghjkmnpqrstvwxz")
        return chosen.upper() if letter.isupper() else chosen

    def _digits(self, number: str) -> str:
        """Mask a telephone number but for its first digits, which make it one."""
        key = f"{number}#"
        if key not in self._map:
            head = re.match(r"\D*\d{2}", number)
            start = head.end() if head else 0
            tail = "".join(
                self._random.choice("123456789") if c.isdigit() else c for c in number[start:]
            )
            self._map[key] = number[:start] + tail
            self._map[f"{self._map[key]}#"] = self._map[key]
        return self._map[key]

    def _percent(self, match: re.Match[str]) -> str:
        plain = unquote(match[0], errors="strict") if _is_utf8(match[0]) else ""
        return quote(self.text(plain)) if _HANGUL.search(plain) else match[0]


def masked_record(record: Article, mask: Mask) -> Article:
    """Return what reading the masked page must give: every text of `record` masked, its ids made anew."""
    fields = json.loads(
        json.dumps(_walk(record.model_dump(mode="json"), mask.text), ensure_ascii=False)
    )
    for name in _READ_BY_PEOPLE:
        fields[name] = _walk(record.model_dump(mode="json")[name], mask.prose)
    fields["rights"]["ai_notice"] = _walk(record.rights.ai_notice, mask.prose)
    fields["chain"] = chain_of(fields["title"], record.kind) if record.chain else None
    fields |= {name: mask.address(getattr(record, name) or "") or None for name in _ADDRESSES}
    fields["article_id"] = article_id(fields["url"])
    fields["version_id"] = version_id(fields["article_id"], fields["title"], fields["text"])
    return Article.model_validate_json(json.dumps(fields))


def shrunk(words: Sequence[str], holds: Callable[[Sequence[str]], bool], tries: int) -> list[str]:
    """Return as few of `words` as `holds` needs, found in at most `tries` calls of it.

    Delta debugging without its subsets (Zeller and Hildebrandt 2002): ever smaller groups are left
    out, and stay out where what is left still holds.
    """
    kept, size = list(words), len(words)
    while size and tries:
        start = 0
        while start < len(kept) and tries:
            left = kept[:start] + kept[start + size :]
            tries -= 1
            if holds(left):
                kept = left
            else:
                start += size
        size //= 2
    return kept


def differences(expected: BaseModel, found: BaseModel) -> list[str]:
    """Return the names of the fields in which two records differ.

    All of them where they are of two kinds.
    """
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


def _walk(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_walk(item, change) for item in value]
    if isinstance(value, dict):
        return {key: _walk(item, change) for key, item in value.items()}
    return value


def _unescaped(match: re.Match[str]) -> str:
    digits = match[1] or match[3]
    letter = chr(int(digits, 16) if digits else int(match[2]))
    return letter if _HANGUL.fullmatch(letter) else match[0]


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
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}")
"""Keys that can name a file as they are; a slug in Hangul cannot, and its article's id does."""


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
    name = key if key and _PLAIN_NAME.fullmatch(key) else article_id(record.url)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.html.gz"
    # No time in the gzip header: freezing a page twice gives the same bytes.
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
    """Yield the kept pages under `root` (one folder per outlet), in order."""
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
