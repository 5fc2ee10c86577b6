"""Whose text a document says it is."""

import pytest

from processing.agencies import Names
from processing.signing.credits import Credit, CreditKind, credits_in, credits_of, url_key
from processing.signing.documents import Document


def said(text: str, **names: str) -> list[str]:
    return credits_of(Document(id="하나", text=text), Names(names.items()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(서울=가람통신) 다리가 열린다", ["가람통신"]),
        ("다리가 열린다\n저작권자 ⓒ 가람일보, 무단 전재 금지", ["가람일보"]),
        ("다리가 열린다\n(C) 2031 (주)가람일보", ["가람일보"]),
        ("다리가 열린다 ⓒ가람일보 ⓒ나래신문", ["가람일보", "나래신문"]),
        ("다리가 열린다\n[출처] 가람일보", ["가람일보"]),
        ("다리가 열린다\n▶ 기사 원문: 가람일보", ["가람일보"]),
        ("사진 제공: 가람일보", []),  # not what the line begins with
        ("출처: 가람일보\n) 출처: 나래신문", ["가람일보"]),  # the mark belongs to the first one
        ("(c) 그리고 (가) 다리가 열린다", ["그리고"]),
        ("다리가 열린다", []),
        (
            "[단독] 다리가 열린다\n<ⓒ가람일보, 무단 전재 금지>\n댓글이 없습니다.",
            ["가람일보"],
        ),
        ("다리가 열린다. ⓒ 가람일보\n댓글이 없다.", ["가람일보"]),
        ("Copyright ⓒ 가람일보\n댓글이 없다.", ["가람일보"]),
    ],
)
def test_credits_are_found_where_they_stand(text: str, expected: list[str]) -> None:
    assert said(text) == expected


def test_a_credit_is_the_outlet_that_goes_by_that_name() -> None:
    assert said("(서울=가람통신)\n출처: 나래신문", 가람통신="garam", 나래신문="narae") == [
        "garam",
        "narae",
    ]
    assert said("(서울=가람통신)", 가람통신="other") == ["other"]


WIRE = [
    "다리가 열린다.\n/가람통신",
    "다리가 열린다.\n[가람통신]",
    "다리가 열린다. 가람통신 제공",
    "다리가 열린다.\n민하늘 가람통신 기자",
    "다리가 열린다.\n가람통신 민하늘 기자 sky@garam.test",
    "다리가 열린다. 민하늘 기자(가람통신)",
    "다리가 열린다.\n기사제공=가람통신",
    "다리가 열린다.\n뉴스제공 가람통신",
    "다리가 열린다. 제공=가람통신",
    "다리가 열린다.\n『가람통신』",
    "다리가 열린다.\n[가람통신=민하늘 기자]",
    "다리가 열린다.\n[민하늘 가람통신 기자]",
    "다리가 열린다.\n민하늘·강다온 가람통신 기자",
    "다리가 열린다.\n서울=가람통신 민하늘 기자",
    "다리가 열린다.\n※ 이 기사는 가람통신이 제공했습니다.",
    "다리가 열린다.\n이 기사는 가람통신에서 제공받았습니다.",
    "다리가 열린다.\n이 기사는 가람통신과의 제휴로 제공됩니다.",
    "[단독] (서울=가람통신) 민하늘 기자 = 다리가 열린다.",
    "【가람통신】 민하늘 기자 = 다리가 열린다.",
    "(가람통신) 다리가 열린다.",
]
PICTURES = [
    "시민이 다리를 건넌다. (서울=가람통신)\n다리가 열린다. 나무로 지었다.",
    "(서울=가람통신) 다리를 건너는 시민\n다리가 열린다. 나무로 지었다.",
    "다리가 열린다. 사진 가람통신 제공",
    "다리가 열린다.\n[사진=가람통신]",
    "다리를 건너는 시민. 사진 ⓒ 가람통신\n다리가 열린다.",
    "다리가 열린다. [가람통신 자료사진]",
    "(가람통신) 다리 전경\n다리가 열린다. 나무로 지었다.",
    "[서울=가람통신] 9일 시민이 다리를 건너고 있다. 2031.5.9\n다리가 열린다.",
    "[서울=가람통신] 9일 시민이 건너고 있다. 2031.5.9 sky@garam.test\n다리가 열린다.",
    "다리 전경 ⓒ가람통신\n다리가 열린다. 나무로 지었다.",
    "다리가 열린다. 사진제공=가람통신",
]


@pytest.mark.parametrize("text", WIRE)
def test_a_credit_of_the_text_is_read_in_every_form(text: str) -> None:
    assert "가람통신" in said(text)
    assert "가람통신" in said(text.replace("\n", " "))


@pytest.mark.parametrize("text", PICTURES)
def test_a_credit_of_a_picture_is_no_credit_of_the_text(text: str) -> None:
    assert said(text) == []


def kinds(text: str, **fields: str) -> set[Credit]:
    return set(credits_in(Document(id="하나", text=text, **fields)))


@pytest.mark.parametrize("text", WIRE[:-3])
def test_a_closing_credit_is_one_of_the_text(text: str) -> None:
    assert Credit(CreditKind.TEXT, "가람통신") in kinds(text)


# A caption that a dateline ends, and a note that says what is in the archive, credit nothing.
@pytest.mark.parametrize("text", [*PICTURES[1:5], *PICTURES[6:]])
def test_a_credit_of_a_picture_is_told_to_be_one(text: str) -> None:
    assert {credit.kind for credit in kinds(text)} == {CreditKind.PICTURE}


def test_text_dateline_and_picture_of_one_document_are_told_apart() -> None:
    text = "(서울=가람통신) 민하늘 기자 = 다리가 열린다.\n다리 전경. 사진 ⓒ 나래신문\n/다솜통신"

    assert kinds(text, title="다리가 열린다 (마루일보)", agency="바다통신") == {
        Credit(CreditKind.DATELINE, "가람통신"),
        Credit(CreditKind.PICTURE, "나래신문"),
        Credit(CreditKind.TEXT, "다솜통신"),
        Credit(CreditKind.TEXT, "마루일보"),
        Credit(CreditKind.TEXT, "바다통신"),
    }


@pytest.mark.parametrize("spelt", ["연합", "연합뉴스", "YONHAP", "yna"])
def test_an_agency_is_one_whatever_its_spelling(spelt: str) -> None:
    assert said(f"(서울={spelt}) 다리가 열린다.", 연합뉴스="yna") == ["yna"]


def filled(length: int) -> str:
    """Return so many characters in which nothing is credited."""
    return ("물길을 따라 걷는다. " * (length // 10 + 1))[:length]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # A dateline within the first 600 characters, whole.
        (filled(590) + "\n(서울=가람통신)", True),
        (filled(591) + "\n(서울=가람통신)", False),
        # A copyright line within the last 600, and one source line of the first and last 600.
        ("ⓒ가람일보" + filled(595), True),
        ("ⓒ가람일보" + filled(596), False),
        (filled(1000) + "\n출처: 가람일보\n" + filled(591), True),
        (filled(1000) + "\n출처: 가람일보\n" + filled(601), False),
        (filled(599) + "\n출처: 가람일보 " + filled(591), True),
        (filled(599) + "\n출처: 가람일보 " + filled(594), False),
        # A closing credit on one of the last three lines, within the last 160 characters.
        ("다리가 열린다.\n/가람통신\n첫째\n둘째", True),
        ("다리가 열린다.\n/가람통신\n첫째\n둘째\n셋째", False),
        ("다리가 열린다.\n/가람통신\n" + filled(153), True),
        ("다리가 열린다.\n/가람통신\n" + filled(155), False),
    ],
)
def test_a_credit_stands_near_an_end(text: str, *, found: bool) -> None:
    text = text.rstrip()
    assert bool(said(text)) is found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        # What goes on for less than 80 characters without a sentence is a caption.
        ("(서울=가람통신) " + "물" * 79 + "\n다리가 열린다.", CreditKind.PICTURE),
        ("(서울=가람통신) " + "물" * 80 + "\n다리가 열린다.", CreditKind.DATELINE),
        ("(서울=가람통신) " + "물" * 40 + "\n다리가 열린다.", CreditKind.PICTURE),
        ("(서울=가람통신) " + "물" * 40, CreditKind.DATELINE),
        # A word for a picture within 24 characters before a closing credit.
        ("다리가 열린다. 사진" + "물" * 20 + " 가람통신 제공", CreditKind.PICTURE),
        ("다리가 열린다. 사진" + "물" * 30 + " 가람통신 제공", CreditKind.TEXT),
        # The words before a copyright sign, on its line, at most 80 characters.
        ("사진 " + "물" * 76 + " ⓒ가람일보", CreditKind.PICTURE),
        ("사진 " + "물" * 80 + " ⓒ가람일보", CreditKind.TEXT),
        ("사진 물길\nⓒ가람일보", CreditKind.TEXT),
    ],
)
def test_what_is_credited_is_told_by_what_stands_near(text: str, kind: CreditKind) -> None:
    (credit,) = credits_in(Document(id="하나", text=text))
    assert credit.kind == kind


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("https://www.narae.test/news/7", "http://narae.test/news/7/#top", True),
        ("https://m.narae.test/news/7?", " HTTPS://NARAE.test/news/7 ", True),
        ("https://narae.test/news/7", "https://narae.test/news/8", False),
        ("https://narae.test/#/7", "https://narae.test/#/8", True),
    ],
)
def test_links_to_one_article_have_one_key(one: str, other: str, *, equal: bool) -> None:
    assert (url_key(one) == url_key(other)) is equal
    assert -(1 << 31) <= url_key(one) < 1 << 31
    assert url_key("") == url_key(" # ") == 0
