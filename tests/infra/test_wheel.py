"""Sillok from its wheel, in an empty folder: no checkout, no `scrapy.cfg`, a home without anything in it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.day import Day
from tests.installed import CHECKOUT, Installed, installed

RUN = "20261128T000000Z-abcdef"
POLL = f"""
import json, logging
logging.basicConfig(level=logging.INFO)
from dags.common import crawl
print(json.dumps(crawl("duru", {RUN!r}, "-s", "SILLOK_DUE=1")))
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return installed(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The variables of a machine on which the sample press is the whole registry."""
    day = Day(tmp_path_factory.mktemp("press"))
    day.open()
    yield {"SILLOK_PRESS": str(day.port), "SILLOK_CONTACT": "mailto:desk@example.org"}
    day.close()


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "빈 폴더"
    folder.mkdir()
    return folder


def test_nothing_of_the_checkout_is_in_reach(product: Installed, empty: Path) -> None:
    code = "import spiders, dags, processing, infra; print(*(m.__file__ for m in (spiders, dags, processing, infra)))"
    done = product.python(empty, code)
    assert done.returncode == 0, done.stderr
    assert str(CHECKOUT / "") not in done.stdout
    assert done.stdout.count("site-packages") == 4


def test_a_person_lists_and_crawls_in_an_empty_folder(
    product: Installed, press: dict[str, str], empty: Path
) -> None:
    listed = product.run(empty, "scrapy", "list", environment=press)
    assert listed.stdout.split() == ["dongnyeok", "duru", "gaon", "narae", "onsaem", "sollae"], (
        listed.stderr
    )
    crawled = product.run(empty, "scrapy", "crawl", "duru", environment=press)
    assert crawled.returncode == 0, crawled.stderr
    assert all(json.loads(line)["outlet"] == "duru" for line in crawled.stdout.splitlines())
    assert crawled.stdout.count("\n") > 10
    assert list((empty / "var/archive/landing").rglob("report.json"))


def test_a_poll_works_as_a_task_starts_it_whatever_else_lies_in_the_workers_folder(
    product: Installed, press: dict[str, str], empty: Path
) -> None:
    for name in ("scrapy", "spiders", "processing"):
        (empty / f"{name}.py").write_text("raise SystemExit(77)\n")
    (empty / "scrapy.cfg").write_text("[settings]\ndefault = theirs\n")
    environment = {
        **press,
        "AIRFLOW_HOME": str(empty / "airflow"),
        "SILLOK_STORE": f"file:{empty / 'archive'}",
    }
    # As Airflow's console script starts: without the current folder on its path.
    polled = product.run(empty, "python", "-P", "-c", POLL, environment=environment)
    assert polled.returncode == 0, polled.stderr
    ended = json.loads(polled.stdout.splitlines()[-1])
    assert (ended["outlet"], ended["run"], ended["end"]) == ("duru", RUN, "new")
    assert ended["articles"] > 10
    archived = product.run(empty, "sillok", "archive", environment=environment)
    assert archived.returncode == 0, archived.stderr


@pytest.mark.full
def test_the_doctor_starts_a_crawl_as_a_task_does(
    product: Installed, press: dict[str, str], empty: Path
) -> None:
    seen = product.run(empty, "sillok", "doctor", "--json", environment=press)
    found = {row["what"]: row for row in map(json.loads, seen.stdout.splitlines())}
    assert found["crawl"]["state"] == "ok", found["crawl"]
    assert str(product.bin) in found["crawl"]["told"]


def test_the_doctor_says_where_a_crawl_does_not_start(
    product: Installed, press: dict[str, str], empty: Path
) -> None:
    """What a half installation looks like to a task: `scrapy` is there and its `crawl` command is not."""
    half = empty / "half" / "scrapy"
    half.mkdir(parents=True)
    (half / "__init__.py").touch()
    (half / "__main__.py").write_text(
        "raise SystemExit('The crawl command is not available from this location')\n"
    )
    environment = {**press, "PYTHONPATH": str(half.parent)}
    seen = product.run(empty, "sillok", "doctor", "--json", environment=environment)
    found = {row["what"]: row for row in map(json.loads, seen.stdout.splitlines())}
    assert seen.returncode == 2
    assert found["crawl"]["state"] == "bad"
    assert "not available from this location" in found["crawl"]["told"]
    assert "install" in found["crawl"]["cure"]


@pytest.mark.full
def test_another_project_in_the_environment_keeps_its_own_commands(
    product: Installed, empty: Path
) -> None:
    (empty / "scrapy.cfg").write_text("[settings]\ndefault = theirs\n")
    (empty / "theirs.py").write_text("BOT_NAME = 'theirs'\nSPIDER_MODULES = []\n")
    helped = product.run(empty, "scrapy", "crawl", "--help")
    assert helped.returncode == 0, helped.stderr
    assert "--fresh" not in helped.stdout
    looked = product.run(empty, "scrapy", "look", "https://example.org/")
    assert looked.returncode == 2
    assert "another Scrapy project" in looked.stderr


def test_the_lists_of_packages_are_in_the_wheel(product: Installed, empty: Path) -> None:
    done = product.python(
        empty, "from spiders.console.publishing import lock_sha256; print(lock_sha256())"
    )
    of_checkout = subprocess.run(
        ["sha256sum", CHECKOUT / "infra" / "lock" / "run.txt"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == of_checkout.stdout.split()[0], done.stderr
    assert sys.prefix not in str(product.bin)
