"""Korean cleaning: what is taken out, what it becomes, and that running text stays whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.reading.lines import LineKind, board_rows, sort_of
from processing.reading.text import clean, repaired

FIRST = "한들시가 묵은 물길을 다시 열기로 했다."
LAST = "의회는 오는 28일 예산안을 다룬다."

DATELINES = [
    ("(한들=연합뉴스) 표가람 기자 = ", "연합뉴스"),
    ("[한들=뉴시스]표가람 기자 = ", "뉴시스"),
    ("【한들=뉴시스】표가람 기자 = ", "뉴시스"),
    ("(한들=뉴스1) 표가람 기자 = ", "뉴스1"),
    ("[OSEN=표가람 기자] ", "OSEN"),
    ("[한들경제 표가람 기자] ", None),
    ("[한들일보=표가람 기자]", None),
    ("(한들넷코리아=표가람 기자)", None),
    ("[한들스포츠ㅣ표가람기자] ", None),
    ("[한들데일리 = 표가람 기자] ", None),
    ("[워싱턴 = 표가람 특파원 / 한들 = 소지안 기자] ", None),
    ("한들=표가람 기자 ", None),
    ("표가람 기자 = ", None),
    ("표가람 한들뉴스 기자 = ", None),
    ("표가람 소지안 기자 = ", None),
    ("[한들경제] ", None),
    ("〔한들=표가람 기자〕 ", None),
    ("[도요하시(일본)=뉴시스] 표가람 기자 = ", "뉴시스"),
    ("(랄릿푸르[네팔]=연합뉴스) 표가람 특파원 = ", "연합뉴스"),
    ("[OSEN=도하(카타르), 표가람 기자] ", "OSEN"),
    ("표가람 기자 | ", None),
]

JUNK = [
    "언어변경",
    "회원용",
    "입력 :",
    "AI 요약은 한들AI의 기술로 핵심을 빠르게 보여 드립니다. 맥락은 본문에서 확인하는 것이 좋습니다.",
    "*이 글은 외부 필자의 것으로 본지의 편집 방향과 다를 수 있습니다.",
    "※한들CBS는 여러분의 제보로 함께 마을을 바꿉니다. 부당한 일과 미담 등 모든 얘깃거리를 알려주세요.",
    "▷ 전화 02-000-0000",
    "▷ 카카오톡 @한들제보",
    "‘한들 뉴스’를 네이버에서 편하게 받아보세요",
    "YTN 표가람 (garam@handeul.test)",
    "온라인뉴스부",
    "[한들 디지털뉴스팀]",
    "▶관련기사 6면",
    "※ 이 기사는 제휴통신사의 기사로 본지의 편집방향과 다를 수 있습니다.",
    "garam@handeul.test 표가람 기자",
    "도윤재 한들시장. 한들통신 제공",
    "도윤재 한들시장. 한들통신 제공.",
    "도윤재 시장이 21일 물가에서 발언하고 있다. 2026.3.21/뉴스1",
    "도윤재 시장이 발언하고 있다. [연합뉴스]",
    "도윤재 시장이 발언하고 있다.(한들시 제공)2026.3.21/뉴스1 ⓒ News1 표가람 기자",
    "[한들=뉴시스] 표가람 기자 = 도윤재 시장이 발언하고 있다. 2026.03.21. photo@newsis.test *재판매 및 DB 금지",
    "본문과 관련 없음",
    "※ 기사와 무관한 사진",
    "기사 이해를 돕기 위한 이미지입니다.",
    "이 기사는 AI 번역을 거쳤습니다.",
    "좋아요 0 싫어요 0 후속기사원해요 0",
    "이 기사 어땠나요?",
    "이 기사가 도움이 되었나요?",
    "추천 0 비추천 0",
    "목록으로",
    "본 기사의 저작권은 한들신문에 있습니다.",
    "※ 이 기사는 저작권법의 보호를 받습니다.",
    "태그 : 물길, 봄",
    "0 / 400",
    "SNS 기사보내기",
    "영상취재기자 표가람 편집 소지안",
    "표가람 한들닷컴 기자 garam@handeul.test",
    "배를 타는 사람들이 물길을 둘러보고 있다. 사진 한들시",
    "도윤재 시장이 발언하고 있다. AFP=연합뉴스",
    "기사 내용과 관계없음. 한들통신",
    "저작권자 ⓒ 한들신문 무단 전재 및 재배포 금지",
    "<저작권자(c) 한들통신, 무단 전재-재배포 금지>",
    "[ⓒ 한들경제 & handeul.test, 무단전재 및 재배포 금지]",
    "Copyright ⓒ 한들신문. All rights reserved. 무단 전재 및 재배포, AI학습 이용 금지.",
    "ⓒ 한들방송 무단 전재, 재배포 및 이용(AI학습 포함)금지",
    "무단전재, 복사, 배포, AI 학습 및 활용 등을 금합니다.",
    "lt;ⓒ물가의 소식, 한들신문(www.handeul.test) 무단전재 배포금지gt;",
    "표가람 기자 garam@handeul.test",
    "[표가람 기자 garam@handeul.test]",
    "garam@handeul.test",
    "표가람 기자",
    "#물길 #한들시 #봄",
    "입력 : 2026.03.21 14:05",
    "2026/03/21 15:34 송고",
    "사진=한들시 제공",
    "(사진=한들시)",
    "[사진 출처 = 한들통신]",
    "/한들시 제공",
    "※ '여러분의 제보가 뉴스가 됩니다' [카카오톡] 한들TV 검색해 채널 추가",
    "▷ 전화 : 02-000-0000",
    "▶ 네이버에서 한들뉴스 구독하기",
    "제보는 카카오톡 handeuljebo",
    "글자크기",
    "공유하기",
    "본문 듣기",
    "댓글 0",
    "ADVERTISEMENT",
    "기사의 섹션 정보는 해당 언론사의 분류를 따르고 있습니다.",
    "이 기사의 카테고리는 언론사의 분류를 따릅니다.",
    "언론사는 한 기사를 두 개 이상의 카테고리로 분류할 수 있습니다.",
    "<이미지를 클릭하시면 크게 보실 수 있습니다> |",
    " | 도윤재 한들시장.(사진=표가람 기자) |",
    "▶ 관련기사 : 물가에 심은 나무, 누가 돌보나",
    "[영상편집 : 소지안]",
    "( 취재 : 표가람 / 영상편집 : 소지안 / 제작 : 한들뉴스부 )",
    "[사진은 기사 내용과 직접적인 관련 없음]",
    "ae_1722207846792_886016_2.png",
    "$$ARTICLEAD$$",
    "=====",
    "한들데일리 프리미엄 기사를 무단 전재·유포하는 행위는 불법이며 형사 처벌 대상입니다.",
    "이에 대해 한들데일리는 무관용 원칙을 적용해 강력히 대응합니다.",
    "구글에서 한들신문 먼저 보기",
    "구글 검색 선호 매체 추가",
    "구글 선호 매체 등록",
    "Google에서 한들신문 자주 보기",
    "Google에서 한들신문을 선택해 주세요.",
    "전체 내용을 이해하기 위해서는 기사 본문과 함께 읽어야 합니다.",
    "이동 통신망을 이용하여 음성을 재생하면 별도의 데이터 통화료가 부과될 수 있습니다.",
    "Your browser does not support the audio element.",
    "기사를 읽어드립니다",
    "기사 소리로 듣기",
    "02:10",
    "큰사진보기",
    "가",
    "가 가",
    "구독 구독중",
    "이전 다음",
    "뉴스듣기 프린트 글자크기",
    "본문 글씨 키우기",
    "카카오톡 페이스북 트위터 URL 복사",
    "※ 우울감 등 말하기 어려운 고민이 있거나 이런 어려움을 겪는 이웃이 있으면 자살 예방 상담전화 109에서 도움을 받을 수 있습니다.",
    "기사제공 한들스포츠",
    "이 기사는 2026년 3월 21일 10시에 한들단말기에 표출됐습니다.",
    "※ 이 기사는 한들신문 3월 22일자 지면에 실린 기사입니다.",
    "↑ 물길을 둘러보는 시장 (한들=연합뉴스) 도윤재 시장이 21일 물가를 둘러봤다고 시가 밝혔다. 시장은 장화를 신었다.",
    "[물길이 지나던 자리를 둘러보는 도윤재 / 한들시(시설과)]",
    "[촬영 소지안]",
    "[소지안 제작] 사진합성·일러스트",
    "[Mandatory Credit: Garam Pyo-Handeul Images]",
    "한들TV 앱 다운받기",
    "한들TV 생방송 만나보기",
    "■ 인터뷰 자료의 저작권은 한들 라디오에 있습니다.",
    "인용보도 시 <물가의 아침> 출처를 밝혀주시기 바랍니다.",
    "표가람 온라인 뉴스 기자 garam@handeul.test",
    "전주 표가람·봉화 소지안 기자",
    "대만 가오슝시=표가람기자",
    "표가람 엔터뉴스팀 기자 garam@handeul.test(콘텐트본부) 한들엔터테인먼트 제공",
    "표가람 기자 garam@handeul.test, 사진=한들엔터테인먼트 제공",
    "표가람외신캐스터",
    "대담=표가람 편집국장, 정리=소지안 기자",
    "표가람 한들취재본부장",
    "한들신문은 인터넷신문위원회의 인터넷신문 윤리강령을 준수합니다.",
    "※ 본 기사는 한들증권방송에서 제공한 것입니다.",
    "기자",
    "펼침0:00",
    "표가람 기자입력 2026.03.21 14:05",
]

GLUED = [
    "[ⓒ 한들일보 & handeul.test, 무단전재 및 재배포 금지]",
    "Copyright © 한들. All rights reserved. 무단 전재 및 재배포 금지.",
    "GoodNews paper ⓒ 한들일보, 무단전재 및 수집, 재배포금지",
    "<저작권자 ⓒ 한들방송(www.handeul.test) 무단전재 및 재배포 금지>",
    "※ '당신의 제보가 뉴스가 됩니다' [카카오톡] 한들TV 검색해 채널 추가 [전화] 02-000-0000",
    "[이 기사는 증시분석 전문기자 한들봇(bot@handeul.test)이 실시간으로 작성했습니다.]",
    "◎공감언론 한들이 독자 여러분의 소중한 제보를 기다립니다.",
    "표가람 엔터뉴스팀 기자 garam@handeul.test (콘텐트본부) 사진=한들통신",
    "[ 표가람 기자 garam@handeul.test ]·",
    "표가람 기자 (garam@handeul.test) 2026년 03월 21일",
    "(한들 디지털뉴스편집부)",
]

TELLING = [
    "AI 요약은 아직 사람이 쓴 글을 대신하지 못했다.",
    "입력: 한 사람이 하루에 삼백 줄을 넣었다.",
    "회원용 주차장은 지난달에 문을 닫았다.",
    "구글은 이 매체를 먼저 보여 주는 설정을 더했다.",
    "그는 카카오톡과 페이스북으로 소식을 공유했다.",
    "자살 예방 상담전화 109는 밤에도 열려 있다.",
    "※ 표는 1월부터 3월까지의 값이다.",
    "그는 “무단 전재를 금합니다.”라는 문구를 가리켰다.",
    "시장은 “※ 표시를 보라”고 말했다. ▲ 물길 ▲ 나무가 그것이다.",
    "이 기사는 2026년에 나온 뒤 많은 말을 낳았다.",
    "저작권은 시에 있다. 인용할 때 출처를 밝혀야 한다.",
    "↓ 표시가 있는 문으로 나가야 한다.",
    "<한들뉴스> 앵커는 이렇게 말을 맺었다.",
    "[한들일보]는 이 사실을 처음 알렸다.",
    "〈한들타임스〉 보도는 달랐다.",
    "시는 여러분의 제보가 큰 도움이 됐다고 밝혔다.",
    "온라인 뉴스를 보는 사람이 부쩍 늘었다.",
    "그는 좋아요 수를 세지 않는다고 했다.",
    "편집 데스크를 거치지 않은 글이 올라왔다.",
    "이 기사는 제휴를 맺은 통신사의 것이었다.",
    "한들시는 21일 행사를 열었다고 밝혔다. 장소는 한들역/한들시장 사이였다.",
    "법원은 남의 글을 무단 전재한 업체에 배상하라고 판결했다.",
    "언론사들은 AI 학습에 기사를 쓰지 못하게 하는 조항을 약관에 넣었다.",
    "경찰은 시민의 제보를 받아 수사에 나섰다고 밝혔다.",
    "그는 “제보는 카카오톡으로 받는다”고 적힌 안내문을 보고 연락했다.",
    "사진을 제공한 주민은 이름을 밝히지 않았다.",
    "네이버는 다음 달부터 구독 서비스를 바꾼다고 밝혔다.",
    "카카오톡 채널을 추가하면 할인권을 주는 행사가 인기를 끌고 있다.",
    "표가람 기자는 현장에서 이를 지켜봤다.",
    "그는 2024년 3월 5일 오후 3시 7분에 역에 도착했다.",
    "▲정부과제 중심 매출 ▲인재 부족 ▲부족한 정부 지원이 원인으로 꼽힌다.",
    "관련 기사를 쓴 기자들은 모두 다섯 명이었다.",
    "“후원하기 단추를 눌렀는데 아무 일도 없었다”고 그는 말했다.",
    "유료 구독자는 지난해보다 두 배로 늘었다.",
    "무단 복제를 금지하는 법이 국회를 통과했다.",
    "“이 기사를 추천합니다”라는 문구가 논란이 됐다.",
    "이 제품은 무료 체험 기간이 끝나면 자동으로 결제된다.",
    "많이 본 뉴스 1위는 이 사건이었다.",
    "사진 속 인물은 그의 아버지다.",
    "저작권자를 찾는 일은 쉽지 않다.",
    "ⓒ 표시는 저작권을 뜻한다.",
    "구독자 전용 콘텐츠를 늘리겠다는 계획입니다.",
    "글자 크기를 키운 교과서가 나왔다.",
    "로그인 후 볼 수 있는 화면을 찍어 올렸다.",
    "신고는 112로 하면 된다.",
    "지난해 4월 3일 발표한 자료에 따르면 그렇다.",
    "그 회사는 (사진=합성)이라는 설명을 붙였다.",
    "영상 편집 일을 배우는 청소년이 늘고 있다.",
    "광고 시장이 얼어붙었다.",
    "표 값은 어른 5천원, 아이 2천원이다.",
    "“전화 주세요.” 그가 남긴 말은 그것뿐이었다.",
    "그는 “기사 제보를 기다린다”고 했다.",
    "자동 요약 기능을 넣은 앱이 나왔습니다.",
    "목록에는 열두 사람의 이름이 있었다.",
    "로그인, 결제, 구독이라는 세 낱말이 벽에 적혀 있었다.",
    "정부는 내년부터 이 제도를 모든 학교에 적용하겠다고 했다.",
]


@pytest.mark.parametrize(("dateline", "agency"), DATELINES)
def test_a_dateline_becomes_a_field(dateline, agency):
    cleaned = clean([dateline + FIRST, LAST])
    assert cleaned.paragraphs == [FIRST, LAST]
    assert cleaned.dateline == dateline.strip()
    assert cleaned.agency == agency


@pytest.mark.parametrize("head", ["[앵커]", "[편집자주]", "[인터뷰]", "[단독]", "<속보>"])
def test_a_bracket_that_names_no_outlet_stays(head):
    assert clean([f"{head} {FIRST}", LAST]).paragraphs == [f"{head} {FIRST}", LAST]


def between(line, place):
    """Return the lines of an article with one more before, between or after its two."""
    return [*[FIRST, LAST][:place], line, *[FIRST, LAST][place:]]


@pytest.mark.parametrize("place", [0, 1, 2], ids=["before", "between", "after"])
def test_a_line_that_is_no_running_text_goes(place):
    assert [junk for junk in JUNK if clean(between(junk, place)).paragraphs != [FIRST, LAST]] == []


@pytest.mark.parametrize("place", [0, 1, 2], ids=["before", "between", "after"])
def test_a_sentence_with_the_same_words_stays(place):
    assert [
        line for line in TELLING if clean(between(line, place)).paragraphs != between(line, place)
    ] == []


def sentence(length):
    """Return a sentence of so many characters."""
    begin, end = "한들시가 ", "을 다시 열기로 했다."
    return begin + "물길" * ((length - len(begin + end)) // 2) + "물" * (length % 2 == 0) + end


@pytest.mark.parametrize(("length", "printed"), [(39, 2), (40, 1), (41, 1)])
def test_a_long_line_that_a_page_prints_twice_is_kept_once(length, printed):
    line = sentence(length)
    assert len(line) == length
    head = [f"의회는 {day}일 예산안을 다룬다." for day in range(11, 17)]
    assert clean([*head, line, LAST, line]).paragraphs == [
        *head,
        line,
        LAST,
        *[line] * (printed - 1),
    ]


@pytest.mark.parametrize(
    ("title", "kept"), [("물길다시여는한들시장님에", True), ("물길다시여는한들시장님에게", False)]
)
def test_a_line_that_begins_with_a_title_of_thirteen_letters_is_the_title(title, kept):
    line = f"{title} 거는 주민들의 기대"
    assert clean([line, FIRST, LAST], title=title).paragraphs == [*[line] * kept, FIRST, LAST]


@settings(max_examples=200)
@given(
    st.lists(st.sampled_from(TELLING), min_size=1, max_size=8, unique=True),
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from(JUNK)), max_size=6),
)
def test_sentences_stay_whole_whatever_stands_between_them(sentences, junk):
    lines = list(sentences)
    for place, line in sorted(junk, reverse=True):
        lines.insert(place, line)
    assert clean(lines).paragraphs == sentences


@settings(max_examples=100)
@given(
    st.lists(
        st.lists(st.sampled_from(TELLING), min_size=1, max_size=4).map(" ".join),
        min_size=1,
        max_size=6,
        unique=True,
    )
)
def test_cleaning_twice_changes_nothing(paragraphs):
    once = clean(paragraphs).paragraphs
    assert clean(once).paragraphs == once == paragraphs


@given(st.lists(st.text(max_size=80), max_size=8))
def test_any_lines_are_cleaned_without_inventing_text(lines):
    whole = "".join(map(repaired, lines))
    assert all(
        part in whole or part in " ".join(map(repaired, lines)) for part in clean(lines).paragraphs
    )


@pytest.mark.parametrize(
    ("tail", "byline"),
    [
        (" 표가람 기자", "표가람 기자"),
        (" 표가람 기자 garam@handeul.test", "표가람 기자 garam@handeul.test"),
        ("garam@handeul.test", "garam@handeul.test"),
        (" /한들=표가람 기자 garam@handeul.test", "/한들=표가람 기자 garam@handeul.test"),
    ],
)
def test_a_byline_is_cut_off_the_last_sentence(tail, byline):
    cleaned = clean([FIRST, LAST + tail])
    assert cleaned.paragraphs == [FIRST, LAST]
    assert cleaned.bylines == [byline]


@pytest.mark.parametrize("notice", GLUED)
def test_a_notice_is_cut_off_the_last_sentence(notice):
    assert clean([FIRST, f"{LAST} {notice}"]).paragraphs == [FIRST, LAST]


@pytest.mark.parametrize("notice", GLUED)
def test_a_notice_inside_a_sentence_stays(notice):
    line = f"{LAST} 안내문에는 “{notice}”라고 적혀 있었다."
    assert clean([FIRST, line]).paragraphs == [FIRST, line]


def test_a_bare_name_after_the_last_sentence_goes():
    assert (
        clean([FIRST, LAST, "<연합>"]).paragraphs
        == clean([FIRST, LAST, "KBS"]).paragraphs
        == [FIRST, LAST]
    )


def test_the_turns_of_an_interview_are_no_links():
    turns = [
        "▷ 표가람 : 물길은 언제 열리나요?",
        "▶ 도윤재 : 내년 봄입니다.",
        "▷ 표가람 : 28년 만이네요.",
        "▶ 도윤재 : 고맙습니다.",
    ]
    assert clean(turns).paragraphs == turns


def test_a_credit_is_cut_off_a_paragraph_and_kept_as_a_caption():
    cleaned = clean([FIRST, LAST + "(사진=한들시)"])
    assert (cleaned.paragraphs, cleaned.captions) == ([FIRST, LAST], ["(사진=한들시)"])


def test_related_titles_go_up_to_the_next_sentence():
    lines = [
        FIRST,
        "[관련기사]",
        "물가에 심은 나무 3천 그루, 누가 돌보나",
        "시장 연봉 공개한다…의회 “늦었다”",
        LAST,
    ]
    assert clean(lines).paragraphs == [FIRST, LAST]


def test_titles_after_the_copyright_line_go():
    right, titles = (
        "<저작권자 (c) 한들통신, 무단전재 및 재배포 금지>",
        ["물가에 심은 나무, 누가 돌보나", "시장 연봉 공개한다"],
    )
    assert clean([FIRST, LAST, right, *titles]).paragraphs == [FIRST, LAST]
    assert clean([FIRST, right, titles[0], LAST]).paragraphs == [FIRST, titles[0], LAST]


@pytest.mark.parametrize(
    "label",
    [
        "[J-Hot]",
        "[HOT NEWS]",
        "<한들 인기기사>",
        "한들신문 [오늘의 인기뉴스]",
        "[베스트 클릭! 2016.09.20]",
        "이 기사 어때요",
        "[관련기사/많이본기사]",
    ],
)
def test_titles_after_any_label_of_others_go(label):
    assert clean([FIRST, LAST, label, "물가에 심은 나무, 누가 돌보나"]).paragraphs == [FIRST, LAST]


def test_a_time_on_a_line_of_the_text_is_kept_apart():
    assert clean([FIRST, LAST, "입력 : 2026.03.21 14:05"]).stamps == ["입력 : 2026.03.21 14:05"]


def test_the_title_and_decks_before_it_are_not_text():
    cleaned = clean(["내년 봄 착공", "물길을 R&D 단지로", FIRST, LAST], title="물길을 RD 단지로")
    assert (cleaned.paragraphs, cleaned.decks, cleaned.heading) == (
        [FIRST, LAST],
        ["내년 봄 착공"],
        "물길을 R&D 단지로",
    )


def test_triangles_are_captions_only_beside_images():
    caption = "▲ 물길이 지나던 자리에 선 시장"
    assert clean([FIRST, caption, LAST], pictured=True).captions == [caption]
    assert caption in clean([FIRST, caption, LAST]).paragraphs


def test_obituaries_are_no_captions():
    line = "▲ 도윤재(한들시 과장)씨 별세, 도가람씨 부친상"
    assert line in clean([line, FIRST], pictured=True).paragraphs


@pytest.mark.parametrize(
    ("line", "byline", "kept"),
    [
        ("한들시에서 한들뉴스 표가람입니다.", "표가람 기자", None),
        ("지금까지 한들시청 앞에서 YTN 표가람입니다.", "표가람 기자", None),
        ("연합뉴스TV 표가람이었습니다", "표가람 기자", None),
        ("KBS 뉴스 표가람 기자입니다.", "표가람 기자", None),
        ("YTN 표가람[garam@handeul.test]입니다.", "표가람 기자[garam@handeul.test]", "YTN 표가람입니다."),
        ("YTN 표가람 (garam@handeul.test)입니다.", "표가람 기자 (garam@handeul.test)", "YTN 표가람입니다."),
        ("한들시에서 유일한 시장입니다.", None, None),
        ("지금까지 한들시에서 본 뉴스 전부입니다.", None, None),
        ("한들시에서 가장 오래된 방송 장비입니다.", None, None),
    ],
)  # fmt: skip
def test_a_sign_off_names_the_reporter_and_stays(line, byline, kept):
    cleaned = clean([FIRST, line])
    assert cleaned.bylines == ([byline] if byline else [])
    assert cleaned.paragraphs == [FIRST, kept or line]


@pytest.mark.parametrize(
    "line",
    [
        "(취재기자 표가람, 영상취재 나루터)",
        "취재기자 : 표가람 / 영상취재 : 나루터",
        "[영상취재 나루터]",
        "취재 표가람 편집 나루터",
    ],
)
def test_a_line_of_the_crew_is_no_text(line):
    assert clean([FIRST, line]).paragraphs == [FIRST]


def test_a_sign_off_stays_and_gives_the_reporter():
    cleaned = clean(["[앵커]", FIRST, "한들뉴스 표가람입니다. (garam@handeul.test)"])
    assert cleaned.paragraphs[-1] == "한들뉴스 표가람입니다."
    assert any("표가람" in line for line in cleaned.bylines)


def test_subheads_behind_arrows_stay_and_links_after_the_last_sentence_go():
    lines = [FIRST, "▶ 무엇이 달라지나", LAST, "▶ 봄비 맞은 한들천 옛터"]
    assert clean(lines).paragraphs == lines[:3]


@pytest.mark.parametrize(
    ("damaged", "whole"),
    [
        ("Ramp;D 자회사", "R&D 자회사"),
        ("lt;한들gt;", "<한들>"),
        ("&quot;물길&quot;", '"물길"'),
        (" | 한 칸 |", "한 칸"),
        ("| | || 가 | 나 || |", "가 | 나"),
        ("a\u200bb", "ab"),
    ],
)
def test_damage_is_repaired(damaged, whole):
    assert repaired(damaged) == whole


def test_notices_and_tags_become_fields():
    cleaned = clean(
        [FIRST, "무단전재, 복사, 배포, AI 학습 및 활용 등을 금합니다.", "#물길 #한들시"]
    )
    assert cleaned.notices == ["무단전재, 복사, 배포, AI 학습 및 활용 등을 금합니다."]
    assert cleaned.tags == ["물길", "한들시"]


def test_a_premium_notice_is_told_from_a_copyright_line():
    assert sort_of("이 기사는 유료 구독자를 위한 프리미엄 콘텐츠입니다") is LineKind.PREMIUM


def test_of_a_board_only_parts_with_one_of_its_words_have_rows() -> None:
    line = "등록일 : 2026-03-04 담당자: 표가람 | 기온: 12도 | 문의 없음"
    assert list(board_rows(line)) == [("등록일", "2026-03-04"), ("담당자", "표가람")]
