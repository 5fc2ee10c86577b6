"""Lines that stand around Korean articles, told from running text. Each pattern is for a whole line.

Groups and their sources follow the field study of boilerplate (11 groups, 209 strings). The patterns are stems with
anchors: a sentence that mentions 무단 전재, 제보 or 사진 is running text, and property tests hold every rule to that.
"""

import re
from enum import Enum, auto
from functools import lru_cache

from processing.reading.bylines import MAIL, is_byline


class Line(Enum):
    """What sort of line it is, where it is no running text."""

    RIGHTS = auto()  # group 1 and 2: copyright, redistribution, AI use
    BYLINE = auto()  # group 3
    CAPTION = auto()  # group 4: captions and photo credits
    PROMOTION = auto()  # group 5: tip-off, subscribe, portal and social invitations; group 10: advertising
    INTERFACE = auto()  # group 6: fonts, share, print, listen; board chrome
    PORTAL = auto()  # group 7
    PREMIUM = auto()  # group 8
    RELATED = auto()  # group 9: the label of a list of other articles
    CREDIT = auto()  # broadcast credits: camera, editing, graphics
    TAGS = auto()
    TIME = auto()


_PROSE = re.compile(r"[가-힣]{2}[.?!…](?:[”\"’')\]]|\s?\([^)]{1,30}\))*$")
_STATEMENT = re.compile(r"[가-힣](?:다|요|죠|음|임|함|됨)\.(?=[\s”\"'’)\]]|$)")
_PLAIN_STYLE = re.compile(r"[가-힣](?<!니)다(?:[.?!][”\"’')\]]{0,2}(?=\s|$)|[.?!]?[”\"’')\]]{0,2}$)")
_STOP = re.compile(r"[가-힣](?:다|요|죠|까|음|임|함|됨)[.?](?=[\s”\"’')\]]|$)")
_RESERVED = r"무단\s?[-·]?\s?(?:전재|복제|배포|도용|수집|복사|사용|게재|인용|전제)"
_FORBIDDEN = r"(?:금지|금합니다|금함|불허|불법)"

_RIGHTS = re.compile(
    r"^[\W_]*(?:lt;|gt;|&lt;)?[\W_]*(?:저작권자\s?[^가-힣\s]|저작권자\s?[(:]|copyrights?\b|ⓒ|©|Ⓒ|\(c\)|"
    rf"all rights reserved).{{0,200}}$"
    rf"|^.{{0,70}}{_RESERVED}[^.]{{0,70}}{_FORBIDDEN}[^가-힣]{{0,30}}(?:gt;)?$"
    rf"|^.{{0,60}}{_RESERVED}.{{0,60}}(?:금합니다|금지합니다|금지됩니다|금지되어 있습니다)[.\s]*$"
    rf"|^[\W_]*(?:ⓒ|©).{{0,80}}$|^.{{0,50}}all rights reserved\.?[^가-힣]*.{{0,60}}{_FORBIDDEN}?[^가-힣]*$"
    r"|^.{0,60}(?:AI|인공지능)\s?(?:데이터|학습)[^.]{0,30}(?:금지|금합니다)[^가-힣]{0,20}$",
    re.IGNORECASE,
)
_PREMIUM = re.compile(
    r"^.{0,30}(?:프리미엄|유료|구독자|회원)\s?(?:전용)?\s?(?:기사|콘텐츠|컨텐츠|뉴스)"
    r"(?:입니다|를 무단|을 무단|의 무단|로,? ).{0,60}$"
    r"|^(?:이에 대해 )?.{0,20}무관용 원칙.{0,20}대응합니다.{0,4}$"
    r"|^[이본] 기사는 .{0,40}(?:유료|프리미엄|먼저|발행된|노출된|출고된).{0,50}(?:기사|콘텐츠|뉴스)입니다.{0,4}$"
    r"|^.{0,30}(?:로그인|구독|결제)\s?(?:하시면|하면|후)\s.{0,30}(?:보실|볼|읽으실|읽을|열람하실) 수 있습니다.{0,4}$"
)
_PROMOTION = re.compile(
    r"^.{0,40}(?:제보\s?(?:는|를|하기|전화|메일|문의|받습니다|해 ?주|바랍니다|기다립니다)|기사\s?제보|"
    r"기사\s?문의|제보가 (?:뉴스|세상)|okjebo|jebo\d*|[가-힣A-Z]+제보['’\"]?\s?(?:검색|추가)).{0,120}$"
    r"|^[\W_]*(?:네이버|카카오|카톡|카카오톡|유튜브|페이스북|텔레그램|인스타그램|트위터|라인|밴드|다음|"
    r"구글)[^.]{0,60}(?:구독|채널|추가|검색|팔로우|좋아요|메인에서|바로가기|하세요|해주세요)[^.]{0,60}[.!]?$"
    r"|^[▶▷☞►→●■※◆◇★☆♣♥▲+>＞\-\s]+[^.]{0,80}(?:구독|바로가기|다운로드|클릭|보러 ?가기|확인하기|신청|무료|카톡|"
    r"채널|페이스북|홈페이지|앱|만나보세요|만나기|팔로우)[^.]{0,60}$"
    r"|^[\[(【<〈].{0,30}(?:구독|바로가기|클릭|카카오톡|카톡|메일|전화|홈페이지|페이스북|"
    r"앱 ?다운).{0,40}[\])】>〉].{0,80}$"
    r"|^[\W_]*(?:전화|이메일|메일|카카오톡|카톡|라인|팩스|홈페이지|사이트|유튜브)\s?[:：].{0,40}(?:\d{3,4}-|@|"
    r"검색|https?:|\.(?:kr|com)|추가).{0,40}$"
    r"|^.{0,30}(?:좋아요를 눌러|구독을 눌러|구독해\s?주세요|구독하세요|친구\s?추가|채널 ?추가|무료\s?체험|운세|"
    r"토정비결).{0,50}$"
    r"|^(?:ADVERTISEMENT|AD|광고|PR|Sponsored)$|^.{0,20}후원\s?(?:하기|계좌|문의).{0,40}$|^.{0,40}(?:급등|"
    r"추천)\s?종목.{0,40}(?:공개|무료|확인).{0,20}$",
    re.IGNORECASE,
)
_INTERFACE = re.compile(
    r"^[\W_]*(?:글(?:자|씨)\s?(?:크기|작게|크게)|폰트|본문\s?(?:듣기|글자|보기|바로가기|프린트|영역|시작|끝|"
    r"광고)?|기사\s?(?:듣기|읽기|스크랩|공유|저장|본문|원문|입력|목록|내용|보내기|프린트|인쇄)|뉴스\s?기사|"
    r"공유하기?|인쇄(?:하기)?|프린트|스크랩(?:하기)?|"
    r"가가|좋아요|나빠요|댓글(?:목록|쓰기|보기|달기)?|추천|비추천|반대|신고|목록|이전(?:글|기사)?|다음(?:글|"
    r"기사)?|글쓰기|수정|삭제|답변|검색|닫기|열기|더보기|전체보기|맨위로|위로가기|메뉴|확대|축소|원본\s?보기|"
    r"(?:이미지|사진)\s?(?:확대|크게|원본|축소)?\s?(?:보기|하기|닫기)?|관련자료|첨부파일|페이지 정보|"
    r"등록된 댓글이 없습니다\.?|작성자|작성일|조회수?|접속자집계|회원로그인|회원가입|사이트 정보|번역|"
    r"URL\s?복사|복사하기|URL|주소복사)"
    r"(?:\s?[:：]?\s?\d[\d,]*\s?(?:건|회|개|명)?)?[\W_]*$"
    r"|^.{0,20}(?:이미지|사진)를?\s?(?:클릭|누르)하?시?면?.{0,30}$|^작성자\s.{1,20}(?:댓글|조회|작성일).{0,60}$|"
    r"^[\w.-]{3,80}\.(?:png|jpe?g|gif|webp|bmp)$"
    r"|^.{0,40}(?:브라우저|동영상|플레이어|javascript|자바스크립트).{0,40}(?:지원하지|종료|설치|재생할 수 없).{0,40}$"
    r"|^(?://|/\*|#--|<!--|-->|function |var ).{0,120}$|^.{0,30}본문\s?배너.{0,10}$",
    re.IGNORECASE,
)
_PORTAL = re.compile(
    r"^.{0,20}기사.{0,12}(?:카테고리|섹션).{0,40}(?:언론사|분류).{0,40}$|^.{0,10}언론사는.{0,30}(?:카테고리|섹션).{0,40}$"
    r"|^기사 섹션 분류 안내$|^(?:본|이|위)\s(?:콘텐츠|내용).{0,20}(?:저작권|법적 책임).{0,120}$"
    r"|^[^.]{0,40}자동\s?(?:요약|추출)(?:한|된|\s?기술로)[^.]{0,30}(?:결과|내용)입니다\.?.{0,60}$"
    r"|^[^.]{0,30}빅데이터 [^.]{0,20}분석하여 제공합니다\.?$|^.{0,12}네이버 AI 뉴스 알고리즘.{0,20}$"
    r"|^.{0,12}기사를 추천합니다.{0,20}$|^기사 추천은 .{0,60}$|^.{0,20}구독하고 메인에서.{0,30}$|^Now in translation$"
)
_RELATED = re.compile(
    r"^[\W_]*(?:이 기사와 )?(?:관련\s?(?:기사|뉴스|글|콘텐츠|키워드)|연관\s?(?:기사|뉴스)|(?:많이|가장 많이|"
    r"지금 많이)\s?본\s?(?:뉴스|기사)?|(?:주요|추천|인기|핫|최신|화제의?|오늘의)\s?(?:뉴스|기사|이슈|포토)|"
    r"함께\s?(?:보면|읽으면|볼)\s?.{0,12}|"
    r"이\s?시각\s?(?:주요|추천|헤드라인|인기)?\s?(?:뉴스|기사|헤드라인)?|(?:오늘의\s?)?핫\s?클릭|"
    r"[가-힣]{2,4}\s?기자의?\s?(?:다른|최근|주요)\s?(?:기사|뉴스).{0,8}|종목기사|이어보기.{0,10}|"
    r"AI\s?추천\s?(?:뉴스|기사)|더\s?많은\s?(?:기사|뉴스).{0,10}|당신이 (?:좋아할|관심).{0,14}|"
    r"[가-힣A-Za-z0-9]{2,8}\s?주요\s?뉴스)"
    r"[\s\d/]*[\W_]*$"
)
_RELATED_LINE = re.compile(
    r"^[\[(<【◆■▶▷☞※\s]*(?:관련\s?기사|연관\s?기사|관련\s?뉴스)\s?(?:\d/\d)?\s?[:：\]>】☞▶▷].{0,120}$"
)
_CREDIT = re.compile(
    r"^[\W_]*(?:취재|영상\s?(?:취재|편집|구성|제작|촬영|제공)|취재\s?기자|촬영\s?(?:기자)?|편집|그래픽|디자인|"
    r"CG|자막|화면\s?(?:제공|출처)|구성|제작|사진|자료\s?(?:조사|제공|출처|사진)|VJ|영상|글|연출|"
    r"리서처|인턴|출처|캡처|일러스트|삽화)"
    r"(?:\s?[·/,]\s?(?:사진|영상|편집|글|그래픽|취재))*\s?[:：=|ㅣ／/]\s?[^.]{1,140}[\W_]*$"
)
_SIGNATURE = re.compile(r"^(?:글|사진|영상|취재|정리)[.·]\s?[가-힣A-Za-z·\s]{2,20}$")
_LABELLED = re.compile(
    r"^[\W_]*(?:사진|자료|그래픽|이미지|영상|캡처)\s?(?:제공|출처|캡처|설명|자료)?\s?[=:：|ㅣ/].{1,80}$"
)
_PHOTO = re.compile(
    r"^[/／]\s?.{1,40}$|^[\[(〈<【].{1,40}(?:제공|캡처|갈무리|자료\s?사진|DB|게티이미지.{0,4}|연합뉴스|뉴시스|"
    r"뉴스1|인스타그램|유튜브|페이스북)[.\s]*[\])〉>】]?$"
    r"|^[^.]{0,160}(?:재판매 및 DB ?금지|게티이미지(?:뱅크|코리아)?|자료\s?사진)[\])〉>\s.]*$"
    r"|^(?:해당 |위 )?기사.{0,14}(?:무관|관계\s?없음|관련\s?없음)(?:함|합니다)?[.\s].{0,16}$"
    r"|^.{0,30}(?:사진|이미지|영상|기사)[은는과와]?.{0,24}(?:관련|관계)\s?(?:이\s?)?(?:없음|없습니다|"
    r"없는 .{0,8}|없다)[.\s)\]]*$"
    r"|^[^.]{4,120}[.\s](?:[가-힣A-Za-z0-9()·]{2,20}\s)?(?:제공|캡처|갈무리)\.?$"
    r"|^[^.]{4,140}(?:[ⓒ©/]\s?|[(\[〈]\s?)(?:AP|AFP|EPA|로이터|연합뉴스|뉴시스|뉴스1|News1|OSEN|"
    r"[가-힣A-Z]{2,8}DB|[가-힣]{2,4}\s?기자)(?:\s?=\s?\S{2,8})?\s?[)\]〉]?[.\s]*$"
)
_WITH_CREDIT = re.compile(
    r"(?:[\[(〈<【]\s?(?:사진|자료|그래픽|이미지|출처)\s?(?:제공|출처|캡처)?\s?[=:：|ㅣ].{1,50}[\])〉>】]"
    r"|(?:ⓒ|©)\s?(?:[가-힣A-Za-z0-9]{2,14}(?:\s?기자)?|독자\s?제공)|"
    r"(?<=[다.])\s?/\s?(?:사진\s?=\s?)?[가-힣A-Za-z0-9 ]{2,20}|/(?:뉴스1|뉴시스|연합뉴스)"
    r"|[\[(](?:[가-힣A-Za-z0-9·\s]{2,24}\s(?:제공|캡처|갈무리)|(?:AP|EPA|AFP|로이터|타스|"
    r"신화)[=/]?[가-힣0-9\s]*)[\])]|재판매 및 DB ?금지\]?|(?<=[.다])\s(?:사진\s[가-힣A-Za-z0-9]{2,12}|(?:AP|AFP|"
    r"EPA|로이터|타스|신화)\s?[=/]\s?[가-힣0-9]{2,6}|연합뉴스|뉴시스|뉴스1|"
    r"[가-힣]{2,4}\s기자)"
    r"|\d{4}\.\s?\d{1,2}\.\s?\d{1,2}\.?\s?(?:\S+@\S+)?)[\s.]*$"
)
_TAGS = re.compile(r"^(?:#[^\s#]{1,40}[\s,]*)+$")
_TIME = re.compile(
    r"^[\W_]*(?:(?:기사\s?)?(?:입력|승인|등록|수정|송고|게재|발행|작성|최종)(?:\s?(?:시간|일시|일|날짜|시각|"
    r"수정))*\s?[:：\[(|\s]*)?(?:(?:19|20)?\d\d\s?[-./년]\s?\d{1,2}\s?[-./월]\s?\d{1,2}[\s일.,()월화수목금토]*"
    r"(?:오전|오후)?\s?(?:\d{1,2}[:시]\s?\d{2}(?::\d{2})?분?)?[\s|/)\]·]*(?:입력|승인|등록|수정|송고|최종|"
    r"기사)?\s?[:：\s]*)+[\W_]*$"
)
_END = re.compile(
    r"^[$#@%{}\[\]<>_\-]{1,4}[A-Z_]{3,30}[$#@%{}\[\]<>_\-]{1,4}$|^[\W_]*(?:끝|以上|이상)[\W_]*$|^[=\-*_─━~·.•\s|"
    r"]+$|^※\s?(?:별첨|첨부|붙임).{0,30}$"
)
_MARKED = re.compile(r"^\s?[▲△]\s?[^▲△▼]{8,250}$")
_LIST_WORD = re.compile(r"별세|[부모]친상|빙[부모]상|장[인모]상|조[부모]상|시[부모]상")
_ARROW = re.compile(r"^[▶▷☞►]+\s?[^.?!]{4,90}$")
_SHOWN = re.compile(r"(?:고 있다|있다|모습이다|모습|장면이다|장면|전경|풍경|사진이다|보인다)[.]?[”\"]?$")
_OBJECT = re.compile(r"[가-힣](?:의|을|를|에서|하는|대하여|위한)(?=[\s,.]|$)")
_LONGEST_CAPTION, _LONGEST_ODD = 300, 240
_MANY = 3  # sentences

_WHOLE: tuple[tuple[Line, re.Pattern[str]], ...] = (
    (Line.TAGS, _TAGS),
    (Line.TIME, _TIME),
    (Line.INTERFACE, _INTERFACE),
    (Line.INTERFACE, _END),
    (Line.PORTAL, _PORTAL),
    (Line.PREMIUM, _PREMIUM),
    (Line.RIGHTS, _RIGHTS),
    (Line.RELATED, _RELATED),
    (Line.CREDIT, _CREDIT),
    (Line.CREDIT, _SIGNATURE),
    (Line.PROMOTION, _PROMOTION),
)


def is_prose(line: str) -> bool:
    """Say whether a line ends as a sentence does, or holds one."""
    return bool(_PROSE.search(line)) or bool(_STOP.search(line))


def is_statement(line: str) -> bool:
    """Say whether a line holds a sentence that ends in a full stop, as headlines do not."""
    return bool(_STATEMENT.search(line))


@lru_cache(maxsize=4096)
def sort_of(line: str) -> Line | None:
    """Return what sort of line this is, or None for running text."""
    if len(line) > _LONGEST_CAPTION:
        return None
    if len(line) <= _LONGEST_ODD and not _is_told(line):
        for sort, pattern in _WHOLE:
            if pattern.match(line) and not (sort is Line.CREDIT and _OBJECT.search(line)):
                return sort
    if is_byline(line):
        return Line.BYLINE
    return Line.CAPTION if _is_caption(line) else None


def _is_told(line: str) -> bool:
    """Say whether a line tells: three sentences or more, or one in plain style (…했다., …이다”)."""
    return len(_STOP.findall(line)) >= _MANY or bool(_PLAIN_STYLE.search(line))


def _is_caption(line: str) -> bool:
    if _LABELLED.match(line) and not _OBJECT.search(line):
        return True
    if _PHOTO.match(line) and len(_STOP.findall(line)) <= 1:
        return True
    credit = _WITH_CREDIT.search(line)
    if credit is None or len(_STOP.findall(line)) >= _MANY:
        return False
    shown = line[: credit.start()].rstrip()
    return not _PLAIN_STYLE.search(shown) or bool(_SHOWN.search(shown))


def is_marked(line: str) -> bool:
    """Say whether a line begins with the triangle of captions, which is also the bullet of lists and obituaries."""
    return bool(_MARKED.match(line)) and not _LIST_WORD.search(line)


def is_link(line: str) -> bool:
    """Say whether a line is the title of another article behind an arrow."""
    return bool(_RELATED_LINE.match(line)) and not is_prose(line)


def is_arrow(line: str) -> bool:
    """Say whether a line stands behind an arrow: among sentences a subhead, after the last of them a link."""
    return bool(_ARROW.match(line))


def without_credit(line: str) -> tuple[str, str]:
    """Split a photo credit behind a mark off the end of running text; the second part is "" where there is none."""
    match = _WITH_CREDIT.search(line)
    if match is None or not match[0].strip().startswith(("[", "(", "〈", "<", "【", "/", "ⓒ", "©")):
        return line, ""
    return line[: match.start()].rstrip(), match[0]


def captionless(line: str) -> str:
    """Return a caption that tells something without its credit: on a photo page it is the text."""
    credit = _WITH_CREDIT.search(line)
    return line[: credit.start()].rstrip() if credit and is_prose(line[: credit.start()].rstrip()) else line


__all__ = [
    "MAIL",
    "Line",
    "captionless",
    "is_arrow",
    "is_link",
    "is_marked",
    "is_prose",
    "is_statement",
    "sort_of",
    "without_credit",
]
