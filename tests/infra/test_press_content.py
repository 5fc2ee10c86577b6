"""What the press wrote: enough of it, each text its own, every edit and label in its place."""

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations

import pytest

from infra.press import articles, state
from infra.press.articles import Change, ContentError, Person, Story, at_phase, edited
from infra.press.dates import PressClock, dated
from infra.press.facts import LABELS, relations
from infra.press.sites import SITES
from processing.dates import SEOUL
from processing.records import Kind, Reason, Why

STORIES = articles.load()
EPOCH = datetime(2026, 3, 1, 9, 30, tzinfo=SEOUL)
TIMES = PressClock(EPOCH, EPOCH + timedelta(days=1))


def story(**fields):
    given = {
        "outlet": "gaon",
        "key": "k",
        "number": 1,
        "title": "제목",
        "paragraphs": ("첫 문단.", "둘째 문단."),
        "minutes": 0,
        "anchor": 0,
    }
    return Story(**{**given, **fields})


def test_there_are_enough_pages_and_most_are_originals():
    originals = [one for one in STORIES if not one.of]
    assert len(STORIES) >= 120
    assert len(originals) >= 75
    assert {one.outlet for one in STORIES} == {site.name for site in SITES}


def test_kinds_that_a_korean_day_brings_are_all_there():
    kinds = {one.kind for one in STORIES}
    assert kinds <= {kind.value for kind in Kind}
    assert kinds >= {
        "flash",
        "roundup",
        "photo",
        "obituary",
        "personnel",
        "market",
        "opinion",
        "interview",
        "press_release",
    }


def test_lengths_go_from_one_line_to_a_long_read():
    lengths = sorted(len(one.text) for one in STORIES)
    assert lengths[0] < 70
    assert lengths[-1] > 2000
    assert sum(length > 700 for length in lengths) >= 10


def test_ids_numbers_and_urls_are_unique():
    assert len({one.id for one in STORIES}) == len(STORIES)
    for site in SITES:
        paths = Counter(site.path(one, EPOCH) for one in STORIES if one.outlet == site.name)
        assert [path for path, times in paths.items() if times > 1] == []


def test_no_two_originals_share_a_sentence():
    """Authored one by one: a template with exchanged words would show here."""
    owners = {}
    for one in STORIES:
        if one.of or one.kind in {"personnel", "obituary"}:
            continue
        for sentence in re.split(r"(?<=[.?!])\s", one.text):
            if len(sentence) >= 25:
                owners.setdefault(sentence, set()).add(one.id)
    assert {sentence: ids for sentence, ids in owners.items() if len(ids) > 1} == {}


def test_originals_do_not_look_like_each_other():
    def grams(text):
        plain = re.sub(r"\W", "", text)
        return {plain[i : i + 5] for i in range(len(plain) - 4)}

    sets = {one.id: grams(one.text) for one in STORIES if not one.of and len(one.text) > 150}
    close = [
        (a, b)
        for a, b in combinations(sets, 2)
        if len(sets[a] & sets[b]) > 0.3 * min(len(sets[a]), len(sets[b]))
    ]
    assert close == []


def test_every_reprint_is_later_and_of_another_outlet():
    by_id = {one.id: one for one in STORIES}
    made = [(one, by_id[one.of]) for one in STORIES if one.of]
    assert len(made) > 40
    assert [
        one.id
        for one, original in made
        if one.outlet == original.outlet and one.relation != "follow-up"
    ] == []
    assert [one.id for one, original in made if one.minutes < original.minutes] == []


def test_labels_beside_the_content_say_what_the_content_says():
    kept = json.loads(LABELS.read_text("utf-8"))
    assert kept["relations"] == list(relations(STORIES))
    ids = {one.id for one in STORIES}
    assert all(set(pair) <= ids for pair in kept["apart"])


def test_labels_lead_a_board_copy_of_a_reprint_to_the_wire():
    rows = {row["article"]: row for row in relations(STORIES)}
    assert rows["duru/plant-fire-onsaem"]["parent"] == "onsaem/plant-fire"
    assert rows["duru/plant-fire-onsaem"]["original"] == "gaon/plant-fire"


def test_nothing_is_stamped_after_the_epoch():
    assert max(one.minutes for one in STORIES) <= 0
    assert max(trap.minutes for trap in state.load()) <= 0


def test_what_happens_later_is_stamped_with_that_moment():
    one = story(minutes=-30, changes=(Change(phase=1, title="새 제목"),))
    assert (TIMES.published(one), TIMES.modified(one)) == (EPOCH - timedelta(minutes=30), None)
    assert TIMES.modified(at_phase(one, 1)) == TIMES.later
    assert TIMES.published(story(phase=1)) == TIMES.later
    assert dated(story(phase=1, paragraphs=("{d}",)), TIMES).text == "2일"


def test_every_trap_says_what_must_come_of_it():
    for trap in state.load():
        assert trap.reason in {reason.value for reason in Reason} | {""}
        assert trap.why in {why.value for why in Why} | {""}
        assert trap.reason or trap.why or trap.shape == "redirect", trap.path


def test_edits_exchange_drop_add_keep_and_lead():
    parts = ("하나 둘.", "셋 넷.", "다섯.")
    assert edited(parts, [{"old": "둘", "new": "2"}], "x") == ("하나 2.", "셋 넷.", "다섯.")
    assert edited(parts, [{"drop": "셋"}], "x") == ("하나 둘.", "다섯.")
    assert edited(parts, [{"after": "하나", "add": "새로."}], "x") == (
        "하나 둘.",
        "새로.",
        "셋 넷.",
        "다섯.",
    )
    assert edited(parts, [{"keep": 1}], "x") == ("하나 둘.",)
    assert edited(parts, [{"lead": "처음."}], "x")[0] == "처음."


@pytest.mark.parametrize(
    "edit", [{"old": "없다", "new": ""}, {"drop": "없다"}, {"old": ".", "new": ""}]
)
def test_an_edit_that_does_not_fit_once_is_refused(edit):
    with pytest.raises(ContentError, match=r"gaon/x.*make it fit once"):
        edited(("하나.", "둘."), [edit], "gaon/x")


def test_a_reprint_of_nothing_is_refused(tmp_path):
    (tmp_path / "a.toml").write_text(
        'outlet = "a"\n[[reprint]]\nof = "b/none"\nkey = "k"\nnumber = 1\nminutes = 0\n'
    )
    with pytest.raises(ContentError, match="b/none"):
        articles.load(tmp_path)


def test_an_unknown_field_is_refused_by_name(tmp_path):
    row = 'outlet = "a"\n[[story]]\nkey = "k"\nnumber = 1\nminutes = 0\ntitle = "t"\ntext = "x"\ncolour = "red"\n'
    (tmp_path / "a.toml").write_text(row)
    with pytest.raises(ContentError, match="colour"):
        articles.load(tmp_path)


def test_a_change_counts_from_its_phase_on():
    changes = (
        Change(phase=1, title="새 제목", edits=({"old": "첫", "new": "고친"},)),
        Change(phase=2, gone=410),
    )
    one = story(changes=changes)
    assert at_phase(one, 0) == one
    assert (at_phase(one, 1).title, at_phase(one, 1).text) == (
        "새 제목",
        "고친 문단.\n\n둘째 문단.",
    )
    assert at_phase(one, 1).restated
    assert (at_phase(one, 1).gone, at_phase(one, 2).gone) == (0, 410)


def test_a_silent_edit_changes_the_text_and_not_the_time():
    silent = [one for one in STORIES if any(change.silent for change in one.changes)]
    assert silent
    for one in silent:
        assert at_phase(one, 1).text != one.text
        assert not at_phase(one, 1).restated


def test_days_in_the_text_are_those_of_the_original_even_in_a_reprint():
    """The epoch is 1 March, 09:30; two hours before, it is still the same day; ten hours before, it is February."""
    same = dated(story(paragraphs=("{d} {t}, 전날은 {d-1}, 모임은 {md+1}.",), anchor=-120), TIMES)
    assert same.text == "1일 오전, 전날은 28일, 모임은 3월 2일."
    reprint = dated(story(paragraphs=("{d} {t}.",), anchor=-600, minutes=-120), TIMES)
    assert reprint.text == "28일 밤."


def test_no_token_is_left_in_any_text():
    for one in STORIES:
        whole = dated(at_phase(one, 1), TIMES)
        assert "{" not in "".join((whole.title, *whole.subtitle, whole.text, *whole.captions)), (
            one.id
        )


def test_a_byline_line_is_read_into_name_role_and_address(tmp_path):
    row = 'outlet = "a"\n[[story]]\nkey = "k"\nnumber = 1\nminutes = 0\ntitle = "t"\ntext = "x"\n'
    (tmp_path / "a.toml").write_text(
        row + 'people = ["한지우", "도민 선임 기자", "독고은 특파원 d@x.test"]\n'
    )
    (only,) = articles.load(tmp_path)
    assert only.people == (
        Person(name="한지우"),
        Person(name="도민", role="선임 기자"),
        Person(name="독고은", role="특파원", email="d@x.test"),
    )
    assert only.people[2].byline == "독고은 특파원"
