"""Pages in the layouts of Korean families, made of an invented story. Ids, classes and their nesting are the families'."""

import json
from collections.abc import Callable
from html import escape

from tests.processing.reading.stories import Story

MENU = "".join(
    f'<li><a href="/{name}">{name}</a></li>'
    for name in ["정치", "경제", "사회", "문화", "국제", "스포츠", "연예", "오피니언"]
)


def page(head: str, body: str) -> str:
    """Return a page with a site's menu and footer around `body`."""
    footer = (
        "<footer><p>한들시 물빛로 1 | 대표전화 02-000-0000 | 등록번호 한들 가00001 | 발행인·편집인 모루미 | 청소년보호책임자 모루미</p>"
        "<p>Copyright ⓒ 한들신문. All rights reserved. 무단 전재 및 재배포, AI학습 이용 금지.</p></footer>"
    )
    return (
        f'<!DOCTYPE html><html lang="ko"><head><meta charset="utf-8">{head}</head><body>'
        f'<header><div class="logo"><a href="/">한들신문</a></div><nav><ul>{MENU}</ul></nav></header>{body}{footer}</body></html>'
    )


def opengraph(story: Story, suffix: str = "") -> str:
    """Return the usual meta elements."""
    return (
        f"<title>{escape(story.title)} - {story.outlet}</title>"
        f'<meta property="og:type" content="article"><meta property="og:site_name" content="{story.outlet}">'
        f'<meta property="og:title" content="{escape(story.title + suffix)}">'
        f'<meta property="article:section" content="{story.section}">'
    )


def links(story: Story) -> str:
    """Return the list of related articles."""
    return "".join(
        f'<li><a href="/news/{index}">{escape(text)}</a></li>'
        for index, text in enumerate(story.related)
    )


def ndsoft(story: Story) -> str:
    """NDSoft's CMS: body in `#article-view-content-div`, 승인 beside the headline, reporter and copyright below the text."""
    head = opengraph(story) + (
        f'<meta property="article:published_time" content="{story.published}">'
        f'<meta property="og:article:author" content="{story.author} 기자"><meta name="dable:author" content="{story.author} 기자">'
    )
    paragraphs = "".join(f"<p>{escape(text)}</p>\n" for text in story.paragraphs)
    return page(
        head,
        f"""<div id="user-container"><section><header class="article-view-header"><nav class="breadcrumbs">{story.section}</nav>
        <h3 class="heading">{escape(story.title)}</h3><ul class="infomation"><li>{story.author} 기자</li>
        <li>승인 {story.day.replace("-", ".")} {story.time[:5]}</li><li>댓글 0</li></ul></header>
        <div class="article-body"><article class="article-veiw-body view-page font-size17">
        <h4 class="subheading">{"<br>".join(map(escape, story.decks))}</h4>
        <div itemprop="articleBody" id="article-view-content-div" class="user-content">
        <figure class="photo-layout image"><img src="{story.image}"><figcaption>{escape(story.caption)}</figcaption></figure>
        {paragraphs}<div class="ad-template"><p>광고 문구가 여기 길게 놓여 있습니다.</p></div></div>
        <div class="view-copyright">저작권자 © {story.outlet} 무단전재 및 재배포 금지</div>
        <div class="view-editors"><div class="writer"><strong>{story.author} 기자</strong> <a>{story.mail}</a> 다른기사 보기</div></div>
        </article></div><aside class="related"><strong>관련기사</strong><ul>{links(story)}</ul></aside></section></div>""",
    )


def gnuboard(story: Story) -> str:
    """gnuboard5's default board skin: `#bo_v_title`, `#bo_v_info` with a two-digit year, `#bo_v_con`; loose text and `<br>`."""
    lines = "<br /><br />\n".join(escape(text) for text in story.paragraphs)
    day = story.day[2:]
    return f"""<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>{escape(story.title)} &gt; 마을소식 | 한들마을</title></head><body>
    <div id="hd"><h1 id="hd_h1">{escape(story.title)} &gt; 마을소식 | 한들마을</h1><div id="skip_to_container"><a href="#container">본문 바로가기</a></div>
    <ul id="gnb_1dul">{MENU}</ul></div><div id="wrapper"><div id="container"><h2 id="container_title">마을소식</h2>
    <article id="bo_v" style="width:100%"><header><h2 id="bo_v_title"><span class="bo_v_tit">{escape(story.title)}</span></h2></header>
    <section id="bo_v_info"><h2>페이지 정보</h2><div class="profile_info"><div class="pf_img"><img src="no.gif" alt="profile_image"></div>
    <div class="profile_info_ct"><span class="sound_only">작성자</span> <strong><span class="sv_member">수집기</span></strong>
    <span class="sound_only">댓글</span><strong><a href="#bo_vc"> 0건</a></strong> <span class="sound_only">조회</span><strong>126회</strong>
    <strong class="if_date"><span class="sound_only">작성일</span>{day} {story.time[:5]}</strong></div></div></section>
    <section id="bo_v_atc"><h2 id="bo_v_atc_title">본문</h2><div id="bo_v_share"></div><div id="bo_v_img"></div>
    <div id="bo_v_con">뉴스 기사<br>{"<br>".join(map(escape, story.decks))}<br><br><strong>{escape(story.title)}</strong><br><br>{lines}<br><br>
    {story.author} 기자 {story.mail}<br><br>[관련기사]<br>{"<br>".join(map(escape, story.related))}<br><br>
    lt;ⓒ물가의 소식, {story.outlet}(www.handeul.co.kr) 무단전재 배포금지gt;</div></section>
    <div id="bo_v_top"><a href="#">목록</a><a href="#">글쓰기</a></div></article>
    <section id="bo_vc"><h2>댓글목록</h2><p id="bo_vc_empty">등록된 댓글이 없습니다.</p></section></div>
    <aside id="aside"><h2>회원로그인</h2><a href="#">회원가입</a></aside></div>
    <div id="ft"><p>회사명 : 한들마을 / 대표 : 모루미 개인정보관리책임자 : 모루미</p><section id="visit"><h2>접속자집계</h2><dl><dt>오늘</dt><dd>1,684</dd></dl></section></div>
    </body></html>"""


def arc(story: Story) -> str:
    """Arc XP: no article in the HTML; `Fusion.globalContent` holds it, other articles lie in `Fusion.contentCache`."""
    published = f"{story.day}T05:05:33.120Z"
    content = {
        "_id": "HANDEUL",
        "type": "story",
        "headlines": {"basic": story.title},
        "subheadlines": {"basic": "<br>".join(story.decks)},
        "credits": {
            "by": [
                {
                    "name": "가람 표",
                    "type": "author",
                    "additional_properties": {
                        "original": {"byline": f"{story.author} 기자", "email": story.mail}
                    },
                }
            ]
        },
        "first_publish_date": published,
        "display_date": published,
        "taxonomy": {"primary_section": {"name": story.section}},
        "content_elements": [
            {"type": "image", "caption": story.caption, "url": story.image},
            *({"type": "text", "content": text} for text in story.paragraphs),
            {
                "type": "raw_html",
                "content": "<custom-ad><a href='/x'>다른 기사의 제목이 여기 있습니다.</a></custom-ad>",
            },
            {"type": "reference"},
        ],
    }
    cache = {
        "list": {
            "items": [
                {"headlines": {"basic": text}, "content": "다른 기사의 본문이다. " * 9}
                for text in story.related
            ]
        }
    }
    head = opengraph(story) + f'<meta property="article:published_time" content="{published}">'
    script = (
        "window.Fusion=window.Fusion||{};Fusion.arcSite='handeul';Fusion.globalContent="
        f"{json.dumps(content, ensure_ascii=False)};Fusion.contentCache={json.dumps(cache, ensure_ascii=False)};"
    )
    return page(
        head + f'<script id="fusion-metadata">{script}</script>', '<div id="fusion-app"></div>'
    )


def flight(story: Story) -> str:
    """Next.js with flight data: the body is a text row that a model refers to, cut over two pushes."""
    markup = "".join(f'<p class="editor-p">{escape(text)}</p>' for text in story.paragraphs)
    markup = f'<div class="editor-img-box"><img src="{story.image}"><div class="caption">{escape(story.caption)}</div></div>{markup}'
    model = {
        "title": story.title,
        "subTitle": "<br>".join(story.decks),
        "deployDt": f"{story.day.replace('-', '.')} {story.time[:5]}",
        "contentHtml": "$24",
        "writerDisplay": f"{story.author} 기자",
        "related": [{"title": text} for text in story.related],
    }
    row = f"24:T{len(markup.encode()):x},{markup}"
    stream = f'1:["$","html",null,{{"lang":"ko"}}]\n{row}5:{json.dumps(["$", "$L23", None, model], ensure_ascii=False)}\n'
    half = len(stream) // 2
    pushes = "".join(
        f"<script>self.__next_f.push({json.dumps([1, part], ensure_ascii=True)})</script>"
        for part in (stream[:half], stream[half:])
    )
    return page(
        opengraph(story, f"-{story.section}ㅣ{story.outlet}"), f'<div id="__next"></div>{pushes}'
    )


def next_data(story: Story) -> str:
    """Next.js with `__NEXT_DATA__`: the body is plain text with line ends."""
    data = {
        "props": {
            "pageProps": {
                "article": {
                    "title": story.title,
                    "subtitle": "\n".join(story.decks),
                    "content": "\n".join(story.paragraphs),
                    "author": f"{story.author} 기자",
                    "publishedAt": story.published,
                }
            }
        }
    }
    script = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return page(
        opengraph(story),
        f'<div id="__next"></div><script id="__NEXT_DATA__" type="application/json">{script}</script>',
    )


def json_ld(story: Story) -> str:
    """A page rendered by the client that has its article in JSON-LD alone, with the comments that templates leave."""
    article = (
        f'{{"@context":"https://schema.org","@type":"NewsArticle","headline":{json.dumps(story.title, ensure_ascii=False)},'
        f'"datePublished":"{story.published}", // 등록 시각\n"author":{{"@type":"Person","name":"{story.author}"}},'
        f'"articleBody":{json.dumps(chr(10).join(story.paragraphs), ensure_ascii=False)},}}'
    )
    return page(
        opengraph(story) + f'<script type="application/ld+json">{article}</script>',
        '<div id="root"></div>',
    )


def wordpress(story: Story) -> str:
    """WordPress: `.entry-content`, `time[datetime]`, sharing buttons and tags inside the content."""
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in story.paragraphs)
    return page(
        opengraph(story),
        f"""<main id="primary"><article class="post type-post"><header class="entry-header"><h1 class="entry-title">{escape(story.title)}</h1>
        <div class="entry-meta"><span class="posted-on"><time class="entry-date published" datetime="{story.published}">2026년 3월 21일</time></span>
        <span class="byline author vcard"><a>{story.author} 기자</a></span></div></header>
        <div class="entry-content single-content"><figure class="wp-block-image"><img src="{story.image}"><figcaption>{escape(story.caption)}</figcaption></figure>
        {paragraphs}<p>글. {story.outlet}</p><p>&lt;{story.author} 기자&gt; {story.mail}</p>
        <div class="sharedaddy"><h3>공유하기:</h3><ul><li><a>Facebook</a></li></ul></div></div>
        <footer class="entry-footer"><span class="tags-links"><a>물길</a></span></footer></article>
        <div class="related-posts"><h3>관련 글</h3><ul>{links(story)}</ul></div></main>""",
    )


def article14(story: Story) -> str:
    """The family with /article/{14 digits}: `.article_txt_container`, mail in a list under the text, 입력 with seconds."""
    paragraphs = "".join(
        f'<p class="article_p">{escape(text)}</p><p>&nbsp;</p>' for text in story.paragraphs
    )
    return page(
        opengraph(story) + f'<meta name="author" content="{story.outlet}">',
        f"""<div class="container"><div class="article_head"><h1 class="article_title">{escape(story.title)}</h1>
        <p class="article_subtitle">{"<br/>".join(map(escape, story.decks))}</p>
        <ul class="article_info"><li class="name">{story.author} 기자</li><li>입력 : {story.day} {story.time}</li><li>지면 : 2026-03-22 3면</li></ul></div>
        <div class="article_txt_container"><div class="img_box"><img src="{story.image}"><p class="img_txt">{escape(story.caption)}</p></div>
        {paragraphs}<p>[{story.outlet} {story.author} 기자 {story.mail}]</p></div>
        <p class="copyright">저작권자 ⓒ {story.outlet} 무단전재 및 재배포 금지</p><div class="relation_news"><ul>{links(story)}</ul></div></div>""",
    )


def korea_kr(story: Story) -> str:
    """A government site: no Open Graph article, a licence mark, attachments, previous and next below the text."""
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in story.paragraphs)
    return page(
        f"<title>{escape(story.title)} - 보도자료 | 브리핑룸 | 뉴스 | 한들브리핑</title>",
        f"""<div id="container"><div class="article_head"><h1>{escape(story.title)}</h1><div class="info"><span>{story.day.replace("-", ".")} 한들부</span></div></div>
        <div class="article_body"><div class="view_cont">{paragraphs}<p>&lt;끝&gt;</p></div></div>
        <div class="openType"><img src="/images/img_opentype01.png" alt="공공누리 제4유형: 출처표시, 상업적 이용금지, 변경금지"></div>
        <div class="filedown"><a>첨부파일 내려받기</a></div><ul class="prev_next"><li><a href="/1">이전 글: {escape(story.related[0])}</a></li></ul></div>""",
    )


def naver(story: Story) -> str:
    """Naver's article page: `#dic_area`, `data-date-time`, deck and caption inside the body, notices below."""
    lines = "<br><br>".join(escape(text) for text in story.paragraphs)
    return page(
        f'<title>{escape(story.title)}</title><meta property="og:title" content="{escape(story.title)}"><meta property="og:type" content="article">'
        f'<meta property="og:article:author" content="{story.outlet} | 네이버"><meta name="twitter:creator" content="{story.outlet}">',
        f"""<div id="ct"><div class="media_end_head"><h2 id="title_area" class="media_end_head_headline"><span>{escape(story.title)}</span></h2>
        <div class="media_end_head_info"><span class="media_end_head_info_datestamp_time _ARTICLE_DATE_TIME" data-date-time="{story.day} {story.time}">{story.day.replace("-", ".")}. 오후 2:05</span>
        <a href="https://www.handeul.co.kr/news/7" class="media_end_head_origin_link">기사원문</a></div></div>
        <div id="contents" class="newsct_body"><div id="newsct_article" class="newsct_article _article_body"><article id="dic_area" class="go_trans _article_content">
        <strong class="media_end_summary">{"<br>".join(map(escape, story.decks))}</strong>
        <span class="end_photo_org"><div class="nbd_im_w"><img id="img1" data-src="{story.image}"></div><em class="img_desc">{escape(story.caption)}</em></span>
        [{story.outlet} {story.author} 기자] {lines}</article></div>
        <div class="byline"><p class="byline_p"><span class="byline_s">{story.author}({story.mail})</span></p></div>
        <p class="c_text">Copyright ⓒ {story.outlet}. All rights reserved. 무단 전재 및 재배포 금지.</p>
        <div class="categorize"><em>이 기사는 언론사에서 <em>{story.section}</em> 섹션으로 분류했습니다.</em></div>
        <p>기사 섹션 분류 안내</p><p>기사의 섹션 정보는 해당 언론사의 분류를 따르고 있습니다.</p></div></div>""",
    )


def daum(story: Story) -> str:
    """Daum's article page: `og:regDate`, `section` with `dmcf` marks, an automatic summary before the body."""
    paragraphs = "".join(
        f'<p dmcf-pid="p{index}" dmcf-ptype="general">{escape(text)}</p>'
        for index, text in enumerate(story.paragraphs)
    )
    stamp = f"{story.day}{story.time}".replace("-", "").replace(":", "")
    return page(
        f'<meta property="og:title" content="{escape(story.title)}"><meta property="og:regDate" content="{stamp}"><meta property="og:type" content="article">'
        f'<meta property="og:site_name" content="다음뉴스"><meta property="og:article:author" content="{story.outlet}">',
        f"""<main><article id="mArticle"><div class="head_view"><h3 class="tit_view">{escape(story.title)}</h3>
        <div class="info_view"><span class="txt_info">{story.author}</span> <span class="txt_info"><span class="num_date">2026. 3. 21. 14:05</span></span></div></div>
        <div class="util_view"><div id="digestViewLayer" class="view_layer" style="display:none"><strong class="screen_out">요약보기</strong><p>{escape(story.paragraphs[0])}</p></div></div>
        <strong class="summary_view">{"<br>".join(map(escape, story.decks))}</strong>
        <div class="news_view fs_type1"><div class="article_view"><section dmcf-sid="s"><figure dmcf-pid="f"><img class="thumb_g_article" src="{story.image}"><figcaption class="txt_caption">{escape(story.caption)}</figcaption></figure>
        {paragraphs}</section></div></div><p class="txt_copyright">Copyright © {story.outlet}. 무단전재 및 재배포 금지.</p></article>
        <aside><h4>이 시각 추천뉴스</h4><ul>{links(story)}</ul></aside></main>""",
    )


def tables(story: Story) -> str:
    """An old page laid out with tables: loose text in a cell, a nested table with the image and its caption."""
    lines = "<br>\n<br>\n".join(escape(text) for text in story.paragraphs)
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=euc-kr"><title>{escape(story.title)} :: {story.outlet}</title></head><body>
    <table width="900"><tr><td width="150"><table>{"".join(f"<tr><td><a href=x>{name}</a></td></tr>" for name in ["정치", "경제", "사회"])}</table></td>
    <td><table><tr><td class="view_title"><b>{escape(story.title)}</b></td></tr><tr><td>기사입력 :[ {story.day} {story.time[:5]} ]</td></tr>
    <tr><td id="view_text"><table align="center"><tr><td><img src="{story.image}"></td></tr><tr><td>{escape(story.caption)}</td></tr></table>
    {lines}<br><br>{story.author} 기자 {story.mail}<br><br>ⓒ {story.outlet}, 무단전재 및 재배포금지</td></tr></table></td></tr></table></body></html>"""


LAYOUTS: dict[str, Callable[[Story], str]] = {
    "ndsoft": ndsoft,
    "gnuboard": gnuboard,
    "arc": arc,
    "flight": flight,
    "next_data": next_data,
    "json_ld": json_ld,
    "wordpress": wordpress,
    "article14": article14,
    "korea_kr": korea_kr,
    "naver": naver,
    "daum": daum,
    "tables": tables,
}

URLS = {
    "gnuboard": "http://handeul-maeul.test/bbs/board.php?bo_table=news&wr_id=7",
    "naver": "https://n.news.naver.com/article/999/0000000007",
    "daum": "https://v.daum.net/v/20260321140533123",
    "korea_kr": "https://briefing.handeul.test/briefing/pressReleaseView.do?newsId=156000007",
}
