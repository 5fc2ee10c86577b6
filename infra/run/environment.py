"""Environment variables of the parts of an instance: Airflow's settings and Sillok's.

Secrets reach a part through its environment alone and are never printed or logged.
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
    """Return the variables of every part: this environment without settings of another instance.

    Left out are settings of Airflow and, for the sample, those of Sillok.
    """
    # Settings for real outlets and their archive must not reach the sample.
    foreign = ("AIRFLOW", "SILLOK_") if folder.sample else ("AIRFLOW",)
    variables = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(foreign) or key == "SILLOK_VAR"
    }
    commands = str(Path(sys.executable).parent)
    variables["PATH"] = os.pathsep.join([commands, variables.get("PATH", os.defpath)])
    variables.setdefault("HOME", str(folder.path))
    variables.setdefault("LC_ALL", "C.UTF-8")
    variables["PYTHONUNBUFFERED"] = "1"
    return variables


def bypass_proxies() -> None:
    """Make this process, and all that it starts, reach this machine without a proxy."""
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(
            filter(None, [os.environ.get(name), LOOPBACK, "localhost", ".press.test"])
        )


def registry(folder: InstanceFolder) -> dict[str, str]:
    """Return the settings that choose the outlets, and the contact that they see."""
    if folder.sample:
        return {
            "SILLOK_PRESS": str(folder.port("press")),
            "SILLOK_CONTACT": "mailto:reader@press.test",
        }
    return {"SILLOK_PRESS": "", "SILLOK_CONTACT": contact(folder)}


def sillok(folder: InstanceFolder) -> dict[str, str]:
    """Return Sillok's settings: the archive with its credentials, folders, outlets."""
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
    stored = json.loads((folder.path / "store" / "credentials.json").read_text())
    return stored["access_key"], stored["secret_key"]


def contact(folder: InstanceFolder, *, running: bool = True) -> str:
    """Return the contact that outlets see: SILLOK_CONTACT, else that of the running instance.

    A new start (`running` is false) needs one of its own. Raises UsageError where none is set.
    """
    address = os.environ.get("SILLOK_CONTACT", "").strip() or (folder.contact if running else "")
    if not address:
        raise UsageError(
            "SILLOK_CONTACT is not set: the outlets must be able to reach whoever visits them on "
            "a schedule; for example: make up SILLOK_CONTACT=mailto:you@example.org"
        )
    return address


def airflow(folder: InstanceFolder) -> dict[str, str]:
    """Return Airflow's settings: all on loopback, one SQLite database, four tasks at once."""
    address = f"http://{LOOPBACK}:{folder.port('api-server')}"
    settings = {
        "CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__EXECUTOR": "LocalExecutor",
        # At the default of 32, the API server's connections run out.
        "CORE__PARALLELISM": "4",
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
    variables = {f"AIRFLOW__{key}": value for key, value in settings.items()}
    return {**variables, "AIRFLOW_HOME": str(folder.airflow), "PYTHONWARNINGS": "ignore"}


def passwords(folder: InstanceFolder) -> Path:
    """Return the file with the login of Airflow's pages, made on first use with mode 0600."""
    file = folder.path / "login.json"
    if not file.exists():
        beside = file.with_suffix(".new")
        # Before there is anything to read in it.
        beside.touch(mode=0o600)
        beside.write_text(json.dumps({USER: folder.secret("password")}) + "\n")
        beside.replace(file)
    return file
