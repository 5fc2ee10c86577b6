"""Finds people and news agencies in bylines: names with roles and mail addresses.

Desks, outlets and places are not people. Forms from the field study: `이정윤 기자 a@b.kr`,
`[이데일리 송영두 기자]`, `(서울=연합뉴스) 차병섭 기자 =`, `배윤경·이상현 기자`,
`순천, 광양 구현모 기자`, `[워싱턴 = 윤경호 특파원 / 서울 = 조현정 기자]`, `외 1명`.
"""

import re
from collections.abc import Iterable
from itertools import chain

from processing.agencies import AGENCIES
from processing.dates import moments
from processing.records import Author

ROLE = (
    r"(?:[가-힣A-Z]{0,8}\s?)?(?:기자|특파원)"
    r"|[가-힣]{2,4}부장"
    r"|논설(?:위원|실장|주간|고문|주필)"
    r"|주필"
    r"|편집(?:국장|위원|장|인)"
    r"|대기자|칼럼니스트|에디터|앵커|아나운서|리포터|통신원|인턴|디자이너|PD|피디|작가|평론가"
    r"|객원(?:기자|위원)"
    r"|전문위원|선임연구원"
    r"|(?:기상|외신)?캐스터"
    r"|그래픽"
    r"|[가-힣]{0,4}취재(?:본부장|국장)"
)
MAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
# Some outlets hide the host of an address, or cut it.
_CUT_MAIL = re.compile(r"[A-Za-z0-9._+-]{2,64}@(?:[A-Za-z0-9-]{1,63}\.?)?(?=[\s)\]]|$)")
_NAME = r"[가-힣]{2,4}"
_LIST = re.compile(
    rf"(?<![가-힣])(?P<names>(?:{_NAME}\s?[·,ㆍ・、/&]\s?){{0,8}}{_NAME})\s?(?P<role>(?:선임|수습|인턴|전문|객원"
    r"|사진|영상|의학|탐사|시민|명예|정치|경제|논설|온라인|취재|주재|AI|[가-힣]{2,3}(?=\s?전문\s?기자))?\s?(?:전문|인턴|수습)?\s?(?:기자|특파원|논설위원"
    r"|논설실장|주필|편집위원|편집국장|편집장|대기자|칼럼니스트|에디터|앵커|아나운서|리포터|통신원|인턴|디자이너|PD|피디"
    r"|작가|평론가|(?:기상|외신)?캐스터|위원|시민기자|[가-힣]{0,4}취재(?:본부장|국장)"
    r"|(?:정치|경제|사회|산업|문화|국제|사진|편집|체육|스포츠|과학|전국|금융|증권|생활)부장)(?:단)?)(?![가-힣])"
)
_TITLE = (
    r"[가-힣]{2,4}전문기자|앵커|아나운서|리포터|특파원|칼럼니스트|논설위원|객원기자|인턴기자|선임기자"
    r"|기자명|글쓴이|작성자|인턴|디자이너|기자|그래픽|글|사진|영상|촬영"
)
_BEFORE = re.compile(
    rf"(?<![가-힣])(?P<role>{_TITLE})\s?[:=]?\s"
    rf"(?P<names>(?:(?!{_TITLE}){_NAME}\s?[·,]\s?){{0,4}}(?!{_TITLE}){_NAME})(?![가-힣])"
)
# A desk, an outlet or a place stands between name and role: `표가람 정책팀 기자 =`, `[표가람(한들) 기자]`.
_THROUGH = re.compile(
    r"(?<![가-힣])(?P<names>[가-힣]{3,4})(?:\s?\([가-힣A-Za-z0-9 ]{2,12}\)\s?"
    r"|\s(?P<through>[가-힣A-Za-z0-9]{2,8}(?:\s[가-힣A-Za-z0-9]{2,8})?)\s)"
    r"(?P<role>[가-힣]{0,4}(?:기자|특파원))(?=\s?[(\[]?[A-Za-z0-9._+-]+@|\s?=|\s?[\])】>〉]$)"
)
# Alone on its line only a word that ends as desks do is one: `표가람 달내취재본부 기자`.
_OF_DESK = re.compile(
    r"^(?P<names>[가-힣]{3,4})\s[가-힣A-Za-z]{1,8}(?:[부팀국]|본부|지사|센터)\s?(?P<role>기자|특파원)$"
)
_MAILED = re.compile(
    rf"(?<![가-힣])(?P<names>{_NAME})(?P<role>)\s?[(\[]?\s?(?=[A-Za-z0-9._+-]{{1,64}}@)"
)
_LAST_WORD = re.compile(r"(?:^|[\s=\])】])([가-힣]{3})(?:\s|\s?[·,]\s?(?P<place>[가-힣]{2,4})\s)$")
# Without white space between elements, the label of a date follows the role at once.
_ROLE_GLUED = re.compile(r"(?<=기자|파원)(?=(?:기사\s?)?(?:입력|수정|등록|승인|송고|구독|페이지))")
_AT_PLACE = re.compile(
    r"(?<==)\s?[가-힣]{2}(?:\([가-힣]{2,8}\))?,\s?(?=[가-힣]{2,4}\s?(?:기자|특파원))"
)
_FROM_PLACE = re.compile(r"^[가-힣A-Za-z·ㆍ,()\s]{2,16}=\s?(?=[가-힣]{2,4}\s?(?:기자|특파원))")
_IN_DATELINE = re.compile(
    r"[\[(【<〈](?:[^=]{2,16}=\s?(?P<name>[가-힣]{3})(?:\s[가-힣A-Za-z]{2,8})?"
    r"|[가-힣A-Za-z0-9 ]{2,12}\s(?P<last>[가-힣]{3}))[\])】>〉]"
)
_PICTURED = re.compile(r"(?<![\s,/])[\s,/]*(?:사진\s?[=:|ㅣ]\s?[^@=]{2,24}|[^@=\s]{2,16}\s제공)$")
_ALONE = re.compile(rf"(?:{_NAME}|[가-힣]\s[가-힣]{{2}})")
_SEPARATOR = re.compile(r"\s*[·,ㆍ・、/&|;]\s*|\s및\s")
_SURNAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유나라전홍고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변"
    "염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용예경봉사부가복태목형피두감음빈동온호범좌팽승간"
    "상시갈단견당화창"
)
_DOUBLE = ("남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방")
_PARTED = re.compile(
    rf"(?<![가-힣])([{''.join(sorted(_SURNAMES))}]|{'|'.join(_DOUBLE)})\s([가-힣]{{2}})"
    r"(?=\s?(?:기자|특파원))"
)
_OUTLET_FIRST = re.compile(
    r"^(?:[Bb]y\s|[가-힣A-Za-z]{2,10}(?:뉴스|일보|신문|데일리|타임스|투데이|경제|닷컴|방송|TV|팀|부)\s)(?=[가-힣]{2,4}$)"
)
_NOBODY = re.compile(
    r"뉴스|뉴시스|신화|일보|신문|데일리|타임[스즈]|투데이|경제|헤럴드|닷컴|저널|미디어|방송|편집|온라인|디지털|인터넷|관리자"
    r"|스포츠|연합|위원회"
    r"|^(?:구독|연구|이야기|문의|신고|이름|이메일|이미지|유튜브|페이지|인터뷰|주말판|공감|연재|지역|오늘|소개|승인|등록|작성"
    r"|최종|송고|발행|게재|조회|댓글|추천|공유|인쇄|목록|이전|다음|정보|정치|경기|국제|통신|운영|특별|취재|보도|담당|콘텐"
    r"|기획|자료|독자|제공|무단|입력|수정|기자|특파|본지|해당|전체|모바일|포토|사진|영상|그래픽|시민|전문|선임|수습|인턴)"
    r"|[부팀]$"
    r"|(?:시|군|구|도|교육|경찰)청$"
    r"|(?:보도|사무|본)국$"
    r"|(?:연구소|센터|협회|재단|공사|대학)$"
)
_PLACES_WORDS = (
    "서울 부산 대구 인천 광주 대전 울산 세종 경기 강원 충북 충남 전북 전남 경북 경남 제주 수원 성남 고양 용인 춘천 "
    "원주 강릉 청주 천안 전주 군산 익산 목포 여수 순천 광양 포항 경주 구미 안동 창원 진주 김해 양산 거제 통영 "
    "서귀포 의정부 파주 평택 안산 안양 부천 화성 시흥 김포 하남 이천 여주 양평 가평 속초 동해 삼척 태백 충주 제천 "
    "공주 보령 아산 서산 논산 당진 홍성 예산 정읍 남원 김제 완주 무안 해남 나주 영암 장성 담양 경산 영주 영천 상주 "
    "문경 예천 봉화 울진 영덕 밀양 사천 함안 창녕 고성 남해 하동 산청 합천 거창 판문점 국회 법원 현지 고척 잠실 상암 "
    "목동 문학 사직 여의도 강남 용산 과천 판교 워싱턴 뉴욕 "
    "도쿄 베이징 상하이 런던 파리 베를린 모스크바 방콕 하노이 자카르타 로마 브뤼셀 제네바 카이로 홍콩 선전 종합 "
    "전국 지방 북한 미국 중국 일본"
)
PLACES = frozenset(_PLACES_WORDS.split())
# Names that are words too, such as 신화 (a myth), are credits only as 신화통신.
_WORDS_TOO = frozenset({"신화", "타스"})
_NAMED = [agency.name for agency in AGENCIES if agency.name not in _WORDS_TOO]
_KOREAN = "|".join(re.escape(name) for name in _NAMED if not name.isascii())
_LATIN = "|".join(re.escape(name) for name in _NAMED if name.isascii())
_AGENCY = re.compile(rf"(?<![가-힣])({_KOREAN})(?![가-힣A-Z])|(?<![A-Z])({_LATIN})(?![A-Za-z])")
_GUEST = re.compile(
    rf"(?:(?:글|필자)\s?[=:|ㅣ·]?\s?|/\s?)?(?P<name>{_NAME})(?:\s?[|/ㅣ·,(]\s?|\s)(?P<role>"
    r"(?:[가-힣A-Za-z0-9·]{2,16}\s){0,3}[가-힣A-Za-z·]{0,10}(?:시인|소설가|교수|변호사|변리사|의사|원장|소장|대표"
    r"|연구(?:위)?원|활동가|화가|감독|목사|신부|작가|이사장|회장|총장|박사|평론가|칼럼니스트|사무총장|사무처장|센터장|고문"
    r"|회계사|세무사|노무사|건축가|번역가|국장|과장|실장|처장|청장|본부장|단장|관장|학장|부총장|이사|사장|의원|장관|차관"
    r"|위원장|위원|군수|구청장|시장|도지사|교장|교사|지사장|지부장|지점장|연구사|지도사|전문가|의장|서장|소방장|소방위|경위"
    r"|경감|경사))\)?"
)
"""The writer of a column who is not a journalist; matched against a whole line only."""
_BETWEEN = re.compile(r"\s?[/|ㅣ／]\s?|\s·\s")
_SOURCE = re.compile(
    r"(?:(?:사진|화면|영상|이미지|자료)\s?[·.]?\s?(?:제공|출처|캡처|캡쳐|갈무리|[=:|ㅣ])?"
    r"|(?:캡처|캡쳐|갈무리|출처)[\s=:])[^.]{0,40}"
)
_AROUND = " []()<>"
_WRITER = re.compile(r"(?:글\s?[=:]?\s?)?(?P<name>[가-힣]{2,4})")
_SHORT_AGENCY = re.compile(r"[\[(</=\s]*연합[\])>\s]*")
_UNKNOWN_AGENCY = re.compile(r"(?:=\s?|^[\[(/\s]*)([가-힣A-Za-z]{1,8}통신)[\])\s]*(?:$|[\])】])")
"""An agency that is in no list: after the equals sign of a place, or alone on its line."""
_HINT = re.compile(
    r"@|기자|특파원|위원|주필|국장|부장|칼럼니스트|에디터|앵커|아나운서|리포터|통신원|인턴|디자이너|PD|피디|작가|평론가"
    r"|캐스터"
    r"|\d\d\s?[.:/-]\s?\d"
)
_WORDS = re.compile(
    r"글|사진|영상|그래픽|취재|대담|정리|진행|제공|편집|촬영|및"
    r"|외\s?\d+\s?[명인]"
    r"|e-?mail|이?메일"
    r"|입력|수정|승인|등록|송고|기사|기자의?|다른|보기|전체|구독"
    r"|\d{2,4}[.년/-]\s?\d{1,2}[.월/-]\s?\d{1,2}[일.]?"
    r"|\d{1,2}:\d{2}(?::\d{2})?"
    r"|[가-힣A-Za-z0-9·]{0,10}(?:뉴스|일보|신문|데일리|타임스|투데이|경제|헤럴드|닷컴|저널|미디어|방송|통신|TV|NEWS|News"
    r"|조선|중앙|한겨레|매경|한경|본부|지국|팀|부)(?![가-힣])"
    r"|" + ROLE
)
# Most people of one byline; what a longer list adds is dropped.
_MOST = 12
_SURNAME_AND_TWO = 3  # syllables
# Characters that a byline may have beside people, places and roles: a word that no list knows. One
# without a person has an outlet's or a desk's name before its address.
_UNKNOWN_WORD, _DESK_NAME = 4, 8
_LONGEST_SLASHED = 80


def is_name(text: str) -> bool:
    """Say whether `text` is a Korean person's name.

    That is a surname and one or two syllables, or a name with a surname of two syllables.
    """
    name = text.replace(" ", "")
    if _NOBODY.search(name) or name in PLACES or not re.fullmatch(_NAME, name):
        return False
    return name.startswith(_DOUBLE) or (len(name) <= _SURNAME_AND_TWO and name[0] in _SURNAMES)


def people(text: str) -> tuple[Author, ...]:
    """Return the people that a byline names with a role, in its order.

    Addresses are given to people where it is clear whose they are.
    """
    text = _AT_PLACE.sub("", _ROLE_GLUED.sub(" ", _PARTED.sub(r"\1\2", text[:600])))
    authors: dict[str, Author] = {}
    # The first pattern that names a person decides the role, so the surest form comes first.
    for pattern in (_LIST, _BEFORE, _THROUGH, _OF_DESK, _MAILED):
        for match in pattern.finditer(text):
            # `표가람 이나루 기자` are two people.
            if pattern is _THROUGH and any(map(is_name, (match["through"] or "").split())):
                continue
            role = " ".join(match["role"].split()) or None
            if role in {"글", "사진", "영상", "촬영", "그래픽", "기자명", "글쓴이", "작성자"}:
                # What the person made, not what the person is.
                role = None
            before = _named_before(text[: match.start()]) if pattern is _LIST else []
            for name in [*before, *_SEPARATOR.split(match["names"])]:
                # Two syllables behind a role are as likely a word: `기자 사이`.
                if is_name(name) and (pattern is not _BEFORE or len(name) >= _SURNAME_AND_TWO):
                    authors.setdefault(name, Author(name=name, role=role))
    return _with_mails(tuple(authors.values())[:_MOST], text)


def _named_before(text: str) -> list[str]:
    """Return names before a list: `차병섭 이나루 기자`, `전주 차병섭·봉화 이나루 기자`.

    Only names of three syllables count, so that no place is taken for one.
    """
    names: list[str] = []
    while (
        (match := _LAST_WORD.search(text))
        and is_name(match[1])
        and (match["place"] or "서울") in PLACES
    ):
        names.insert(0, match[1])
        text = text[: match.start(1)]
    return names


def unnamed_role(dateline: str) -> str | None:
    """Return the reporter whom a dateline names without a role.

    `[한들스포츠 표가람]`, `(한들넷=표가람 연구소)`.
    """
    match = _IN_DATELINE.match(dateline.strip())
    name = match["name"] or match["last"] if match else None
    return name if name and is_name(name) else None


def writer(line: str) -> Author | None:
    """Return the guest writer whom a whole line names with an office or a profession.

    Columns have such lines at their head or end.
    """
    line = line.strip()
    if line.startswith(("[", "(", "<")) and line.endswith(("]", ")", ">")):
        line = line[1:-1].strip()
    guest = _GUEST.fullmatch(line)
    return (
        Author(name=guest["name"], role=guest["role"]) if guest and is_name(guest["name"]) else None
    )


def slashed(line: str) -> str | None:
    """Return the byline beside the source of pictures: `표가람 / 사진제공 …`, `사진=… / 표가람 기자`.

    A name without a role comes back as `글 표가람`, and is one at the end of a text only.
    """
    if len(line) > _LONGEST_SLASHED or not _BETWEEN.search(line):
        return None
    for apart in _BETWEEN.finditer(line):
        before, after = line[: apart.start()].strip(_AROUND), line[apart.end() :].strip(_AROUND)
        if _SOURCE.fullmatch(after):
            match = _WRITER.fullmatch(before)
            if match and is_name(match["name"]):
                return f"글 {match['name']}"
            return before if _names_a_role(before) else None
        if _SOURCE.fullmatch(before):
            return after if _names_a_role(after) else None
    return None


def _names_a_role(text: str) -> bool:
    return bool(people(text)) and is_byline(text)


def named(text: str) -> tuple[Author, ...]:
    """Return the people of a field that holds only names, with or without roles.

    `박철현`, `김철수, 이영희`.
    """
    if authors := people(text):
        return authors
    if guest := writer(text):
        return (guest,)
    line = MAIL.sub(" ", re.sub(r"\s외\s?\d+\s?[명인]|\(.*?\)|\[.*?\]", " ", text[:200]))
    names = [_OUTLET_FIRST.sub("", name.strip()) for name in _SEPARATOR.split(line)]
    authors = tuple(
        Author(name=name.replace(" ", ""))
        for name in names
        if _ALONE.fullmatch(name) and is_name(name)
    )
    return _with_mails(authors, text)


def _with_mails(authors: tuple[Author, ...], text: str) -> tuple[Author, ...]:
    """Return the authors with the addresses of the text, where it is clear whose they are.

    As many addresses as people are in the same order; the only person has the first address.
    """
    mails = MAIL.findall(text)
    if not mails or not authors:
        return authors
    if len(mails) == len(authors):
        return tuple(author.evolve(email=mail) for author, mail in zip(authors, mails, strict=True))
    if len(authors) == 1:
        return (authors[0].evolve(email=mails[0]),)
    return authors


def agency(text: str) -> str | None:
    """Return the news agency that a dateline or a credit names."""
    match = _AGENCY.search(text)
    if match:
        return match[1] or match[2]
    if _SHORT_AGENCY.fullmatch(text):
        return "연합뉴스"
    unknown = _UNKNOWN_AGENCY.search(text)
    return unknown[1] if unknown else None


def merged(groups: Iterable[tuple[Author, ...]]) -> tuple[Author, ...]:
    """Return each person once, with the role and the address that any mention gives."""
    authors: dict[str, Author] = {}
    for author in chain.from_iterable(groups):
        known = authors.setdefault(author.name, author)
        authors[author.name] = known.evolve(
            role=known.role or author.role, email=known.email or author.email
        )
    return tuple(authors.values())


def _beside_a_moment(line: str) -> tuple[Author, ...]:
    """Return the people of a line that holds nothing but names and a date."""
    dates = moments(line)
    return named(line[: dates[0][0]].strip(" |·")) if dates else ()


def is_byline(line: str, *, longest: int = 140) -> bool:
    """Say whether a whole line of at most `longest` characters is a byline.

    It names people or an address, and beside them only outlet, place and role.
    """
    if len(line) > longest:
        return False
    # One cheap search spares most lines of running text the many patterns below.
    if not _HINT.search(line):
        return False
    mails = MAIL.findall(line)
    authors = people(line) or _beside_a_moment(line)
    if not mails and not authors:
        return False
    text = _AT_PLACE.sub(
        " ", _CUT_MAIL.sub(" ", MAIL.sub(" ", _PICTURED.sub("", line) if mails else line))
    )
    text = _FROM_PLACE.sub(" ", text)
    for author in authors:
        text = text.replace(author.name, " ")
    text = _WORDS.sub(" ", _AGENCY.sub(" ", text))
    words = [word for word in re.findall(r"[가-힣A-Za-z0-9]+", text) if word not in PLACES]
    return len("".join(words)) <= (_UNKNOWN_WORD if authors else _DESK_NAME)
