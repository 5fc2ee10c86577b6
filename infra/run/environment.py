"""What the parts of an instance find in their environment: Airflow's settings, and Sillok's, secrets among them.

Secrets reach a part through its environment alone; nothing here is ever printed or logged.
"""

import json
import os
import sys
from pathlib import Path

from infra.run.folders import LOOPBACK, ROOT, InstanceFolder
from processing.errors import UsageError

USER = "admin"
BUCKET = "sillok"


def base(folder: InstanceFolder) -> dict[str, str]:
    """Return what every part sees: this environment without another Airflow's settings, our own commands first.

    Nor does the sample see settings that are meant for real outlets and their archive.
    """
    foreign = ("AIRFLOW", "SILLOK_") if folder.sample else ("AIRFLOW",)
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(foreign) or key == "SILLOK_VAR"
    }
    kept["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
    kept.setdefault("HOME", str(folder.path))
    kept.setdefault("LC_ALL", "C.UTF-8")
    kept["PYTHONUNBUFFERED"] = "1"
    return kept


def bypass_proxies() -> None:
    """Keep this process and all that it starts from asking a proxy for what is on this machine."""
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(
            filter(None, [os.environ.get(name), LOOPBACK, "localhost", ".press.test"])
        )


def registry(folder: InstanceFolder) -> dict[str, str]:
    """Return which outlets there are, and who asks them."""
    if folder.sample:
        return {
            "SILLOK_PRESS": str(folder.port("press")),
            "SILLOK_CONTACT": "mailto:reader@press.test",
        }
    return {"SILLOK_PRESS": "", "SILLOK_CONTACT": contact(folder)}


def sillok(folder: InstanceFolder) -> dict[str, str]:
    """Return where the archive of this instance lies and how it is reached, and its outlets."""
    access, secret = credentials(folder)
    return {
        "SILLOK_STORE": f"s3://{BUCKET}/archive",
        "SILLOK_STORE_ENDPOINT": f"http://{LOOPBACK}:{folder.port('store')}",
        "SILLOK_STORE_ACCESS_KEY": access,
        "SILLOK_STORE_SECRET_KEY": secret,
        "SILLOK_CACHE": str(folder.path / "cache"),
        "SILLOK_HEADS": str(folder.path / "heads"),
        "SILLOK_SPOOL": str(folder.path / "spool"),
        "SILLOK_REPORTS": str(folder.path / "reports"),
        **registry(folder),
    }


def credentials(folder: InstanceFolder) -> tuple[str, str]:
    """Return the access key and the secret that the embedded store made on its first start."""
    kept = json.loads((folder.path / "store" / "credentials.json").read_text())
    return kept["access_key"], kept["secret_key"]


def contact(folder: InstanceFolder, *, running: bool = True) -> str:
    """Return the contact that outlets see: that of this environment, else the one with which the instance was started.

    A new start (`running` is false) needs one of its own. Raises UsageError where none is set.
    """
    found = os.environ.get("SILLOK_CONTACT", "").strip() or (folder.contact if running else "")
    if not found:
        raise UsageError(
            "SILLOK_CONTACT is not set: the outlets must be able to reach whoever visits them on a schedule; "
            "for example: make up SILLOK_CONTACT=mailto:you@example.org"
        )
    return found


def airflow(folder: InstanceFolder) -> dict[str, str]:
    """Return Airflow's settings: everything on loopback, one SQLite database, four tasks at a time."""
    address = f"http://{LOOPBACK}:{folder.port('api-server')}"
    settings = {
        "CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": "4",  # at the default of 32, the API server's connections run out
        "CORE__DEFAULT_TIMEZONE": "Asia/Seoul",
        "CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "CORE__FERNET_KEY": folder.fernet_key(),
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords(folder)),
        "API__BASE_URL": address,
        "API__HOST": LOOPBACK,
        "API__PORT": str(folder.port("api-server")),
        "API__WORKERS": "1",
        "API__SECRET_KEY": folder.secret("api"),
        "API_AUTH__JWT_SECRET": folder.secret("jwt"),
        "SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
        "LOGGING__LOGGING_LEVEL": "INFO",
    }
    found = {f"AIRFLOW__{key}": value for key, value in settings.items()}
    return {**found, "AIRFLOW_HOME": str(folder.airflow), "PYTHONWARNINGS": "ignore"}


def passwords(folder: InstanceFolder) -> Path:
    """Return the file of the one login of Airflow's own pages, made on first use for its owner's eyes only."""
    file = folder.path / "login.json"
    if not file.exists():
        beside = file.with_suffix(".new")
        beside.touch(mode=0o600)
        beside.write_text(json.dumps({USER: folder.secret("password")}) + "\n")
        beside.replace(file)
    return file
