"""Turns the paragraphs of a Korean article's body into running text.

Bylines, captions, notices and the like are taken out and returned as fields. Lines are judged as a
whole (`processing.reading.lines`). Only three things are cut out of a paragraph, each at the border
of a sentence: a dateline at its head, a byline with an address at its end, and a photo credit in
brackets. A dateline is place, outlet and reporter, in brackets or before an equals sign.
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from processing.agencies import NEWSWIRES, PICTURE
from processing.limits import unescape
from processing.reading import phrases
from processing.reading.asides import DropRule, Ledger
from processing.reading.bylines import MAIL, agency, is_byline, people, slashed, unnamed_role
from processing.reading.english import prune
from processing.reading.lines import (
    LineKind,
    captionless,
    cut,
    is_english,
    is_link,
    is_listed,
    is_loose,
    is_marked,
    is_prose,
    is_statement,
    is_told,
    sort_of,
    unglued,
    without_credit,
)
from processing.reading.tree import bare, squeeze

_BRACKETED = re.compile(
    r"^\s*(?P<bracket>"
    r"[\[(【<〈（［〔](?:[^\[\](){}【】<>〈〉（）［］〔〕]|[(\[][가-힣A-Za-z·, ]{1,12}[)\]]){1,60}[\])】>〉）］〕])\s*"
    r"(?:[/／]\s*)?(?P<after>[^=.\n]{0,40}?=\s?(?=\S|$))?"
)
_EQUALS = re.compile(
    r"^[\s◆■]*(?P<by>"
    r"[가-힣A-Za-z0-9·ㆍ,/\s]{2,40}?(?:기자|특파원|통신원|위원|앵커|리포터)(?:\s?[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+)?)"
    r"\s?(?:=\s?(?=\S|$)|\|\s?(?=\S))"
)
_PLACE_EQUALS = re.compile(
    r"^\s*(?P<by>[가-힣·]{2,8}\s?[=|]\s?[가-힣·,\s]{2,20}(?:기자|특파원))\s+(?:\|\s*)?(?=\S)"
)
_OUTLET = re.compile(
    r"=|기자|특파원|뉴스|일보|신문|데일리|타임[스즈]|투데이|경제|헤럴드|닷컴|저널|미디어|방송|통신|OSEN|TV|KBS|MBC|SBS|YTN"
    r"|JTBC|조선|중앙|한겨레|매경|한경|인포맥스|스포츠|리포트|칼럼니스트|논설"
)
_NOT_DATELINE = re.compile(
    r"^[\[(【<〈]\s?(?:앵커|기자|단독|속보|종합|편집자|인터뷰|사설|포토|영상|질문|답변|Q|A)\s?[^=]{0,8}[\])】>〉]$"
)
_JOINED = re.compile(r"(?:[은는이가을를의에도와과]|에서|으로|로)\s")


# Entities that lost their ampersand when they were escaped twice.
_DAMAGED = (
    (re.compile(r"(?<=[A-Za-z])amp;(?=[A-Za-z])"), "&"),
    (re.compile(r"(?<![&\w])(?:lt|LT);"), "<"),
    (re.compile(r"(?<=[\s가-힣\w.)])gt;"), ">"),
    (re.compile(r"(?<![&A-Za-z])quot;"), '"'),
    (re.compile(r"(?<![&A-Za-z])apos;|(?<![&\w])#0?39;"), "'"),
    (re.compile(r"(?<![&A-Za-z])nbsp;"), " "),
)
# Cloudflare prints this in place of an address.
_PROTECTED = re.compile(r"\[email\sprotected\]")
_ENTITY = re.compile(r"&(?:#\d{2,6}|#x[0-9a-fA-F]{2,5}|[a-zA-Z]{2,8});")
_SIGNED = re.compile(
    r"^(?P<text>.{0,40}?(?:입니다|였습니다|이었습니다|드렸습니다)\.?|YTN [가-힣]{2,4})\s?[\[(]?\s?"
    r"(?:[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{3,80})\s?[\])]?$"
)
# A row of an event or an obituary: ▲ 일시 : 3월 28일, 발인 = 22일.
_ROW = re.compile(r"(?P<mark>[▲△▶▷◇◆■□○●◎•·ㆍ*-]?)\s?[가-힣]{2}[가-힣 ]{0,4}\s?[:：=]")
_SPOKEN = re.compile(
    # 지금까지 한들시청에서 YTN 홍길동[hong@ytn.co.kr]입니다.
    r"^(?:[가-힣A-Za-z0-9 ]{2,30}에서\s)?(?:[가-힣A-Za-z0-9]{0,8}(?:뉴스|TV|방송)|[A-Z]{2,4})(?:\s뉴스)?\s"
    r"(?P<reporter>[가-힣]{2,4})(?:\s?기자)?"
    r"(?P<mail>\s?[\[(][A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{3,80}[\])])?(?:입니다|이었습니다|였습니다)\.?$"
    r"|^(?:[가-힣A-Za-z0-9]{2,10}\s?(?:뉴스|TV|방송)?\s)?(?:"
    r"(?:[가-힣0-9]{2,6}(?:부|팀|국)?에서?\s)?(?P<name>[가-힣]{2,4})(?:\s?기자)?(?:입니다|이었습니다|였습니다)\.?"
    r"|(?P<alone>YTN [가-힣]{2,4}))$"
)
_WIRE = re.compile(rf"\s?\([가-힣·]{{2,10}}=({NEWSWIRES})\)$")
# 글·사진=, 사진·글 , 취재=: who wrote is among them, so it is no credit of a picture alone.
_WRITTEN = re.compile(
    r"[<(\[]?\s?(?!영상\s?취재)(?=[^=:|]{0,8}(?:글|취재|정리))(?:글|사진|영상|그림|취재(?:기자)?|정리)"
    r"(?:\s?[·/,]?\s?(?:글|사진|영상|그림|취재|정리)){0,2}\s?[=:.|\s]"
)
_BULLETED = re.compile(r"^[-ㆍ·–—]\s?[^\s].{5,100}$|^=.{5,80}=$")
_STAMPED = re.compile(r"(?:19|20)\d\d\s?[-./년]\s?\d{1,2}\s?[-./월]\s?\d{1,2}")
_OPENING = re.compile(r"[\[(【<〈]")
_CAPTION_GLUED = re.compile(
    r"^(?P<caption>.{2,140}?[^\s\[(【<〈=])\s?(?P<rest>[\[(【<〈](?!사진|자료|출처|제공|영상|그래픽|캡처|합성)"
    r"[^\[\](){}【】<>〈〉]{0,24}(?:기자|특파원|=[^\[\](){}【】<>〈〉]{2,16})\s?[\])】>〉]\s?"
    r"(?:[가-힣]{2,4}\s?(?:기자|특파원)\s?=\s?)?\S.{20,})$"
)
_CAPTION_UNMARKED = re.compile(
    r"^(?P<caption>[▲△◇◆].{2,80}?)\s?(?P<rest>[가-힣A-Za-z]{1,8}(?:신문|일보|뉴스|경제|타임스|데일리|저널|투데이|미디어"
    r"|방송|TV)\s[가-힣]{2,4}\s?(?:기자|특파원)\s?=\s?\S.{20,})$"
)
# Paragraphs in which headline, decks, times and a summary are expected.
_HEAD_LINES = 6
# More triangles than this are the bullets of a list, not captions.
_MOST_MARKED = 2
_LONGEST_STAMP = 80
# Characters from which a paragraph that comes twice is a copy: a refrain is shorter. At the head of
# the text, where summaries stand, fewer are enough.
_PRINTED_TWICE, _REPEATED = 40, 20
# A prefix of the title counts as the title printed again only if it is longer than this.
_SHORT_TITLE = 12
_RULES = {
    LineKind.PROMOTION: DropRule.PROMOTION,
    LineKind.INTERFACE: DropRule.INTERFACE,
    LineKind.PORTAL: DropRule.PORTAL,
    LineKind.RELATED: DropRule.RELATED,
    LineKind.CREDIT: DropRule.CREDIT,
    LineKind.LABEL: DropRule.LABEL,
    LineKind.TIME: DropRule.TIME,
    LineKind.TAGS: DropRule.TAGS,
}
"""Kinds of lines of which only the count is kept."""


@dataclass(slots=True)
class Cleaned:
    """Running text, and what was taken out of it, by kind.

    `stamps` are dropped lines that may state a time; `heading` is the title as the body repeats it;
    `credit` is what was cut off the end of the last paragraph.
    """

    paragraphs: list[str] = field(default_factory=list)
    dateline: str | None = None
    bylines: list[str] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    premium: list[str] = field(default_factory=list)
    decks: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    stamps: list[str] = field(default_factory=list)
    agency: str | None = None
    heading: str | None = None
    credit: str = field(default="", repr=False)
    ledger: Ledger = field(default_factory=Ledger)

    def of(self, sort: LineKind) -> list[str] | None:
        """Return the list that holds lines of a kind; None for kinds that are only counted."""
        lists = {
            LineKind.BYLINE: self.bylines,
            LineKind.CAPTION: self.captions,
            LineKind.RIGHTS: self.notices,
            LineKind.PREMIUM: self.premium,
            LineKind.TIME: self.stamps,
        }
        return lists.get(sort)

    @property
    def text(self) -> str:
        """Return the paragraphs joined by a blank line."""
        return "\n\n".join(self.paragraphs)


def repaired(text: str) -> str:
    """Undo damaged entities (`Ramp;D`, `lt;`, `&quot;` escaped twice); drop bars left by tables."""
    if "&" in text and _ENTITY.search(text):
        text = unescape(text)
    # What is left of an entity has its semicolon, which running text hardly has.
    for pattern, value in _DAMAGED if ";" in text else ():
        text = pattern.sub(value, text)
    if "[email" in text:
        text = _PROTECTED.sub("", text)
    return squeeze(text).strip("| ")


def clean(
    lines: list[str],
    *,
    title: str = "",
    decks: tuple[str, ...] = (),
    pictured: int = 0,
    beside: frozenset[str] = frozenset(),
    photo: bool = False,
    sites: frozenset[str] = frozenset(),
) -> Cleaned:
    """Return the running text of `lines`; `title` and `decks` are not repeated in it.

    `pictured` is the number of images in the body without a caption of their own: with such images,
    one or two lines behind a triangle are captions; two in a row with one image are a list.
    `beside` holds the lines right beside an image: only there a narrative sentence is a caption.
    `photo` marks a photo page, where the caption without its credit is the text.
    `sites` are names of the page's site, letters only: in brackets at the head they are a dateline.
    """
    cleaned = Cleaned()
    lines = [unglued(text) for line in lines if (text := repaired(line))]
    lines = _parted(lines, cleaned)
    above = list(takewhile(lambda line: not is_prose(line), lines))
    if is_english(" ".join(lines)):
        lines = _english(lines, cleaned)
    lines = _without_summary(_without_head(lines, title, decks, cleaned), cleaned)
    lines = _without_lists(lines, cleaned)
    triangles = [is_marked(line) for line in lines]
    listed = pictured == 1 and any(first and second for first, second in pairwise(triangles))
    captioned = bool(pictured) and 0 < sum(triangles) <= _MOST_MARKED and not listed
    last = next((at for at in reversed(range(len(lines))) if is_prose(lines[at])), len(lines))
    for index, line in enumerate(lines):
        if index > last and line not in beside and _takes_signature(line, cleaned):
            continue
        text, credit = captionless(line) if photo else (line, "")
        cleaned.bylines.extend([credit] if credit and people(credit) else [])
        _sort(_without_wire(text, cleaned), cleaned, captioned=captioned, beside=line in beside)
    _credit_text(cleaned)
    # The dateline first: where it names the writer, no unmarked name is cut off the end.
    _cut_dateline(cleaned, sites)
    _read_bylines(cleaned, above)
    ending = cut(cleaned.paragraphs, signed=any(map(people, cleaned.bylines)))
    cleaned.bylines.extend(ending.bylines)
    cleaned.notices.extend(ending.notices)
    cleaned.captions.extend(ending.captions)
    cleaned.ledger.drop(DropRule.LOOSE, *ending.loose)
    cleaned.agency = cleaned.agency or ending.agency
    return cleaned


def _takes_signature(line: str, cleaned: Cleaned) -> bool:
    """Take a line below the last sentence for the text's byline or agency; return whether it is one."""
    if byline := slashed(line):
        cleaned.bylines.append(byline)
        cleaned.captions.append(line)
    elif wire := agency(line) if is_loose(line) else None:
        cleaned.agency = cleaned.agency or wire
        cleaned.ledger.drop(DropRule.LOOSE, line)
    else:
        return False
    return True


def shown_words(line: str) -> str:
    """Return a caption without the buttons of a picture viewer before it."""
    while (button := phrases.VIEWER.match(line)) and button.end():
        line = line[button.end() :].lstrip()
    return line


def parted(text: str) -> tuple[str, str]:
    """Split a caption from the lead that a portal joined to it; ("", `text`) if it is one thing.

    `▲ 묵은 물길[한들신문=표가람 기자] 한들시가 …`: what follows the bracket must be a statement, and
    what stands before it must not.
    """
    glued = _CAPTION_GLUED.match(text) if _OPENING.search(text) else _CAPTION_UNMARKED.match(text)
    if (
        glued is None
        or is_statement(glued["caption"])
        or not is_statement(glued["rest"])
        or text.startswith("↑")
    ):
        return "", text
    if sort_of(glued["rest"]) or not dateline_end(glued["rest"], frozenset(), first=False):
        return "", text
    return glued["caption"].strip(), glued["rest"]


def dateline_end(line: str, sites: frozenset[str], *, first: bool) -> int:
    """Return how many characters at the head of a paragraph are a dateline; 0 for none.

    `sites` are names of the page's site. `first` says that it is the first paragraph: only there
    an outlet's name alone is a dateline, in square brackets, because `<뉴스A>` names a programme.
    Before a reporter and an equals sign the content of the bracket does not matter.
    """
    match = _BRACKETED.match(line)
    text = (match["after"] or "") if match else ""
    if (
        match
        and (people(text) or _is_dateline(match["bracket"], sites, first=first))
        and not _JOINED.match(line[match.end("bracket") :])
    ):
        if text and not (people(text) or "=" in match["bracket"]):
            return match.end("bracket")
        if not text and (by := _EQUALS.match(line[match.end() :])):
            return match.end() + by.end()
        return match.end()
    match = _EQUALS.match(line) or _PLACE_EQUALS.match(line)
    return match.end() if match and people(match["by"]) else 0


def _is_dateline(bracket: str, sites: frozenset[str], *, first: bool) -> bool:
    if first and bare(bracket) in sites and bracket[0] not in "<〈":
        return True
    if _NOT_DATELINE.match(bracket) or not _OUTLET.search(bracket):
        return False
    return "=" in bracket or bool(people(bracket)) or (first and bracket[0] not in "<〈")


def _parted(lines: list[str], cleaned: Cleaned) -> list[str]:
    """Return the lines with captions split from the leads that portals joined to them."""
    leads = []
    for line in lines:
        caption, text = parted(line)
        if caption:
            cleaned.captions.append(caption)
        leads.append(text)
    return leads


def _english(lines: list[str], cleaned: Cleaned) -> list[str]:
    """Return the paragraphs of an English edition; bylines, wire and dateline go to `cleaned`."""
    paragraphs, cleaned.dateline, ending = prune(lines)
    cleaned.bylines.extend(ending.bylines)
    cleaned.captions.extend(ending.captions)
    cleaned.agency = ending.agency
    return paragraphs


def _without_head(
    lines: list[str], title: str, decks: tuple[str, ...], cleaned: Cleaned
) -> list[str]:
    """Drop the title and decks that the body repeats; short lines before that title are decks."""
    heading = bare(title).removesuffix("...")
    known = {bare(deck) for deck in decks if deck}
    for index, line in enumerate(lines[:_HEAD_LINES]):
        plain = bare(line)
        if (
            heading
            and (plain == heading or (len(heading) > _SHORT_TITLE and plain.startswith(heading)))
            and not is_prose(line)
        ):
            cleaned.heading = line
            cleaned.ledger.drop(DropRule.HEADLINE, line)
            cleaned.decks.extend(
                deck for deck in lines[:index] if not is_prose(deck) and sort_of(deck) is None
            )
            lines = [text for text in lines[:index] if is_prose(text)] + lines[index + 1 :]
            break
    while len(lines) > 1 and _BULLETED.match(lines[0]) and not is_prose(lines[0]):
        cleaned.decks.append(lines.pop(0))
    lines = _without_stamps(lines, cleaned)
    repeated = [line for line in lines[:_HEAD_LINES] if bare(line) in known]
    cleaned.ledger.drop(DropRule.HEADLINE, *repeated)
    return [
        line for index, line in enumerate(lines) if index >= _HEAD_LINES or bare(line) not in known
    ]


def _without_stamps(lines: list[str], cleaned: Cleaned) -> list[str]:
    """Take out short lines with a date before the first sentence, with outlet and section."""
    first = next(
        (index for index, line in enumerate(lines) if is_prose(line) or is_listed(line)), 0
    )
    stamped = {
        index
        for index, line in enumerate(lines[: min(first, _HEAD_LINES)])
        if len(line) <= _LONGEST_STAMP and _STAMPED.search(line)
    }
    # They stay readable as stamps: the time of publication may be stated nowhere else.
    for line in (lines[index] for index in sorted(stamped)):
        cleaned.stamps.append(line)
        if people(line):
            cleaned.bylines.append(line)
        else:
            cleaned.ledger.drop(DropRule.TIME, line)
    return [line for index, line in enumerate(lines) if index not in stamped]


def _without_summary(lines: list[str], cleaned: Cleaned) -> list[str]:
    """Drop lines at the head that come again later: a summary made of the text's own sentences."""
    # From the end, so that of two equal lines at the head the second one stays.
    later = set(lines[_HEAD_LINES:])
    for index in range(min(_HEAD_LINES, len(lines)) - 1, -1, -1):
        if len(lines[index]) >= _REPEATED and lines[index] in later:
            cleaned.ledger.drop(DropRule.SUMMARY, lines.pop(index))
        else:
            later.add(lines[index])
    return _once(lines, cleaned)


def _once(lines: list[str], cleaned: Cleaned) -> list[str]:
    """Drop long lines that a page prints a second time, word for word."""
    known: set[str] = set()
    unique = []
    for line in lines:
        if len(line) >= _PRINTED_TWICE and line in known:
            cleaned.ledger.drop(DropRule.SUMMARY, line)
        else:
            unique.append(line)
        known.add(line)
    return unique


def _without_lists(lines: list[str], cleaned: Cleaned) -> list[str]:
    """Drop lists of related articles, and titles behind arrows.

    A list reaches from its label to the next sentence. After the last sentence a copyright line is
    such a label too.
    """
    remaining: list[str] = []
    listing = closed = False
    last = max(
        (index for index, line in enumerate(lines) if is_statement(line)), default=len(lines)
    )
    for index, line in enumerate(lines):
        sort = sort_of(line)
        listing = sort is LineKind.RELATED or (
            listing and not is_statement(line) and sort not in {LineKind.RIGHTS, LineKind.BYLINE}
        )
        if listing or is_link(line) or (closed and sort is None):
            cleaned.ledger.drop(
                DropRule.RELATED if sort is LineKind.RELATED else DropRule.ARROW, line
            )
            continue
        closed = closed or (sort is LineKind.RIGHTS and index > last)
        if sort is LineKind.BYLINE and MAIL.search(line) and not _SIGNED.match(line):
            cleaned.bylines.append(line)
            continue
        remaining.append(line)
    return remaining


def _sort(line: str, cleaned: Cleaned, *, captioned: bool, beside: bool = False) -> None:
    """Add one line to the field of `cleaned` where it belongs.

    `captioned` says that lines behind a triangle are captions, `beside` that this line stands right
    beside an image.
    """
    if signed := _SIGNED.match(line):
        cleaned.bylines.append(line)
        line = signed["text"].strip()
        if not line.endswith(("니다", "니다.")):
            return
    # A sign-off is spoken (`한들뉴스 표가람입니다.`): it stays in the text and names the author.
    if spoken := _SPOKEN.match(line):
        name = spoken["reporter"] or spoken["name"] or (spoken["alone"] or "")[4:]
        mail = spoken["mail"] or ""
        cleaned.bylines.append(f"{name} 기자{mail}")
        cleaned.paragraphs.append(line.replace(mail, ""))
        return
    sort = sort_of(line)
    if sort is LineKind.CAPTION and not beside and is_told(line):
        # Its wording cannot make a sentence a caption, only the picture beside it can.
        sort = None
    if sort and _WRITTEN.match(line) and people(line):
        sort = LineKind.BYLINE
    if sort is None or (sort is LineKind.LABEL and _is_next_row(line, cleaned.paragraphs)):
        _keep(line, cleaned, captioned=captioned)
    else:
        _put(line, sort, cleaned)


def _is_next_row(line: str, paragraphs: list[str]) -> bool:
    """Return whether a row goes on with those of the text before it: 발인 : …, then 연락처 : …."""
    before, row = (_ROW.match(text) for text in (paragraphs[-1] if paragraphs else "", line))
    return bool(before and row and before["mark"] == row["mark"])


def _put(line: str, sort: LineKind, cleaned: Cleaned) -> None:
    """Add a line that is not running text to the field of its kind, or count it as dropped."""
    if sort is LineKind.TAGS:
        cleaned.tags.extend(tag.strip("#, ") for tag in line.split("#") if tag.strip("#, "))
    elif sort is LineKind.CAPTION:
        cleaned.captions.extend(filter(None, [shown_words(line)]))
    elif (lines := cleaned.of(sort)) is not None:
        lines.append(line)
    if sort in _RULES:
        cleaned.ledger.drop(_RULES[sort], line)


def _without_wire(line: str, cleaned: Cleaned) -> str:
    """Cut the agency off the last line of a list of names."""
    wire = _WIRE.search(line)
    if wire is None or not is_listed(line):
        return line
    cleaned.agency = cleaned.agency or wire[1]
    return line[: wire.start()].rstrip()


def _keep(line: str, cleaned: Cleaned, *, captioned: bool) -> None:
    if captioned and is_marked(line):
        cleaned.captions.append(line)
        return
    text, credit = without_credit(line)
    if credit and slashed(line):
        text, credit = line, ""
    cleaned.credit = credit.strip()
    if credit:
        cleaned.captions.append(cleaned.credit)
    cleaned.paragraphs.append(text)


def _credit_text(cleaned: Cleaned) -> None:
    """Take an agency or a byline behind the last paragraph for the credit of the text.

    Behind an earlier paragraph it is as likely that of a picture.
    """
    credit = cleaned.credit
    if not credit or PICTURE.search(credit):
        return
    if is_byline(credit):
        cleaned.bylines.append(credit)
    elif wire := agency(credit) if is_loose(credit) else None:
        cleaned.agency = cleaned.agency or wire
        cleaned.ledger.drop(DropRule.LOOSE, credit)
    else:
        return
    cleaned.captions.remove(credit)


def _cut_dateline(cleaned: Cleaned, sites: frozenset[str]) -> None:
    """Cut a dateline off one of the first three paragraphs; its reporter becomes a byline."""
    for index, line in enumerate(cleaned.paragraphs[:3]):
        end = dateline_end(line, sites, first=index == 0)
        if not end:
            continue
        cleaned.dateline = squeeze(line[:end])
        cleaned.agency = cleaned.agency or agency(cleaned.dateline)
        if people(cleaned.dateline):
            cleaned.bylines.insert(0, cleaned.dateline)
        elif name := unnamed_role(cleaned.dateline):
            cleaned.bylines.insert(0, f"글 {name}")
        text = line[end:].strip()
        cleaned.paragraphs[index : index + 1] = [text] if text else []
        return


def _read_bylines(cleaned: Cleaned, above: list[str]) -> None:
    """Read an agency from place and outlet before a byline: `(한들=연합뉴스) 표가람 기자`.

    Such a line `above` the text is its dateline, as if the first sentence followed it.
    """
    for line in cleaned.bylines:
        match = _BRACKETED.match(line)
        if match is None or "=" not in match["bracket"] or PICTURE.search(match["bracket"]):
            continue
        cleaned.agency = cleaned.agency or agency(match["bracket"])
        if cleaned.dateline is None and line in above:
            cleaned.dateline = squeeze(line)
