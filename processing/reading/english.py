"""The English editions: bylines, wires and notices as Korean outlets write them in English.

Asked only where a text is English, or of a whole line that can be nothing else: in Korean text a name in Latin letters
is as likely a company's.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from processing.records import Author

_MAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_NAME = r"[A-Z][A-Za-z’'-]*(?:\s(?:[A-Z][A-Za-z’'-]*|[A-Z]\.)){1,3}"
_NAMES = rf"{_NAME}(?:(?:,\s|\sand\s|\s&\s|,\sand\s){_NAME}){{0,5}}"
_ROLE = (
    r"(?:(?:staff|senior|contributing|guest|intern|special|chief)\s)*"
    r"(?:reporter|writer|correspondent|editor|columnist|contributor)"
)
_BY = re.compile(
    rf"[\s(\[]*(?:(?:[Rr]eported|[Ww]ritten|[Ss]tory|[Tt]ext)\s)?(?:by|By|BY)\s(?P<names>{_NAMES})"
    rf"(?:,?\s(?P<role>{_ROLE}s?)(?:\s(?:in|at)\s[A-Z][A-Za-z ]{{1,24}})?"
    rf"|,\s[A-Z][A-Za-z ]{{1,24}})?[\s,|·(\[<]*(?:{_MAIL.pattern}[\s,;]*)*[)\]>]*"
)
_SIGNED = re.compile(
    rf"(?P<names>{_NAME}),\s(?:(?P<role>{_ROLE})|(?:[A-Z][A-Za-z]+\s){{1,2}}News)[.]?"
    rf"|(?P<mailed>{_NAMES})\s?[(\[<]?(?:{_MAIL.pattern}[\s,;]*){{1,4}}[)\]>]?"
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
    rf"|[—–-]{{1,2}}\s?{_WIRES}|[(\[]?{_MAIL.pattern}[)\]]?|\(END\))$"
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
_LONGEST = 160
_MOSTLY = 0.6  # share of Latin letters in an English text
_LAST = 4  # paragraphs at whose end a wire or an address may stand


@dataclass(slots=True)
class Pruned:
    """English paragraphs, and what stood before, between and after them."""

    paragraphs: list[str] = field(default_factory=list)
    bylines: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    dateline: str | None = None
    agency: str | None = None


def is_english(text: str) -> bool:
    """Say whether a text is in English."""
    letters = [letter for letter in text[:4000] if letter.isalpha()]
    return bool(letters) and sum(letter.isascii() for letter in letters) > _MOSTLY * len(letters)


def prune(lines: list[str]) -> Pruned:
    """Take bylines, wires and notices out of English paragraphs."""
    pruned = Pruned()
    for line in lines:
        if found := wire(line):
            pruned.agency = pruned.agency or found
        elif byline(line) or _MAIL.fullmatch(line.strip("()[] ")):
            pruned.bylines.append(line)
        elif _CAPTION.fullmatch(line):
            pruned.captions.append(line)
        elif not is_notice(line):
            pruned.paragraphs.append(line)
    if pruned.paragraphs:
        pruned.dateline, of_place, pruned.paragraphs[0] = dateline(pruned.paragraphs[0])
        pruned.agency = of_place or pruned.agency
    for index in range(max(0, len(pruned.paragraphs) - _LAST), len(pruned.paragraphs)):
        while (split := _split(pruned.paragraphs[index]))[1]:
            pruned.paragraphs[index], tail = split
            pruned.agency = pruned.agency or wire(tail)
            pruned.bylines.extend([tail] if "@" in tail else [])
    return pruned


def byline(line: str) -> tuple[Author, ...]:
    """Return the people of a whole line that is a byline: `By Pyo Ga-ram`, `PYO GA-RAM [garam@handeul.test]`."""
    line = line.strip()
    match = (_BY.fullmatch(line) or _SIGNED.fullmatch(line)) if len(line) <= _LONGEST else None
    if match is None:
        return ()
    groups = match.groupdict()
    return _people(groups["names"] or groups.get("mailed") or "", line, role=groups["role"])


def names(text: str) -> tuple[Author, ...]:
    """Return the people of a field that holds nothing but names in English."""
    return byline(text) or _people(_MAIL.sub("", text).strip(" ()[]<>|"), text)


def _people(names: str, around: str, *, role: str | None = None) -> tuple[Author, ...]:
    parts = [part.strip() for part in _PARTED.split(names[:_LONGEST])]
    found = [part for part in parts if re.fullmatch(_NAME, part) and not _NOBODY.search(part)]
    mails = _MAIL.findall(around)
    given = mails if len(mails) == len(found) else [None] * len(found)
    one_role = role.removesuffix("s") if role and len(found) > 1 else role
    return tuple(
        Author(name=name, role=one_role, email=mail)
        for name, mail in zip(found, given, strict=True)
    )


def with_mails(authors: tuple[Author, ...], lines: Iterable[str]) -> tuple[Author, ...]:
    """Give the authors the addresses that stand on lines of their own, in order, where there are as many."""
    mails = list(dict.fromkeys(mail for line in lines for mail in _MAIL.findall(line)))
    if len(mails) != len(authors) or any(one.email for one in authors):
        return authors
    return tuple(
        one.model_copy(update={"email": mail}) for one, mail in zip(authors, mails, strict=True)
    )


def is_caption(line: str) -> bool:
    """Say whether a line right below an image is its caption: it ends in a credit."""
    return bool(_CAPTION.fullmatch(line) or _SHOWN.fullmatch(line))


def is_notice(line: str) -> bool:
    """Say whether a whole line is the end mark, a copyright line or an invitation of an English edition."""
    return bool(_NOTICE.fullmatch(line.strip()))


def wire(line: str) -> str | None:
    """Return the wire that a whole line names: `(Yonhap)`, `— AP`."""
    line = line.strip()
    return line.strip("()[]—–- ") if line and _WIRE.fullmatch(line) else None


def dateline(text: str) -> tuple[str | None, str | None, str]:
    """Split the dateline off a text, with its wire: `SEOUL, Nov. 19 (Yonhap) -- `; None where there is none."""
    match = _DATELINE.match(text)
    return (match[0].strip(), match["wire"], text[match.end() :]) if match else (None, None, text)


def _split(text: str) -> tuple[str, str]:
    """Split a wire, an address or the end mark off the last sentence of a paragraph."""
    match = _ENDING.search(text)
    return (text[: match.start("tail")].rstrip(), match["tail"]) if match else (text, "")
