"""The press as a function: layouts, charsets, conditions, tricks and phases; no sockets."""

import gzip
import json
import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from lxml import etree, html

from infra.press.facts import expected_traps, facts
from infra.press.press import SLOW_SECONDS, Press
from infra.press.sites import SITES
from infra.press.state import LATER, PressState
from processing.dates import SEOUL

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=SEOUL)
PORT = 8801


@pytest.fixture
def press(tmp_path):
    return Press(PressState(tmp_path / "press", NOW), PORT)


def get(press, url, now=NOW, **headers):
    host, _, target = url.removeprefix("http://").partition("/")
    asked = {name.replace("_", "-"): value for name, value in headers.items()}
    return press.answer(host, f"/{target}", asked, now)


def fact(press, key, phase=0):
    return next(one for one in facts(press, phase) if one.id == key)


def source(name, path):
    return f"http://{name}.press.test:{PORT}{path}"


def test_every_story_is_served_and_holds_its_own_words(press):
    damaged = {story.id for story in press.stories if story.damaged}
    for one in facts(press, 0):
        reply = get(press, one.url)
        if one.id in {"sollae/daily-tide", "onsaem/wildboar"}:
            assert reply.status == 429
            reply = get(press, one.url)
        assert reply.status == 200, one.id
        page = reply.body.decode("cp949" if one.outlet == "dongnyeok" else "utf-8")
        first = one.text.split("\n\n")[0][-20:]
        tree = html.fromstring(page)
        seen = " ".join(tree.text_content().split()) if one.outlet != "narae" else page
        assert (
            json.dumps(first, ensure_ascii=False)[1:-1] in seen
            or first in seen
            or one.id in damaged
        ), one.id


def listed(site, path, reply):
    """The addresses that a source of a site names."""
    body = reply.body.decode(site.charset)
    if reply.headers["Content-Type"] == "text/xml":
        return {
            unescape(url)
            for url in re.findall(rf"http://\w+\.press\.test:{PORT}/[^\s<\"\]]*", body)
        }
    tree = html.document_fromstring(body, base_url=source(site.name, path))
    tree.make_links_absolute()
    return {link.get("href") for link in tree.iter("a")}


@pytest.mark.parametrize(
    ("site", "path"), [(site, path) for site in SITES for path in site.sources if path != "/"]
)
def test_every_source_lists_what_is_served(press, site, path):
    reply = get(press, source(site.name, path))
    assert reply.status == 200
    if reply.headers["Content-Type"] == "text/xml" and site.charset == "utf-8":
        etree.fromstring(reply.body)
    found = listed(site, path, reply)
    served = {one.url for one in facts(press, 0)} | expected_traps(press).keys()
    others = {source(site.name, other) for other in site.sources}
    assert len(found & served) >= 15 or found <= others, (
        "neither articles nor, in an index, other sources"
    )


def test_the_old_papers_feed_says_euc_kr_and_is_not(press):
    """As real feeds do: one CP949 letter in a headline, and no strict parser reads the rest."""
    body = get(press, source("dongnyeok", "/rss/news.asp")).body
    assert b'encoding="euc-kr"' in body
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(body)
    urls = [one.url for one in facts(press, 0) if one.outlet == "dongnyeok"]
    assert all(url in body.decode("cp949") for url in urls)


def test_the_news_sitemap_announces_every_story_with_its_time(press):
    tree = etree.fromstring(get(press, source("onsaem", "/sitemap/latest-articles.xml")).body)
    urls = tree.xpath("//*[local-name()='loc']/text()")
    stories = [one for one in facts(press, 0) if one.outlet == "onsaem"]
    assert {one.url for one in stories} <= set(urls)
    times = tree.xpath("//*[local-name()='publication_date']/text()")
    assert len(times) == len(urls)
    assert all(datetime.fromisoformat(time).utcoffset() == timedelta(hours=9) for time in times)


def test_a_day_has_a_sitemap_of_its_own(press):
    days = {}
    for one in facts(press, 0):
        if one.outlet == "onsaem":
            days.setdefault(one.published.date(), set()).add(one.url)
    assert len(days) > 1
    for day, urls in days.items():
        tree = etree.fromstring(
            get(press, source("onsaem", f"/sitemap/articles/{day:%Y/%Y%m%d}.xml")).body
        )
        listed = set(tree.xpath("//*[local-name()='loc']/text()"))
        assert urls <= listed
        assert listed.isdisjoint(
            set().union(*(others for other, others in days.items() if other != day))
        )


def test_a_disallowed_story_is_announced_all_the_same(press):
    closed = [one for one in facts(press, 0) if not one.robots]
    assert closed
    listed = get(press, source("onsaem", "/sitemap/latest-articles.xml")).body.decode()
    robots = get(press, source("onsaem", "/robots.txt")).body.decode()
    assert "\nDisallow: /plus/\n" in robots
    assert all(one.url in listed for one in closed)


def test_the_cp949_paper_says_so_in_the_page_only(press):
    one = fact(press, "dongnyeok/ttom-yum")
    reply = get(press, one.url)
    assert reply.headers["Content-Type"] == "text/html"
    assert b"charset=euc-kr" in reply.body
    assert "똠얌" in reply.body.decode("cp949")
    with pytest.raises(UnicodeDecodeError):
        reply.body.decode("euc-kr")  # 똠 is in CP949 and not in EUC-KR
    with pytest.raises(UnicodeDecodeError):
        reply.body.decode("utf-8")


def test_the_arc_page_has_its_text_in_the_script_and_nowhere_else(press):
    one = fact(press, "narae/night-school")
    page = get(press, one.url).body.decode()
    tree = html.fromstring(page)
    for script in tree.xpath("//script"):
        script.drop_tree()
    assert "일흔하나다" not in tree.text_content()
    content = json.loads(re.search(r"Fusion\.globalContent=(\{.*?\});Fusion\.", page)[1])
    texts = [part["content"] for part in content["content_elements"] if part["type"] == "text"]
    assert (
        "\n\n".join(html.fromstring(f"<p>{text}</p>").text_content() for text in texts) == one.text
    )


def test_the_board_damages_entities(press):
    page = get(press, fact(press, "duru/nuri-earnings").url).body.decode()
    assert "Ramp;D" in page
    assert "lt;저작권자" in page


def test_the_wire_has_dateline_byline_and_clause_around_the_text(press):
    one = fact(press, "gaon/plant-fire")
    page = get(press, one.url).body.decode()
    assert f"<p>(솔내=가온통신) 이하람·노은재 기자 = {one.text.split('.')[0]}" in page
    assert "AI 학습 및 활용 금지" in page


@pytest.mark.parametrize("name", ["onsaem", "sollae", "gaon", "narae"])
def test_an_etag_answers_304_until_the_page_changes(press, name):
    one = next(one for one in facts(press, 0) if one.outlet == name)
    tag = get(press, one.url).headers["ETag"]
    again = get(press, one.url, if_none_match=tag)
    assert (again.status, again.body) == (304, b"")
    assert get(press, one.url, if_none_match='"other"').status == 200
    assert get(press, one.url, if_none_match=f'"other", W/{tag}').status == 304


def test_last_modified_answers_304_where_there_is_no_etag(press):
    one = fact(press, "dongnyeok/kimchi-index")
    reply = get(press, one.url)
    assert "ETag" not in reply.headers
    assert get(press, one.url, if_modified_since=reply.headers["Last-Modified"]).status == 304
    assert get(press, one.url, if_modified_since="Thu, 01 Jan 2026 00:00:00 GMT").status == 200
    assert get(press, one.url, if_modified_since="no date").status == 200


def test_the_board_never_says_that_nothing_changed(press):
    reply = get(press, fact(press, "duru/night-bus").url)
    assert {"ETag", "Last-Modified"}.isdisjoint(reply.headers)
    assert "no-store" in reply.headers["Cache-Control"]


def test_gzip_is_used_where_it_is_asked_for_and_offered(press):
    url = fact(press, "onsaem/night-bus").url
    packed = get(press, url, accept_encoding="gzip, deflate")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == get(press, url).body
    board = get(press, fact(press, "duru/night-bus").url, accept_encoding="gzip")
    assert "Content-Encoding" not in board.headers


def test_a_busy_page_asks_once_to_wait_even_over_a_restart(press, tmp_path):
    url = fact(press, "sollae/daily-tide").url
    first = get(press, url)
    assert (first.status, first.headers["Retry-After"]) == (429, "1")
    again = Press(PressState(tmp_path / "press", NOW + timedelta(minutes=5)), PORT)
    assert get(again, url).status == 200


def test_a_cut_page_is_whole_the_second_time(press):
    url = fact(press, "dongnyeok/rate-survey").url
    first = get(press, url)
    assert 0 < first.cut < len(first.body)
    assert get(press, url).cut == 0


def test_a_slow_page_waits(press):
    assert get(press, fact(press, "narae/factory-cat").url).delay == SLOW_SECONDS
    assert get(press, fact(press, "narae/old-map").url).delay == 0


def test_marks_of_rights_are_in_header_and_page(press):
    art = get(press, fact(press, "onsaem/exhibit").url)
    assert art.headers["TDM-Reservation"] == "1"
    assert 'name="tdm-reservation" content="1"' in art.body.decode()
    assert (
        get(press, fact(press, "dongnyeok/ceo-column").url).headers["X-Robots-Tag"] == "noarchive"
    )
    assert 'content="noarchive' in get(press, fact(press, "narae/drone-delivery").url).body.decode()
    assert "공공누리" in get(press, fact(press, "sollae/festival-release").url).body.decode()


def test_traps_answer_as_they_are_declared(press):
    for url, trap in expected_traps(press).items():
        reply = get(press, url)
        assert reply.status == trap.status, url
        if trap.shape == "redirect":
            assert reply.headers["Location"].startswith("http://")
    moved = next(trap for trap in expected_traps(press).values() if trap.status == 301)
    to = moved.to.format(base=f"http://onsaem.press.test:{PORT}", yyyy="2026", mm="11", dd="22")
    assert get(press, to).status == 200


def test_an_unknown_host_or_path_is_refused(press):
    assert get(press, "http://other.press.test/").status == 421
    assert get(press, source("gaon", "/nowhere")).status == 404


def test_the_press_stays_the_same_for_hours_and_over_restarts(press, tmp_path):
    urls = [source(site.name, path) for site in SITES for path in site.sources]
    before = [get(press, url).body for url in urls]
    later = Press(PressState(tmp_path / "press", NOW + timedelta(hours=5)), PORT)
    assert [
        get(later, url, now=NOW + timedelta(hours=5, minutes=30)).body for url in urls
    ] == before


def test_the_second_phase_comes_by_the_clock_after_six_hours(press):
    url = fact(press, "gaon/bank-clerk").url
    assert press.state.epoch == NOW
    assert get(press, url, now=press.state.epoch + LATER - timedelta(seconds=1)).status == 200
    assert get(press, url, now=press.state.epoch + LATER).status == 410


def test_the_second_phase_edits_deletes_and_adds(press):
    press.state.set_phase(1, NOW + timedelta(minutes=9))
    before, after = ({one.id: one for one in facts(press, phase)} for phase in (0, 1))
    assert after.keys() - before.keys() >= {"gaon/embargo-award", "narae/tailor"}
    assert "36억원" in get(press, after["onsaem/night-bus"].url).body.decode()
    assert get(press, after["sollae/obit-guk"].url).status == 404
    assert "삭제되었거나 이동된" in get(press, after["duru/cold-wave"].url).body.decode()
    assert after["gaon/cold-wave"].title != before["gaon/cold-wave"].title
    listed = get(press, source("gaon", "/rss/news.xml")).body.decode()
    assert after["gaon/bank-clerk"].url not in listed
    moment = NOW + timedelta(minutes=9)
    assert after["gaon/embargo-award"].published == after["gaon/cold-wave"].modified == moment
    sitemap = get(press, source("onsaem", "/sitemap/latest-articles.xml")).body.decode()
    assert f"<lastmod>{moment.isoformat()}</lastmod>" in sitemap


def test_a_silent_edit_changes_the_etag_and_not_the_stated_times(press):
    one = fact(press, "narae/seaweed-recipe")
    first = get(press, one.url)
    press.state.set_phase(1, NOW + timedelta(minutes=9))
    second = get(press, one.url, if_none_match=first.headers["ETag"])
    assert second.status == 200
    stated = re.compile(rb'"(?:display_date|last_updated_date)":"([^"]+)"')
    assert stated.findall(first.body) == stated.findall(second.body)
