"""The registry: what every declaration must hold to, beside what `Outlet` itself checks."""

import ast
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
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
each = pytest.mark.parametrize("outlet", ALL, ids=lambda outlet: outlet.name)


def test_the_outlets_that_were_asked_for_are_there() -> None:
    assert set(NAMED.split()) <= set(outlets())
    assert sum(outlet.paused is None for outlet in ALL) >= 60


def test_no_host_is_asked_by_two_outlets() -> None:
    """One task an outlet is one task a host: nothing else keeps two of them from asking it at once."""
    asked = Counter(
        host for outlet in ALL if outlet.paused is None for host in outlet.allowed_hosts
    )
    assert [host for host, outlets in asked.items() if outlets > 1] == []


@each
def test_it_says_what_its_claims_rest_on(outlet: Outlet) -> None:
    assert len(outlet.evidence) > 10
    assert not outlet.confirmed or date.fromisoformat(outlet.confirmed)
    assert all(len(caveat) > 10 for caveat in outlet.caveats)


@each
def test_it_declares_one_spelling_of_an_article(outlet: Outlet) -> None:
    assert "{id}" in outlet.canonical


@each
def test_its_selectors_are_selectors(outlet: Outlet) -> None:
    for rules in outlet.rules:
        stated = (
            rules.body,
            rules.title,
            rules.subtitle,
            rules.byline,
            rules.published,
            rules.modified,
            rules.section,
        )
        for css in (*filter(None, stated), *rules.drop):
            CSSSelector(css)
    for source in outlet.sources:
        if isinstance(source, Listing):
            CSSSelector(source.links)
            assert ("{page}" in source.url) >= (source.pages > 1), (
                "more pages than one need {page} in the URL"
            )


@each
def test_its_home_and_sources_are_no_articles(outlet: Outlet) -> None:
    for url in (outlet.home, *(source.url for source in outlet.sources)):
        assert identify(outlet, url) is None


@each
def test_no_source_is_stated_twice(outlet: Outlet) -> None:
    urls = [source.url for source in outlet.sources]
    assert len(urls) == len(set(urls))
    assert all(source.days >= 1 for source in outlet.sources if isinstance(source, Sitemap))


@each
def test_a_ban_keeps_it_paused(outlet: Outlet) -> None:
    assert outlet.paused or not outlet.permission_needed


@pytest.mark.parametrize("name", ["edaily", "mt"])
def test_outlets_that_ban_scrapy_by_name_need_their_consent(name: str) -> None:
    outlet = outlets()[name]
    assert "Scrapy" in (outlet.paused or "")
    assert "Scrapy" in (outlet.permission_needed or "")
    assert outlet.sources, "it goes live as soon as consent is recorded"


@pytest.mark.parametrize("name", ["naver_news", "mbc"])
def test_outlets_that_disallow_everything_are_paused(name: str) -> None:
    assert "robots.txt disallows everything" in (outlets()[name].paused or "")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_is_short_and_holds_data_only(module: Path) -> None:
    tree = ast.parse(module.read_text())
    assert ast.get_docstring(tree)
    assert len(module.read_text().splitlines()) <= 41
    assert [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)] == []
    assert outlets()[module.stem].name == module.stem


def test_the_registry_is_cheap_to_load() -> None:
    code = "import sys; from spiders.outlets import outlets; outlets(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"scrapy", "twisted", "airflow", "lxml", "trafilatura", "pydantic", "boto3", "pyarrow"}
    assert heavy.isdisjoint(done.stdout.split())


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
