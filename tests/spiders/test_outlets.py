"""The registry: what every declaration must hold to, beside what `Outlet` itself checks."""

import ast
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from cssselect import SelectorError
from lxml.cssselect import CSSSelector

import spiders.outlets
from processing.errors import DeclarationError
from spiders.outlet import Listing, Outlet, Sitemap, identify
from spiders.outlets import outlets

FOLDER = Path(spiders.outlets.__file__).parent
MODULES = sorted(path for path in FOLDER.glob("*.py") if path.name != "__init__.py")
ALL = list(outlets().values())
NAMED = """edaily pharm_edaily ddaily asiae naver_news daum_news byte yna newsis news1 chosun joongang donga hani khan
hankookilbo seoul kmib segye mk hankyung sedaily fnnews mt chosunbiz etnews zdnet_korea bloter aitimes byline_network
ohmynews pressian nocutnews kbs mbc sbs jtbc ytn koreaherald koreatimes korea_kr munhwa ajunews heraldcorp etoday newspim
inews24 thebell bizwatch investchosun dailian einfomax it_chosun dt sisain sisajournal mediatoday mbn channela tvchosun
busan imaeil yonhapnewstv daejonilbo mydaily"""


def test_the_outlets_that_were_asked_for_are_there() -> None:
    assert set(NAMED.split()) <= set(outlets())
    assert len(ALL) >= 220
    assert sum(outlet.paused is None for outlet in ALL) >= 200


def test_no_host_is_asked_by_two_outlets() -> None:
    """One task per outlet is one task per host: nothing else keeps two of them from asking it at once."""
    asked = Counter(
        host for outlet in ALL if outlet.paused is None for host in outlet.allowed_hosts
    )
    assert [host for host, outlets in asked.items() if outlets > 1] == []


def offenders(keeps: Callable[[Outlet], bool]) -> list[str]:
    """Return the outlets that do not keep a rule."""
    return [outlet.name for outlet in ALL if not keeps(outlet)]


def is_selector(css: str) -> bool:
    try:
        return bool(CSSSelector(css))
    except SelectorError:
        return False


def test_each_says_what_its_claims_rest_on() -> None:
    assert offenders(lambda outlet: len(outlet.evidence) > 10) == []
    assert offenders(lambda outlet: all(len(caveat) > 10 for caveat in outlet.caveats)) == []
    dates = {outlet.confirmed for outlet in ALL if outlet.confirmed}
    assert all(date.fromisoformat(stated) for stated in dates)


def test_each_declares_one_spelling_of_an_article() -> None:
    assert offenders(lambda outlet: "{id}" in outlet.canonical) == []


def test_the_selectors_of_each_are_selectors() -> None:
    stated = [
        (outlet.name, css)
        for outlet in ALL
        for rules in outlet.rules
        for css in (
            *(
                rules.body,
                rules.title,
                rules.subtitle,
                rules.byline,
                rules.published,
                rules.modified,
                rules.section,
            ),
            *rules.drop,
        )
        if css
    ]
    stated += [
        (outlet.name, source.links)
        for outlet in ALL
        for source in outlet.sources
        if isinstance(source, Listing)
    ]
    assert len({name for name, _ in stated}) > 20
    assert [(name, css) for name, css in stated if not is_selector(css)] == []


def test_a_list_of_several_pages_says_where_their_number_goes() -> None:
    lists = [
        (outlet, source)
        for outlet in ALL
        for source in outlet.sources
        if isinstance(source, Listing)
    ]
    assert [
        outlet.name for outlet, source in lists if source.pages > 1 and "{page}" not in source.url
    ] == []


def test_no_home_and_no_source_is_an_article() -> None:
    urls = [
        (outlet, url)
        for outlet in ALL
        for url in (outlet.home, *(source.url for source in outlet.sources))
    ]
    assert [url for outlet, url in urls if identify(outlet, url)] == []


def test_no_source_is_stated_twice() -> None:
    assert (
        offenders(
            lambda outlet: len({source.url for source in outlet.sources}) == len(outlet.sources)
        )
        == []
    )
    sitemaps = [
        source for outlet in ALL for source in outlet.sources if isinstance(source, Sitemap)
    ]
    assert [source.url for source in sitemaps if source.days < 1] == []


def test_a_ban_keeps_an_outlet_paused() -> None:
    assert offenders(lambda outlet: bool(outlet.paused) or not outlet.permission_needed) == []


@pytest.mark.parametrize("name", ["edaily", "mt"])
def test_outlets_that_ban_scrapy_by_name_need_their_consent(name: str) -> None:
    outlet = outlets()[name]
    assert "Scrapy" in (outlet.paused or "")
    assert "Scrapy" in (outlet.permission_needed or "")
    assert outlet.sources, "it goes live as soon as consent is recorded"


@pytest.mark.parametrize("name", ["naver_news", "mbc"])
def test_outlets_that_disallow_everything_are_paused(name: str) -> None:
    assert "robots.txt disallows everything" in (outlets()[name].paused or "")


def test_each_module_is_short_and_holds_data_only() -> None:
    trees = {path: ast.parse(path.read_text()) for path in MODULES}
    code = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    assert [path.stem for path, tree in trees.items() if not ast.get_docstring(tree)] == []
    assert [path.stem for path in MODULES if len(path.read_text().splitlines()) > 41] == []
    assert [
        path.stem
        for path, tree in trees.items()
        if any(isinstance(node, code) for node in tree.body)
    ] == []
    assert [path.stem for path in MODULES if outlets()[path.stem].name != path.stem] == []


def test_the_registry_is_cheap_to_load() -> None:
    code = "import sys; from spiders.outlets import outlets; outlets(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"scrapy", "twisted", "airflow", "lxml", "trafilatura", "pydantic", "boto3", "pyarrow"}
    assert heavy.isdisjoint(done.stdout.split())


def test_a_crawl_loads_the_declaration_of_its_outlet_alone() -> None:
    code = (
        "import atexit, sys; from scrapy.cmdline import execute;"
        "atexit.register(lambda: print(*(n for n in sys.modules if n.startswith('spiders.outlets.'))));"
        "execute(['scrapy', 'crawl', 'hani', '-a', 'since=yesterday'])"
    )
    env = {name: value for name, value in os.environ.items() if not name.startswith("SILLOK_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=env | {"SCRAPY_SETTINGS_MODULE": "spiders.settings"},
        cwd=FOLDER.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.split()) == (2, ["spiders.outlets.hani"])


def test_a_module_named_unlike_its_outlet_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = (FOLDER / "bloter.py").read_text()
    (tmp_path / "blotter.py").write_text(source)
    monkeypatch.setattr(spiders.outlets, "__path__", [str(tmp_path)])
    monkeypatch.delenv("SILLOK_PRESS", raising=False)
    outlets.cache_clear()
    try:
        with pytest.raises(DeclarationError, match="rename"):
            outlets()
    finally:
        outlets.cache_clear()
