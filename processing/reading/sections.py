"""The section that a page shows beside its article: a trail (홈 > 사회 > 사건), or a label above the headline."""

import re

from lxml.html import HtmlElement

from processing.reading import json_ld
from processing.reading.head import Head
from processing.reading.tree import marks, text_of

_WORDS = (
    "정치 국회 청와대 대통령실 행정 북한 통일 외교 국방 경제 금융 증권 주식 산업 재계 기업 부동산 건설 유통 생활경제 "
    "중기 벤처 자동차 사회 사건 사고 법원 검찰 노동 교육 환경 복지 의료 보건 건강 인권 국제 세계 해외 미국 중국 일본 "
    "문화 생활 여행 레저 책 종교 공연 전시 음악 영화 방송 연예 스타 스포츠 야구 축구 해외축구 농구 배구 골프 씨름 "
    "과학 기술 IT 테크 게임 통신 바이오 오피니언 사설 칼럼 기고 논설 사람 인물 인사 부고 지역 전국 수도권 서울 경기 "
    "인천 부산 대구 광주 대전 울산 세종 강원 충북 충남 전북 전남 경북 경남 제주 호남 영남 충청 날씨 재난 "
    "기획 특집 탐사 젠더 여성 국방 군사 농업 농정 해양 물류 항만 시황 마켓 정책 정부 지자체 엔터테인먼트 라이프 "
    "라이프스타일 피플 동포 재외동포"
)
_WORD = rf"(?:{'|'.join(sorted(set(_WORDS.split()), key=len, reverse=True))})"
_SECTION = re.compile(rf"{_WORD}(?:\s?[·/&ㆍ・,]\s?{_WORD}){{0,2}}(?:\s?(?:일반|종합|뉴스))?")
_TRAIL = re.compile(
    r"(?:^|[\s_-])(?:location|breadcrumbs?|crumb|path|cate|categor(?:y|ies)|news_?cate|sec(?:tion)?[-_]?(?:name|tit(?:le)?))"
    r"(?=$|[\s_-])|categoriz"
)
_BETWEEN = re.compile(r"\s*[>›»〉≫＞▶]\s*|\s/\s|\s\|\s")
_HOME = frozenset({"홈", "home", "뉴스", "news", "기사", "전체", "분야별 뉴스", "뉴스홈", "최신뉴스", "main", "메인"})
_TAGS = ("div", "p", "ul", "ol", "nav", "span", "em", "strong", "a", "h2", "h3", "h4", "td", "li", "dl")
_LONGEST = 60


def section_shown(root: HtmlElement, head: Head) -> str | None:
    """Return the section that a trail declared or shown names first, or a label of a section's own name."""
    for found in head.objects:
        if json_ld.is_a(found, "BreadcrumbList") and (section := _declared(found)):
            return section
    for element in root.iter(*_TAGS):
        if not (element.get("class") or element.get("id")) or not _TRAIL.search(marks(element)):
            continue
        if section := _first(text_of(element)):
            return section
    return None


def _declared(trail: dict[str, json_ld.Json]) -> str | None:
    items = trail.get("itemListElement")
    listed = [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
    names = [json_ld.text(one.get("name")) or json_ld.text(one.get("item")) for one in listed]
    return next((name for name in names if name and _SECTION.fullmatch(name)), None)


def _first(text: str) -> str | None:
    """Return the first part of a trail that is a section's name; a trail begins at the site's front.

    Where menus unfold from the trail, its last part is glued to them.
    """
    parts = [part.strip() for part in _BETWEEN.split(text[:_LONGEST]) if part.strip()]
    parts = parts[:-1] if len(text) > _LONGEST else parts
    while parts and parts[0].lower() in _HOME:
        parts.pop(0)
    return parts[0] if parts and _SECTION.fullmatch(parts[0]) else None
