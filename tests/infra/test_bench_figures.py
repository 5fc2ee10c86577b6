"""What benchmarks compute beside what they measure."""

import pytest

from infra.bench.completeness import least_polls
from infra.bench.polls.__main__ import PollCost, quarters


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
