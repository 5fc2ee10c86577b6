"""Which documents are one text, whose it is, and how each copy came from it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing.signing.canonical import canonical
from processing.signing.documents import FoldOptions
from tests.processing.dedupe.made import LIBRARY, NOON, RIVER, document, folded, later

LINES = RIVER.split("\n")
WEATHER = (
    "내일은 전국이 대체로 맑겠으나 오후부터 구름이 많아지겠다. 아침 최저기온은 {0}도, 낮 최고기온은 {1}도로 예보됐다. "
    "미세먼지 농도는 {2}㎍으로 보통 수준이겠고 바다의 물결은 {3}m로 일겠다. 일교차가 {4}도 안팎으로 크겠으니 건강 관리에 유의해야 한다."
)
MOURNING = (
    "{0} 누리공업 부장의 가족이 오랜 투병 끝에 자택에서 별세했다. 상주인 {0} 부장은 조용히 가족장으로 모시기로 했다고 전해 왔다. "
    "빈소는 시립장례식장에 마련됐으며 발인은 유족의 뜻에 따라 비공개로 치른다. 조문은 {1} 씨와 {2} 씨가 안내하고 조화는 정중히 사양한다."
)


def places(*documents: object) -> dict[str, dict[str, object]]:
    return folded([documents]).rows()  # type: ignore[list-item]  # documents, all of them


def test_a_reprint_with_other_byline_spacing_and_headline_is_a_copy_of_the_earlier() -> None:
    reprint = (
        "[나래신문 한도윤 기자] "
        + RIVER.replace(" 있", "있").replace("“", '"')
        + "\nⓒ 나래신문, 무단 전재 금지"
    )
    rows = places(
        document("b", RIVER),
        document(
            "a",
            reprint,
            outlet="나래신문",
            title="나무다리 개통",
            fetched_at=later(hours=2),
            published_at=later(hours=2),
        ),
    )
    assert rows["a"]["relation"] == "copy"
    assert (rows["a"]["original"], rows["a"]["parent"]) == ("b", "b")
    assert rows["b"]["relation"] == "original"
    assert {row["cluster"] for row in rows.values()} == {"a"}
    assert 0.75 <= float(str(rows["a"]["score"])) <= 1


def test_the_beginning_or_the_middle_of_a_text_is_an_excerpt() -> None:
    for part in (LINES[:3], LINES[2:5]):
        rows = places(
            document("a", RIVER),
            document("b", "\n".join(part), outlet="나래신문", published_at=later(hours=1)),
        )
        assert rows["b"]["relation"] == "excerpt", part
        assert rows["b"]["parent"] == "a"


def test_half_a_text_within_another_is_linked_and_not_merged() -> None:
    mixed = "\n".join([*LINES[:4], *LIBRARY.split("\n")[:3]])
    rows = places(
        document("a", RIVER), document("b", mixed, outlet="나래신문", published_at=later(hours=1))
    )
    assert rows["b"]["relation"] == "derivative"
    assert rows["b"]["parent"] == "a"
    assert rows["a"]["cluster"] != rows["b"]["cluster"]


def test_versions_of_one_article_stay_together_however_much_was_changed() -> None:
    rows = places(
        document("1-a", RIVER, article_id="1"),
        document("1-b", LIBRARY, article_id="1", fetched_at=later(hours=1), published_at=NOON),
    )
    assert {row["cluster"] for row in rows.values()} == {"1"}
    assert rows["1-b"]["relation"] == "version"


@pytest.mark.parametrize("outlet", ["가람일보", "나래신문"])
def test_a_template_with_other_numbers_is_not_a_copy(outlet: str) -> None:
    rows = places(
        document("a", WEATHER.format(11, 22, 35, "0.5", 11), title="[날씨] 내일 맑음"),
        document(
            "b",
            WEATHER.format(-3, 14, 62, "2.5", 17),
            title="[날씨] 내일 맑음",
            outlet=outlet,
            published_at=later(days=1),
        ),
    )
    assert rows["a"]["cluster"] != rows["b"]["cluster"]
    assert rows["b"]["relation"] == ("series" if outlet == "가람일보" else "original")


@pytest.mark.parametrize("outlet", ["가람일보", "나래신문"])
def test_a_notice_that_differs_in_names_alone_is_not_a_copy(outlet: str) -> None:
    rows = places(
        document(
            "a", MOURNING.format("김서준", "이하나", "박도담"), title="[부고] 김서준씨 모친상"
        ),
        document(
            "b",
            MOURNING.format("최은호", "정라온", "강이룸"),
            title="[부고] 최은호씨 모친상",
            outlet=outlet,
            published_at=later(days=1),
        ),
    )
    assert rows["a"]["cluster"] != rows["b"]["cluster"]


CRASH = (
    "{0}시의 한 국도에서 {1}일 오전 {2}시께 승용차와 화물차 {3}대가 잇따라 부딪쳤다. 이 사고로 운전자 한 명({4})이 다쳐 병원으로 옮겨졌다. "
    "목숨에는 지장이 없는 것으로 전해졌다. 경찰은 목격자를 불러 사고가 난 까닭을 살피고 있으며 도로는 {5}시간 동안 막혔다. "
    "출근길에 나선 이들은 멀리 돌아가야 했고 다친 이를 도운 시민도 여럿 있었다고 가까운 가게 주인은 이야기를 들려주었다."
)
GIFT = (
    "지역 모임의 {0} {1} 대표가 새해를 앞두고 시청을 찾아 어려운 이웃에게 써 달라며 성금을 맡겼다. 이 자리에는 {2} 시장과 담당 직원들이 함께했다. "
    "{3} 대표는 작은 정성이 온기가 되기를 바란다고 말했다. {4} 시장은 귀한 마음을 꼭 필요한 곳에 전하겠다고 답했다. "
    "맡긴 돈은 홀로 지내는 어르신과 형편이 넉넉하지 않은 집에 땔감과 먹을거리로 전해지며 남는 것은 다음 겨울을 위해 따로 모아 둔다."
)


@pytest.mark.parametrize(
    ("texts", "titles"),
    [
        (
            (CRASH.format("가람", 8, 3, 2, 71, 3), CRASH.format("나래", 5, 7, 4, 45, 2)),
            ("가람시 국도서 추돌…1명 다쳐", "나래시 도로 막혀"),
        ),
        (
            (GIFT.format("한들제과", "김서준", "이하나", "박도담", "오라온"), GIFT.format("누리공업", "최은호", "정이룸", "강보람", "문새벽")),
            ("한들제과, 성금 맡겨", "누리공업서 이웃돕기 성금"),
        ),
    ],
)  # fmt: skip
def test_reports_of_one_form_about_different_events_are_no_copies(
    texts: tuple[str, str], titles: tuple[str, str]
) -> None:
    rows = places(
        document("a", texts[0], title=titles[0]),
        document("b", texts[1], title=titles[1], outlet="나래신문", published_at=later(days=1)),
    )
    assert rows["a"]["cluster"] != rows["b"]["cluster"]


def test_a_short_text_full_of_numbers_in_another_spelling_is_a_copy() -> None:
    text = (
        "시는 내년에 모두 1만2천 집에 난방비를 준다고 전했다. 신청은 동마다 받고 표를 든 이는 모두 대상이 되며, 어르신 1만5천 명에게는 따로 알린다. "
        "돈은 설을 쇠기 전에 통장으로 들어가고, 지난해에 받은 2만3천 명은 그대로 받는다. 담당 직원은 빠진 집을 다시 살피겠다고 말했다."
    )
    other = text.replace("1만2천", "12,000").replace("1만5천", "15,000").replace("2만3천", "23,000")
    assert (
        places(document("a", text), document("b", other, outlet="나래신문"))["b"]["cluster"] == "a"
    )


def test_a_template_reprinted_as_it_is_is_a_copy() -> None:
    text = WEATHER.format(11, 22, 35, "0.5", 11)
    rows = places(
        document("a", text),
        document("b", f"본문 듣기\n{text}", outlet="나래신문", published_at=later(hours=1)),
    )
    assert rows["b"]["relation"] == "copy"


def test_a_number_in_another_spelling_is_no_other_fact() -> None:
    text = f"{RIVER}\n공사에는 2천300억원이 들었고 1만2천명이 9천800일 동안 일했다. 옛 다리는 3조5천억원 들여 복원한다."
    other = (
        text.replace("2천300억", "2,300억")
        .replace("1만2천", "12,000")
        .replace("9천800", "9,800")
        .replace("3조5천억", "3조5,000억")
    )
    assert (
        places(document("a", text), document("b", other, outlet="나래신문"))["b"]["cluster"] == "a"
    )


def test_a_running_report_is_a_chain_that_is_not_merged() -> None:
    states = (("[속보]", 1), ("(2보)", 3), ("(종합)", 5))
    rows = places(
        *(
            document(
                str(size),
                "\n".join(LINES[:size]),
                title=f"나무다리 주말 개통 {mark}",
                published_at=later(hours=size),
            )
            for mark, size in states
        )
    )
    assert [(rows[each]["relation"], rows[each]["parent"]) for each in ("1", "3", "5")] == [
        ("original", None), ("followup", "1"), ("followup", "3"),
    ]  # fmt: skip
    assert len({row["cluster"] for row in rows.values()}) == 3


def test_a_passing_state_shares_no_cluster_with_the_next_through_a_third_text() -> None:
    flash = "\n".join(LINES[:3])
    rows = places(
        document("flash", flash, title="나무다리 주말 개통(2보)"),
        document(
            "early",
            flash,
            outlet="나래신문",
            title="나무다리 열린다",
            published_at=later(minutes=20),
        ),
        document("full", RIVER, title="나무다리 주말 개통", published_at=later(hours=2)),
        document(
            "late", flash, outlet="누리일보", title="나무다리 소식", published_at=later(hours=3)
        ),
    )
    assert rows["full"]["cluster"] != rows["flash"]["cluster"]
    assert (rows["full"]["relation"], rows["full"]["parent"]) == ("followup", "flash")
    assert rows["early"]["parent"] == "flash", "nobody can copy what is not there yet"
    assert (rows["late"]["relation"], rows["late"]["parent"]) == ("copy", "flash"), (
        "it is the flash"
    )


@pytest.mark.parametrize(
    ("mark", "outlet_class", "hours"),
    [("[속보] ", "portal", 0), ("[속보] ", "publisher", 4), ("", "publisher", 0)],
)
def test_a_mark_alone_makes_no_passing_state(mark: str, outlet_class: str, hours: int) -> None:
    rows = places(
        document(
            "b",
            RIVER,
            title="나무다리 개통",
            published_at=later(hours=2),
            outlet_class=outlet_class,
        ),
        document("c", RIVER, outlet="누리일보", title="나무다리 소식", published_at=later(hours=3)),
        document(
            "a",
            "\n".join(LINES[:5]),
            title=f"{mark}나무다리 개통",
            outlet_class=outlet_class,
            published_at=later(hours=hours),
        ),
    )
    assert {row["cluster"] for row in rows.values()} == {"a"}


@pytest.mark.parametrize(("kept", "known", "clusters"), [(6, "", 1), (3, "", 2), (6, "(2보)", 2)])
def test_beside_no_mark_a_state_passes_only_where_the_later_text_is_fuller(
    kept: int, known: str, clusters: int
) -> None:
    flash = "\n".join(LINES[:kept]).replace("주말", "이번 주말")
    rows = places(
        document("a", flash, title="[1보] 나무다리 주말 개통"),
        document(
            "b",
            "\n".join(LINES[:7]),
            title=f"나무다리 주말 개통{known}",
            published_at=later(hours=1),
        ),
    )
    assert len({row["cluster"] for row in rows.values()}) == clusters
    assert (rows["b"]["relation"], rows["b"]["parent"]) == ("followup", "a")


UPDATED = "\n".join([*LINES[:4], *LIBRARY.split("\n")[:3]])


@pytest.mark.parametrize(
    ("other", "merged"),
    [
        ({}, True),
        ({"title": "작은 도서관과 나무다리 이야기"}, False),
        ({"outlet": "나래신문"}, False),
        ({"published_at": later(days=2), "fetched_at": later(days=2)}, False),
    ],
)
def test_one_title_of_one_outlet_on_one_day_is_one_report(
    other: dict[str, object],
    merged: bool,  # noqa: FBT001 - of a table
) -> None:
    title = "강가의 나무다리가 주말부터 열린다"
    known = {"title": title, "published_at": later(hours=2), **other}
    rows = places(document("a", RIVER, title=title), document("b", UPDATED, **known))
    assert (rows["b"]["cluster"] == "a") is merged
    assert rows["b"]["relation"] == ("version" if merged else "derivative")


def test_states_of_a_report_half_a_day_apart_are_no_chain() -> None:
    rows = places(
        document("a", LINES[0], title="[속보] 나무다리 개통"),
        document(
            "b",
            RIVER,
            title="나무다리 개통(종합)",
            published_at=later(hours=13),
            fetched_at=later(hours=13),
        ),
    )
    assert rows["b"]["relation"] != "followup"


def test_a_digest_of_stories_makes_them_no_cluster() -> None:
    market = (
        "시장 골목 끝 국수집이 세 번째 대를 맞았다. 새 주인은 할머니가 쓰던 솥과 국자를 그대로 물려받았다.\n"
        "국물은 멸치와 무만으로 내고 고명은 철마다 바뀐다. 손님들은 줄이 길어도 서두르는 이가 없다고 입을 모은다.\n"
        "가게는 낡은 간판을 떼지 않고 글씨만 덧칠했다. 골목 상인들은 오래된 집이 버텨 주어 고맙다고 했다.\n"
        "주말에는 국수 뽑는 법을 배우려는 젊은이들이 찾아온다. 주인은 반죽이 쉬는 시간을 기다리는 것이 비결이라고 귀띔했다."
    )
    texts = {"a": "\n".join(LINES[:4]), "b": LIBRARY, "c": market}
    digest = "\n".join(texts.values())
    rows = places(
        *(document(name, text, outlet=name, title=name) for name, text in texts.items()),
        document("d", digest, outlet="묶음", title="오늘의 소식", published_at=later(hours=5)),
    )
    assert len({row["cluster"] for row in rows.values()}) == 4
    assert rows["d"]["relation"] == "digest"


STORIES = {"a": RIVER, "b": LIBRARY}


@pytest.mark.parametrize("hours", [-5, 5], ids=["before them", "after them"])
@pytest.mark.parametrize(
    ("title", "item", "how"),
    [
        ("[이 시각 주요뉴스] 5월 1일", 0, "digest"),
        ("[이 시각 주요뉴스] 5월 1일", 3, "original"),
        ("나무다리와 도서관", 0, "original"),
    ],
    ids=["openings", "inner passages", "no roundup"],
)
def test_a_roundup_is_a_digest_by_the_openings_of_stories_that_it_has(
    title: str, item: int, how: str, hours: int
) -> None:
    items = ["\n".join(text.split("\n")[item : item + 2]) for text in STORIES.values()]
    own = "호수공원 둘레길에 새 등불을 밝힌다. 시는 해가 지면 켜고 자정에 끈다고 알렸다."
    rows = places(
        *(document(name, text, outlet=name, title=name * 9) for name, text in STORIES.items()),
        document(
            "d",
            "\n".join([items[0], own, items[1]]),
            outlet="묶음",
            title=title,
            published_at=later(hours=hours),
        ),
    )
    assert rows["d"]["relation"] == how
    assert len({row["cluster"] for row in rows.values()}) == 3


def test_two_passing_states_are_one_only_where_the_longer_one_was_first() -> None:
    flash = document(
        "a", LINES[0], title="[속보] 다리 열려", outlet="나래신문", published_at=later(hours=-30)
    )
    rows = places(flash, document("b", RIVER, title="[속보] 다리 개통", outlet="누리일보"))
    assert rows["b"]["cluster"] != rows["a"]["cluster"]
    assert (rows["b"]["relation"], rows["b"]["parent"]) == ("contains", "a")


@pytest.mark.parametrize(("hours", "clusters"), [(0, 2), (9, 1)])
def test_a_copy_that_carries_an_earlier_story_beside_its_own_makes_them_no_cluster(
    hours: int, clusters: int
) -> None:
    rows = places(
        document("a", RIVER),
        document(
            "b", LIBRARY, outlet="누리일보", title="작은 도서관", published_at=later(hours=hours)
        ),
        document(
            "c", f"{RIVER}\n{LIBRARY}", outlet="나래신문", title="다리", published_at=later(hours=5)
        ),
    )
    assert len({row["cluster"] for row in rows.values()}) == clusters, (
        "what came later may be a part of it"
    )
    assert (rows["c"]["relation"], rows["c"]["parent"]) == ("copy", "a")
    assert rows["b"]["relation"] == ("original" if clusters == 2 else "excerpt")


def test_short_texts_are_one_only_when_they_are_the_same_under_the_same_title() -> None:
    photo = "주말 나들이 인파"
    rows = places(
        document("a", photo),
        document("b", photo, title="다른 날"),
        document("c", photo, outlet="나래신문"),
    )
    assert rows["a"]["cluster"] == rows["c"]["cluster"] != rows["b"]["cluster"]


def test_an_explicit_credit_outweighs_class_and_time() -> None:
    credited = f"(가람=나래신문) 한도윤 기자 = {RIVER}"
    rows = places(
        document("wire", credited, outlet="모두통신", outlet_class="wire", published_at=NOON),
        document("owner", RIVER, outlet="나래신문", published_at=later(hours=3)),
    )
    assert rows["wire"]["original"] == "owner"
    assert "credits it" in str(rows["wire"]["evidence"])


def test_a_link_to_the_source_is_the_parent_and_outweighs_a_stronger_likeness() -> None:
    shorter = "\n".join(LINES[:4])
    rows = places(
        document("first", RIVER, url="https://www.river.test/1"),
        document(
            "second",
            shorter,
            outlet="나래신문",
            url="https://narae.test/2?x=1",
            published_at=later(hours=1),
        ),
        document(
            "portal",
            RIVER,
            outlet="포털",
            outlet_class="portal",
            origin_url="http://narae.test/2?x=1#top",
            published_at=later(hours=2),
        ),
    )
    assert rows["portal"]["parent"] == "second"
    assert "links to it" in str(rows["portal"]["evidence"])


def test_a_copy_comes_from_nobody_who_had_the_text_later_or_took_it_from_a_newsroom() -> None:
    mended = (
        RIVER.replace("주말", "이번 주말").replace("시민", "주민").replace("물고기", "민물고기")
    )
    rows = places(
        document("wire", RIVER, outlet="모두통신", outlet_class="wire"),
        document("a-late", mended, outlet="늦은일보", published_at=later(hours=3)),
        document(
            "b-board",
            mended,
            outlet="게시판",
            outlet_class="aggregator",
            published_at=later(hours=1),
        ),
        document("c-paper", f"{mended}\n다리에서", outlet="누리일보", published_at=later(hours=2)),
    )
    assert {name: row["parent"] for name, row in rows.items()} == {
        "wire": None, "b-board": "wire", "c-paper": "wire", "a-late": "c-paper",
    }  # fmt: skip


def test_a_board_names_its_source_behind_the_title() -> None:
    rows = places(
        document("wire", RIVER, outlet="모두통신", outlet_class="wire"),
        document("paper", RIVER, outlet="나래신문", published_at=later(hours=1)),
        document(
            "board",
            RIVER,
            title="나무다리 열린다 (나래신문) ",
            outlet="게시판",
            outlet_class="aggregator",
            published_at=later(hours=2),
        ),
    )
    assert rows["board"]["parent"] == "paper"


@pytest.mark.parametrize("first", ["portal", "aggregator"])
def test_a_portals_time_is_never_trusted_before_the_publishers(first: str) -> None:
    rows = places(
        document(
            "early",
            RIVER,
            outlet="포털",
            outlet_class=first,
            published_at=NOON - timedelta(days=1),
            fetched_at=NOON,
        ),
        document("late", RIVER, published_at=later(hours=8), fetched_at=later(hours=9)),
    )
    assert rows["early"]["original"] == "late"


def test_a_wire_comes_before_papers_and_a_time_after_the_fetch_is_not_believed() -> None:
    rows = places(
        document("paper", RIVER, published_at=NOON),
        document(
            "wire",
            RIVER,
            outlet="모두통신",
            outlet_class="wire",
            published_at=later(hours=1),
            fetched_at=later(hours=2),
        ),
    )
    assert rows["paper"]["original"] == "wire"
    rows = places(
        document("a", RIVER, published_at=later(days=300), fetched_at=NOON),
        document(
            "b", RIVER, outlet="나래신문", published_at=later(hours=1), fetched_at=later(hours=1)
        ),
    )
    assert rows["b"]["original"] == "a"


@settings(max_examples=15)
@given(
    st.permutations(["wire", "publisher", "portal", "aggregator", "unheard-of"]), st.integers(0, 3)
)
def test_the_original_does_not_depend_on_ids(classes: list[str], hours: int) -> None:
    at: datetime = later(hours=hours)
    documents = [
        document(str(place), RIVER, outlet=name, outlet_class=name, published_at=at, fetched_at=at)
        for place, name in enumerate(classes)
    ]
    originals = {row["original"] for row in folded([documents], FoldOptions()).rows().values()}
    assert originals == {str(classes.index("wire"))}


def test_names_of_outlets_that_credits_use_can_be_given() -> None:
    credited = f"(가람=나래) {RIVER}"
    documents = [
        document("a", credited, outlet="garam"),
        document("b", RIVER, outlet="narae", published_at=later(hours=1)),
    ]
    options = replace(FoldOptions(), outlet_names={"나래": "narae"})
    assert folded([documents], options).rows()["a"]["original"] == "b"
    assert folded([documents]).rows()["a"]["original"] == "a"


def test_equal_texts_are_one_text_in_many_places_whose_pairs_are_few() -> None:
    few = replace(FoldOptions(), bucket=4)
    documents = [
        document(f"{place:03}", RIVER, outlet=f"o{place}", published_at=later(minutes=20 * place))
        for place in range(60)
    ]
    window = folded([documents], few)
    rows = window.rows()
    pairs = sum(len(table) for kind, _, table in window.parts if kind == "edges")
    assert pairs <= 4 * len(documents), "linear in the number of documents"
    assert {row["parent"] for row in rows.values()} == {None, "000"}
    assert rows["059"]["original_confidence"] == 0.9


def grams(text: str) -> set[str]:
    plain = canonical(text).replace("\n", "")
    return {plain[place : place + 5] for place in range(len(plain) - 4)}


def test_shares_are_what_the_two_texts_have_in_common() -> None:
    texts = {
        "a": RIVER,
        "b": "\n".join(LINES[:3]),
        "c": f"{RIVER}\n{LIBRARY}",
        "d": "\n".join([*LINES[:4], *LIBRARY.split("\n")[:3]]),
    }
    rows = places(
        *(
            document(name, text, outlet=name, title=name, published_at=later(hours=place))
            for place, (name, text) in enumerate(texts.items())
        )
    )
    linked = {name: str(row["parent"]) for name, row in rows.items() if row["parent"]}
    assert set(linked) >= {"b", "c", "d"}
    for name, parent in linked.items():
        mine, theirs = grams(texts[name]), grams(texts[parent])
        shared = len(mine & theirs)
        assert rows[name]["share_of_this"] == pytest.approx(shared / len(mine), abs=1e-4)
        assert rows[name]["share_of_parent"] == pytest.approx(shared / len(theirs), abs=1e-4)


def test_a_text_that_holds_an_earlier_one_among_much_else_contains_it() -> None:
    short = "\n".join(LINES[:3])
    rows = places(
        document("short", short, title="나무다리"),
        document(
            "long",
            f"{LIBRARY}\n{short}",
            outlet="나래신문",
            title="도서관",
            published_at=later(hours=2),
        ),
    )
    assert (rows["long"]["relation"], rows["long"]["parent"]) == ("contains", "short")
    assert {row["original"] for row in rows.values()} == {"short", "long"}
    assert rows["short"]["cluster"] != rows["long"]["cluster"]


TAIL = "가람일보 아침 편지 구독하기\n가람일보 더 보기 바로가기\n저작권자 가람일보, 무단 전재 및 재배포 금지"


@pytest.mark.parametrize("between", ["\n", " "])
@pytest.mark.parametrize("count", [4, 12])
def test_short_texts_with_one_tail_are_no_copies(count: int, between: str) -> None:
    own = [line for text in (RIVER, LIBRARY) for line in text.split("\n")][:count]
    rows = places(
        *(
            document(
                f"{place:02}",
                f"{line[:24]}{between}{TAIL.replace(chr(10), between)}",
                title=line[:9],
            )
            for place, line in enumerate(own)
        )
    )
    assert len({row["cluster"] for row in rows.values()}) == len(own)


def test_a_text_of_links_and_rights_alone_is_a_stub_that_links_to_nothing() -> None:
    text = "▶ [많이본] 산에서 만난 손님 ▶ [영상] 노래의 눈물 〈저작권자 가람일보, 무단 전재-재배포 금지〉"
    rows = places(document("a", text, title="시장 사퇴"), document("b", text, title="공장에 불"))
    assert {name: (row["cluster"], row["stub"]) for name, row in rows.items()} == {
        "a": ("a", True), "b": ("b", True),
    }  # fmt: skip
