"""Mutation runs: what is changed, which tests are nearest, and a whole run on a small checkout."""

import argparse
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from infra.mutants.__main__ import Campaign, TrialLog
from infra.mutants.entries import Entries, Functions
from infra.mutants.sites import Mutant, mutants
from infra.mutants.trials import Copy, Outcome, modules, read_imports
from processing.errors import UsageError

ROOT = Path(__file__).parents[2]
PACKAGES = ("spiders/__init__.py", "processing/__init__.py", "processing/reading/__init__.py")
RULE = '''"""A rule."""
LEAST = 3
SHARED = 5
def is_long(words: list[str]) -> bool:
    'Judge.'
    return len(words) >= LEAST
def unused(word: str) -> bool:
    return word == "x"
def unjudged(word: str) -> bool:
    if word == "y": return True
class Limits:
    most = 7
def is_short(words: str) -> bool:
    return len(words) < 2
'''
TEST = """
from functools import cache
import subprocess, sys
from pathlib import Path
import pytest
from processing.reading.rule import Limits, is_long, is_short, unjudged
from processing.reading.user import TWICE
long = cache(is_long)
short = cache(is_short)
@pytest.fixture(scope="module")
def shared():
    return is_long(list("abc"))
def test_first():
    long("abc"), long("ab"), short("ab"), short("a")
def test_first_of_shared(shared): ...
def test_is_long(shared):
    unjudged("x")
    assert shared
def test_cached():
    assert not long("ab")
    assert (short("ab"), short("a")) == (False, True)
def test_constants():
    assert (TWICE, Limits.most) == (10, 7)
"""


def changes(tmp_path: Path, code: str) -> set[str]:
    (tmp_path / "code.py").write_text(code)
    source = code.encode()
    return {mutant.apply(source).decode() for mutant in mutants(tmp_path, Path("code.py"))}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a < b <= c", {"a <= b <= c", "a < b < c"}),
        ("x = (가 >  # not in\\n b)".replace("\\n", "\n"), {"x = (가 >=  # not in\n b)"}),
        ("a is not b", {"a is b"}),
        ("a not in b", {"a in b"}),
        ("a and b and c", {"a or b and c", "a and b or c"}),
        ("x = not (a)", {"x =  (a)"}),
        (
            "x = 10, 20, 0.5, 0.0",
            {
                f"x = {x}"
                for x in (
                    "11, 20, 0.5, 0.0",
                    "10, 22, 0.5, 0.0",
                    "10, 20, 0.55, 0.0",
                    "10, 20, 0.5, 0.1",
                )
            },
        ),
        ("f(a=True)", {"f(a=False)"}),
        (
            "sorted(a, key=lambda x: (x.b, -x.c))",
            {"sorted(a, key=lambda x: (x.b, -x.c))[::-1]", "sorted(a, key=lambda x: (-x.c, x.b))"},
        ),
        ("a.b.sort(key=c)", {"a.b.sort(key=c, reverse=True)"}),
        ("np.maximum(max(a), b)", {"np.minimum(max(a), b)", "np.maximum(min(a), b)"}),
        ("f('select a order by b desc, c')", {"f('select a order by b, c')"}),
        ("f(f'select {a} order by b, c')", {"f(f'select {a} order by b desc, c')"}),
        ("f([('a', 'ascending')])", {"f([('a', 'descending')])"}),
        ("for x in y:\n if a(x):\n  continue\n b()", {"for x in y:\n if False:\n  continue\n b()"}),
        ("if a:\n return_ = b", set()),
        ("@d(3)\ndef f(a: L[4] = None) -> L[5]:\n '''6 < 7'''\n", set()),
        ("class A(B, frozen=True):\n x: L[3]\n", set()),
        ("zip(a, b, strict=True)", set()),
        ("f = lru_cache(1 << 14)(g)", set()),
        ("if TYPE_CHECKING:\n x = 3", set()),
    ],
)
def test_each_kind_of_change(tmp_path: Path, code: str, expected: set[str]) -> None:
    assert changes(tmp_path, code) == expected


@pytest.mark.full
def test_every_room_has_modules_and_each_module_a_test() -> None:
    rooms = modules(ROOT, ("rules", "polling", "publishing", "folding"))
    imports = read_imports(ROOT)
    untested = [
        path
        for paths in rooms.values()
        for path in paths
        if mutants(ROOT, path) and not imports.nearest(path)
    ]
    assert untested == []


def test_an_unknown_room_is_named() -> None:
    with pytest.raises(UsageError, match="no room is called 'kitchen'; there are rules, polling"):
        modules(ROOT, ("kitchen",))


def checkout(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def test_the_nearest_tests_import_a_module_or_reach_it_from_its_folder(tmp_path: Path) -> None:
    files = {
        "processing/archive/deep.py": "",
        "processing/archive/outer.py": "from processing.archive.deep import x",
        "processing/archive/direct.py": "",
        "processing/archive/lone.py": "",
        "tests/processing/conftest.py": "import pytest\nfrom processing.archive.outer import y\n@pytest.fixture\ndef run(): ...",
        "tests/processing/archive/test_a.py": "def test_a(run): ...",
        "tests/processing/archive/test_b.py": "from processing.archive import direct\ndef test_b(other): ...",
        "tests/processing/archive/test_direct.py": "",
        "tests/processing/archive/test_started.py": "start('processing.archive.outer:main')",
        "tests/test_c.py": "from processing.archive.outer import y\nfrom processing.archive import direct",
    }
    imports = read_imports(checkout(tmp_path, files))
    nearest = {
        name: [str(path) for path in imports.nearest(Path(f"processing/archive/{name}.py"))]
        for name in ("deep", "outer", "direct", "lone")
    }
    assert nearest == {
        "deep": ["tests/processing/archive/test_a.py", "tests/processing/archive/test_started.py"],
        "outer": [
            "tests/processing/archive/test_started.py",
            "tests/test_c.py",
            "tests/processing/archive/test_a.py",
        ],
        "direct": ["tests/processing/archive/test_b.py", "tests/test_c.py"],
        "lone": [],
    }


def command(root: Path, *options: str) -> list[str]:
    line = [sys.executable, "-m", "infra.mutants", "--root", str(root), "--rooms", "rules"]
    return [*line, "--seed", "1", *options]


def run(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(root, *options),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.full
def test_a_run_prints_score_and_survivors_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    files = {
        "processing/reading/rule.py": RULE,
        "processing/reading/user.py": "from processing.reading.rule import SHARED\nTWICE = 2 * SHARED",
        "tests/test_rule.py": TEST,
        **dict.fromkeys(PACKAGES, ""),
    }
    root = checkout(tmp_path / "house", files)
    done = run(root)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "seed 1: 11 of 11 mutants of 3 modules" in done.stdout
    survivors = done.stdout.partition("Survivors\n")[2].split("\n\n")[0]
    assert set(survivors.split("\n")[::3]) == {
        "  processing/reading/rule.py:8  comparison, no test",
        "  processing/reading/rule.py:10  comparison, survived",
        "  processing/reading/rule.py:10  early exit, survived",
        "  processing/reading/rule.py:10  constant, survived",
    }
    assert '- return word == "x"' in survivors
    assert "4 of 11 survive" in done.stdout.splitlines()[-1]
    assert (root / "processing/reading/rule.py").read_text() == RULE

    record = root / "var" / "mutants" / "rules-1.jsonl"
    whole = record.read_bytes()
    record.write_bytes(whole[:-3])  # killed while it wrote the last line
    again = run(root, "--most", "50")
    assert again.returncode == 0
    assert again.stdout.splitlines()[-1].split(";")[0] == done.stdout.splitlines()[-1].split(";")[0]
    assert record.read_bytes().splitlines()[:-1] == whole.splitlines()[:-1]


@pytest.mark.full
def test_a_run_ends_at_its_limit(tmp_path: Path) -> None:
    files = {"tests/test_it.py": BLOCKED.replace("open(", "print("), **dict.fromkeys(PACKAGES, "")}
    with Copy(checkout(tmp_path / "house", files)) as copy:
        assert copy.run({"files": ["tests/test_it.py"], "names": []}, limit=0).code is None


@dataclass
class FakeCopy:
    """Tests of the mutant at 0 hit their limit unless they run last; those of the one at 1 do."""

    log: list[int]

    def attempt(self, mutant: Mutant, *_: object) -> tuple[Outcome, float]:
        self.log.append(mutant.start)
        slow = mutant.start == 1 or len(self.log) < 4
        return (Outcome.TIMED_OUT if slow and mutant.start < 2 else Outcome.KILLED), 1.0


def test_what_hit_its_limit_is_tried_again_when_the_others_are_done(tmp_path: Path) -> None:
    path = Path("processing/reading/rule.py")
    root = checkout(
        tmp_path, {str(path): RULE, "tests/test_a.py": "import processing.reading.rule"}
    )
    drawn = [Mutant(path, "constant", 1, number, number, "", "") for number in range(3)]
    record = TrialLog(root / "log", "tree")
    entries = Entries(root / "entries", root, {Path("tests/test_a.py"): {"a": (0.0, frozenset())}})
    copy = FakeCopy([])
    Campaign(
        argparse.Namespace(patience=4),
        drawn,
        read_imports(root),
        Functions(root, [path]),
        entries,
        record,
        [cast("Copy", copy)],
        [],
    ).run(drawn)
    assert copy.log == [0, 1, 2, 0, 1]
    assert [record.endings[mutant.name()][0] for mutant in drawn] == [
        Outcome.KILLED,
        Outcome.TIMED_OUT,
        Outcome.KILLED,
    ]


class RecordingCopy:
    """Tests of each file enter no function."""

    def mark(self, _: Functions) -> None: ...

    def entered(self, _: Path) -> dict[str, object]:
        return {"tests": {}, "failed": []}


def test_a_file_is_recorded_when_a_mutant_has_survived_the_known_tests(tmp_path: Path) -> None:
    first, second = Path("tests/test_a.py"), Path("tests/test_b.py")
    root = checkout(tmp_path, dict.fromkeys(map(str, (first, second)), ""))
    entries = Entries(root / "entries", root, {second: {}})
    campaign = Campaign(
        argparse.Namespace(),
        [],
        read_imports(root),
        Functions(root, []),
        entries,
        TrialLog(root / "log", "tree"),
        [],
        [],
    )
    campaign.free_marked.put(cast("Copy", RecordingCopy()))
    stages = campaign._recorded([first, second])
    assert next(stages) == [second]
    assert set(entries.tests) == {second}
    assert list(stages) == [[first]]
    assert set(entries.tests) == {first, second}


BLOCKED = """
import os, threading

def test_it():
    open(os.environ["BEGUN"], "w").close()  # a pipe: this waits for its reader
    threading.Event().wait()
"""


@pytest.mark.full
def test_ended_by_sigterm_it_ends_its_tests_and_removes_its_copies(tmp_path: Path) -> None:
    files = {
        "processing/reading/rule.py": RULE,
        "tests/test_rule.py": f"import processing.reading.rule\n{BLOCKED}",
        **dict.fromkeys(PACKAGES, ""),
    }
    root = checkout(tmp_path / "house", files)
    copies, begun = tmp_path / "copies", tmp_path / "begun"
    copies.mkdir()
    os.mkfifo(begun)
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(copies), "BEGUN": str(begun)}
    with subprocess.Popen(command(root), cwd=ROOT, env=env, stderr=subprocess.DEVNULL) as process:
        begun.open().close()
        process.terminate()
        assert process.wait() == 4
    assert list(copies.iterdir()) == []


@pytest.mark.full
def test_tests_end_with_whoever_asked_for_them(tmp_path: Path) -> None:
    root = checkout(tmp_path / "house", {"tests/test_it.py": BLOCKED})
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    request = json.dumps({"files": ["tests/test_it.py"], "names": []})
    with subprocess.Popen(
        [sys.executable, ROOT / "infra" / "mutants" / "session.py"],
        cwd=root,
        env={**os.environ, "BEGUN": str(begun)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as session:
        assert session.stdin is not None
        assert session.stdout is not None
        session.stdin.write(f"{request}\n")
        session.stdin.flush()
        begun.open().close()
        session.stdin.close()
        assert session.stdout.read().splitlines()[1:] == [str(-signal.SIGKILL)]
