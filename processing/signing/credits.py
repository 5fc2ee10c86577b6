"""Whose text a document says it is: agency credits, datelines, copyright lines, and links to the source."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from processing.signing.canonical import canonical, readable
from processing.signing.documents import Document
from processing.signing.shingles import line_hash

# (서울=연합뉴스) and [서울=뉴시스]; <저작권자 ⓒ 가나신문, ...>; 출처: 가나신문, [출처] 가나뉴스
_DATELINE = re.compile(
    r"[(\[【<]\s*[^()\[\]【】<>=\n]{1,20}=\s*([^()\[\]【】<>=\n]{2,20}?)\s*[)\]】>]"
)
_COPYRIGHT = re.compile(
    r"[ⓒⒸ©(](?:(?<=\()[cC]\)|(?<!\())\s*(?:\d{4}\W*)?(?:㈜|\(주\))?\s*((?i:[가-힣A-Za-z])[\w가-힣&]{1,19})"
)
_SOURCE = re.compile(
    r"(?:출처|원문|기사\s?원문|제공)\s*[\])>:=]\s*([가-힣A-Za-z][\w가-힣 ]{1,19}?)\s*(?:[\])>(,·|]|기자|$)",
    re.MULTILINE,
)
_LISTED = re.compile(
    r"[(\[]\s*([가-힣A-Za-z][\w가-힣 ]{1,19}?)\s*[)\]]$"
)  # 제목 (가나신문): boards
_SIGN = re.compile(r"[ⓒ©]|\([cC]\)")
_NAMED = re.compile(r"출처|기사|원문|제공")
_MARKS = re.compile(r"\W*")
_WORD = re.compile(r"[\s,/]+")
_SCHEME = re.compile(r"^https?://(?:www\.|m\.|amp\.)?", re.IGNORECASE)


def url_key(url: str) -> int:
    """Return a hash by which a link to an article meets that article; 0 for no URL."""
    bare = _SCHEME.sub("", url.strip()).partition("#")[0].rstrip("/?")
    return line_hash(bare.lower())


def credits_of(document: Document, names: Mapping[str, str]) -> list[str]:
    """Return the outlets that a document credits, as canonical names, sorted; its own name is one of them.

    `names` maps what a credit says to the outlet's name; a credit that it does not have stands for itself.
    """
    text = document.text
    edges = text if len(text) <= 1200 else f"{text[:600]}\n{text[-600:]}"  # noqa: PLR2004 - credits open or close a text
    said = _DATELINE.findall(edges) if "=" in edges else []
    said += _COPYRIGHT.findall(edges) if _SIGN.search(edges) else []
    said += _sources(edges)
    said += _LISTED.findall(document.title.rstrip())
    if document.agency:
        said.append(document.agency)
    if not said:
        return []
    known = _canonical_names(tuple(names.items()))
    plain = {canonical(readable(_WORD.split(each.strip())[0])) for each in said if each.strip()}
    return sorted({known.get(each, each) for each in plain if each})


def _sources(edges: str) -> Iterator[str]:
    """Yield the sources that lines name which begin with such a word; it is looked for first, as few lines have it."""
    end = 0
    for found in _NAMED.finditer(edges):
        start = edges.rfind("\n", 0, found.start()) + 1
        if start >= end and _MARKS.fullmatch(edges, start, found.start()):
            named = _SOURCE.match(edges, found.start())
            if named:
                end = named.end()
                yield named[1]


@lru_cache(8)
def _canonical_names(names: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return {canonical(title): canonical(name) for title, name in names}
