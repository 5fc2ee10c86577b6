"""Every pattern that meets outside text is checked for catastrophic backtracking: `make redos`."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.redos import alarms
from infra.redos.alarms import of_ours, tried
from infra.redos.patterns import CollectedPattern
from infra.redos.recheck import RecheckError, Verdict, digest, judge, keep, kept
from infra.redos.translate import is_possessive, to_javascript

ROOT = Path(__file__).parents[2]


@pytest.mark.full
def test_no_pattern_is_slow() -> None:
    """Node is needed only for a pattern that has no verdict yet."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.redos"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


COLLECTING = """
import json
from infra.redos.patterns import collect
patterns = {one.key: (one.pattern.pattern, one.anchored) for one in collect()}
from infra.redos import alarms
from infra.redos.alarms import BOUNDED  # what is imported before is not seen
print(json.dumps([patterns, sorted(set(BOUNDED) - set(patterns))], sort_keys=True))
"""


@pytest.fixture(scope="module")
def collected() -> str:
    """What a process of its own collects: here the modules may have been imported before."""
    return collected_with("1")


def collected_with(seed: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", COLLECTING],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.full
def test_patterns_are_the_same_in_every_process(collected: str) -> None:
    """Made of a set, one would have another hash, and no kept verdict, at every start."""
    assert collected == collected_with("2")


SLOW = re.compile(r"(?:\w+\s?)+:")
QUADRATIC = re.compile(r"\s+\Z")


@pytest.mark.parametrize(
    ("key", "pattern", "verdict", "fault", "outcome"),
    [
        ("a.SLOW", SLOW, Verdict("vulnerable"), True, "nothing bounds its text"),
        pytest.param(
            "a.SLOW",
            SLOW,
            Verdict("unknown"),
            True,
            "nothing bounds its text",
            marks=pytest.mark.full,
        ),
        # An address is bounded, but by too much for what doubles with every word.
        ("spiders.outlets.a", SLOW, Verdict("unknown"), True, "at most 2000 characters"),
        ("spiders.outlets.a", QUADRATIC, Verdict("unknown"), False, "at most 2000 characters"),
        ("a.GREEDY", re.compile(r"a+b"), Verdict("unknown"), True, "name a bound or a reason"),
        ("a.FALSE", re.compile(r"(?:a++b)*+c"), Verdict("vulnerable"), False, "is quick"),
    ],
)
def test_an_alarm_is_real_or_names_why_not(
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    pattern: re.Pattern[str],
    verdict: Verdict,
    *,
    fault: bool,
    outcome: str,
) -> None:
    monkeypatch.setattr(alarms, "MOST", 1.2 * alarms.QUICK)  # what is slow need not be waited for
    judged = tried(CollectedPattern(key, pattern, frozenset({"match"})), verdict)
    assert (judged.fault, outcome in judged.outcome) == (fault, True), judged


def test_verdicts_are_kept_for_the_version_of_recheck_that_gave_them(tmp_path: Path) -> None:
    verdicts = {"b": Verdict("safe"), "a": Verdict("vulnerable", {"pumps": [], "suffix": "\ud800"})}
    file = tmp_path / "verdicts.json"
    assert kept(file) == {}
    keep(verdicts, file)
    assert kept(file) == verdicts
    file.write_text(re.sub(r'"recheck": "[^"]+"', '"recheck": "0.0.1"', file.read_text()))
    assert kept(file) == {}


def test_a_changed_pattern_needs_a_verdict_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Node the check says so, and passes nothing."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    before, after = (CollectedPattern("a.B", re.compile(text), frozenset()) for text in ("a", "a+"))
    assert digest(before) != digest(after)
    assert list(judge([], timeout=1, jobs=1)) == []
    with pytest.raises(RecheckError, match=r"1 patterns have no verdict yet, such as a\.B"):
        list(judge([after], timeout=1, jobs=1))


@pytest.mark.full
def test_every_pattern_is_collected_with_how_it_is_applied(collected: str) -> None:
    patterns, unknown_bounds = json.loads(collected)
    titles = "processing.reading.titles."
    anchored = [patterns[f"{titles}{name}"][1] for name in ("_GENERAL", "_CUT")]
    assert (anchored, "processing.reading.scripts._plain" in patterns) == ([True, False], True)
    assert len(patterns) > 400
    assert unknown_bounds == [], "bounds of patterns that are no more"


@pytest.mark.parametrize(
    ("source", "flags", "written"),
    [
        (r"(?P<a>x)(?P=a)", 0, r"(x)\1(?:)"),
        (r"[^가-힣]*+", 0, "(?:[^가-힣]){0,}"),
        (r"(?>a|b)\Z", re.IGNORECASE, "(?:[ab])$"),
        (r"a{2,3}?", 0, "(?:a){2,3}?"),
        (r"(?<=a)(?!b).", re.DOTALL, r"(?<=a)(?!b)[\s\S]"),
    ],
)
def test_a_pattern_is_written_as_javascript(source: str, flags: int, written: str) -> None:
    assert to_javascript(re.compile(source, flags))[0] == written


def test_what_recheck_does_not_know_is_seen() -> None:
    assert is_possessive(re.compile(r"(?:a++b)*"))
    assert is_possessive(re.compile(r"(?>a)"))
    assert not is_possessive(re.compile(r"a+"))


@pytest.mark.parametrize(
    "source", [r"(?:[가-힣]{0,8}(?:소식|안내)|상세)+", r"^(a|a)*$", r"(?:\w+\s?)+:"]
)
def test_attacks_of_our_own_repeat_what_the_pattern_repeats(source: str) -> None:
    """Such a text, of ten words, is tried in thousands of ways; the pattern must not match it."""
    pattern = re.compile(source)
    attacks = [attack(20) for attack in of_ours(pattern)]
    assert any(pattern.match(text) and not pattern.fullmatch(text) for text in attacks) or any(
        not pattern.search(text) for text in attacks
    )


def test_a_pattern_that_is_handed_on_may_be_applied_in_any_way() -> None:
    assert not CollectedPattern("a.B", re.compile("a"), frozenset()).anchored
    assert not CollectedPattern("a.B", re.compile("a"), frozenset({"match", "sub"})).anchored
    assert CollectedPattern("a.B", re.compile("a"), frozenset({"match", "fullmatch"})).anchored
