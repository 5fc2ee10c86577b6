"""Where the prose of a page stands: text, attributes that people read, and strings of scripts.

Pure.

Masking replaces Latin words in these places alone: elsewhere they are markup, code and addresses,
which a page must keep to be read as before.
"""

import re
from collections.abc import Callable

Change = Callable[[str], str]

_PIECES = re.compile(
    r"(?P<script><script\b[^>]{0,4000}>)(?P<code>.*?)(?P<end></script\s*>)"
    r"|(?P<raw><style\b.*?</style\s*>|<!--.*?-->|<!\[CDATA\[|\]\]>)"
    r"|(?P<tag></?[A-Za-z][^<>]{0,20000}>)"
    r"|(?P<text>[^<]+)",
    re.DOTALL | re.IGNORECASE,
)
_READ = re.compile(
    r"(?P<head>\s(?:alt|title|placeholder|aria-label|data-(?:title|caption|desc\w*|author|byline))\s*=\s*)"
    r"(?P<quote>[\"'])(?P<value>.*?)(?P=quote)",
    re.DOTALL | re.IGNORECASE,
)
_META = re.compile(r"<meta\b", re.IGNORECASE)
_NAMED = re.compile(
    r"\b(?:name|property|itemprop)\s*=\s*[\"']?[\w:.-]*"
    r"(?:title|headline|description|author|creator|byline|reporter|writer|keyword|caption|site_name|section)",
    re.IGNORECASE,
)
_CONTENT = re.compile(
    r"(?P<head>\bcontent\s*=\s*)(?P<quote>[\"'])(?P<value>.*?)(?P=quote)", re.DOTALL | re.IGNORECASE
)
_VALUE = re.compile(
    r"(?P<head>\"(?:headline|alternativeHeadline|name|description|articleBody|author|creator|caption|abstract"
    r"|keywords|articleSection|title|subtitle|content|text|body|byline|reporter|writer|basic)\"\s*:\s*)"
    r"(?P<value>\"(?:[^\"\\]|\\.)*+(?:\"|\Z)|\[(?:\s*+\"(?:[^\"\\]|\\.)*+\"\s*+,?)*+\s*+\])",
    re.DOTALL,
)
_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*)\"", re.DOTALL)
_ADDRESS = re.compile(r"^\s*(?:https?:)?//|^\s*/\S*$", re.IGNORECASE)


def changed(html: str, change: Change) -> str:
    """Return `html` with `change` made to its prose and to nothing else."""
    return _PIECES.sub(lambda piece: _piece(piece, change), html)


def _piece(piece: re.Match[str], change: Change) -> str:
    if piece["text"] is not None:
        return change(piece["text"])
    if piece["tag"] is not None:
        return _tag(piece["tag"], change)
    if piece["script"] is not None:
        return (
            piece["script"]
            + _VALUE.sub(lambda match: _code(match, change), piece["code"])
            + piece["end"]
        )
    return piece[0]


def _tag(tag: str, change: Change) -> str:
    def value(match: re.Match[str]) -> str:
        if _ADDRESS.match(match["value"]):
            return match[0]
        return f"{match['head']}{match['quote']}{change(match['value'])}{match['quote']}"

    tag = _READ.sub(value, tag)
    return _CONTENT.sub(value, tag) if _META.match(tag) and _NAMED.search(tag) else tag


def _code(match: re.Match[str], change: Change) -> str:
    return match["head"] + _STRING.sub(
        lambda string: string[0] if _ADDRESS.match(string[1]) else f'"{change(string[1])}"',
        match["value"],
    )
