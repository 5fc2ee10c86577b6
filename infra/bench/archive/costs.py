"""What commands cost: CPU seconds and peak memory above those of a bare import."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SILLOK = ("-m", "spiders.cli")
_IMPORTS = "import spiders.cli, processing.lookup.sql, processing.report.counting"
"""What every command over tables loads: a bare import."""
# A process begins with the peak memory of the one that started it (getrusage(2)), so a small one
# stands between it and this benchmark.
_MEASURE = """
import os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ, file_actions=[
    (os.POSIX_SPAWN_OPEN, number, sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2)
])
_, status, usage = os.wait4(pid, 0)
seconds = usage.ru_utime + usage.ru_stime
print(os.waitstatus_to_exitcode(status), seconds, usage.ru_maxrss / 1024)
"""


@dataclass(frozen=True, slots=True)
class CommandCost:
    """CPU seconds and peak megabytes of one process."""

    seconds: float
    megabytes: float


def command_costs(
    root: Path, commands: Mapping[str, Sequence[str]], store: Mapping[str, str] | None = None
) -> dict[str, tuple[CommandCost, CommandCost]]:
    """Return what each command costs above a bare import, with an empty cache, and after that."""
    base = min(
        (process_cost(root, "-c", _IMPORTS) for _ in range(3)), key=lambda cost: cost.seconds
    )
    measured = {}
    for name, arguments in commands.items():
        shutil.rmtree(root / "cache", ignore_errors=True)
        cold = process_cost(root, *SILLOK, *arguments, store=store)
        again = (process_cost(root, *SILLOK, *arguments, store=store) for _ in range(3))
        warm = min(again, key=lambda cost: cost.seconds)
        measured[name] = (_above(cold, base), _above(warm, base))
    return measured


def _above(cost: CommandCost, base: CommandCost) -> CommandCost:
    return CommandCost(cost.seconds - base.seconds, cost.megabytes - base.megabytes)


def process_cost(
    root: Path, *arguments: str, store: Mapping[str, str] | None = None
) -> CommandCost:
    """Run Python with these arguments and return what it cost; raise SystemExit where it failed.

    `store` are variables that name another store than the folder under `root`.
    """
    # with it every process compiles what it imports, where installed code was compiled once
    inherited = {name: os.environ[name] for name in os.environ if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {
        **inherited,
        "SILLOK_STORE": f"file:{root / 'archive'}",
        "SILLOK_CACHE": str(root / "cache"),
        "SILLOK_HEADS": str(root / "heads"),
        "SILLOK_SPOOL": str(root / "spool"),
        **(store or {}),
    }
    command = [sys.executable, *arguments]
    measured = [sys.executable, "-S", "-c", _MEASURE, str(root / "out"), *command]
    done = subprocess.run(measured, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    code, seconds, megabytes = done.stdout.split()
    # 3 says that something wants an answer, which is so in an archive of invented outlets
    if code not in {"0", "3"}:
        raise SystemExit(f"{' '.join(arguments)}: {(root / 'out').read_text()[-2000:]}")
    return CommandCost(float(seconds), float(megabytes))


def verdict(figure: float, goal: float | None) -> str:
    """Return whether a figure is within its goal; nothing where it has none."""
    if goal is None:
        return ""
    return f"(goal {goal:g}: {'holds' if figure <= goal else 'DOES NOT HOLD'})"
