"""Where a dateline at the head of a text ends: place, outlet and reporter, in brackets or before an equals sign."""

import re

from processing.reading.bylines import people

_BRACKETED = re.compile(
    r"^\s*(?P<bracket>[\[(【<〈（［〔](?:[^\[\](){}【】<>〈〉（）［］〔〕]|[(\[][가-힣A-Za-z·, ]{1,12}[)\]]){1,60}"
    r"[\])】>〉）］〕])"
    r"\s*(?:[/／]\s*)?(?P<after>[^=.\n]{0,40}?=\s?(?=\S|$))?"
)
_EQUALS = re.compile(
    r"^[\s◆■]*(?P<by>[가-힣A-Za-z0-9·ㆍ,/\s]{2,40}?(?:기자|특파원|통신원|위원|앵커|"
    r"리포터)(?:\s?[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+)?)\s?(?:=\s?(?=\S|$)|\|\s?(?=\S))"
)
_PLACE_EQUALS = re.compile(r"^\s*(?P<by>[가-힣·]{2,8}\s?[=|]\s?[가-힣·,\s]{2,20}(?:기자|특파원))\s+(?:\|\s*)?(?=\S)")
_OUTLET = re.compile(
    r"=|기자|특파원|뉴스|일보|신문|데일리|타임[스즈]|투데이|경제|헤럴드|닷컴|저널|미디어|방송|통신|OSEN|TV|KBS|"
    r"MBC|SBS|YTN|JTBC|조선|중앙|한겨레|매경|한경|인포맥스|스포츠|리포트|칼럼니스트|논설"
)
_NOT_DATELINE = re.compile(
    r"^[\[(【<〈]\s?(?:앵커|기자|단독|속보|종합|편집자|인터뷰|사설|포토|영상|질문|답변|Q|A)\s?[^=]{0,8}[\])】>〉]$"
)
_JOINED = re.compile(r"(?:[은는이가을를의에도와과]|에서|으로|로)\s")


def bare(text: str) -> str:
    """Return letters and digits only, for comparing lines that templates print twice."""
    return re.sub(r"[\W_]+", "", text).lower()


def dateline_end(line: str, sites: frozenset[str], *, first: bool) -> int:
    """Return how many characters of a paragraph's head are a dateline; 0 for none.

    An outlet's name alone is one in square brackets at the head of the `first` paragraph; `<뉴스A>` names a programme.
    What a bracket holds does not matter before a reporter and an equals sign.
    """
    match = _BRACKETED.match(line)
    after = (match["after"] or "") if match else ""
    if (
        match
        and (people(after) or _is_dateline(match["bracket"], sites, first=first))
        and not _JOINED.match(line[match.end("bracket") :])
    ):
        if after and not (people(after) or "=" in match["bracket"]):
            return match.end("bracket")
        if not after and (by := _EQUALS.match(line[match.end() :])):
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
