"""A cluster of a master and two workers folds what lies in a bucket; one worker is lost on the way."""

import contextlib
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from processing.archive.publish import publish
from processing.settings import Settings
from processing.store.opening import open_store
from tests.processing.conftest import reaching, start_swift
from tests.processing.newsroom import FACTS, NOON, Crawl, article, story

pytestmark = pytest.mark.full

ROOT = Path(__file__).parents[3]
JOB = ROOT / "infra" / "spark" / "fold_corpus.py"
STAGES = 40
"""Stages of the job that are over when a worker is killed: of some seventy, amid the rounds of components."""


@dataclass(frozen=True)
class Bucket:
    """An archive in the embedded store: its settings, and the rows that one machine folds it to."""

    options: Settings
    rows: Path

    @property
    def keys(self) -> dict[str, str]:
        """What a worker's environment has of the store."""
        access, secret = self.options.store_access_key, self.options.store_secret_key
        assert access
        assert secret
        return {
            "SILLOK_STORE_ACCESS_KEY": access.get_secret_value(),
            "SILLOK_STORE_SECRET_KEY": secret.get_secret_value(),
        }

    @property
    def environment(self) -> dict[str, str]:
        """What the environment of a person or a task has."""
        options = self.options
        assert options.store_endpoint
        return self.keys | {
            "SILLOK_STORE": options.store,
            "SILLOK_STORE_ENDPOINT": options.store_endpoint,
            "SILLOK_STORE_REGION": options.store_region,
            "SILLOK_CACHE": str(options.cache),
            "SILLOK_HEADS": str(options.heads),
            "PYTHONPATH": str(ROOT),
        }


def fill(options: Settings) -> None:
    """Publish three days of two outlets, of which an agency has every third story of a paper's."""
    store = open_store(options.store, options)
    for day in range(3):
        at = NOON + timedelta(days=day)
        numbers = range(40 * day, 40 * day + 40)
        later = at + timedelta(hours=2)
        first = [article("hanbit", number, at=at) for number in numbers]
        again = [
            article("narae", 10_000 + number, at=later, text=story(number)[1])
            for number in numbers[::3]
        ]
        Crawl("hanbit", f"{at:%Y%m%dT%H%M%SZ}-aaaaaa", first).land(store)
        Crawl("narae", f"{later:%Y%m%dT%H%M%SZ}-bbbbbb", again).land(store)
        publish(
            store,
            now=at + timedelta(hours=4),
            code_version="1",
            lock_sha256="0" * 64,
            outlets=FACTS,
            options=options,
        )


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    folder = tmp_path_factory.mktemp("bucket")
    store = start_swift(folder / "store")
    try:
        there = reaching(folder / "store", "archive")
        options = there.model_copy(update={"cache": folder / "cache", "heads": folder / "heads"})
        fill(options)
        made = Bucket(options, folder / "one-machine.jsonl")
        command = [sys.executable, "-m", "spiders.cli", "fold", "--corpus", "-o", str(made.rows)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **made.environment}, check=True)
        yield made
    finally:
        store.kill()
        store.wait()


@pytest.fixture
def cluster(tmp_path: Path):
    from infra.spark.bench import StandaloneCluster  # noqa: PLC0415 - an optional extra

    with StandaloneCluster(tmp_path / "spark") as cluster:
        yield cluster


def finished_stages(folder: Path) -> int:
    """Return how many stages the event log of the only application has seen the end of."""
    logs = [path.read_text("utf-8") for path in folder.rglob("events_*")]
    return sum(log.count('{"Event":"SparkListenerStageCompleted"') for log in logs)


def page(url: str) -> str:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - loopback
        return answer.read().decode("utf-8", "replace")


def command_lines() -> Iterator[str]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                yield (entry / "cmdline").read_text(errors="replace")


def test_a_lost_worker_changes_no_row_and_no_secret_is_told(
    bucket: Bucket, cluster, tmp_path: Path
) -> None:
    # One of the two lives in Seoul: a moment must not depend on it.
    cluster.start_worker("first", {**bucket.keys, "TZ": "Asia/Seoul"})
    cluster.start_worker("second", bucket.keys)
    log = tmp_path / "driver.log"
    with log.open("wb") as output:
        job = cluster.submit([str(JOB), str(tmp_path / "rows.jsonl")], bucket.environment, output)
    while finished_stages(cluster.folder / "events") < STAGES:
        assert job.poll() is None, log.read_text()[-4000:]
        time.sleep(0.05)
    state = cluster.state()
    pages = [cluster.page, f"{cluster.page}/app/?appId={state['activeapps'][0]['id']}"]
    pages += [worker["webuiaddress"] for worker in state["workers"]]
    pages += [f"{cluster.driver_page}/environment/", f"{cluster.driver_page}/executors/"]
    seen = [page(url) for url in pages]
    seen += command_lines()
    cluster.kill_worker("first")
    assert job.wait() == 0, log.read_text()[-4000:]

    assert (tmp_path / "rows.jsonl").read_text() == bucket.rows.read_text()
    events = "".join(path.read_text() for path in (cluster.folder / "events").rglob("events_*"))
    assert '{"Event":"SparkListenerExecutorRemoved"' in events, "it was lost while the job ran"
    kept = [
        path for path in cluster.folder.rglob("*") if path.is_file() and "conf" not in path.parts
    ]
    seen += [path.read_bytes().decode("utf-8", "replace") for path in [*kept, log]]
    for secret in (bucket.keys["SILLOK_STORE_SECRET_KEY"], cluster.secret):
        assert not [text for text in seen if secret in text]
    assert "spark.authenticate.secret" in events, "Spark names its own, and not its value"


@pytest.mark.long
def test_a_packed_environment_brings_executors_their_packages(
    bucket: Bucket, cluster, tmp_path: Path
) -> None:
    """By the page's commands and settings; the Python they name is only where an executor unpacks it."""
    page = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    packing = re.findall(r"^ {4}(.*\bpacked(?:/bin/python|\.tar\.gz|$).*)$", page, re.MULTILINE)
    settings = [line for line in packing if line.startswith("spark.")]
    commands = [line for line in packing if line not in settings]
    assert (len(commands), len(settings)) == (3, 2)
    settings += re.findall(r"^ {4}(spark\.pyspark\.driver\.python .*)$", page, re.MULTILINE)
    (tmp_path / "wheel").symlink_to(ROOT)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        ["bash", "-eu", "-c", "\n".join(commands)], cwd=tmp_path,
        env={**os.environ, "PATH": path}, check=True,
    )  # fmt: skip
    here = "\n".join(settings).replace("/srv/sillok/venv/bin/python", sys.executable)
    with (cluster.folder / "conf" / "spark-defaults.conf").open("a") as defaults:
        defaults.write(here.replace("/srv/sillok", str(tmp_path)))
    cluster.start_worker("first", bucket.keys)
    log = tmp_path / "driver.log"
    with log.open("wb") as output:
        job = cluster.submit([str(JOB), str(tmp_path / "rows.jsonl")], bucket.environment, output)
    assert job.wait() == 0, log.read_text()[-4000:]
    assert (tmp_path / "rows.jsonl").read_text() == bucket.rows.read_text()
    assert [*(cluster.folder / "first").rglob("packed/bin/python")]


def test_a_worker_without_the_secret_gets_nothing(bucket: Bucket, cluster, tmp_path: Path) -> None:
    """The settings of the cluster are readable by their owner alone, and another secret opens no door."""
    settings = cluster.folder / "conf" / "spark-defaults.conf"
    assert settings.stat().st_mode & 0o777 == 0o600
    stranger = tmp_path / "conf"
    stranger.mkdir()
    (stranger / "spark-defaults.conf").write_text(
        settings.read_text().replace(cluster.secret, "0" * 64)
    )
    environment = {**bucket.environment, "SPARK_CONF_DIR": str(stranger)}
    log = tmp_path / "driver.log"
    with log.open("wb") as output:
        job = cluster.submit([str(JOB), str(tmp_path / "rows.jsonl")], environment, output)
    assert job.wait() != 0
    assert not (tmp_path / "rows.jsonl").exists()
