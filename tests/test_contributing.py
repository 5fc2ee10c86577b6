"""CONTRIBUTING.md is walked through: its commands, in its order, with its sample outlet on loopback."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from spiders.scouting.declaration import checked
from spiders.scouting.fixtures import kept
from tests import forked
from tests.spiders.conftest import ROOT, command
from tests.spiders.origin import Origin, Reply
from tests.spiders.scouting.test_look_commands import FRONT, PAGE

DOCUMENT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SITE = "https://www.golja.example"
COMMANDS = re.findall(r"^\$ (.+)$", DOCUMENT, re.MULTILINE)
MODULE = re.search(r"```python\n(\"\"\".+?)```", DOCUMENT, re.DOTALL)


@pytest.fixture
def origin() -> Iterator[Origin]:
    server = Origin()
    items = "".join(
        f"<item><link>/news/{n}</link><title>{n}</title></item>" for n in (101, 102, 103)
    )
    server.routes |= {
        "/": Reply(body=FRONT.encode()),
        "/feed": Reply(body=f"<rss><channel>{items}</channel></rss>".encode()),
        "/news/101": Reply(
            body=PAGE.encode(), headers={"Content-Type": "text/html; charset=utf-8"}
        ),
    }
    yield server
    server.close()


def test_the_commands_of_the_walk_work_in_order(origin: Origin, tmp_path: Path) -> None:
    here = f"http://golja.press.test:{origin.port}"
    walk = [line.replace(SITE, here).split() for line in COMMANDS if line.startswith("scrapy ")]
    assert [words[1] for words in walk] == ["look", "declare", "crawl", "freeze"]
    said = {}
    for _, verb, *words in walk:
        into = ["--into", str(tmp_path)] if verb in {"declare", "freeze"} else []
        line, env = command(origin.port, tmp_path, verb, *words, *into)
        env |= {"LOOK_DRIVER_MODULE": str(tmp_path / "golja.py")}
        entry = "tests.spiders.look_driver:main"
        done = forked.complete(entry, *line[3:], env=env, folder=ROOT, timeout=60)
        assert done.returncode == 0, f"{verb}: {done.stderr}"
        said[verb] = done.stdout
    assert "may ask" in said["look"]
    assert said["crawl"].count("would be fetched") == 3
    (page,) = kept(tmp_path)
    assert page.page.outlet == "golja"
    assert "방앗간" not in page.page.body.decode()


def test_the_sample_is_what_declare_writes_finished_by_hand() -> None:
    assert MODULE
    outlet = checked(MODULE[1])
    assert outlet.name == "golja"
    assert outlet.article_key(f"{SITE}/news/101") == "101"


def test_the_commands_that_it_names_exist() -> None:
    assert {line.split()[0] for line in COMMANDS} == {"scrapy", "sillok", "make"}
    for name in re.findall(r"`((?:spiders|tests|docs)/[\w./]+?)/?`", DOCUMENT):
        assert (ROOT / name).exists() or "golja" in name or "NAME" in name, name


def test_the_files_that_it_names_exist() -> None:
    named = set(re.findall(r"`((?:spiders|processing|dags|tests|docs|infra)/[\w./]+)`", DOCUMENT))
    invented = {
        "spiders/outlets/golja.py",
        "tests/outlets/golja/101.html.gz",
        "spiders/families/NAME.py",
    }
    assert len(named) > len(invented)
    assert not [path for path in sorted(named - invented) if not (ROOT / path).exists()]
