"""A client of Airflow's public REST API on loopback, for what a run of the sample needs."""

import http.client
import json
from typing import Any
from urllib.parse import quote, urlencode

from infra.run.folders import LOOPBACK
from processing.errors import TransientError

OPEN = ("queued", "running")
HEARTBEATS = {"scheduler": "scheduler", "dag_processor": "dag-processor", "triggerer": "triggerer"}
"""Parts whose heartbeat Airflow reports, by their name in its API; values are our names."""


class Airflow:
    """A client of one API server.

    Methods raise TransientError where the server does not answer or answers with an error.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self._token = ""

    def answers(self) -> bool:
        """Return whether the server is up and reaches its database."""
        try:
            return bool(
                self._ask("GET", "/api/v2/monitor/health")["metadatabase"]["status"] == "healthy"
            )
        except TransientError:
            return False

    def unhealthy(self) -> list[str]:
        """Return which of scheduler, DAG processor and triggerer are not healthy.

        Airflow calls a part healthy for half a minute after its last heartbeat.
        """
        try:
            found = self._ask("GET", "/api/v2/monitor/health")
        except TransientError:
            return list(HEARTBEATS.values())
        return [
            part
            for name, part in HEARTBEATS.items()
            if (found.get(name) or {}).get("status") != "healthy"
        ]

    def log_in(self, user: str, password: str) -> None:
        """Get a token, which all later calls send."""
        self._token = self._ask("POST", "/auth/token", {"username": user, "password": password})[
            "access_token"
        ]

    def dags(self) -> set[str]:
        """Return the ids of the DAGs that the scheduler knows."""
        return {dag["dag_id"] for dag in self._ask("GET", "/api/v2/dags", limit=100)["dags"]}

    def import_errors(self) -> list[str]:
        """Return an error message for each DAG file that cannot be imported."""
        found = self._ask("GET", "/api/v2/importErrors")["import_errors"]
        return [f"{error['filename']}: {error['stack_trace']}" for error in found]

    def unpause(self, dag: str) -> None:
        """Unpause a DAG, so that the scheduler runs it."""
        self._ask("PATCH", f"/api/v2/dags/{dag}", {"is_paused": False})

    def trigger(self, dag: str) -> str:
        """Start a run of that DAG and return its id."""
        return str(
            self._ask("POST", f"/api/v2/dags/{dag}/dagRuns", {"logical_date": None})["dag_run_id"]
        )

    def runs(self, **query: Any) -> list[dict[str, Any]]:
        """Return the newest runs of all DAGs, newest first."""
        return list(
            self._ask("GET", "/api/v2/dags/~/dagRuns", limit=50, order_by="-run_after", **query)[
                "dag_runs"
            ]
        )

    def causes(self, run: dict[str, Any]) -> set[str]:
        """Return the ids of the runs whose asset events triggered this run."""
        events = self._ask("GET", f"{_path(run)}/upstreamAssetEvents")["asset_events"]
        return {event["source_run_id"] for event in events}

    def fail(self, run: dict[str, Any]) -> None:
        """Mark a run as failed."""
        self._ask("PATCH", _path(run), {"state": "failed"})

    def tasks(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the task instances of a run."""
        return list(self._ask("GET", f"{_path(run)}/taskInstances", limit=100)["task_instances"])

    def result(self, task: dict[str, Any]) -> dict[str, Any]:
        """Return the return value of a finished task, a JSON object."""
        path = f"{_path(task)}/taskInstances/{task['task_id']}/xcomEntries/return_value"
        value = self._ask("GET", path, map_index=task["map_index"])["value"]
        # The API gives the value as text or as JSON, depending on its type.
        return dict(json.loads(value) if isinstance(value, str) else value)

    def error_messages(self, task: dict[str, Any]) -> list[str]:
        """Return the messages of the errors that ended the last try of a task."""
        path = f"{_path(task)}/taskInstances/{task['task_id']}/logs/{task['try_number'] or 1}"
        content = self._ask("GET", path, map_index=task["map_index"]).get("content", [])
        chains = [
            line["error_detail"]
            for line in content
            if isinstance(line, dict) and line.get("error_detail")
        ]
        # Each chain begins with the exception that ended the task; its causes follow.
        return [str(chain[0]["exc_value"]) for chain in chains]

    def _ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=60)
        try:
            connection.request(
                method,
                f"{path}?{urlencode(query, doseq=True)}" if query else path,
                body=None if body is None else json.dumps(body),
                headers=headers,
            )
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            # Some exceptions, a closed connection for one, have no text.
            reason = str(error) or type(error).__name__
            raise TransientError(
                f"Airflow does not answer on {LOOPBACK}:{self.port} any more ({reason}): "
                "was it stopped from elsewhere? The same command begins again"
            ) from error
        finally:
            connection.close()
        if answer.status >= http.client.MULTIPLE_CHOICES:
            raise TransientError(
                f"Airflow answered {answer.status} to {method} {path}: {content[:300]!r}"
            )
        return json.loads(content) if content else None


def _path(of: dict[str, Any]) -> str:
    return f"/api/v2/dags/{of['dag_id']}/dagRuns/{quote(of['dag_run_id'], safe='')}"
