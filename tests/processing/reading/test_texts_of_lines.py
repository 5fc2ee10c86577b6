"""Texts without a sentence: appointments, obituaries, programmes, poems. All are invented."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from processing.reading.extract import extract
from processing.records import Article, Page, Reason, Rejection

TEXTS = {
    "[인사] 한들시": [
        ("◇ 5급 승진 의결자", "▶ 행정 = 표가람(총무과) 도윤재(복지과)", "▶ 시설 = 나루터(물길과) 강산들(건축과)"),
        ("<국장급>", "기획조정실장 표가람", "복지국장 도윤재", "<과장급>", "물길과장 나루터"),
        ("■ 한들시", "[국장급 전보]", "기획조정실장 표가람, 복지국장 도윤재", "[과장급 승진]", "물길과장 나루터"),
    ],
    "부고 - 표나루(한들신문 기자)씨 부친상": [
        ("표가람 전 한들시장 별세", "빈소: 한들병원 장례식장 2호실", "발인: 3월 22일(일) 오전 8시", "연락처: 02-000-0000"),
        ("▲ 표가람씨 별세", "▲ 빈소 = 한들병원 2호실", "▲ 발인 = 22일 오전 8시", "▲ 연락처 = 02-000-0000"),
    ],
    "[오늘의 일정] 3월 21일": [("◇ 정치", "10:00 국회 본회의", "14:00 한들시의회 임시회", "◇ 경제", "09:30 한들상공회의소 조찬")],
    "[시가 있는 아침] 물길": [("물길이 열리면", "나는 그 물가에 앉아", "오래 잊은 이름을", "하나씩 부르리라")],
    "한들시 물길 걷기 행사": [
        ("▲ 일시 : 3월 28일(토) 오후 2시", "▲ 장소 : 한들시청", "▲ 문의 : 02-000-0000", "많은 참여를 바란다고 시는 밝혔다."),
        ("1등 당첨번호는 3, 11, 19, 24, 33, 42이다.", "보너스 번호 7", "1등 당첨금 24억 1,200만 원(11명)"),
    ],
}  # fmt: skip
WRAPPED: dict[str, Callable[[tuple[str, ...]], str]] = {
    "paragraphs": lambda lines: "".join(f"<p>{line}</p>" for line in lines),
    "blocks": lambda lines: "".join(f"<div>{line}</div>" for line in lines),
    "breaks": "<br>".join,
    "a list": lambda lines: f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>",
}


def read(title: str, inner: str, name: str = "article_body") -> Article | Rejection:
    markup = (
        f'<html><head><title>{title} - 한들신문</title><meta property="og:title" content="{title}"></head>'
        f"<body><div class=gnb><a href=/>홈</a> <a href=/s>사회</a></div><h1>{title}</h1>"
        f"<div class=info>표가람 기자 입력 2026.03.21 14:05</div><div class={name}>{inner}"
        "<p>표가람 기자 garam@handeul.test</p></div><div class=foot>한들신문</div></body></html>"
    )
    page = Page(
        url="https://www.handeul.test/news/1",
        fetched_at=datetime(2026, 3, 22, 3, 0, tzinfo=UTC),
        body=markup.encode(),
    )
    return extract(page)


@pytest.mark.parametrize("wrapped", WRAPPED)
@pytest.mark.parametrize(
    ("title", "lines"), [(title, lines) for title, texts in TEXTS.items() for lines in texts]
)
def test_each_line_is_of_the_text(title: str, lines: tuple[str, ...], wrapped: str) -> None:
    article = read(title, WRAPPED[wrapped](tuple(line.replace("<", "&lt;") for line in lines)))
    assert isinstance(article, Article), article
    assert article.text.split("\n\n") == list(lines)
    assert [author.name for author in article.authors] == ["표가람"]


@pytest.mark.parametrize(
    ("title", "inner", "name"),
    [
        # Lines of a page whose headline has no mark, or is one of pictures; links; a single line.
        ("한들시 물길 지도", "<p>물길 전체 지도</p><p>물길 구간 지도</p>", "article_body"),
        ("[포토] 물길", "<p>물길 전체 지도</p><p>물길 구간 지도</p>", "article_body"),
        ("[인사] 한들시", "<p><a href=/1>한들시 국장급</a></p><p><a href=/2>한들시 과장급</a></p>", "article_body"),
        ("[인사] 한들시", "<p>지난 인사 <a href=/1>한들시 국장급</a></p><p>지난 인사 <a href=/2>한들시 과장급</a></p>", "article_body"),
        ("[인사] 한들시", "<p>기획조정실장 표가람</p>", "article_body"),
        ("[인사] 한들시", "<p>기획조정실장 표가람</p><p>댓글 3</p><p>조회 12</p><p>공유하기</p><p>목록</p><p>한들시 인사</p>", "article_body"),
        ("[인사] 한들시", "<p>기획조정실장 표가람</p><p>복지국장 도윤재</p>", "side"),
    ],
)  # fmt: skip
def test_what_nothing_calls_a_text_is_none(title: str, inner: str, name: str) -> None:
    rejection = read(title, inner, name)
    assert isinstance(rejection, Rejection), rejection
    assert rejection.reason is Reason.NOT_ARTICLE


def test_a_contact_behind_the_text_is_the_boards() -> None:
    text = "한들시는 21일 덮였던 물길을 다시 연다고 밝혔다."
    for before, row in (
        ("", "문의: 02-000-0000"),
        ("", "▲ 문의 : 02-000-0000"),
        ("▲ 장소 : 한들시청", "문의: 02-000-0000"),
    ):
        article = read("한들시, 물길 다시 연다", f"<p>{text}</p><p>{before}</p><p>{row}</p>")
        assert isinstance(article, Article)
        assert article.text == "\n\n".join(filter(None, (text, before)))
