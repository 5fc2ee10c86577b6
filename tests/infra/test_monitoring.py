"""The dashboard and the rules: they ask for gauges that the DAG `report` sends, and Prometheus reads them."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from dags.alerts import ALARMS, GAUGES
from infra.run.folders import ROOT

FOLDER = ROOT / "infra" / "monitoring"
DASHBOARD = json.loads((FOLDER / "grafana.json").read_text())
RULES = yaml.safe_load((FOLDER / "rules.yaml").read_text())
# OpenTelemetry and StatsD exporters write a dot as an underscore; `airflow` is Airflow's own prefix.
SENT = {
    f"airflow_{name.replace('.', '_')}"
    for name in (ALARMS, *(f"sillok.outlet.{gauge}" for gauge in GAUGES))
}
EXPRESSIONS = [
    *(target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]),
    *(rule["expr"] for group in RULES["groups"] for rule in group["rules"]),
    *(
        variable["query"]["query"]
        for variable in DASHBOARD["templating"]["list"]
        if variable["type"] == "query"
    ),
]


def test_only_gauges_that_are_sent_are_asked_for() -> None:
    asked = {name for text in EXPRESSIONS for name in re.findall(r"airflow_\w+", text)}
    assert asked == SENT


def test_panels_have_their_own_place_and_a_source_that_the_reader_chooses() -> None:
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    cells = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24
    for panel in DASHBOARD["panels"]:
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}


@pytest.mark.full
def test_prometheus_takes_the_rules_and_the_expressions(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    assert promtool, "promtool is missing: python -m infra.run.debian"
    # A panel's expression is PromQL once the variable is a pattern, so a rule can hold it.
    rules = [
        {"record": f"panel:{number}", "expr": text.replace("$outlet", ".*")}
        for number, text in enumerate(EXPRESSIONS)
        if not text.startswith("label_values")
    ]
    panels = tmp_path / "panels.yaml"
    panels.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    commands = (
        ["check", "rules", str(FOLDER / "rules.yaml"), str(panels)],
        ["test", "rules", "rules.test.yaml"],
    )
    for command in commands:
        done = subprocess.run(
            [promtool, *command], cwd=FOLDER, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
