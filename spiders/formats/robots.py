"""The groups of a robots.txt as RFC 9309 has them, written so that Protego reads them so.

Protego compares a `User-agent` line as a whole ("Scrapy/2.11" is not "Scrapy" to it), takes a line
that begins like our name for it, lets a record of its own (Crawl-delay) end a group, and ends a
line at signs that are none of its ends (U+2028). Here the product token is read up to the first
sign that no token has (§2.2.1), records that are not part of the protocol interfere with nothing
(§2.2.4), and lines end with CR, LF or both (§2.2).
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

_LINE = re.compile(r"\r\n|\r|\n")
_NOT_A_LINE_END = re.compile(r"[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_TOKEN = re.compile(r"[A-Za-z_-]+")
_BLANKS = re.compile(r"[\s_-]+")
_AGENT = frozenset({"useragent"})
_RULES = {
    "allow": "Allow",
    **dict.fromkeys(
        ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"), "Disallow"
    ),
}
"""The two rules, with the misspellings that Google's parser takes for them."""
_PACE = frozenset({"crawldelay", "requestrate"})
_OTHERS = "another-crawler"
"""What stands for every product that is not ours: no token of ours begins with it."""


def grouped(text: str, tokens: Iterable[str]) -> str:
    """Return a robots.txt with one spelling of each record and each group closed.

    `tokens` are ours.
    """
    ours = {token.lower(): token for token in tokens}
    lines: list[str] = []
    pace: list[str] = []
    # Every product that is not ours counts as one, so these stay as small as our tokens are many,
    # however many lines name a product.
    agents: dict[str, None] = {}
    paced: dict[str, None] = {}
    gathering, before = False, ""
    for line in _LINE.split(text):
        name, value = _record(line)
        if name in _AGENT:
            agent = {_agent(value, ours): None}
            agents = agents | agent if gathering else agent
            paced = paced | agent if before in _AGENT else agent
            gathering = True
        elif name in _RULES and agents:
            if gathering:
                lines += _heading(agents)
                gathering = False
            lines.append(f"{_RULES[name]}: {_NOT_A_LINE_END.sub(_escaped, value)}")
        elif name in _PACE and agents:
            pace += [
                *_heading(paced),
                f"{'Crawl-delay' if name[0] == 'c' else 'Request-rate'}: {value}",
            ]
        before = name or before
    if gathering:
        lines += [*_heading(agents), "Disallow:"]
    return "\n".join([*lines, *pace])


def _record(line: str) -> tuple[str, str]:
    """Return the name of a record (lower case, no blanks) and its value without a comment."""
    plain = line.partition("#")[0].strip()
    name, colon, value = plain.partition(":")
    if not colon:
        name, _, value = plain.partition(" ")
    return _BLANKS.sub("", name.lower()[:40]), value.strip()


def _agent(value: str, ours: dict[str, str]) -> str:
    if value == "*" or value[:2].strip() == "*":
        return "*"
    token = _TOKEN.match(value)
    return ours.get(token[0].lower(), _OTHERS) if token else _OTHERS


def _heading(agents: Iterable[str]) -> list[str]:
    return [f"User-agent: {agent}" for agent in agents]


def _escaped(found: re.Match[str]) -> str:
    return quote(found[0])
