"""Whatever parses is on the list: a module that uses a parser is reached by one of `PARSERS`, or says why it need not.

What is reached is found by running the seeds, so the list cannot claim what it does not do.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from processing.errors import SillokError
from tests.security.parsers import PARSERS

ROOT = Path(__file__).parents[2]
PARSING = {
    "lxml",
    "json",
    "zlib",
    "gzip",
    "bz2",
    "lzma",
    "zipfile",
    "tarfile",
    "codecs",
    "html",
    "xml",
    "csv",
    "pickle",
}
PARSING |= {
    "duckdb",
    "warcio",
    "protego",
    "email",
    "struct",
    "tomllib",
    "yaml",
    "trafilatura",
    "polars",
    "pandas",
}
PARSING |= {
    "pyarrow.parquet",
    "pyarrow.csv",
    "pyarrow.json",
    "pyarrow.dataset",
    "pyarrow.ipc",
    "pyarrow.feather",
}
CALLS = {"decode", "fromisoformat", "strptime", "model_validate_json", "loads", "unescape"}
PATTERNS = {"search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"}

_WRITES = "it writes, and reads what this process wrote"
_TABLES = "tables that `Catalogue.local` held against their manifest, or that this fold wrote"
_LATIN = "Latin-1, which has a character for every byte"
_CAPTURED = (
    "tables held against their manifest; the raw pages it takes apart are those of `captures`"
)
_PERSON = "arguments and files of the person who types the command"
EXEMPT = {
    "processing.matching.templates": "UTF-16 that it has just encoded, with what has no character of its own",
    "processing.archive.folding": "it catches what DuckDB raises of files that are gone",
    "processing.archive.checkpoints": "files that `Catalogue.raw` held against the manifest that adds them",
    "processing.archive.merging": _TABLES,
    "processing.archive.removal": _TABLES,
    "processing.archive.tables": _WRITES,
    "processing.dedupe.corpus": _TABLES,
    "processing.dedupe.steps": _TABLES,
    "processing.lookup.diff": _TABLES,
    "processing.lookup.export": _TABLES,
    "processing.lookup.sql": _TABLES,
    "processing.inspection.explain": "trees that `processing.reading.tree` has parsed",
    "processing.completeness.gather": _TABLES,
    "processing.archive.refolding": _TABLES,
    "processing.upkeep.derived": _CAPTURED,
    "processing.upkeep.rebuild": _CAPTURED,
    "spiders.crawling.backfill": "patterns of declarations, on addresses that discovery has cut",
    "processing.upkeep.audit": "what this machine's audits kept; what does not validate begins anew",
    "processing.report.unpublished": "ends, days and rows that their record has checked",
    "processing.report.counting": "days of reports, which their record has checked",
    "processing.report.html": _WRITES,
    "processing.report.page": "days of reports, which their record has checked",
    "processing.signing.window": _TABLES,
    "processing.store.opening": "what this machine's doctor wrote; what does not validate is asked anew",
    "processing.store.s3_client": _WRITES,
    "processing.store.s3_store": _WRITES,
    "spiders.scouting.declaration": "it writes a declaration, and matches text that the reader has cleaned",
    "spiders.scouting.freezing": _PERSON,
    "spiders.scouting.visiting": "it calls `judged`, which is fuzzed, and shows what that found",
    "spiders.console.doctor": "what a command of ours printed",
    "spiders.console.folding": _TABLES,
    "spiders.console.common": _PERSON,
    "spiders.console.tables": _WRITES,
    "spiders.crawling.arguments": _PERSON,
    "spiders.crawling.claims": "claims of crawls of this archive; what is no JSON counts as a claim",
    "spiders.crawling.fetch_log": _LATIN,
    "spiders.crawling.poll_history": "days of the outlet's memory, held against its manifest",
    "spiders.evidence": "declarations of this repository",
    "spiders.logs": _WRITES,
    "spiders.middlewares.guard": _LATIN,
    "spiders.middlewares.rendering": _LATIN,
    "spiders.scouting.fixtures": "fixtures of this repository",
    "spiders.wire.kept": _PERSON,
    "spiders.wire.recorder": _LATIN,
    "spiders.wire.transport": _LATIN,
}
"""Modules that use a parser on nothing from outside, each with its reason."""


def uses(path: Path) -> set[str]:
    """Return which parsers a module imports or calls."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {used for node in ast.walk(tree) for used in _used(node)}


def _used(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    else:
        names = []
    for name in names:
        yield from {name, name.partition(".")[0]} & PARSING
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
        if node.func.attr in CALLS or (of_re and node.func.attr in PATTERNS):
            yield f"{'re.' if of_re else '.'}{node.func.attr}()"


def modules() -> Iterator[tuple[str, Path]]:
    """Yield every module of ours that may see what is from outside."""
    for package in ("processing", "spiders"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if not name.startswith("spiders.outlets."):
                yield name, path


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of the modules whose functions run when the seeds are parsed."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            found.add(str(frame.f_globals.get("__name__")))

    for parser in PARSERS:
        for seed in parser.seeds:
            folder = tmp_path_factory.mktemp("seed")
            before = sys.getprofile()
            sys.setprofile(note)
            try:
                parser.parse(seed, folder)
            except SillokError as error:
                pytest.fail(f"{parser.name}: {error}")
            finally:
                sys.setprofile(before)
    return found


def test_every_module_that_parses_is_fuzzed_or_says_why_not(reached: set[str]) -> None:
    unlisted = {
        name: uses(path)
        for name, path in modules()
        if uses(path) and name not in reached | set(EXEMPT)
    }
    assert not unlisted, (
        f"add what they read to tests/security/parsers.py, or a reason to EXEMPT: {unlisted}"
    )


def test_no_exemption_is_left_over() -> None:
    known = {name for name, path in modules() if uses(path)}
    assert set(EXEMPT) - known == set(), "these use no parser"


@pytest.mark.parametrize(
    "source",
    [
        "import json",
        "from lxml import etree",
        "import pyarrow.parquet as pq",
        "x = body.decode()",
        "re.sub(a, b, c)",
    ],
)
def test_a_module_that_parses_is_seen(tmp_path: Path, source: str) -> None:
    (tmp_path / "module.py").write_text(source)
    assert uses(tmp_path / "module.py")
