"""Everything is down: the report and the status say so with the next polls, though nothing good is published."""

import json

import pytest

from tests.end_to_end.day import OUTLETS, Day


@pytest.fixture(scope="module")
def down(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """A press that was crawled and archived, and does not answer any more when its turn comes again."""
    day = Day(tmp_path_factory.mktemp("down"))
    day.open()
    try:
        assert {ended.code for ended in day.crawl_all().values()} == {0}
        assert day.archive().returncode == 0
        assert day.run("sillok", "report", "--check").returncode == 0
    finally:
        day.close()
    return day


def test_the_next_polls_are_red_everywhere(down: Day) -> None:
    ended = {name: down.crawl(name, "-s", "SILLOK_RETRY_WAIT=0.01") for name in OUTLETS}
    assert {one.code for one in ended.values()} == {3}
    for command in (("sillok", "report", "--check", "--json"), ("sillok", "status", "--json")):
        done = down.run(*command)
        assert done.returncode == 3, done.stdout + done.stderr
        (said,) = map(json.loads, done.stdout.splitlines())
        assert [
            (one["level"], one["code"]) for one in said["findings"] if one["level"] == "alarm"
        ] == [("alarm", "outage")]
    rows = {row["outlet"]: row["end"] for row in said["outlets"]}
    assert rows == dict.fromkeys(OUTLETS, "unhealthy"), "not yesterday's good news"
