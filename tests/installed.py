"""An installation from the wheel: a fresh virtual environment, beside the one of the tests and without the checkout."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
BORROWED = ("scrapy", "airflow")
"""Console scripts of other packages that an installation has beside its own."""


@dataclass(frozen=True)
class Installed:
    """A virtual environment that holds Sillok from its wheel."""

    bin: Path

    def run(
        self, folder: Path, *command: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of this environment in `folder`, with nothing of the tests' own environment but the system's."""
        kept = {
            name: os.environ[name]
            for name in ("PATH", "LC_ALL", "SSL_CERT_FILE")
            if name in os.environ
        }
        return subprocess.run(
            [self.bin / command[0], *command[1:]],
            cwd=folder,
            env={
                **kept,
                "HOME": str(folder),
                "PATH": f"{self.bin}:{kept['PATH']}",
                **(environment or {}),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def python(
        self, folder: Path, code: str, **given: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        return self.run(folder, "python", "-c", code, **given)


def wheel(folder: Path) -> Path:
    """Build the wheel into `folder`, from nothing but the checkout."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=CHECKOUT, check=True,
        capture_output=True,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


def installed(folder: Path) -> Installed:
    """Install the wheel into a new environment in `folder`, which borrows its dependencies from that of the tests.

    A path in a `.pth` file lends the packages and not the checkout: the `.pth` of an editable installation counts in
    a site folder only (Python's `site`), and what is borrowed is none.
    """
    built = wheel(folder / "dist")
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(venv)}))
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    for name in BORROWED:
        script = venv / "bin" / name
        script.write_text(f"#!{venv / 'bin' / 'python'}\n" + "".join(_own_script(name)))
        script.chmod(0o755)
    uv = Path(sys.executable).with_name("uv")
    command = [
        uv,
        "pip",
        "install",
        "-q",
        "--offline",
        "--no-deps",
        "--python",
        venv / "bin" / "python",
        built,
    ]
    subprocess.run(command, check=True, env={**os.environ, "UV_CACHE_DIR": str(folder / "uv")})
    return Installed(venv / "bin")


def _own_script(name: str) -> list[str]:
    """Return the console script of a borrowed package, without the line that names its interpreter."""
    return Path(sys.executable).with_name(name).read_text().splitlines(keepends=True)[1:]
