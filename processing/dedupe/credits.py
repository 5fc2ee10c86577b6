"""Whose text a document says it is: agency credits, datelines, copyright lines, and links to the source."""

import re
from collections.abc import Mapping

from processing.dedupe.canonical import canonical, readable
from processing.dedupe.documents import Document
from processing.dedupe.shingles import line_hash

# (서울=연합뉴스) and [서울=뉴시스]; <저작권자 ⓒ 가나신문, ...>; 출처: 가나신문, [출처] 가나뉴스
_DATELINE = re.compile(r"[(\[【<]\s*[^()\[\]【】<>=\n]{1,20}=\s*([^()\[\]【】<>=\n]{2,20}?)\s*[)\]】>]")
_COPYRIGHT = re.compile(
    r"(?:저작권자\s*)?(?:ⓒ|©|\(c\))\s*(?:\d{4}\W*)?(?:㈜|\(주\))?\s*([가-힣A-Za-z][\w가-힣&]{1,19})", re.IGNORECASE
)
_SOURCE = re.compile(
    r"^\W*(?:출처|원문|기사\s?원문|제공)\s*[\])>:=]\s*([가-힣A-Za-z][\w가-힣 ]{1,19}?)\s*(?:[\])>(,·|]|기자|$)",
    re.MULTILINE,
)
_SIGN = re.compile(r"[ⓒ©]|\([cC]\)")
_NAMED = re.compile(r"출처|원문|제공")
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
    said += _SOURCE.findall(edges) if _NAMED.search(edges) else []
    if document.agency:
        said.append(document.agency)
    known = {canonical(title): canonical(name) for title, name in names.items()}
    plain = {canonical(readable(_WORD.split(each.strip())[0])) for each in said if each.strip()}
    return sorted({known.get(each, each) for each in plain if each})
