"""Who wrote, which agency sent and whose pictures they are, behind the last sentence in all usual forms.

Whatever the form, the text is whole: a credit takes no sentence with it.
"""

from datetime import UTC, datetime

import pytest

from processing.reading.bylines import people
from processing.reading.extract import extract
from processing.reading.text import Cleaned, clean
from processing.records import Article, Page
from tests.processing.reading.stories import MOUNTAIN

LINES = list(MOUNTAIN)
JOINTS = {"on a line of its own": None, "behind a blank": " ", "glued": ""}


def signed(credit: str, joint: str | None) -> Cleaned:
    if joint is None:
        return clean([*LINES, credit])
    return clean([*LINES[:-1], f"{LINES[-1]}{joint}{credit}"])


def names(cleaned: Cleaned) -> list[str]:
    return list(dict.fromkeys(one.name for line in cleaned.bylines for one in people(line)))


@pytest.mark.parametrize("joint", JOINTS.values(), ids=JOINTS)
@pytest.mark.parametrize(
    "credit",
    [
        "표가람 기자", "표가람 기자 garam@handeul.test", "표가람 기자(garam@handeul.test)",
        "표가람 기자 e-mail: garam@handeul.test", "표가람 garam@handeul.test",
        # An address that is cut, behind its host as well.
        "표가람 기자 garam@", "표가람 기자 garam@handeul", "표가람 기자 garam@handeul.", "표가람 기자 (garam@)",
        "글·사진=표가람 기자", "글/사진=표가람 기자", "사진·글=표가람 기자 garam@", "글·영상=표가람 기자",
        "취재=표가람 기자", "정리=표가람 기자 garam@", "글·그림 표가람 기자",
        # A desk, an outlet or a place between name and role.
        "[표가람 사회부 기자]", "[표가람 한들신문 사회부 기자]", "[표가람 온라인 뉴스 기자]", "[표가람(달무리) 기자]",
        "표가람 달내취재본부 기자", "표가람 사회부 기자", "의학전문기자 표가람", "리포터 표가람",
        "(달내=한들신문) 표가람 기자", "[달내=연합뉴스] 표가람 기자 garam@",
        "[표가람 달무리 인턴기자]", "[표가람 문화전문기자]", "[표가람 달내 주재기자]", "<표가람 달무리 기자>",
        # Beside the source of pictures, whichever comes first.
        "표가람 기자 / 사진출처=물길 누리집", "사진=한들시 / 표가람 기자", "표가람 인턴기자 / 영상캡처 유튜브",
        "화면캡처 한들TV | 표가람 기자",
    ],
)  # fmt: skip
def test_the_reporter_is_named_and_the_text_is_whole(credit: str, joint: str | None) -> None:
    cleaned = signed(credit, joint)
    assert (cleaned.paragraphs, names(cleaned)) == (LINES, ["표가람"])


@pytest.mark.parametrize(
    "credit",
    [
        "표가람 / 사진출처 물길 누리집", "표가람 / 캡처 물길 누리집", "표가람 · 사진=한들시", "(표가람 / 화면캡처 한들TV)",
        "글 표가람 / 사진 한들시 제공", "표가람 / 사진 = 물길 SNS",
    ],
)  # fmt: skip
def test_a_name_without_a_role_writes_where_it_stands_alone_below_the_text(credit: str) -> None:
    assert names(signed(credit, None)) == ["표가람"]
    if not credit.startswith("글"):
        assert names(clean([credit, *LINES])) == []


@pytest.mark.parametrize("joint", JOINTS.values(), ids=JOINTS)
@pytest.mark.parametrize(
    ("credit", "agency"),
    [
        ("연합뉴스", "연합뉴스"), ("/연합뉴스", "연합뉴스"), ("(연합뉴스)", "연합뉴스"), ("[연합뉴스]", "연합뉴스"),
        ("<연합뉴스>", "연합뉴스"), ("【뉴시스】", "뉴시스"), ("/뉴시스", "뉴시스"), ("=연합뉴스", "연합뉴스"), ("연합", "연합뉴스"),
        # Credits of pictures.
        ("연합뉴스 제공", None), ("출처=물길 누리집", None), ("ⓒ연합뉴스", None), ("로이터 연합뉴스", None),
        ("AP 연합뉴스", None), ("/AFP 연합뉴스", None), ("사진=연합뉴스", None),
    ],
)  # fmt: skip
def test_the_agency_is_the_texts_and_no_sentence_goes_with_a_credit(
    credit: str, agency: str | None, joint: str | None
) -> None:
    cleaned = signed(credit, joint)
    assert (cleaned.paragraphs, cleaned.agency) == (LINES, agency)


@pytest.mark.parametrize("joint", ["", " "])
def test_a_paragraph_of_one_sentence_is_no_caption_for_the_credit_behind_it(joint: str) -> None:
    said = "도윤재 한들시장은 “아이들이 발을 담글 수 있는 물을 돌려주겠다”고 말했다."
    assert clean([*LINES, f"{said}{joint}연합뉴스 제공"]).paragraphs == [*LINES, said]
    told = f"{said}{joint}한들시 제공."  # whose words these are is not said, so they stay
    assert clean([*LINES, told]).paragraphs == [*LINES, told]


def test_a_credit_right_beside_a_picture_is_the_pictures() -> None:
    beside = frozenset({"(연합뉴스)", "사진=한들시 / 표가람 기자"})
    cleaned = clean([*LINES, *sorted(beside)], beside=beside)
    assert (cleaned.paragraphs, cleaned.agency) == (LINES, None)


@pytest.mark.parametrize("line", ["영상취재: 이나루 기자", "사진=이나루 기자", "촬영 이나루"])
def test_who_made_pictures_wrote_nothing(line: str) -> None:
    assert names(signed(line, None)) == []


def test_a_name_between_a_name_and_a_role_is_no_desk() -> None:
    assert "표가람" in names(signed("[표가람 사회부 기자]", None))
    assert names(signed("[표가람 이나루 기자]", None)) == ["이나루"]


@pytest.mark.parametrize(
    "line",
    [
        "그는 “물이 돌아왔다”고 했다.시민들은 물가로 나왔다.",
        "수심은 1.5m다.2년 전보다 깊다.",
        "가.나.다 순이다.라고 했다",
    ],
)
def test_sentences_without_a_blank_between_them_stay_as_they_are(line: str) -> None:
    assert clean([*LINES, line]).paragraphs[-1] == line


@pytest.mark.parametrize(
    ("caption", "lead"),
    [
        ("▲ 물길", "[한들신문=표가람 기자]"), ("▲ 물길", "한들신문 표가람 기자 ="), ("◇물길", "한들신문 표가람 기자 ="),
    ],
)  # fmt: skip
def test_a_lead_behind_a_caption_and_a_byline_is_text(caption: str, lead: str) -> None:
    cleaned = clean([f"{caption} {lead} {LINES[0]}", *LINES[1:]], pictured=1)
    assert (cleaned.paragraphs, names(cleaned)) == (LINES, ["표가람"])


@pytest.mark.parametrize("label", ["이메일", "메일:", "E-mail : "])
def test_an_address_behind_its_label_is_the_reporters(label: str) -> None:
    cleaned = clean(["표가람 기자", *LINES, f"{label} garam@handeul.test"])
    assert cleaned.paragraphs == LINES
    assert any("garam@handeul.test" in line for line in cleaned.bylines)


@pytest.mark.parametrize("between", [" | ", " ㅣ ", ", ", " "])
@pytest.mark.parametrize(
    "label", ["", "태그 ", "[키워드] ", "관련 키워드: ", "해시태그 | ", "Tags "]
)
def test_a_row_of_linked_tags_is_none_of_the_text_whatever_its_label(
    label: str, between: str
) -> None:
    tags = between.join(f'<a href="/t/{tag}">{tag}</a>' for tag in ("물길", "다리 난간", "한들시"))
    rows = "".join(f"<p>{line}</p>" for line in [*LINES, label + tags])
    body = f"<meta charset=utf-8><h1>물길 다시 연다</h1><div class=text>{rows}</div>".encode()
    url, at = "https://www.handeul.test/news/7", datetime(2026, 3, 22, tzinfo=UTC)
    article = extract(Page(url=url, fetched_at=at, body=body))
    assert isinstance(article, Article)
    assert article.text == "\n\n".join(LINES)


@pytest.mark.parametrize(
    "line",
    [
        "한들신문 텔레그램 구독", "한들신문 채널 구독 / 밴드 구독", "한들신문 홈 구독",
        "※ 이 기사는 한들신문과 달내일보의 제휴로 제공됩니다.", "※ 이 글은 달내일보에서 제공받았습니다.",
    ],
)  # fmt: skip
def test_invitations_and_notes_of_portals_are_none_of_the_text(line: str) -> None:
    assert clean([*LINES, line]).paragraphs == LINES


@pytest.mark.parametrize(
    ("byline", "agency"),
    [
        ("(서울=연합뉴스) 표가람 기자", "연합뉴스"), ("[달내=뉴시스]표가람 기자", "뉴시스"),
        ("【달내=뉴시스】 표가람 기자 garam@handeul.test", "뉴시스"), ("(달내=한들신문) 표가람 기자", None),
        ("(사진=연합뉴스) 표가람 기자 garam@handeul.test", None),
    ],
)  # fmt: skip
def test_place_and_outlet_before_a_byline_are_read_as_before_a_sentence(
    byline: str, agency: str | None
) -> None:
    above, below = clean([byline, *LINES]), clean([*LINES, byline])
    assert above.agency == below.agency == agency
    assert above.paragraphs == below.paragraphs == LINES
    assert names(above) == names(below) == ["표가람"]
    # What stands below a text says who wrote it, and not where the story is.
    assert (above.dateline, below.dateline) == (None if "사진" in byline else byline, None)


def test_the_dateline_of_a_sentence_stays_one_beside_a_byline_with_another() -> None:
    byline = "(서울=연합뉴스) 표가람 기자"
    cleaned = clean([byline, f"(달내=뉴시스) {LINES[0]}", *LINES[1:]])
    assert (cleaned.dateline, cleaned.agency) == ("(달내=뉴시스)", "뉴시스")
    assert cleaned.paragraphs == LINES
