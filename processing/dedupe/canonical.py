"""The canonical text: what is left when two outlets' ways of setting the same words are taken away.

Any change here changes stored signatures: raise `NORMALISER`, and the golden values of the tests will ask for it too.
"""

import html
import re
import unicodedata
from typing import Final

NORMALISER: Final = 1

_DAMAGED = re.compile(r"&?(?:amp|lt|gt|quot|nbsp|middot|apos|hellip|[lr][sd]quo|[mn]dash|#0?39|#x27);", re.IGNORECASE)
_SILENT = re.compile(r"[^\w\n]+|_+")

# Conventions of the Korean press, not of one outlet: (서울=연합뉴스) 홍길동 기자 = / [가나신문 홍길동 기자] /
# 【가나뉴스】홍길동 기자 =. The bracket must name a place or a reporter, or the title must follow it.
_ROLE = r"(?:인턴|수습|선임|객원|전문)?\s*(?:기자|특파원|통신원|리포터)"
_DATELINE = re.compile(
    rf"^\s*(?:[(\[【<][^()\[\]【】<>\n]{{1,30}}[)\]】>]\s*(?:[가-힣·]{{2,9}}\s*{_ROLE}\s*=?\s*|=\s*)"
    rf"|[(\[【<][^()\[\]【】<>\n]{{0,20}}=[^()\[\]【】<>\n]{{1,20}}[)\]】>]\s*=?\s*"
    rf"|[(\[【<][^()\[\]【】<>\n]{{1,24}}{_ROLE}[)\]】>]\s*=?\s*)"
)
_LISTED = re.compile(
    r"무단\s?(?:전재|복제|배포|도용)|재배포\s?금지|저작권자|all rights reserved|copyright\b|^\W*ⓒ"
    rf"|^\s*[가-힣]{{2,4}}\s?{_ROLE}\W*(?:\S+@\S+)?\s*$|^\W*[\w.+-]+@[\w-]+\.[\w.-]+\W*$",
    re.IGNORECASE,
)


def readable(text: str) -> str:
    """Return `text` in NFKC with its entities mended, also doubly escaped ones and those that lost their `&`."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return _DAMAGED.sub("", text) if ";" in text else text


def body_lines(text: str, *, listed: bool) -> list[str]:
    """Return the readable lines of a body; with `listed`, without copyright lines, bylines and datelines."""
    lines = [line for line in readable(text).split("\n") if line and not line.isspace()]
    if not listed:
        return lines
    kept = (line for line in lines if len(line) > 160 or not _LISTED.search(line))  # noqa: PLR2004 - longer is prose
    return [_DATELINE.sub("", line, count=1) if line.lstrip()[:1] in "([【<" else line for line in kept]


def canonical(line: str) -> str:
    """Return the letters and digits of a readable text in lower case: Korean spacing differs from desk to desk."""
    return _SILENT.sub("", line.lower())
