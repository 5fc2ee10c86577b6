"""One day of the sample press: its process, the real `scrapy crawl` and `sillok archive`, and what the archive holds."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from infra.press.press import ADMIN, Press
from infra.press.sites import SITES
from infra.press.state import PressState
from tests import forked

BIN = Path(sys.executable).parent
OUTLETS = tuple(site.name for site in SITES)


@dataclass
class Ended:
    """How one crawl ended: its exit code, the verdict that it logged, and its whole log."""

    code: int
    log: str

    @property
    def verdict(self) -> str:
        found = re.findall(r"\w+: (\w+) \(\d+ pages", self.log)
        return found[-1] if found else "none"


@dataclass
class Day:
    """A running press and the archive that is made of it."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def open(self) -> None:
        command = [
            sys.executable,
            "-m",
            "infra.press",
            "--port",
            "0",
            "--state",
            self.folder / "press",
            "--admin",
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(re.search(r"press\.test:(\d+)/", line)[1])

    def close(self) -> None:
        """Stop the press; does nothing where it was stopped before."""
        if self.process.poll() is not None:
            return
        self.process.terminate()
        self.process.wait(timeout=10)
        self.process.stdout.close()

    @property
    def press(self) -> Press:
        """The same press, to ask what it wrote; its state is read anew."""
        return Press(PressState(self.folder / "press", datetime.now(UTC)), self.port)  # noqa: TID251 - the folder has the epoch

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SILLOK_")}
        return kept | {
            "SILLOK_PRESS": str(self.port),
            "SILLOK_STORE": f"file:{self.folder / 'archive'}",
            "SILLOK_SPOOL": str(self.folder / "spool"),
            "SILLOK_CACHE": str(self.folder / "cache"),
            "SILLOK_CONTACT": "mailto:desk@example.org",
        }

    def crawl(self, outlet: str, *arguments: str, scripts: bool = False) -> Ended:
        run = self.run_script if scripts else self.run
        done = run(
            "scrapy", "crawl", outlet, "-O", str(self.folder / f"{outlet}.jsonl"), *arguments
        )
        return Ended(done.returncode, done.stderr)

    def crawl_all(self, *arguments: str, script: str | None = None) -> dict[str, Ended]:
        """Crawl every outlet, two at a time; that of `script` by the console script, as a person does."""

        def crawl(outlet: str) -> Ended:
            return self.crawl(outlet, *arguments, scripts=outlet == script)

        with ThreadPoolExecutor(2) as pool:
            return dict(zip(OUTLETS, pool.map(crawl, OUTLETS), strict=True))

    def archive(self, *, scripts: bool = False) -> subprocess.CompletedProcess[str]:
        return (self.run_script if scripts else self.run)("sillok", "archive")

    def query(self, statement: str) -> list[dict[str, object]]:
        done = self.run("sillok", "query", statement, "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def asked(self) -> list[dict[str, object]]:
        """Return the lines of the press's access log."""
        text = (self.folder / "press" / "access.jsonl").read_text("utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def set_phase(self, phase: int) -> None:
        body = json.dumps({"phase": phase}).encode()
        urllib.request.urlopen(
            f"http://127.0.0.1:{self.port}{ADMIN}", data=body, timeout=10
        ).close()

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `scrapy` or `sillok` without starting Python anew."""
        entry = {"scrapy": forked.SCRAPY, "sillok": forked.SILLOK}[program]
        return forked.complete(
            entry, *arguments, env=self.environment, folder=Path.cwd(), timeout=240
        )

    def run_script(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a console script of the environment of these tests."""
        return subprocess.run(
            [BIN / program, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
