"""What benchmarks compute beside what they measure."""

import pytest

from infra.bench.completeness import least_polls
from infra.bench.composed import START, compose
from infra.bench.folding import column_bytes
from infra.bench.polls.__main__ import PollCost, quarters
from processing.signing.batch import sign
from processing.signing.columns import SIG
from processing.signing.documents import FoldOptions
from processing.signing.window import EmptyWindow, Partitions


@pytest.mark.parametrize(
    ("hours", "polls"),
    [
        # Nineteen of twenty hours' worth, three polls an hour.
        ([1] * 24, 68.4),
        # All in one hour, or half each in two.
        ([8, *[0.0001] * 23], 2.85),
        ([4, 4, *[0.00001] * 22], 5.7),
    ],
)
def test_the_least_polls_serve_the_busiest_hours_alone(hours: list[float], polls: float) -> None:
    assert least_polls(hours) == pytest.approx(polls, rel=1e-3)


def test_a_quarter_is_judged_by_its_median() -> None:
    costs = [PollCost(cpu, 1, 1, 1, 1, 1) for cpu in (1, 9, 1, 5, 5, 5, 5, 5, 5, 2, 9, 2)]
    assert [cost.cpu for cost in quarters(costs)] == [1, 2]


def test_the_bytes_of_a_part_are_those_of_its_columns_and_of_its_footer() -> None:
    documents = [each.document for each in compose(3, 40)]
    with Partitions(EmptyWindow(), FoldOptions()) as partitions:
        sig = sign(partitions, documents, START.date()).sig.select(SIG.names)
    sizes = column_bytes(sig)
    assert sizes.keys() == {*SIG.names, ""}
    # A digest is five bytes that nothing makes smaller.
    assert sizes["digest"] >= 4 * len(documents)
    assert max(sizes, key=sizes.__getitem__) == "marks"
    assert column_bytes(sig.drop_columns(["marks"])).total() < sizes.total() - sizes["marks"]
