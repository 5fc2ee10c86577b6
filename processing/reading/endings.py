"""What stands at the end of a text: bylines, agencies, names and notices glued to its last sentences.

A line of its own is judged by `processing.reading.lines`. Here the last paragraphs are looked at: each cut is at the
border of a sentence, and what is cut is whole.
"""

import re
from dataclasses import dataclass, field

from processing.reading.bylines import agency, is_byline, people, writer
from processing.reading.lines import Line, is_arrow, is_prose, sort_of

_TRAILING = re.compile(
    r"(?<=[다요죠까음임함됨라][.?!”\"’])[”\"’)\]]*\s*(?P<tail>(?:[^.?!”\"]{0,60}?(?:[A-Za-z0-9._+-]{1,64}@[A-Za-z0-"
    r"9-]{1,63}(?:\."
    r"[\w-]{1,63}){1,4}|기자|특파원)){1,3}(?:\s?\([가-힣]{2,16}\))?[)\]>\s]*)$"
)
_NOTICE = re.compile(
    r"(?<=[다요죠까음임함됨라][.?!])[”\"’)\]]*\s*(?=[※☞▶▷◎■]|\[이 기사는|"
    r"[\[<〈(\-“]{0,2}\s?(?:ⓒ|©|\(c\)|저작권|copyright|goodnews paper))",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[다요죠까음임함됨라][.?!])[”\"’)\]]*\s+(?=\S)")
_NOTICES = frozenset({Line.RIGHTS, Line.PROMOTION, Line.PORTAL, Line.PREMIUM})
_LOOSE = re.compile(
    r"[\[(</=\s]*(?:연합(?:뉴스)?|뉴시스|뉴스1|AP|AFP|로이터|KBS|MBC|SBS|EBS|YTN|MBN|JTBC|"
    r"[가-힣A-Za-z0-9]{1,8}(?:뉴스|일보|신문|닷컴|통신|TV))[\])>\s]*"
)
_TAIL_LINES, _LONGEST_NAME, _LONGEST_NOTICE = 6, 12, 240


@dataclass(slots=True)
class Ending:
    """What was cut off the end of a text."""

    bylines: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    agency: str | None = None


def cut(paragraphs: list[str], *, signed: bool) -> Ending:
    """Shorten `paragraphs` by what follows the last sentence and return that; `signed` says that a byline was found."""
    ending = Ending()
    _drop_names(paragraphs, ending)
    for index in range(max(0, len(paragraphs) - _TAIL_LINES), len(paragraphs)):
        paragraphs[index] = _without_notice(paragraphs[index], ending)
        paragraphs[index] = _without_byline(paragraphs[index], ending)
    if not signed and not any(map(people, ending.bylines)):
        _cut_writer(paragraphs, ending)
    return ending


def _drop_names(paragraphs: list[str], ending: Ending) -> None:
    """Drop what follows the last sentence: titles behind arrows, agencies, names."""
    while (
        paragraphs and (_is_loose(paragraphs[-1]) or is_arrow(paragraphs[-1])) and any(map(is_prose, paragraphs[:-1]))
    ):
        line = paragraphs.pop()
        ending.agency = ending.agency or agency(line)
        if people(line):
            ending.bylines.append(line)


def _without_notice(text: str, ending: Ending) -> str:
    """Cut a notice off a paragraph's last sentence, where all that follows its mark is that notice."""
    for mark in _NOTICE.finditer(text, max(0, len(text) - _LONGEST_NOTICE)):
        notice = text[mark.end() :]
        sort = sort_of(notice)
        if sort in _NOTICES:
            if sort is Line.RIGHTS:
                ending.notices.append(notice)
            return text[: mark.end()].rstrip()
    return text


def _without_byline(text: str, ending: Ending) -> str:
    """Cut a byline off a paragraph's last sentence: what ends in an address or a role, or all that follows."""
    match = _TRAILING.search(text)
    if match and is_byline(match["tail"].strip()):
        ending.bylines.append(match["tail"].strip())
        return text[: match.start("tail")].rstrip(" [(<")
    ends = [end.end() for end in _SENTENCE.finditer(text, max(0, len(text) - _LONGEST_NOTICE))]
    if not ends or sort_of(text[ends[-1] :]) is not Line.BYLINE:
        return text
    ending.bylines.append(text[ends[-1] :])
    return text[: ends[-1]].rstrip()


def _cut_writer(paragraphs: list[str], ending: Ending) -> None:
    """Take the line that names a column's writer off its head or end."""
    if not any(map(is_prose, paragraphs)):
        return
    for index in (0, len(paragraphs) - 1):
        if writer(paragraphs[index]):
            ending.bylines.append(paragraphs.pop(index))
            return


def _is_loose(line: str) -> bool:
    """Say whether a last line is an agency's or an outlet's bare name."""
    return len(line) <= _LONGEST_NAME and not is_prose(line) and bool(_LOOSE.fullmatch(line))
