"""Measures of the source: each count on a small checkout, the limits, and the trace of a run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.house.__main__ import follow
from infra.house.counts import LIMITS, count, read_modules

ROOT = Path(__file__).parents[2]
LONG = "def long():\n    '''Two\n    lines.'''\n" + "    x = 1\n" * 31
FILES = {
    "spiders/__init__.py": "",
    "spiders/alone.py": '"""Doc."""\nfrom processing import one\nclass Twin: ...\nclass Command: ...\n',
    "spiders/outlets/hani.py": "x = 1\n" * 50,
    "processing/__init__.py": "",
    "processing/one.py": '"""Doc."""\nTwin: TypeAlias = int\nclass Command: ...\ndef f():\n    from processing.room.two import g\n',
    "processing/room/two.py": f"import processing.one\n\n# why\nx = 1  # {'y' * 100}\n{LONG}",
    "dags/three.py": '"""Doc."""\nimport processing.room.two\nclass Twins: ...\n',
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def test_each_count(root: Path) -> None:
    counts = count(read_modules(root))
    assert (counts.modules, counts.longest_module, counts.functions, counts.longest_function) == (
        6,
        38,
        2,
        32,
    )
    assert counts.long_functions == 50
    assert counts.folders == {"spiders": 1, "processing": 1, "processing/room": 1, "dags": 1}
    assert counts.loose_in_spiders == 1
    assert counts.one_importer == 1  # the package `processing`; both its modules have two
    assert counts.twins == {"Twin": ("processing.one", "spiders.alone")}
    assert counts.circles == (("processing.one", "processing.room.two"),)
    assert counts.undocumented == ("processing.room.two",)
    code = 4 + 5 + 3 + 36
    assert counts.long_lines == round(100 / code, 1)
    assert counts.comments == round(100 / code, 1)


def house(*options: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "infra.house", *options]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_check_names_what_breaks_a_limit_and_fails(root: Path) -> None:
    done = house("--root", str(root), "--check")
    assert done.returncode == 1
    assert (
        "twin type names: 1, and at most 0 is allowed: Twin in processing.one, spiders.alone"
        in done.stdout
    )
    assert (
        "circles of imports: 1, and at most 0 is allowed: processing.one ↔ processing.room.two"
        in done.stdout
    )
    assert "loose modules" not in done.stdout


def test_a_limit_that_is_not_held_is_said_and_fails_nothing(root: Path) -> None:
    for name in FILES:
        (root / name).write_text('"""Doc."""\n')
    done = house("--root", str(root), "--check")
    assert done.returncode == int(
        any(limit.held for limit in LIMITS if limit.what.startswith("comments"))
    )
    assert done.stdout.count("\n") == 1
    assert "comments per 100 code lines: 0, and at least 2 is allowed" in done.stdout


def test_json_and_table_say_the_same(root: Path) -> None:
    counts = json.loads(house("--root", str(root), "--no-way", "--json").stdout)
    table = house("--root", str(root), "--no-way").stdout
    assert counts["twins"] == {"Twin": ["processing.one", "spiders.alone"]}
    assert (
        f"modules; lines                                      {counts['modules']}; {counts['lines']}\n"
        in table
    )
    assert "processing.one, spiders.alone" in table


def test_a_trace_counts_our_functions_and_follows_a_page(tmp_path: Path) -> None:
    files = {
        "room/reader.py": (
            "from room.cut import cut\nclass Page:\n    text = '가나'\n"
            "def extract(page):\n    return [cut(page.text) for _ in 'ab']\n"
        ),
        "room/cut.py": "def cut(part):\n    length = len(part)\n    return length\n",
        "room/outlets/hani.py": "def declared(): ...\n",
        "room/other.py": "def after(word): ...\n",
        "go.py": (
            "import os\nfrom room import reader, other\nfrom room.outlets import hani\n"
            "hani.declared()\nif not os.fork():\n    reader.extract(reader.Page())\n"
            "    raise SystemExit(0)\nos.wait()\nother.after('x')\nraise SystemExit(3)\n"
        ),
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    line = [sys.executable, ROOT / "infra/house/trace.py", tmp_path, tmp_path / "result", "go"]
    done = subprocess.run(
        line, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=False
    )
    assert done.returncode == 3
    assert json.loads((tmp_path / "result").read_text()) == {
        "functions": [
            [f"room/{file}.py", name]
            for file, name in (
                ("cut", "cut"),
                ("other", "after"),
                ("reader", "Page"),
                ("reader", "extract"),
            )
        ],
        "page_files": ["room/cut.py", "room/reader.py"],
        "page_names": ["page", "part"],
    }


@pytest.mark.full
def test_the_way_of_an_article_is_followed_through_crawl_and_archive() -> None:
    way = follow(ROOT)
    assert (
        0 < way.page_files < way.crawl.files < way.both.files < way.crawl.files + way.archive.files
    )
    assert way.both.functions > way.both.files
    assert way.page_names > 5


def test_a_folder_that_is_no_checkout_is_an_error(tmp_path: Path) -> None:
    done = house("--root", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{tmp_path} has no module of spiders, processing" in done.stderr
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "odd.py").write_text("x = 1\n<<<<<<< HEAD\n")
    done = house("--root", str(tmp_path), "--check")
    assert (done.returncode, done.stdout) == (2, "")
    assert "dags/odd.py:2: invalid syntax; mend it first" in done.stderr
