"""The image, the compose file, the chart's values and the bucket's policies: what they promise to each other."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from processing.settings import Settings
from spiders.settings import Environment
from tests.installed import CHECKOUT

INFRA = CHECKOUT / "infra"
COMPOSE: dict[str, Any] = yaml.safe_load((INFRA / "compose.yaml").read_text())
VALUES: dict[str, Any] = yaml.safe_load((INFRA / "helm" / "values.yaml").read_text())
DOCKERFILE = (INFRA / "Dockerfile").read_text()
PAGE = (CHECKOUT / "docs" / "deploy.md").read_text()
VARIABLES = {
    f"SILLOK_{name.upper()}" for model in (Settings, Environment) for name in model.model_fields
}
OURS = {name: part for name, part in COMPOSE["services"].items() if "sillok" in part["image"]}


def test_nothing_is_built_at_start_and_airflow_is_of_the_locked_version() -> None:
    version = re.search(
        r"^apache-airflow==(\S+)", (INFRA / "lock" / "cluster.txt").read_text(), re.MULTILINE
    )
    assert version
    assert f"FROM apache/airflow:{version[1]}-python3.12" in DOCKERFILE
    assert VALUES["airflowVersion"] == version[1]
    assert all("build" not in part for part in COMPOSE["services"].values())
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    tag = f"sillok:{project['version']}"
    assert all(tag in part["image"] for part in OURS.values())
    assert (
        f"{VALUES['defaultAirflowRepository'].rpartition('/')[2]}:{VALUES['defaultAirflowTag']}"
        == tag
    )
    assert tag in PAGE


def test_the_list_of_a_node_is_that_of_one_machine_and_more() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (INFRA / "lock" / name).read_text()
        return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", text, re.MULTILINE))

    run, cluster = pins("run.txt"), pins("cluster.txt")
    both = set(run) & set(cluster)
    assert len(both) > 150
    assert {name for name in both if run[name] != cluster[name]} == set()
    wanted = {"celery", "cncf-kubernetes", "postgres", "amazon", "fab"}
    assert {f"apache-airflow-providers-{name}" for name in wanted} <= set(cluster)


def test_every_part_says_whether_it_is_well() -> None:
    assert set(OURS) == {"init", "api-server", "scheduler", "dag-processor", "triggerer", "worker"}
    for name, part in COMPOSE["services"].items():
        assert name == "init" or part["healthcheck"]["test"], name
    assert COMPOSE["services"]["init"]["restart"] == "no"


def test_only_workers_are_told_the_way_to_the_archive() -> None:
    for name, part in OURS.items():
        secret = {key for key in part["environment"] if key.startswith("SILLOK_STORE")}
        assert bool(secret) is (name == "worker"), name


def test_the_api_listens_on_loopback_alone_and_nothing_else_is_published() -> None:
    published = {
        name: part["ports"] for name, part in COMPOSE["services"].items() if "ports" in part
    }
    assert published == {"api-server": ["127.0.0.1:${PORT:-8080}:8080"]}


def test_secrets_are_asked_for_and_written_nowhere() -> None:
    text = (INFRA / "compose.yaml").read_text()
    for name in ("FERNET_KEY", "API_SECRET", "JWT_SECRET", "DB_PASSWORD", "REDIS_PASSWORD"):
        assert f"${{{name}:?" in text, name
        assert f"`{name}`" in PAGE, name
    for name in ("fernetKeySecretName", "jwtSecretName", "apiSecretKeySecretName"):
        assert f"`{VALUES[name]}`" in PAGE
    assert f"`{VALUES['data']['metadataSecretName']}`" in PAGE
    assert not {"fernetKey", "jwtSecret", "apiSecretKey"} & set(VALUES)


def test_every_variable_of_ours_exists() -> None:
    for text in (DOCKERFILE, (INFRA / "compose.yaml").read_text(), PAGE):
        assert set(re.findall(r"\bSILLOK_[A-Z_]+\b", text)) - {"SILLOK_IMAGE"} <= VARIABLES


def test_the_chart_takes_dags_from_the_image_alone() -> None:
    assert VALUES["executor"] == "KubernetesExecutor"
    assert not VALUES["dags"]["gitSync"]["enabled"]
    assert not VALUES["dags"]["persistence"]["enabled"]
    folder = VALUES["config"]["core"]["dags_folder"]
    assert f"AIRFLOW__CORE__DAGS_FOLDER={folder}" in DOCKERFILE
    assert (
        f"AIRFLOW__CORE__DEFAULT_TIMEZONE={VALUES['config']['core']['default_timezone']}"
        in DOCKERFILE
    )


@pytest.mark.parametrize(
    "path", sorted((INFRA / "policies").glob("*.json")), ids=lambda path: path.stem
)
def test_a_policy_is_json_and_on_the_page(path: Path) -> None:
    policy = json.loads(path.read_text())
    assert policy
    assert f"`{path.name}`" in PAGE


def test_the_bucket_policy_names_one_bucket_and_lets_nobody_in() -> None:
    policy = json.loads((INFRA / "policies" / "bucket-policy.json").read_text())
    assert {statement["Effect"] for statement in policy["Statement"]} == {"Deny"}, (
        "rights come from roles alone"
    )
    named = {resource for statement in policy["Statement"] for resource in statement["Resource"]}
    assert named == {"arn:aws:s3:::sillok", "arn:aws:s3:::sillok/*"}
