"""Pages mixed by seed from what news pages are made of: every form of line, element, class and head.

They are not pages as a site would make them. What they have is a great many neighbourhoods: a
byline below a caption, a menu inside a text, a date before a headline. A rule that changes shows in
some of them; `test_readings` says in which. Every name is invented.
"""

import json
import random
from html import escape

PROSE = (
    "한들시가 묵은 물길을 다시 열기로 했다.",
    "시는 21일 오전 시청에서 설명회를 열고 내년 봄부터 공사를 시작한다고 밝혔다.",
    "주민들은 여름마다 냄새와 침수를 겪었다고 호소해 왔으며, 시는 그때마다 임시로 관을 손보는 데 그쳤다.",
    "도윤재 한들시장은 “아이들이 발을 담글 수 있는 물을 돌려주겠다”며 “비용은 3년에 나누어 쓴다”고 말했다.",
    "환경 단체는 환영하면서도 상류의 공장 배수부터 살펴야 한다고 지적했다. 시는 다음 달 조사단을 꾸릴 예정이다.",
    "전체 구간은 4.2㎞이고, 사업비는 310억원이다. 의회는 오는 28일 예산안을 다룬다.",
    "연구진은 음파로 바닥을 훑던 중 높이 900m의 봉우리를 확인했다고 20일 발표했다.",
    "소지안 연구원은 “바닥이 살아 있다는 증거”라며 “앞으로 두 달 동안 온도를 재겠다”고 했다.",
    "지난해 같은 달보다 3.4% 늘어난 것으로, 2019년 이후 가장 큰 폭이라고 통계 담당자는 설명했다.",
    "검찰은 전날 모 씨를 불러 조사했으나 혐의를 뒷받침할 만한 진술은 얻지 못한 것으로 전해졌다.",
    "‘한들 물길 축제’는 다음 달 3일까지 이어진다.",
    "비가 와도 열린다.",
    "The city said on Saturday that it would reopen the stream, which was covered in the 1970s.",
)
LINES = (
    "표가람 기자 garam@handeul.test",
    "표가람 기자",
    "글·사진=표가람 기자",
    "사진=한들시 제공",
    "사진 제공 = 한들시",
    "▲ 물길이 지나던 자리에 선 도윤재 한들시장. ⓒ한들신문",
    "21일 한들시청에서 도윤재 시장이 설명하고 있다. /한들시 제공",
    "[사진=가온통신]",
    "(한들=가온통신) 표가람 기자 = 한들시가 물길을 다시 연다고 21일 밝혔다.",
    "[한들=뉴스나래] 모루미 기자 = 시는 다음 달 조사단을 꾸린다.",
    "한들/표가람 기자",
    "온라인뉴스팀 web@handeul.test",
    "모루미 객원기자·한들대 교수",
    "모루미 한들대 물환경학과 교수",
    "By Pyo Ga-ram",
    "HANDEUL, March 21 (Gaon) -- The city will reopen its stream.",
    "저작권자 © 한들신문 무단전재 및 재배포 금지",
    "<저작권자(c) 가온통신, 무단 전재-재배포, AI 학습 및 활용 금지>",
    "Copyright ⓒ 한들신문. All rights reserved.",
    "▶ 한들신문 구독하기 ▶ 카카오톡 채널 추가",
    "[관련기사]",
    "☞ 물가에 심은 나무 3천 그루, 누가 돌보나",
    "많이 본 뉴스",
    "ADVERTISEMENT",
    "댓글 3",
    "기사제보 및 보도자료 jebo@handeul.test",
    "입력 2026.03.21 14:05",
    "승인 2026-03-21 14:05 수정 2026-03-21 16:40",
    "최종수정 2026년 3월 21일 오후 4시 40분",
    "송고시간 2026-03-21 14:05",
    "조회 1,204",
    "글자크기 가 가",
    "페이스북 트위터 카카오톡 URL복사",
    "이 기사를 공유합니다",
    "#물길 #한들시 #하천복원",
    "한들시|물길|하천",
    "Q. 왜 이제야 여는가.",
    "-왜 이제야 여는가.",
    "“예산이 없었기 때문이다.”",
    "◇승진 ▷국장 모루미 ▷과장 소지안",
    "▲모루미(전 한들시 국장)씨 별세, 모가온(한들은행 과장)씨 부친상=21일, 한들병원 장례식장 2호실, 발인 23일 오전 7시, ☎ 02-000-0000",
    "■ 덮였던 물길",
    "1. 왜 여는가",
    "◆ 비용은 누가",
    "담당부서 물환경과",
    "담당자 모루미 (02-000-0000)",
    "등록일 2026-03-21",
    "첨부파일 보도자료.hwp",
    "* 이 글은 글쓴이의 의견으로 신문의 편집 방향과 다를 수 있습니다.",
    "이 기사는 프리미엄 회원만 볼 수 있습니다. 로그인 후 이용해 주세요.",
    "개인정보 수집 및 이용에 동의합니다. 쿠키를 사용합니다.",
    "공공누리 제1유형",
    "자세한 내용은 21일 발간한 한들신문에서 볼 수 있습니다.",
    "hyperlink: https://www.handeul.test/news/7",
    "① 상류를 살핀다",
    "표 보기",
    "사진 크게 보기",
    "제휴문의 02-000-0000",
    "[한들신문 표가람 기자]",
    "영상편집: 소지안",
    "앵커: 물길이 다시 열립니다. 표가람 기자가 보도합니다.",
    "코스피는 전 거래일보다 3.21포인트(0.12%) 오른 2,700.12에 장을 마쳤다.",
)
TITLES = (
    "한들시, 덮였던 물길 다시 연다",
    "[속보] 한들시 물길 다시 연다",
    "[사설] 물길을 여는 일",
    "[포토] 봄비 맞은 한들천",
    "[인사] 한들시",
    "[부고] 모루미씨 별세",
    "한들시, 덮였던 물길 다시 연다…“상류부터 살펴야”",
    "[단독] 한들시 물길 공사 | 환경",
    "[인터뷰] 도윤재 시장 “아이들이 발 담글 물”",
    "Handeul to reopen its stream",
)
SUFFIXES = (
    "",
    " - 한들신문",
    " | 한들신문",
    " :: 한들신문",
    " < 사회 < 기사본문 - 한들신문",
    " - 한들신문(handeul.test)",
)
CLASSES = (
    "", "article-body", "content", "news_view", "entry-content", "desc", "summary", "caption", "photo", "byline",
    "reporter", "date", "info", "related", "sidebar", "has-sidebar", "ad", "share", "copyright", "tag", "comment",
    "subtitle", "text-box", "view_con", "list", "quote", "footer", "hidden", "title", "journalist_name", "category-news",
)  # fmt: skip
TAGS = ("p", "p", "p", "div", "div", "span", "li", "h2", "h3", "strong", "blockquote", "td", "figcaption", "em", "section")  # fmt: skip
HOLDERS = ("div", "div", "section", "article", "main", "td", "aside", "nav", "ul", "figure", "form", "button")  # fmt: skip


def mixed(seed: int) -> str:
    """Return the page of a seed: the same characters on every machine and in every version of Python."""
    chance = random.Random(seed)  # noqa: S311 - a seed, no secret
    title = chance.choice(TITLES)
    heading = f"<{(tag := chance.choice(('h1', 'h2', 'h3', 'div')))}{_named(chance)}>{escape(title)}</{tag}>"
    # Where nothing but oddities stands, every rule gives up early; where none does, no rule is asked.
    prose = chance.choice((0.05, 0.3, 0.5, 0.5, 0.5, 0.7))
    parts = [_block(chance, prose, 0) for _ in range(chance.randint(1, 5))]
    place = chance.randint(0, len(parts))
    parts[place:place] = [heading] if chance.random() < 0.85 else []
    menu = "".join(
        f'<li><a href="/{name}">{name}</a></li>' for name in ("정치", "경제", "사회", "문화")
    )
    return (
        f'<!DOCTYPE html><html lang="{chance.choice(("ko", "ko", "ko", "en", ""))}"><head>{_head(chance, title)}</head>'
        f"<body><header><ul>{menu}</ul></header>{''.join(parts)}"
        f"<footer><p>한들시 물빛로 1 | 등록번호 한들 가00001 | 발행인 모루미</p></footer></body></html>"
    )


def _named(chance: random.Random) -> str:
    names = " ".join(filter(None, chance.sample(CLASSES, chance.choice((0, 1, 1, 2)))))
    style = chance.choice(
        (
            "",
            "",
            "",
            "",
            ' style="display:none"',
            ' style="font-size:12px"',
            ' itemprop="articleBody"',
        )
    )
    return (f' class="{names}"' if names else "") + style


def _block(chance: random.Random, prose: float, depth: int) -> str:
    """Return an element with lines, `prose` of them sentences, and sometimes with such elements."""
    holder = chance.choice(HOLDERS)
    children = []
    for _ in range(chance.randint(2, 9)):
        roll = chance.random()
        if roll < 0.12 and depth < 3:
            children.append(_block(chance, prose, depth + 1))
        elif roll < 0.12 + prose:
            children.append(_line(chance, " ".join(chance.sample(PROSE, chance.randint(1, 3)))))
        else:
            children.append(_line(chance, chance.choice(LINES)))
    return f"<{holder}{_named(chance)}>{''.join(children)}</{holder}>"


def _line(chance: random.Random, text: str) -> str:
    tag, shown = chance.choice(TAGS), escape(text)
    roll = chance.random()
    if roll < 0.1:
        return f"{shown}<br>" * chance.choice((1, 1, 2))
    if roll < 0.16:
        return f'<figure><img src="/2026/{len(text)}.jpg" alt="물길"><figcaption{_named(chance)}>{shown}</figcaption></figure>'
    if roll < 0.22:
        shown = f'<a href="/news/{len(text)}">{shown}</a>'
    elif roll < 0.28:
        shown = (
            f"<b>{shown[: len(shown) // 2]}</b>{shown[len(shown) // 2 :]}"
            if "&" not in shown
            else shown
        )
    named = _named(chance) if chance.random() < 0.35 else ""
    return f"<{tag}{named}>{shown}</{tag}>"


def _head(chance: random.Random, title: str) -> str:
    """Return what a page says of itself: any of it may be missing, or be about something else."""
    declared = chance.choice((title, title, title, "한들신문", ""))
    meta = {
        "og:title": declared + chance.choice(SUFFIXES),
        "og:site_name": "한들신문",
        "og:type": chance.choice(("article", "website")),
        "og:description": chance.choice((PROSE[0], PROSE[2], "한들의 소식을 전합니다")),
        "article:published_time": chance.choice(("2026-03-21T14:05:33+09:00", "2026-03-21", "0001-01-01", "20260321140533")),
        "article:modified_time": chance.choice(("2026-03-21T16:40:00+09:00", "2026-03-20T09:00:00Z")),
        "article:author": chance.choice(("표가람", "표가람 기자", "한들신문", "https://handeul.test/garam")),
        "article:section": chance.choice(("사회", "환경", "뉴스")),
        "og:image": chance.choice(("https://img.handeul.test/1.jpg", "/logo.png")),
        "robots": chance.choice(("index", "noarchive", "noindex, noarchive")),
        "news_keywords": "물길, 한들시",
        "author": chance.choice(("표가람", "모루미·소지안", "webmaster")),
    }  # fmt: skip
    shown = "".join(
        f'<meta {"name" if ":" not in name else "property"}="{name}" content="{escape(value)}">'
        for name, value in meta.items()
        if chance.random() < 0.5
    )
    return (
        f"<title>{escape(title + chance.choice(SUFFIXES))}</title>{shown}{_script(chance, title)}"
    )


def _script(chance: random.Random, title: str) -> str:
    if chance.random() < 0.6:
        return ""
    data = {
        "@context": "https://schema.org",
        "@type": chance.choice(("NewsArticle", "WebPage", "Article")),
        "headline": title,
        "datePublished": chance.choice(("2026-03-21T14:05:33+09:00", "2026-03-21 14:05", "1970-01-01")),
        "author": chance.choice(({"@type": "Person", "name": "표가람"}, "표가람 기자", [{"name": "모루미"}, {"name": "소지안"}], {"@type": "Organization", "name": "한들신문"})),
        "articleBody": chance.choice(("", " ".join(PROSE[:6]), PROSE[0])),
        "publisher": {"name": "한들신문"},
    }  # fmt: skip
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'
