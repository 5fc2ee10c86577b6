"""Kinds and chains."""

import pytest

from processing.kinds import chain_of, kind_of, may_be_lines
from processing.records import Kind

TITLES = [
    ("[속보] 한들시 물길 열려", Kind.FLASH),
    ("<속보> 한들시 물길 열려", Kind.FLASH),
    ("속보=한들시 물길 열려", Kind.FLASH),
    ("[1보] 한들시 물길 열려", Kind.FLASH),
    ("한들시 물길 열려(2보)", Kind.FLASH),
    ("한들시 물길 열려(종합)", Kind.ROUNDUP),
    ("한들시 물길 열려(종합2보)", Kind.ROUNDUP),
    ("[종합] 한들시 물길 열려", Kind.ROUNDUP),
    ("[포토] 물가의 아이들", Kind.PHOTO),
    ("[사진]물가의 아이들", Kind.PHOTO),
    ("[카드뉴스] 물길의 역사", Kind.PHOTO),
    ("[영상] 물이 흐른다", Kind.VIDEO),
    ("[부고] 도윤재씨 별세", Kind.OBITUARY),
    ("[인사] 한들시", Kind.PERSONNEL),
    ("[사설] 물길을 열며", Kind.OPINION),
    ("[표가람 칼럼] 물길을 열며", Kind.OPINION),
    ("[기고] 물길을 열며", Kind.OPINION),
    ("[인터뷰] 도윤재 한들시장", Kind.INTERVIEW),
    ("[보도자료] 물길 준공", Kind.PRESS_RELEASE),
    ("[코스피 마감] 이틀째 올라", Kind.MARKET),
    ("[아침 브리핑] 오늘의 물", Kind.BRIEFING),
    ("[주간 뉴스레터] 물 이야기", Kind.NEWSLETTER),
    ("속보: 한들시 물길 열려", Kind.FLASH),
    ("[부고·인사] 한들시", Kind.OBITUARY),
    ("■부고 도윤재씨 별세", Kind.OBITUARY),
    ("[인사/부고] 한들시", Kind.PERSONNEL),
    ("[人事] 한들시", Kind.PERSONNEL),
    ("◇인사 - 한들시", Kind.PERSONNEL),
    ("인사", Kind.PERSONNEL),
    ("[한들 만평] 물길", Kind.PHOTO),
    ("[한들그림판] 물길", Kind.PHOTO),
    ("[한들Pic] 물가의 아이들", Kind.PHOTO),
    ("[자막뉴스] 물이 흐른다", Kind.VIDEO),
    ("[社說] 물길을 열며", Kind.OPINION),
    ("[한들칼럼/표가람] 물길을 열며", Kind.OPINION),
    ("[특파원 칼럼 / 표가람] 물길을 열며", Kind.OPINION),
    ("[세상 읽기] 물길을 열며", Kind.OPINION),
    ("[기자의 눈] 물길을 열며", Kind.OPINION),
    ("속보이는 물길 공약", Kind.ARTICLE),
    ("속보치 발표 앞둔 한들시", Kind.ARTICLE),
    ("인사 청문회 앞둔 한들시", Kind.ARTICLE),
    ("[인사청문회] 도윤재 후보자", Kind.ARTICLE),
    ("한들시, 속보 경쟁을 그만두다", Kind.ARTICLE),
    ("종합 대책을 내놓은 한들시", Kind.ARTICLE),
    ("인사가 만사다", Kind.ARTICLE),
    ("물길을 찍은 사진", Kind.ARTICLE),
]


@pytest.mark.parametrize(("title", "kind"), TITLES)
def test_the_headline_decides(title, kind):
    assert kind_of(title, section="사회", text="물이 흐른다.") is kind


@pytest.mark.parametrize(
    ("section", "kind"),
    [
        ("오피니언", Kind.OPINION),
        ("보도자료", Kind.PRESS_RELEASE),
        ("포토", Kind.PHOTO),
        ("부고", Kind.OBITUARY),
        ("사회", Kind.ARTICLE),
        (None, Kind.ARTICLE),
    ],
)
def test_then_the_section(section, kind):
    assert kind_of("물길을 열며", section=section, text="물이 흐른다.") is kind


def test_then_the_text():
    assert (
        kind_of("물길", section=None, text="[앵커]\n\n물이 흐릅니다.\n\n[기자]\n\n그렇습니다.")
        is Kind.VIDEO
    )
    assert (
        kind_of("물길", section=None, text="▲ 도윤재(한들시 과장)씨 별세 = 21일") is Kind.OBITUARY
    )
    letter = "\n\n".join(f"{mark} 오늘의 물: 물이 흐른다." for mark in "🔎📉🗣⚠")
    assert kind_of("물길", section=None, text=letter) is Kind.NEWSLETTER
    assert kind_of("물길", section=None, text="물", is_video=True) is Kind.VIDEO


def test_the_parts_of_a_chain_share_a_key():
    parts = [
        "[속보] 한들시 물길 열려",
        "한들시 물길 열려(2보)",
        "한들시 물길 열려(종합)",
        "[1보] 한들시, 물길 열려",
    ]
    assert {chain_of(title, kind_of(title, section=None, text="")) for title in parts} == {
        "한들시물길열려"
    }
    assert chain_of("한들시 물길 열려", Kind.ARTICLE) is None


@pytest.mark.parametrize(
    ("title", "may"),
    [
        ("[인사] 한들시", True),
        ("부고 - 도윤재씨", True),
        ("[시가 있는 아침] 물길", True),
        ("[오늘의 주요 일정] 3월 21일", True),
        ("[마감시황] 코스피 올라", True),
        ("[포토] 물가의 아이들", False),
        ("[영상] 물이 흐른다", False),
        ("[속보] 한들시 물길 열려", False),
        ("[종합] 한들시 물길 열려", False),
        ("[단독] 한들시 물길 열려", False),
        ("한들시 물길 [시가 있는 아침]", False),
        ("한들시, 덮였던 물길 다시 연다", False),
    ],
)
def test_a_mark_of_the_press_allows_lines_without_a_sentence(title, may):
    assert may_be_lines(title) is may
