"""What the bench compares Sillok with finds plain copies, and nothing in strangers."""

from types import ModuleType

import pytest

from infra.bench import folding_benchmark
from tests.processing.dedupe.made import LIBRARY, RIVER, document

NAMES = (
    "Sillok",
    *(
        f"{library}, {shingles}"
        for library in ("rensa", "datasketch")
        for shingles in ("words", "characters")
    ),
)
PAPER = [
    document("a", RIVER),
    document("b", LIBRARY, outlet="누리신문"),
    document("c", f"{RIVER}\n끝.", outlet="다솜뉴스"),
    document("d", LIBRARY.replace(" ", "  "), outlet="라온통신"),
]


@pytest.fixture
def bench() -> ModuleType:
    for library in ("rensa", "datasketch"):
        pytest.importorskip(library, reason="needs the extra `bench`")
    return folding_benchmark


def test_without_the_extra_sillok_is_measured_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding_benchmark, "is_installed", lambda _library: False)
    assert list(folding_benchmark.contestants()) == ["Sillok"]


@pytest.mark.full
def test_everybody_takes_part(bench: ModuleType) -> None:
    assert sorted(bench.contestants()) == sorted(NAMES)


@pytest.mark.full
@pytest.mark.parametrize("name", NAMES)
def test_each_contestant_puts_copies_together_and_strangers_apart(
    bench: ModuleType, name: str
) -> None:
    found = bench.contestants()[name](PAPER).clusters
    assert found.get("a", "a") == found.get("c", "c") != found.get("b", "b")
    assert found.get("b", "b") == found.get("d", "d")


def test_shingles_are_five_at_a_time_and_the_whole_of_what_is_shorter(bench: ModuleType) -> None:
    assert bench.words("하나 둘  셋 넷 다섯 여섯") == {"하나 둘 셋 넷 다섯", "둘 셋 넷 다섯 여섯"}
    assert bench.words("하나 둘") == {"하나 둘"}
    assert bench.characters("가나, 다라!\n마바") == {"가나다라마", "나다라마바"}
    assert bench.characters("가나") == {"가나"}
