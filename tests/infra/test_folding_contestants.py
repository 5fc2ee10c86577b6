"""What the bench compares Sillok with finds plain copies, and nothing in strangers."""

import pytest

from tests.processing.dedupe.made import LIBRARY, RIVER, document

pytest.importorskip("rensa", reason="needs the extra `bench`")

from infra.bench import folding_contestants

PAPER = [
    document("a", RIVER),
    document("b", LIBRARY, outlet="누리신문"),
    document("c", f"{RIVER}\n끝.", outlet="다솜뉴스"),
    document("d", LIBRARY.replace(" ", "  "), outlet="라온통신"),
]


@pytest.mark.parametrize("name", folding_contestants.contestants())
def test_each_contestant_puts_copies_together_and_strangers_apart(name: str) -> None:
    found = folding_contestants.contestants()[name](PAPER).clusters
    assert found.get("a", "a") == found.get("c", "c") != found.get("b", "b")
    assert found.get("b", "b") == found.get("d", "d")


def test_shingles_are_five_at_a_time_and_the_whole_of_what_is_shorter() -> None:
    assert folding_contestants.words("하나 둘  셋 넷 다섯 여섯") == {"하나 둘 셋 넷 다섯", "둘 셋 넷 다섯 여섯"}
    assert folding_contestants.words("하나 둘") == {"하나 둘"}
    assert folding_contestants.characters("가나, 다라!\n마바") == {"가나다라마", "나다라마바"}
    assert folding_contestants.characters("가나") == {"가나"}
