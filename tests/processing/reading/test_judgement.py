"""Pages that are no articles, each with its reason and evidence; and short articles, which are."""

from datetime import UTC, datetime

import pytest

from processing.reading.extract import extract
from processing.records import Article, Confidence, Doubt, Kind, Page, Reason
from tests.processing.reading.layouts import LAYOUTS, opengraph
from tests.processing.reading.layouts import page as site
from tests.processing.reading.stories import SHIP, Story

FETCHED = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)


def read(markup: str):
    return extract(
        Page(
            url="https://www.handeul.test/news/7",
            fetched_at=FETCHED,
            body=markup.encode(),
            outlet="handeul",
        ),
        url="https://www.handeul.test/7",
    )


LINKS = "".join(
    f'<li><a href="/news/{number}">물가에 심은 나무 {number}천 그루, 누가 돌보나</a></li>'
    for number in range(60)
)

REJECTED = [
    (
        Reason.BLOCKED,
        "<html><title>Request Rejected</title><body>The request was blocked by our Web Firewall security policy.</body></html>",
    ),
    (
        Reason.BLOCKED,
        "<html><title>Just a moment...</title><body>Checking your browser</body></html>",
    ),
    (
        Reason.BLOCKED,
        "<html><title>안내</title><body><p>비정상적인 접근이 감지되어 접속이 차단되었습니다.</p></body></html>",
    ),
    (
        Reason.ERROR_PAGE,
        "<html><title>오류</title><body><p>요청하신 페이지를 찾을 수 없습니다.</p></body></html>",
    ),
    (
        Reason.ERROR_PAGE,
        "<html><head><script>alert('글이 존재하지 않습니다.');history.back();</script></head><body></body></html>",
    ),
    (
        Reason.ERROR_PAGE,
        site("<title>한들신문</title>", "<div><h2>삭제되었거나 없는 기사입니다.</h2></div>"),
    ),
    (
        Reason.LOGIN,
        "<html><title>한들마을</title><body><p>글을 읽을 권한이 없습니다. 회원이시라면 로그인 후 이용해 보십시오.</p></body></html>",
    ),
    (Reason.LIST_PAGE, site("<title>사회 - 한들신문</title>", f"<ul>{LINKS}</ul>")),
    (
        Reason.LIST_PAGE,
        "<?xml version='1.0'?><rss><channel><item><title>물길</title></item></channel></rss>",
    ),
    (
        Reason.LIST_PAGE,
        site(
            "<title>사회 - 한들신문</title>",
            "".join(
                f"<dl><dt><a href='/{n}'>물가에 심은 나무 {n}천 그루</a></dt><dd>{p[:60]}...</dd></dl>"
                for n, p in enumerate(Story().paragraphs)
            ),
        ),
    ),
    (
        Reason.NOT_ARTICLE,
        site("<title>회사 소개 - 한들신문</title>", "<div><img src='map.png'></div>"),
    ),
    (Reason.EMPTY, site(opengraph(Story()), '<div itemprop="articleBody"></div>')),
    (
        Reason.NOT_KOREAN,
        site(
            opengraph(Story(title="A stream returns")),
            f"<article>{'<p>The city opened a buried stream again on Saturday, and people came to see it.</p>' * 9}</article>",
        ),
    ),
    (Reason.EMPTY, ""),
]


@pytest.mark.parametrize(("reason", "markup"), REJECTED)
def test_what_is_no_article(reason, markup):
    rejection = read(markup)
    assert not isinstance(rejection, Article), rejection
    assert rejection.reason is reason
    assert (rejection.outlet, rejection.url) == ("handeul", "https://www.handeul.test/7")
    assert rejection.evidence


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("[속보] 한들시 물길 열려", Kind.FLASH),
        ("한들시 물길 열려", Kind.ARTICLE),
        ("[포토] 물가의 아이들", Kind.PHOTO),
    ],
)
@pytest.mark.parametrize("layout", ["ndsoft", "naver", "daum", "wordpress", "article14", "tables"])
def test_a_short_article_is_kept_typed_and_not_padded(title, kind, layout):
    story = Story(title=title, paragraphs=("한들시가 덮였던 물길을 21일 열었다고 밝혔다.",))
    article = read(LAYOUTS[layout](story))
    assert isinstance(article, Article), article
    assert (article.kind, article.text) == (kind, story.text)


def test_a_flash_without_text_is_an_article():
    article = read(
        site(
            opengraph(Story(title="[속보] 한들시 물길 열려")), '<div itemprop="articleBody"></div>'
        )
    )
    assert (article.kind, article.text) == (Kind.FLASH, "")


def test_an_article_about_an_error_page_is_read():
    story = Story(
        paragraphs=(
            "시청 누리집이 21일 “요청하신 페이지를 찾을 수 없습니다”라는 말만 되풀이했다.",
            "시는 로그인 후 이용하라는 안내를 지웠다고 밝혔다.",
        )
    )
    assert read(LAYOUTS["ndsoft"](story)).text == story.text


@pytest.mark.parametrize("rank", ["h1", "h4", "h5", "h6"])
def test_a_board_may_print_its_headline_in_any_rank(rank):
    body = "".join(f"<p>{paragraph}</p>" for paragraph in Story().paragraphs)
    article = read(
        "<html><head><title>보도자료 | 한들시청</title></head><body><h2>시정소식</h2><h3>보도자료</h3>"
        f"<div class='board_head'><{rank}>{Story().title}</{rank}></div><div class='board'>{body}</div>"
        "<h3>한들시 배너모음</h3></body></html>"
    )
    assert isinstance(article, Article)
    assert article.title == Story().title


def doubts_of(body):
    head = opengraph(Story()) + (
        '<meta property="article:published_time" content="2026-03-21T14:05:33+09:00">'
    )
    article = read(f"<html><head>{head}</head><body><h1>{Story().title}</h1>{body}</body></html>")
    assert isinstance(article, Article)
    assert (article.reading_confidence is Confidence.DOUBTFUL) == bool(article.reading_reasons)
    return article.reading_reasons


PARAGRAPHS = "".join(f"<p>{paragraph}</p>" for paragraph in Story().paragraphs)
BOXES = "".join(
    f"<div class='promo'>한들시장 가게 {number}곳을 소개하는 안내문이 여기 놓여 있고</div>"
    for number in range(1, 12)
)
SECOND_PART = "".join(f"<p>{paragraph}</p>" for paragraph in SHIP)
REPLIES = "".join(
    f"<div class='post'><b>{name}</b> {name}{number}번째 말을 남긴 사람은 물가에 오래 살았다고 했다.</div>"
    for number, name in enumerate(("가람", "나래", "다솜"), 1)
)


@pytest.mark.parametrize(
    ("body", "doubt"),
    [
        (f"<div class='view'>{PARAGRAPHS}</div>", None),
        # What others wrote below the text has a column of its own.
        (f"<main><div class='view'>{PARAGRAPHS}</div><div>{REPLIES}</div></main>", Doubt.STREWN),
        # A lead in a block of its own is no other column, and neither are parts of one make.
        (
            f"<main><div class='lead'>{PARAGRAPHS.replace('</p>', '</p></div><div>', 1)}</div></main>",
            None,
        ),
        (
            f"<main><div class='view'>{PARAGRAPHS}</div><div class='view'>{SECOND_PART}</div></main>",
            None,
        ),
        # Little is dropped from every page.
        (f"<div class='view'>{PARAGRAPHS}{BOXES[:80]}</div></div>", None),
        (f"<div class='view'>{PARAGRAPHS}{BOXES}</div>", Doubt.DROPPED),
        (
            f"<article>{PARAGRAPHS}"
            + "".join(
                f"<article class='post'><img src='{number}.jpg'>"
                f"<p>{number}번째 이야기는 다른 마을의 다른 일이었다. {Story().paragraphs[0]}</p></article>"
                for number in range(1, 9)
            )
            + "</article>",
            Doubt.LISTED,
        ),
    ],
)
def test_what_rules_took_out_and_what_is_a_list_make_a_reading_doubtful(body, doubt):
    assert doubts_of(body)[:1] == ((doubt,) if doubt else ())


NOTICES = [
    ("해당 기사는 언론사의 요청에 따라 삭제되었습니다.", Reason.ERROR_PAGE),
    ("존재하지 않는 게시물입니다. 주소를 다시 확인해 주세요.", Reason.ERROR_PAGE),
    ("페이지를 표시할 수 없습니다. 잠시 후 다시 시도해 주십시오.", Reason.ERROR_PAGE),
    ("비공개 처리된 기사입니다.", Reason.ERROR_PAGE),
    ("한들신문은 물길 옆에서 나옵니다. 독자 여러분의 성원에 감사드립니다.", Reason.NOT_ARTICLE),
    ("산책로 공사에 찬성하십니까?", Reason.NOT_ARTICLE),
    ("자동화된 접근이 감지되었습니다. 아래 문자를 입력해 주세요.", Reason.BLOCKED),
]


@pytest.mark.parametrize(("notice", "reason"), NOTICES)
@pytest.mark.parametrize("tag", ["h2", "p", "div"])
@pytest.mark.parametrize("title", ["한들신문", "한들시, 덮였던 물길 다시 연다 - 한들신문"])
def test_a_notice_in_an_articles_place_is_none_whatever_its_words(notice, reason, tag, title):
    rejection = read(site(f"<title>{title}</title>", f"<{tag}>{notice}</{tag}>"))
    assert rejection.reason is reason
    assert notice[:10] in rejection.evidence


@pytest.mark.parametrize(
    "main",
    [
        "<p>입력 2026.03.21 14:05</p><p>{}</p>",
        "<p>2026.03.21 14:05</p><p>{}</p>",
        "<p>{}</p><p>표가람 기자 garam@handeul.test</p>",
        '<time datetime="2026-03-21T14:05:00+09:00">오늘</time><p>{}</p>',
        "<article><p>{}</p><p>2026.03.21 14:05</p></article>",
        "<article><p>표가람 기자</p><p>{}</p></article>",
        # One sentence in the plain style, or more than a notice has to say.
        "<p>{}</p><p>한들시는 21일 물길을 다시 열기로 했다.</p>",
        "<p>{0} {0} {0} {0} {0} {0}</p>",
    ],
)
def test_what_is_told_politely_is_an_article_where_something_speaks_for_it(main):
    told = "영상은 삭제되었습니다. 한들시는 21일 물길을 다시 열기로 했습니다."
    page = site("<title>한들신문</title>", f"<h1>덮였던 물길 다시 연다</h1>{main.format(told)}")
    assert isinstance(read(page), Article)


@pytest.mark.parametrize(
    ("head", "is_article"),
    [
        ("<title>한들신문</title>", False),
        ('<meta property="article:published_time" content="2026-03-21T14:05:00+09:00">', True),
        ("<title>[포토] 물가의 아이들</title>", True),
    ],
)
def test_a_declared_time_or_a_kind_of_few_words_speaks_for_a_polite_line(head, is_article):
    title = "[포토] 물가의 아이들" if "포토" in head else "물가의 아이들"
    read_page = read(site(head, f"<h1>{title}</h1><p>아이들이 물가에서 놀고 있습니다.</p>"))
    if is_article:
        assert isinstance(read_page, Article), read_page
    else:
        assert read_page.reason is Reason.NOT_ARTICLE


def test_the_day_of_a_masthead_speaks_for_no_notice():
    notice = "<p>2026년 3월 21일(토)</p><h1>안내</h1><p>비공개 처리된 기사입니다.</p>"
    assert read(site("<title>한들신문</title>", notice)).reason is Reason.ERROR_PAGE
