"""House rules of the DAG files: what exists, when it runs, how it is retried, what parsing it costs."""

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from airflow.serialization.decoders import decode_timetable
from airflow.serialization.encoders import encode_timetable
from airflow.timetables.base import TimeRestriction
from airflow.timetables.trigger import CronPartitionTimetable

from dags import archive, audit, backfill, common, compact, crawl, crawl_outlet, fold_corpus
from dags import report as report_dag
from processing.errors import PermanentError
from spiders.crawling.polling import TICK
from spiders.outlet import Pace
from spiders.outlets import outlets
from tests.dags.conftest import FOLDER

FILES = (archive, audit, backfill, compact, crawl, crawl_outlet, fold_corpus, report_dag)
HEAVY = (
    "scrapy",
    "twisted",
    "trafilatura",
    "boto3",
    "botocore",
    "pyarrow",
    "duckdb",
    "lxml",
    "numpy",
)


def expected_outlets(*, press: bool) -> dict[str, list[str]]:
    """What the declarations say, read without the DAG's own code."""
    package = FOLDER.parent / ("infra/press/outlets" if press else "spiders/outlets")
    code = "import sys; from spiders.outlets import outlets\n"
    code += "print(*(f'{o.pace}:{n}' for n, o in outlets().items() if not o.paused))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"SILLOK_PRESS": "20000" if press else "", "PATH": ""},
        cwd=FOLDER.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, list[str]] = {}
    for pair in done.stdout.split():
        pace, name = pair.split(":")
        assert (package / f"{name}.py").is_file()
        found.setdefault(pace, []).append(name)
    return found


@pytest.mark.parametrize("press", [False, True])
def test_every_file_parses_and_every_dag_is_expected(request, press) -> None:
    bag = request.getfixturevalue("sample" if press else "live")
    assert bag.import_errors == {}
    crawls = {f"crawl_{pace}" for pace in expected_outlets(press=press)}
    assert set(bag.dags) == {
        *crawls,
        "crawl_outlet",
        "archive",
        "audit",
        "backfill",
        "compact",
        "fold_corpus",
        "report",
    }


@pytest.mark.parametrize("press", [False, True])
def test_each_outlet_is_polled_once_at_its_own_pace(request, press) -> None:
    bag = request.getfixturevalue("sample" if press else "live")
    for pace, names in expected_outlets(press=press).items():
        due, poll = (bag.dags[f"crawl_{pace}"].get_task(name) for name in ("due", "poll"))
        assert [*due.op_args] == [sorted(names)]
        (given,) = poll.op_kwargs_expand_input.value.values()
        assert given.operator is due
        assert poll.partial_kwargs["map_index_template"] == common.NAMED


def test_house_rules(live) -> None:
    for dag in live.dags.values():
        assert dag.is_paused_upon_creation, dag.dag_id
        assert not dag.catchup, dag.dag_id
        assert "sillok" in dag.tags, dag.dag_id
        assert "\nBy hand: " in dag.doc_md, dag.dag_id
        assert dag.max_active_runs <= 5, dag.dag_id
        for task in dag.tasks:
            assert task.owner == "sillok"
            assert task.task_type != "BashOperator"


ENDS = {"landed", "answered"}
"""Tasks that say what became of a run, and crawl nothing."""


def test_every_task_that_works_has_a_limit_and_the_retry_rules(live) -> None:
    working = [task for dag in live.dags.values() for task in dag.tasks if task.task_id not in ENDS]
    assert len(working) >= 3
    for task in working:
        given = task.partial_kwargs if task.is_mapped else vars(task)
        assert given["execution_timeout"], task
        assert given["retries"] == 2, task
        assert given["retry_policy"] is (
            common.ONCE
            if task.task_id == "poll" and task.is_mapped
            else common.DEFAULTS["retry_policy"]
        ), task


def polls(bag) -> list:
    """The DAGs that crawl by pace."""
    found = [dag for pace in Pace if (dag := bag.dags.get(f"crawl_{pace}"))]
    assert found
    return found


def test_a_crawl_closes_by_itself_before_airflow_stops_it(live) -> None:
    for dag in polls(live):
        given = dag.get_task("poll").partial_kwargs
        closes = given["op_kwargs"]["limit"] * 60
        assert (
            closes < given["execution_timeout"].total_seconds() < dag.dagrun_timeout.total_seconds()
        )


def test_crawls_run_in_seoul_time_and_are_named_after_the_korean_day(live) -> None:
    for dag in polls(live):
        serialized = dag.timetable.serialize()
        assert (serialized["timezone"], serialized["key_format"]) == ("Asia/Seoul", "%Y-%m-%d")


def test_the_clock_ticks_as_often_as_the_soonest_poll_is_asked_for(live) -> None:
    for dag in polls(live):
        tick = TICK[Pace(dag.dag_id.removeprefix("crawl_"))]
        clock = decode_timetable(encode_timetable(dag.timetable))
        span = {
            "earliest": datetime(2026, 11, 22, tzinfo=UTC),
            "latest": datetime(2026, 11, 24, tzinfo=UTC),
        }
        ticks = [
            info.run_after.timestamp()
            for info in CronPartitionTimetable.iter_partition_dagrun_infos(clock, **span)
        ]
        assert {later - earlier for earlier, later in pairwise(ticks)} == {tick.total_seconds()}, (
            dag.dag_id
        )


class Called(NamedTuple):
    """The tasks of one crawl DAG, and what they ask for instead of doing it."""

    due: Callable
    poll: Callable
    landed: Callable
    turns: list[tuple]
    crawls: list[tuple]


@pytest.fixture
def asked(live, monkeypatch: pytest.MonkeyPatch) -> Called:
    dag = live.dags["crawl_hourly"]
    due, landed = (dag.get_task(name).python_callable for name in ("due", "landed"))
    known = due.__globals__
    found = Called(due, known["poll"].function, landed, turns=[], crawls=[])
    monkeypatch.setitem(
        known, "whose_turn", lambda names, now: found.turns.append((names, now)) or names[:1]
    )
    monkeypatch.setitem(known, "crawl", lambda *given: found.crawls.append(given) or {})
    monkeypatch.setitem(known, "shown", lambda crawl, *given: crawl(*given))
    return found


def run_of(kind: str, day: str | None = "2026-11-20") -> SimpleNamespace:
    return SimpleNamespace(run_type=kind, partition_key=day)


def try_of(number: int = 1) -> SimpleNamespace:
    return SimpleNamespace(
        try_number=number, start_date=datetime(2026, 11, 22, tzinfo=UTC), id="0" * 36
    )


def test_a_tick_asks_whose_turn_it_is_and_a_person_asks_everyone(asked) -> None:
    names = ["duru", "gaon"]
    assert asked.due(names, dag_run=run_of("scheduled"), ti=try_of()) == ["duru"]
    assert asked.turns == [(names, try_of().start_date)]
    assert asked.due(names, dag_run=run_of("manual"), ti=try_of()) == names
    assert len(asked.turns) == 1


def test_a_tick_is_no_day_to_backfill_and_says_where_days_are(asked) -> None:
    with pytest.raises(PermanentError, match="--dag-id backfill --from-date 2026-11-20"):
        asked.due(["duru"], dag_run=run_of("backfill"), ti=try_of())


@pytest.mark.parametrize("name", ["backfill", "crawl_quarter_hour", "crawl_hourly", "crawl_daily"])
@pytest.mark.parametrize(("first", "count"), [(20, 1), (18, 3)])
def test_a_backfill_has_one_run_a_korean_day_the_last_one_included(
    live, name, first, count
) -> None:
    clock = decode_timetable(encode_timetable(live.dags[name].timetable))
    # Airflow's command line gives the bounds as midnights in UTC.
    span = {
        "earliest": datetime(2026, 11, first, tzinfo=UTC),
        "latest": datetime(2026, 11, 20, tzinfo=UTC),
    }
    keys = [info.partition_key for info in clock.iter_partition_dagrun_infos(**span)]
    assert keys == [f"2026-11-{day}" for day in range(first, first + count)]


def test_nothing_schedules_a_backfill(live) -> None:
    clock = decode_timetable(encode_timetable(live.dags["backfill"].timetable))
    now = datetime(2026, 11, 20, tzinfo=UTC)
    free = TimeRestriction(earliest=now, latest=None, catchup=False)
    assert clock.next_dagrun_info_v2(last_dagrun_info=None, restriction=free) is None


def test_a_backfill_asks_the_outlets_that_reach_its_day(live, monkeypatch) -> None:
    monkeypatch.setenv("SILLOK_PRESS", "")
    outlets.cache_clear()
    dag = live.dags["backfill"]
    reach, fetch = (dag.get_task(name).python_callable for name in ("reach", "fetch"))
    pairs = reach(dag_run=run_of("backfill", "2020-01-02"), params={"outlets": None, "day": None})
    assert len(pairs) > 90
    assert {"outlet": "hankyung", "day": "2020-01-02"} in pairs
    assert "yna" not in {pair["outlet"] for pair in pairs}
    with pytest.raises(PermanentError, match="no source reaches 2020-01-02"):
        reach(dag_run=run_of("backfill", "2020-01-02"), params={"outlets": ["yna"], "day": None})
    calls: list[tuple[str, ...]] = []
    monkeypatch.setitem(fetch.__globals__, "sillok", lambda *call: calls.append(call))
    fetch("hankyung", "2020-01-02")
    assert calls == [
        ("backfill", "hankyung", "--since", "2020-01-02", "--until", "2020-01-02"),
    ]


@pytest.mark.parametrize(
    ("kind", "number", "asks"),
    [
        ("scheduled", 1, ["-s", "SILLOK_DUE=1"]),
        ("scheduled", 2, []),
        ("manual", 1, []),
    ],
)
def test_only_a_tick_asks_only_what_is_due_and_a_second_try_asks_again(
    asked, kind, number, asks
) -> None:
    asked.poll("duru", 50, dag_run=run_of(kind), ti=try_of(number))
    assert asked.crawls == [
        ("duru", "20261122T000000Z-000000", *asks, "-s", "CLOSESPIDER_TIMEOUT=3000")
    ]


@pytest.mark.parametrize(
    ("kind", "names", "crawled", "fails"),
    [
        ("scheduled", 3, [], True),
        ("scheduled", 3, [{}], False),
        ("scheduled", 2, [], False),
        ("manual", 1, [], True),
        ("manual", 1, [{}], False),
        ("scheduled", 0, None, False),
    ],
)
def test_at_a_tick_it_takes_several_outlets_to_tell_that_the_fault_is_ours(
    live, kind, names, crawled, fails
) -> None:
    answered = live.dags["crawl_hourly"].get_task("answered").python_callable
    with (
        pytest.raises(PermanentError, match=f"none of {names} outlets") if fails else nullcontext()
    ):
        answered(["duru", "gaon", "narae"][:names], crawled, dag_run=run_of(kind))


def test_a_tick_that_could_not_tell_whose_turn_it_is_fails_where_the_run_is_judged(
    asked, monkeypatch
) -> None:
    told: list[tuple] = []
    monkeypatch.setitem(asked.landed.__globals__, "announce", lambda *given: told.append(given))
    with pytest.raises(PermanentError, match="its log says why"):
        asked.landed(None, dag_run=run_of("scheduled"), outlet_events={})
    assert told == []
    asked.landed([], dag_run=run_of("scheduled"), outlet_events={})
    assert len(told) == 1


def test_a_slow_outlet_holds_up_no_tick(live) -> None:
    """A crawl that goes on to its limit leaves a run open for as many ticks as the limit has room for."""
    for dag in polls(live):
        limit = timedelta(seconds=dag.get_task("poll").partial_kwargs["op_kwargs"]["limit"] * 60)
        assert dag.max_active_runs > limit / TICK[Pace(dag.dag_id.removeprefix("crawl_"))], (
            dag.dag_id
        )
        assert dag.get_task("poll").partial_kwargs.get("max_active_tis_per_dagrun") is None


def test_how_things_stand_is_told_after_each_quarter_hours_crawls(live, sample) -> None:
    dag = live.dags["report"]
    clock = decode_timetable(encode_timetable(dag.timetable))
    span = {
        "earliest": datetime(2026, 11, 22, tzinfo=UTC),
        "latest": datetime(2026, 11, 22, 2, tzinfo=UTC),
    }
    ticks = [
        info.run_after.timestamp()
        for info in CronPartitionTimetable.iter_partition_dagrun_infos(clock, **span)
    ]
    assert {later - earlier for earlier, later in pairwise(ticks)} == {15 * 60}
    assert not sample.dags["report"].timetable.can_be_scheduled
    assert {task.task_id for task in dag.tasks} == {"check", "page", "landed"}


def test_what_lies_in_landing_is_announced_by_the_clock_whatever_crawls(live) -> None:
    landed = live.dags["report"].get_task("landed")
    assert landed.outlets == [common.LANDING]
    assert not landed.upstream_task_ids


def test_a_fault_of_everything_is_red_within_twenty_minutes_whenever_it_begins(live) -> None:
    """The next tick asks, and the next check after its polls is red: three tries of 30 s and their waits are 96 s."""
    ticks, checks = (
        sorted(minute + 60 * hour for minute in minutes_of(live.dags[name]) for hour in range(3))
        for name in ("crawl_quarter_hour", "report")
    )
    polled = 2
    waits = []
    for fault in range(60):  # just after this minute began, so that its tick came too early
        tick = next(minute for minute in ticks if minute > fault)
        waits.append(next(minute for minute in checks if minute >= tick + polled) - fault)
    assert max(waits) == 18
    assert min(waits) == 4


def minutes_of(dag) -> list[int]:
    """Return the minutes of an hour at which a DAG runs."""
    clock = decode_timetable(encode_timetable(dag.timetable))
    span = {
        "earliest": datetime(2026, 11, 22, tzinfo=UTC),
        "latest": datetime(2026, 11, 22, 0, 59, tzinfo=UTC),
    }
    runs = CronPartitionTimetable.iter_partition_dagrun_infos(clock, **span)
    return [info.run_after.minute for info in runs]


def test_the_form_names_the_outlets_in_words_and_helps(live) -> None:
    params = live.dags["crawl_outlet"].params
    outlet = params.get_param("outlet")
    assert outlet.schema["values_display"]["hani"] == "한겨레 (hani)"
    assert set(outlet.schema["values_display"]) == set(outlet.schema["enum"])
    assert all(params.get_param(name).description for name in params)


def test_the_sample_press_is_never_crawled_by_the_clock(sample) -> None:
    assert not any(dag.timetable.can_be_scheduled for dag in polls(sample))


def test_the_landing_is_announced_whatever_became_of_the_outlets(live) -> None:
    for name, dag in live.dags.items():
        if not name.startswith("crawl_"):
            continue
        landed = dag.get_task("landed")
        assert landed.outlets == [common.LANDING]
        assert landed.upstream_task_ids == ({"poll"} if name == "crawl_outlet" else {"due", "poll"})
        assert landed.trigger_rule == ("all_success" if name == "crawl_outlet" else "all_done")


def test_archiving_follows_the_landing_one_at_a_time(live) -> None:
    dag = live.dags["archive"]
    assert dag.timetable.asset_condition == common.LANDING
    assert dag.max_active_runs == 1


def test_the_form_offers_the_declared_outlets_and_checks_what_is_typed(live) -> None:
    params = live.dags["crawl_outlet"].params
    names = sorted(name for found in expected_outlets(press=False).values() for name in found)
    assert set(names) <= set(params.get_param("outlet").schema["enum"])
    for name, wrong in (
        ("outlet", "nowhere"),
        ("since", "yesterday"),
        ("url", "file:///etc/passwd"),
        ("dry_run", "x"),
    ):
        param = params.get_param(name)
        with pytest.raises(Exception, match="Failed validating"):
            param.resolve(wrong)
    assert params.get_param("since").resolve("2026-11-20") == "2026-11-20"
    assert params.get_param("url").resolve("https://news.test/1") == "https://news.test/1"


@pytest.fixture
def called(live, monkeypatch: pytest.MonkeyPatch) -> tuple:
    """The task that folds the corpus, and the commands that it gives instead of running them."""
    commands: list[list[str]] = []
    monkeypatch.setattr(common, "stream", lambda command, **_: commands.append([*command]) or 0)
    return live.dags["fold_corpus"].get_task("fold").python_callable, commands


FORM = {"engine": "duckdb", "output": "out"}


def test_the_corpus_is_folded_by_what_a_person_could_type(called) -> None:
    fold, commands = called
    fold(params=FORM)
    assert commands == [[sys.executable, "-m", "spiders.cli", "fold", "--corpus", "-o", "out"]]


@pytest.fixture
def submitted(called, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Submit the fold to Spark where one is installed, and return the command."""
    fold, commands = called
    python = tmp_path / "python"
    (tmp_path / "spark-submit").touch()
    spark = fold.__globals__["spark"]
    monkeypatch.setitem(spark.__globals__, "sys", SimpleNamespace(executable=str(python)))
    monkeypatch.setitem(
        spark.__globals__, "stream", lambda command, *_: commands.append(command) or 0
    )

    def submit() -> list[str]:
        commands.clear()
        fold(params={**FORM, "engine": "spark"})
        (command,) = commands
        assert command[0] == str(tmp_path / "spark-submit")
        assert Path(command[-2]).parts[-3:] == ("infra", "spark", "fold_corpus.py")
        assert command[-1] == "out"
        return command[1:-2]

    return submit


@pytest.mark.parametrize(
    ("connection", "master"),
    [
        (None, []),
        ({"host": "spark.test", "port": 7077}, ["--master", "spark://spark.test:7077"]),
        ({"host": "spark://spark.test", "port": 7077}, ["--master", "spark://spark.test:7077"]),
        ({"host": "k8s://https://k.test"}, ["--master", "k8s://https://k.test"]),
        ({"host": "yarn"}, ["--master", "yarn"]),
        ({"host": "local[2]"}, ["--master", "local[2]"]),
    ],
)
def test_spark_is_that_of_airflows_connection_where_there_is_one(
    submitted, monkeypatch: pytest.MonkeyPatch, connection, master
) -> None:
    if connection:
        given = json.dumps({"conn_type": "spark", "password": "not-for-the-command", **connection})
        monkeypatch.setenv("AIRFLOW_CONN_SILLOK_SPARK", given)
    assert submitted() == master


def test_a_spark_connection_without_a_host_is_refused(
    submitted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SILLOK_SPARK", json.dumps({"conn_type": "spark"}))
    with pytest.raises(PermanentError, match="sillok_spark names no host"):
        submitted()


def test_spark_asks_for_what_it_lacks_and_is_not_retried(submitted, tmp_path: Path) -> None:
    (tmp_path / "spark-submit").unlink()
    with pytest.raises(PermanentError, match="the extra `spark`"):
        submitted()


def test_the_corpus_is_folded_on_request_only_and_paths_are_no_options(live) -> None:
    dag = live.dags["fold_corpus"]
    assert not dag.timetable.can_be_scheduled
    assert dag.max_active_runs == 1
    for name, wrong in (
        ("engine", "flink"),
        ("output", "--store"),
        ("output", ""),
    ):
        with pytest.raises(Exception, match="Failed validating"):
            dag.params.get_param(name).resolve(wrong)


@pytest.mark.parametrize("press", ["", pytest.param("20000", marks=pytest.mark.full)])
def test_parsing_loads_nothing_heavy(press) -> None:
    code = "import sys, importlib, airflow.sdk, airflow.dag_processing.dagbag\n"
    code += "its_own = set(sys.modules)\n"
    code += "for name in ('archive', 'compact', 'crawl', 'crawl_outlet', 'fold_corpus', 'report'): importlib.import_module('dags.' + name)\n"
    code += f"print([name for name in {HEAVY!r} if name in set(sys.modules) - its_own])"
    environment = {"SILLOK_PRESS": press, "PATH": "", "AIRFLOW__CORE__UNIT_TEST_MODE": "True"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        cwd=FOLDER.parent,
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("module", FILES)
def test_a_dag_fits_on_one_screen_and_says_what_to_type(module) -> None:
    lines = Path(module.__file__).read_text().splitlines()
    assert len(lines) <= 90
    assert "By hand: " in module.__doc__.split("\n\n")[-1]


@pytest.mark.parametrize("module", [*FILES, common])
def test_heavy_imports_are_inside_functions(module) -> None:
    tree = ast.parse(Path(module.__file__).read_text())
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in top
    }
    assert not [
        name
        for name in names
        if name.split(".")[0] in HEAVY or name.startswith("processing.archive")
    ]
