"""Pages unlike any family: what stands inside, beside and around the text in invented outlets' mark-up."""

from datetime import UTC, datetime

import pytest

from processing.reading.extract import extract
from processing.records import Page
from tests.processing.reading.layouts import opengraph
from tests.processing.reading.stories import MOUNTAIN as P
from tests.processing.reading.stories import Story

TEXT = "".join(f"<p>{text}</p>" for text in P)
SHORT = "\n\n".join(P[:4])
LOOSE = "<br><br>".join(P)
COMMENT = "<li><p>정말 좋은 소식이네요. 기대가 됩니다. 우리 동네도 했으면 좋겠습니다.</p></li>"
LEAD = "<p>다른 기사의 첫 문장이 여기에 놓여 있다. 그리고 두 번째 문장도 조금 놓여 있다가 끊긴다고 한다.</p>"
HEAD = (
    opengraph(Story()) + f'<meta property="article:published_time" content="{Story().published}">'
)

VARIANTS = {
    "newsis": (
        f'<div class="viewer"><article><div class="summury">=조사단 내달 꾸려=<br>=예산 310억=</div><div class="thumCont"><table class="article_photo"><tr><td><img src=a></td></tr></table><p class="photojournal">[한들=뉴시스] 소지안 기자 = 도윤재 한들시장이 21일 설명회에서 발언하고 있다. 2026.03.21. photo@newsis.com</p></div>[한들=뉴시스]표가람 기자 = {LOOSE}<br><br>◎공감언론 뉴시스 garam@newsis.com<br></article></div>',
        Story().text,
    ),
    "joongang": (
        f'<div id="article_body" class="article_body"><div class="ab_photo"><img src=a><p class="caption">물가의 도윤재 시장. 표가람 기자</p></div>{TEXT}<p>표가람 기자 garam@joongang.co.kr</p></div>',
        Story().text,
    ),
    "hankyung": (
        f'<div class="article-body" id="articletxt" itemprop="articleBody"><figure class="article-figure"><img src=a><figcaption>물가</figcaption></figure>{LOOSE}<br><br>표가람 기자 garam@hankyung.com</div>',
        Story().text,
    ),
    "yna": (
        f'<article class="story-news article"><div class="tit-sub"><strong>내년 봄 착공</strong></div><div class="comp-box photo-group"><figure><img src=a><figcaption>물가<br>[한들시 제공. 재판매 및 DB 금지]</figcaption></figure></div><p>(한들=연합뉴스) 표가람 기자 = {P[0]}</p>'
        + "".join(f"<p>{x}</p>" for x in P[1:])
        + '<p>garam@yna.co.kr</p><p class="txt-copyright adrs">제보는 카카오톡 okjebo &lt;저작권자(c) 연합뉴스, 무단 전재-재배포, AI 학습 및 활용 금지&gt; 2026/03/21 14:05 송고</p></article>',
        Story().text,
    ),
    "span br": (
        '<div id="CmAdContent" class="paragraph">'
        + "".join(f"<span>{x}</span><br><br>" for x in P)
        + "YTN 표가람 (garam@ytn.co.kr)<br><br>※ '당신의 제보가 뉴스가 됩니다' [카카오톡] YTN 검색해 채널 추가 [전화] 02-398-8585 [메일] social@ytn.co.kr<br><br>[저작권자(c) YTN 무단전재, 재배포 및 AI 데이터 활용 금지]</div>",
        Story().text,
    ),
    "inline ads": (
        f'<div class="news_txt">{P[0]}<div class="ad_wrap"><ins class="adsbygoogle"></ins></div>{P[1]}<br><br><div id="div-gpt-ad-1"><script>a()</script></div>{P[2]}<br><br>{P[3]}</div>',
        SHORT,
    ),
    "related in body": (
        f'<div class="article_txt">{TEXT}<p><strong>[관련기사]</strong></p><p><a href=x>다른 기사의 제목이 여기 있다</a></p><p><a href=y>또 다른 기사의 제목</a></p></div>',
        Story().text,
    ),
    "related links mid": (
        f'<div class="article_txt"><p>{P[0]}</p><p>{P[1]}</p><p><a href=x>▶ 다른 기사의 제목이 여기 있다…왜?</a></p><p>{P[2]}</p><p>{P[3]}</p></div>',
        SHORT,
    ),
    "p with inline links": (
        '<div class="article_txt">'
        + "".join(f"<p>{x.replace('한들시', '<a href=q>한들시</a>', 1)}</p>" for x in P)
        + "</div>",
        Story().text,
    ),
    "nested divs": (
        '<div class="view"><div><div>'
        + "".join(f'<div><div><span style="font-size:16px">{x}</span></div></div>' for x in P)
        + "</div></div></div>",
        Story().text,
    ),
    "comments": (
        f'<div class="news_view">{TEXT}</div><div id="comments"><ul>'
        + COMMENT * 12
        + "</ul></div>",
        Story().text,
    ),
    "related leads": (
        f'<div class="art_txt">{TEXT}</div><section class="more"><h3>많이 본 기사</h3>'
        + "".join(f"<div><a href=x>다른 기사의 제목 {i}</a>{LEAD}</div>" for i in range(8))
        + "</section>",
        Story().text,
    ),
    "ai summary": (
        f'<div class="article_wrap"><div class="ai_summary"><strong>AI 요약</strong><p>{P[0]}</p><p>{P[3]}</p></div><div class="article_cont">{TEXT}</div></div>',
        Story().text,
    ),
    "ai summary unmarked": (
        f'<div class="xx"><div class="box1"><strong>3줄 요약</strong><p>{P[0]}</p></div><div class="yy">{TEXT}</div></div>',
        Story().text,
    ),
    "list in body": (
        '<div class="article_txt"><p>'
        + P[0]
        + "</p><ul><li>첫째, 예산을 줄인다고 했다.</li><li>둘째, 사람을 늘린다고 했다.</li></ul><p>"
        + P[1]
        + "</p></div>",
        P[0] + "\n\n첫째, 예산을 줄인다고 했다.\n\n둘째, 사람을 늘린다고 했다.\n\n" + P[1],
    ),
    "blockquote": (
        '<div class="article_txt"><p>'
        + P[0]
        + "</p><blockquote><p>“물은 모두의 것이다.”</p></blockquote><p>"
        + P[1]
        + "</p></div>",
        P[0] + "\n\n“물은 모두의 것이다.”\n\n" + P[1],
    ),
    "subhead h3": (
        '<div class="article_txt"><p>'
        + P[0]
        + "</p><h3>상류부터 살펴야</h3><p>"
        + P[1]
        + "</p></div>",
        P[0] + "\n\n상류부터 살펴야\n\n" + P[1],
    ),
    "reporter box in body": (
        f'<div class="article_txt">{TEXT}<div class="reporter_box"><p>표가람 기자</p><p>물가의 일을 씁니다. 제보를 기다립니다.</p><a href=x>구독</a></div></div>',
        Story().text,
    ),
    "qna": (
        '<div class="article_txt"><p>'
        + P[0]
        + "</p><p><strong>-물길은 언제 열리나.</strong></p><p>“내년 봄이다.”</p><p>"
        + P[1]
        + "</p></div>",
        P[0] + "\n\n-물길은 언제 열리나.\n\n“내년 봄이다.”\n\n" + P[1],
    ),
    "form wrapper": (
        f'<form id="aspnetForm"><div class="view_cont">{TEXT}</div></form>',
        Story().text,
    ),
    "font tag": (f'<td id="font"><font size=3>{LOOSE}</font></td>', Story().text),
    "table layout": (
        f'<table><tr><td><table><tr><td class="news_text">{LOOSE}</td></tr></table></td></tr></table>',
        Story().text,
    ),
    "section main": (
        f"<main><section><h1>{Story().title}</h1>{TEXT}</section></main>",
        Story().text,
    ),
    "editor of blocks": (
        '<div class="view"><h6>사회</h6><h3 class="entry-title">한들시, 덮였던 물길 다시 연다</h3><div class="who"><a>표가람</a></div>'
        + "".join(
            f'<div class="block"><div class="inside"><div class="paragraph">{x}</div></div></div>'
            for x in P
        )
        + '<ul class="words"><li><a>물길</a></li></ul></div>',
        Story().text,
    ),
    "each paragraph wrapped": (
        "<main><h1>한들시, 덮였던 물길 다시 연다</h1><section><ul><li>읽는 시간: 4 분</li></ul></section>"
        + "".join(f'<div dir="ltr"><p dir="ltr">{x}</p></div>' for x in P)
        + "<section><h2>더 읽을거리</h2><ul><li><a href=x>다른 기사의 제목</a></li></ul></section></main>",
        Story().text,
    ),
    "columns of one make": (
        f'<div class="col"><div class="text">{LOOSE}</div></div><div class="col"><div class="box"><a href=x>다른 기사의 제목이 여기 놓여 있다</a>{LEAD}</div></div>'
        '<div class="col">' + "<a href=x>다른 기사의 제목이 여기 놓여 있다</a>" * 8 + "</div>",
        Story().text,
    ),
    "amp": (
        f'<article><h1>{Story().title}</h1><amp-img src=a></amp-img><div class="amp-body">{TEXT}</div><amp-ad></amp-ad></article>',
        Story().text,
    ),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_the_text_and_nothing_else(name):
    markup, text = VARIANTS[name]
    page = Page(
        url="https://www.handeul.test/news/7",
        fetched_at=datetime(2026, 3, 22, 3, 0, tzinfo=UTC),
        body=f"<html><head><meta charset=utf-8>{HEAD}</head><body>{markup}</body></html>".encode(),
    )
    assert extract(page).text == text
