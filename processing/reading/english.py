"""Finds bylines, news agencies and notices in the English editions of Korean outlets.

Used only where a text is English, or for a whole line that can be nothing else: in Korean text a
name in Latin letters is as likely that of a company. "Wire" stands for a news agency's credit.
"""

import re
from collections.abc import Iterable

from processing.reading.bylines import MAIL
from processing.reading.lines import Ending
from processing.records import Author

_NAME = r"[A-Z][A-Za-z’'-]*(?:\s(?:[A-Z][A-Za-z’'-]*|[A-Z]\.)){1,3}"
_NAMES = rf"{_NAME}(?:(?:,\s|\sand\s|\s&\s|,\sand\s){_NAME}){{0,5}}"
_ROLE = (
    r"(?:(?:staff|senior|contributing|guest|intern|special|chief)\s)*"
    r"(?:reporter|writer|correspondent|editor|columnist|contributor)"
)
_BY = re.compile(
    rf"[\s(\[]*(?:(?:[Rr]eported|[Ww]ritten|[Ss]tory|[Tt]ext)\s)?(?:by|By|BY)\s(?P<names>{_NAMES})"
    rf"(?:,?\s(?P<role>{_ROLE}s?)(?:\s(?:in|at)\s[A-Z][A-Za-z ]{{1,24}})?"
    rf"|,\s[A-Z][A-Za-z ]{{1,24}})?[\s,|·(\[<]*(?:{MAIL.pattern}[\s,;]*)*[)\]>]*"
)
_SIGNED = re.compile(
    rf"(?P<names>{_NAME}),\s(?:(?P<role>{_ROLE})|(?:[A-Z][A-Za-z]+\s){{1,2}}News)[.]?"
    rf"|(?P<mailed>{_NAMES})\s?[(\[<]?(?:{MAIL.pattern}[\s,;]*){{1,4}}[)\]>]?"
)
_PARTED = re.compile(r",\sand\s|,\s|\sand\s|\s&\s|\s?[;|·]\s?")
_NOBODY = re.compile(
    r"\b(?:Korea|Korean|Seoul|Herald|Times|Daily|News|Newsroom|Yonhap|Reuters|Bloomberg|Staff|Desk"
    r"|Online|Digital|Team|Press|Agency|Newspaper|Media|Journal|Editorial|Ilbo|Today|Business|Co"
    r"|Inc|Ltd|Admin|World|Service|Articles?|More|Share|Print|Contact|About|Latest|Follow"
    r"|Subscribe|Posted|Updated|Published|Email|Views?|Comments?)\b",
    re.IGNORECASE,
)
_WIRES = r"(?:Yonhap(?:\sNews(?:\sAgency)?)?|AFP|AP|Reuters|Bloomberg|Xinhua|Newsis|dpa|UPI)"
_WIRE = re.compile(rf"[(\[—–-]{{0,2}}\s?(?:{_WIRES}(?:[-/,\s]+(?=[A-Z]))?){{1,3}}[)\]]?")
_ENDING = re.compile(
    rf"(?<=[a-z\d][.?!”\"’)])(?:[”\"’])?\s*(?P<tail>[(\[]{_WIRES}(?:[-/]{_WIRES})?[)\]]"
    rf"|[—–-]{{1,2}}\s?{_WIRES}|[(\[]?{MAIL.pattern}[)\]]?|\(END\))$"
)
_DATELINE = re.compile(
    r"[A-Z][A-Za-z.’'-]*(?:[\s,/]+[A-Z][A-Za-z.’'-]*){0,4}(?:,\s(?:[A-Z][a-z]{2,8}\.?\s\d{1,2}))?"
    rf"\s(?:\((?P<wire>{_WIRES}(?:[-/]{_WIRES})?)\)\s?)(?:--|—|–|-)\s?(?=[A-Z“\"‘'])"
)
_NOTICE = re.compile(
    r"\(END\)"
    r"|\((?:LEAD|URGENT|\d(?:st|nd|rd|th) LD|Yonhap)\)"
    r"|(?:Please direct|Send) (?:any )?(?:questions|comments).{0,120}"
    r"|The views? (?:expressed|presented)[^.]{0,80}(?:author|writer)[^.]{0,120}\."
    r"|(?:Copyright|ⓒ|©|\(c\)).{0,80}(?:rights reserved|redistribution|prohibited).{0,60}",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r".{3,240}\s(?:[Cc]ourtesy of [A-Z][^.]{2,60}"
    r"|[A-Z][A-Za-z ]{2,24} (?:photo|file) by [A-Z][^.]{2,40}"
    r"|[\[(](?:YONHAP|NEWS1|NEWSIS|AP|AFP|REUTERS|EPA|[A-Z][A-Z0-9 ,/’'-]{2,40})(?:/[A-Z]+)?\]"
    r"|(?:AP|AFP|EPA|Reuters)-Yonhap)"
)
_SHOWN = re.compile(
    r".{20,280}[.]\s?\((?:Yonhap|AFP|AP|[A-Z][A-Za-z0-9’' .-]{2,40}(?:/[A-Za-z ]+)?)\)"
)
# Characters of a byline.
_LONGEST = 160
# Paragraphs from the end that may end in a wire or an address.
_LAST = 4


def prune(lines: list[str]) -> tuple[list[str], str | None, Ending]:
    """Return English paragraphs, their dateline, and the bylines, wires and captions taken out."""
    paragraphs: list[str] = []
    place, ending = None, Ending()
    for line in lines:
        if name := wire(line):
            ending.agency = ending.agency or name
        elif byline(line) or MAIL.fullmatch(line.strip("()[] ")):
            ending.bylines.append(line)
        elif _CAPTION.fullmatch(line):
            ending.captions.append(line)
        elif not is_notice(line):
            paragraphs.append(line)
    if paragraphs:
        place, of_place, paragraphs[0] = dateline(paragraphs[0])
        ending.agency = of_place or ending.agency
    # A paragraph may end in several of them, one behind the other.
    for index in range(max(0, len(paragraphs) - _LAST), len(paragraphs)):
        while (split := _split(paragraphs[index]))[1]:
            paragraphs[index], tail = split
            ending.agency = ending.agency or wire(tail)
            ending.bylines.extend([tail] if "@" in tail else [])
    return paragraphs, place, ending


def byline(line: str) -> tuple[Author, ...]:
    """Return the people of a whole line that is a byline.

    `By Pyo Ga-ram`, `PYO GA-RAM [garam@handeul.test]`.
    """
    line = line.strip()
    match = (_BY.fullmatch(line) or _SIGNED.fullmatch(line)) if len(line) <= _LONGEST else None
    if match is None:
        return ()
    groups = match.groupdict()
    return _people(groups["names"] or groups.get("mailed") or "", line, role=groups["role"])


def names(text: str) -> tuple[Author, ...]:
    """Return the people of a field that holds nothing but names in English."""
    return byline(text) or _people(MAIL.sub("", text).strip(" ()[]<>|"), text)


def _people(names: str, line: str, *, role: str | None = None) -> tuple[Author, ...]:
    """Return the people named in `names`, with the addresses of the `line` that holds them."""
    candidates = [name.strip() for name in _PARTED.split(names[:_LONGEST])]
    people = [name for name in candidates if re.fullmatch(_NAME, name) and not _NOBODY.search(name)]
    mails = MAIL.findall(line)
    # Fewer or more addresses than people: nothing says whose they are.
    emails = mails if len(mails) == len(people) else [None] * len(people)
    singular = role.removesuffix("s") if role and len(people) > 1 else role
    return tuple(
        Author(name=name, role=singular, email=email)
        for name, email in zip(people, emails, strict=True)
    )


def with_mails(authors: tuple[Author, ...], lines: Iterable[str]) -> tuple[Author, ...]:
    """Return the authors with the addresses of `lines`, in order, if there are as many."""
    mails = list(dict.fromkeys(mail for line in lines for mail in MAIL.findall(line)))
    if len(mails) != len(authors) or any(author.email for author in authors):
        return authors
    return tuple(author.evolve(email=mail) for author, mail in zip(authors, mails, strict=True))


def is_caption(line: str) -> bool:
    """Say whether a line right below an image is its caption, because it ends in a credit."""
    return bool(_CAPTION.fullmatch(line) or _SHOWN.fullmatch(line))


def is_notice(line: str) -> bool:
    """Say whether a whole line is an end mark, a copyright line or an invitation to write."""
    return bool(_NOTICE.fullmatch(line.strip()))


def wire(line: str) -> str | None:
    """Return the wire that a whole line names: `(Yonhap)`, `— AP`."""
    line = line.strip()
    return line.strip("()[]—–- ") if line and _WIRE.fullmatch(line) else None


def dateline(text: str) -> tuple[str | None, str | None, str]:
    """Split a text into dateline, wire and the text after them; None for what is missing.

    `SEOUL, Nov. 19 (Yonhap) -- `.
    """
    match = _DATELINE.match(text)
    return (match[0].strip(), match["wire"], text[match.end() :]) if match else (None, None, text)


def _split(text: str) -> tuple[str, str]:
    """Split a paragraph into its text and a wire, an address or an end mark behind it."""
    match = _ENDING.search(text)
    return (text[: match.start("tail")].rstrip(), match["tail"]) if match else (text, "")
