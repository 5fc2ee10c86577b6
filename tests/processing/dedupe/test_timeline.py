"""A cluster as a timeline: in the order of time, with what changed from the parent."""

from processing.dedupe.timeline import Member, sentences, timeline
from tests.processing.dedupe.made import NOON, later

FIRST = "다리가 열린다. 공사에는 120명이 일했다. 주민들은 반겼다."


def member(identity: str, text: str, parent: str | None = None, hours: int = 0, title: str = "다리 개통") -> Member:
    relation = "version" if parent else "original"
    return Member(
        id=identity, outlet="가람일보", title=title, text=text, relation=relation, parent=parent, score=1.0, evidence="",
        at=later(hours=hours) if hours else NOON,
    )  # fmt: skip


def test_members_come_in_the_order_of_time_with_what_changed() -> None:
    second = "다리가 열린다. 공사에는 모두 135명이 일했다. 이름은 아직 없다."
    moments = timeline([member("b", second, "a", 2, "다리  개통!"), member("a", FIRST)])
    assert [moment.member.id for moment in moments] == ["a", "b"]
    change = moments[1]
    assert change.added == ("이름은 아직 없다.",)
    assert change.removed == ("주민들은 반겼다.",)
    assert change.reworded == (("공사에는 120명이 일했다.", "공사에는 모두 135명이 일했다."),)
    assert (change.numbers_added, change.numbers_removed) == (("135",), ("120",))
    assert not change.title_changed


def test_other_spacing_is_no_change_and_another_title_is() -> None:
    change = timeline([member("a", FIRST), member("b", FIRST.replace("다리가 열", "다리가열"), "a", 1, "새 다리")])[1]
    assert (change.added, change.removed, change.reworded) == ((), (), ())
    assert change.title_changed


def test_a_member_whose_parent_is_elsewhere_is_not_compared() -> None:
    assert timeline([member("b", FIRST, "gone", 1)])[0].added == ()


def test_members_without_a_time_come_last() -> None:
    untimed = Member(id="0", outlet="", title="", text="", relation="copy", parent="a", score=1.0, evidence="", at=None)
    assert [moment.member.id for moment in timeline([untimed, member("a", FIRST)])] == ["a", "0"]


def test_sentences_end_at_marks_and_lines() -> None:
    assert sentences("하나다. “둘이다.” 셋\n\n넷? 3.5%다.") == ["하나다.", "“둘이다.", "셋", "넷?", "3.5%다."]
