"""Crawl the sample press with the real programs, archive it, and compare the archive with what the press wrote."""

import json
import shutil
from collections import Counter
from datetime import datetime
from itertools import pairwise
from statistics import median
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from infra.press.facts import LABELS, expected_traps, facts
from infra.press.sites import SITES
from processing.dates import SEOUL
from processing.records import article_id
from tests.end_to_end.day import OUTLETS, Day

SOURCES = {f"{site.host} {path}" for site in SITES for path in [*site.sources, "/robots.txt"]}
BOILERPLATE = (
    "무단 전재",
    "무단전재",
    "저작권자",
    "Copyright",
    "관련기사",
    "많이 본",
    "ADVERTISEMENT",
    "이 기사를 공유합니다",
    "댓글",
    "조회",
    "접속자집계",
    "송고시간",
    "press.test",
    "등록번호",
    "글자크기",
    "공공누리",
    "(솔내=가온통신)",
)
CHANGED = (
    "gaon/cold-wave",
    "narae/seaweed-recipe",
    "sollae/daily-tide",
    "dongnyeok/apartment-auction",
)
GONE = ("gaon/bank-clerk", "sollae/obit-guk", "duru/cold-wave")


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    one = Day(tmp_path_factory.mktemp("day"))
    one.open()
    yield one
    one.close()


@pytest.fixture(scope="module")
def first(day):
    """The first crawl of all outlets, archived."""
    # Each start of the script loads all modules anew, which takes longer than the crawl: one shows
    # that it works.
    ended = day.crawl_all(script=OUTLETS[0])
    asked = day.asked()
    archived = day.archive(scripts=True)
    return SimpleNamespace(
        ended=ended,
        asked=asked,
        checked=day.run("sillok", "report", "--check"),
        archived=archived,
        articles={row["url"]: row for row in day.query("select * from articles")},
        rejections={row["url"]: row for row in day.query("select * from rejections")},
        log=day.query("select * from log where role = 'article'"),
        clusters={row["article_id"]: row for row in day.query("select * from clusters")},
        facts={fact.url: fact for fact in facts(day.press, 0)},
    )


@pytest.fixture(scope="module")
def second(day, first):
    """The same again at once: nothing is new."""
    before = len(first.asked)
    ended = day.crawl_all()
    return SimpleNamespace(ended=ended, asked=day.asked()[before:], archived=day.archive())


@pytest.fixture(scope="module")
def later(day, second):
    """After the press has edited, deleted and added: what changed is asked by name, as a revisit would."""
    assert second.asked  # the clock of the press stands still until both crawls are over
    day.set_phase(1)
    wanted = {fact.id: fact for fact in facts(day.press, 1)}
    ended = {}
    for outlet in OUTLETS:
        urls = " ".join(
            wanted[key].url for key in (*CHANGED, *GONE) if wanted[key].outlet == outlet
        )
        ended[outlet] = [
            day.crawl(outlet),
            *([day.crawl(outlet, "-a", f"url={urls}")] if urls else []),
        ]
    archived = day.archive()
    return SimpleNamespace(
        ended=ended,
        archived=archived,
        facts=wanted,
        articles=day.query("select * from articles order by fetched_at"),
        log=day.query("select * from log where role = 'article'"),
    )


def readable(first):
    return [fact for fact in first.facts.values() if fact.robots and fact.status == 200]


def differing(first, expected, found):
    """Return, by the story's name, what was found where it is not what was expected."""
    pairs = [
        (fact, first.articles[fact.url]) for fact in readable(first) if fact.url in first.articles
    ]
    return {
        fact.id: (found(row), expected(fact)) for fact, row in pairs if found(row) != expected(fact)
    }


def moment(stamp):
    return datetime.fromisoformat(stamp["at"]) if stamp else None


def test_every_crawl_ends_with_something_new(first):
    assert {
        outlet: (end.code, end.verdict) for outlet, end in first.ended.items()
    } == dict.fromkeys(OUTLETS, (0, "new"))


def test_every_article_is_archived_and_nothing_else(first):
    assert first.archived.returncode == 0, first.archived.stderr
    assert len(first.articles) >= 120
    missing = [fact.id for fact in readable(first) if fact.url not in first.articles]
    assert missing == []
    assert set(first.articles) - {fact.url for fact in readable(first)} == set()


def test_every_text_is_exactly_what_was_written(first):
    assert differing(first, lambda fact: fact.text, lambda row: row["text"]) == {}


def test_every_title_is_exactly_what_was_written(first):
    assert differing(first, lambda fact: fact.title, lambda row: row["title"]) == {}


def test_every_byline_is_read(first):
    assert (
        differing(
            first,
            lambda fact: list(fact.authors),
            lambda row: [one["name"] for one in row["authors"]],
        )
        == {}
    )


def test_every_deck_is_read(first):
    assert (
        differing(first, lambda fact: list(fact.subtitle), lambda row: list(row["subtitle"])) == {}
    )


def test_every_kind_is_told(first):
    assert differing(first, lambda fact: fact.kind, lambda row: row["kind"]) == {}


def test_every_time_is_read_to_the_minute_in_seoul(first):
    assert differing(first, lambda fact: fact.published, lambda row: moment(row["published"])) == {}
    assert {moment(row["published"]).utcoffset() for row in first.articles.values()} == {
        datetime(2026, 1, 1, tzinfo=SEOUL).utcoffset()
    }


def test_no_boilerplate_leaks_into_a_text(first):
    leaks = {
        row["url"]: [phrase for phrase in BOILERPLATE if phrase in row["text"]]
        for row in first.articles.values()
    }
    assert {url: found for url, found in leaks.items() if found} == {}


def test_captions_become_a_field(first):
    wanted = {
        fact.url: fact.captions
        for fact in readable(first)
        if fact.captions and fact.kind != "photo"
    }
    found = {
        url: tuple(line.removeprefix("▲ ") for line in first.articles[url]["captions"])
        for url in wanted
    }
    assert found == wanted


def test_every_trap_is_rejected_for_its_reason(first, day):
    traps = {url: trap for url, trap in expected_traps(day.press).items() if trap.reason}
    assert {url: row["reason"] for url, row in first.rejections.items()} == {
        url: trap.reason for url, trap in traps.items()
    }


def test_what_was_not_fetched_says_why(first, day):
    why = {row["url"]: row["why"] for row in first.log}
    closed = [fact.url for fact in first.facts.values() if not fact.robots]
    assert {why[url] for url in closed} == {"robots"}
    (off_site,) = [url for url, trap in expected_traps(day.press).items() if trap.why == "off-site"]
    assert why[off_site] == "off-site"


def test_a_moved_article_is_one_article(first):
    urls = [url for url in first.articles if url.endswith("2231")]
    assert len(urls) == 1
    assert "/article/society/" in urls[0]


def test_rights_are_recorded_and_obeyed(first):
    rights = {
        first.facts[url].id: row["rights"]
        for url, row in first.articles.items()
        if url in first.facts
    }
    assert "noarchive" in rights["onsaem/mayor-poll"]["meta_robots"]
    assert "noarchive" in rights["narae/drone-delivery"]["meta_robots"]
    assert rights["dongnyeok/ceo-column"]["x_robots_tag"] == "noarchive"
    assert rights["onsaem/exhibit"]["tdm_reservation"] is True
    assert rights["sollae/festival-release"]["licence"] == "KOGL-1"
    closed = {"onsaem/mayor-poll", "narae/drone-delivery", "dongnyeok/ceo-column", "onsaem/exhibit"}
    closed |= {
        fact.id
        for fact in readable(first)
        if "narae.press.test" in fact.url and "/culture/" in fact.url
    }
    assert {key for key, held in rights.items() if not held["exportable"]} == closed
    assert all(rights[key]["ai_notice"] for key in rights if key.startswith(("onsaem/", "gaon/")))


def test_a_board_copy_names_where_it_came_from(first):
    row = next(row for row in first.articles.values() if row["url"].endswith("wr_id=8305"))
    assert urlsplit(row["origin"]["url"]).hostname == "onsaem.press.test"


def test_the_press_was_asked_honestly_and_each_page_once(first):
    assert {row["agent"].split("/")[0] for row in first.asked} == {"Sillok"}
    assert all("mailto:desk@example.org" in row["agent"] for row in first.asked)
    whole = Counter((row["host"], row["path"]) for row in first.asked if row["status"] == 200)
    again = {key: times for key, times in whole.items() if times > 1}
    cut = [url for url in again if "31521" in url[1]]  # its first answer ended in the middle
    assert set(again) == set(cut)
    assert not [row for row in first.asked if row["path"].startswith("/plus/")]


def test_retry_after_is_waited_for(first):
    busy = [row for row in first.asked if row["status"] == 429]
    assert len(busy) == 2
    for refused in busy:
        same = [
            row
            for row in first.asked
            if (row["host"], row["path"]) == (refused["host"], refused["path"])
        ]
        waited = datetime.fromisoformat(same[1]["at"]) - datetime.fromisoformat(refused["at"])
        assert waited.total_seconds() >= 0.95


def test_crawl_delay_is_kept_on_the_wire(first):
    times = [
        datetime.fromisoformat(row["at"]) for row in first.asked if row["host"].startswith("gaon.")
    ]
    gaps = [
        (after - before).total_seconds() for before, after in pairwise(times[1:])
    ]  # robots.txt goes before it
    # The press notes when it came to a request, which on a busy machine is later for one than for the next.
    assert median(gaps) >= 0.19
    assert min(gaps) >= 0.1


def test_copies_are_with_their_original(first):
    by_id = {fact.id: article_id(fact.url) for fact in first.facts.values()}
    apart = {}
    for label in json.loads(LABELS.read_text("utf-8"))["relations"]:
        if label["relation"] in {"copy", "excerpt"}:
            copy, original = (
                first.clusters[by_id[label["article"]]],
                first.clusters[by_id[label["original"]]],
            )
            if (copy["cluster"], copy["original"]) != (original["cluster"], original["version_id"]):
                apart[label["article"]] = (copy["relation"], copy["evidence"])
    assert apart == {}


def test_stories_that_are_not_labelled_stay_apart(first):
    parents = {
        row["article"]: row["parent"] for row in json.loads(LABELS.read_text("utf-8"))["relations"]
    }
    names = {article_id(fact.url): fact.id for fact in first.facts.values()}

    def story(name):
        while name in parents:
            name = parents[name]
        return name

    held = {}
    for identity, row in first.clusters.items():
        held.setdefault(row["cluster"], set()).add(story(names[identity]))
    assert [sorted(stories) for stories in held.values() if len(stories) > 1] == []


def test_the_second_crawl_is_unchanged(second):
    assert {
        outlet: (end.code, end.verdict) for outlet, end in second.ended.items()
    } == dict.fromkeys(OUTLETS, (0, "unchanged"))


def test_the_second_crawl_asks_sources_and_nothing_else(second):
    asked = {f"{row['host'].partition(':')[0]} {row['path']}" for row in second.asked}
    assert asked - SOURCES == set()


def test_the_second_crawl_asks_with_conditions(second):
    kept = {
        "onsaem.press.test",
        "sollae.press.test",
        "gaon.press.test",
        "narae.press.test",
        "dongnyeok.press.test",
    }
    fresh = {row["host"].partition(":")[0] for row in second.asked if row["status"] == 304}
    assert fresh == kept


def test_archiving_the_second_crawl_publishes_no_article(second, later):
    assert second.archived.returncode == 0, second.archived.stderr
    versions = Counter(row["article_id"] for row in later.articles)
    changed = {article_id(later.facts[key].url) for key in CHANGED}
    changed.add(article_id(later.facts["onsaem/night-bus"].url))
    assert {identity for identity, times in versions.items() if times > 1} == changed


def test_an_edit_becomes_a_version_with_its_text(later):
    for key in (*CHANGED, "onsaem/night-bus"):
        fact = later.facts[key]
        newest = [row for row in later.articles if row["url"] == fact.url][-1]
        assert (newest["title"], newest["text"]) == (fact.title, fact.text), key
        assert newest["previous"], key


def test_a_silent_edit_is_called_so(later):
    silent = {
        row["url"]: row["silent_edit"]
        for row in later.articles
        if row["previous"] and row["silent_edit"] is not None
    }
    assert silent[later.facts["narae/seaweed-recipe"].url] is True
    assert silent[later.facts["onsaem/night-bus"].url] is False


def test_a_deletion_is_recorded_and_the_text_kept(later):
    gone = {row["url"] for row in later.log if row["why"] == "gone"}
    kept = {row["url"] for row in later.articles}
    for key in GONE:
        assert later.facts[key].url in gone, key
        assert later.facts[key].url in kept, key


def test_what_the_press_adds_later_is_found(later):
    kept = {row["url"] for row in later.articles}
    new = ["gaon/embargo-award", "gaon/plant-fire-cause", "onsaem/subway-restored", "narae/tailor"]
    assert [key for key in new if later.facts[key].url not in kept] == []


@pytest.fixture(scope="module")
def bare(day, later):
    """A store that has the manifests and raw pages of the archive, and nothing else."""
    assert later, "after the edits and deletions"
    source, left = day.folder / "archive", day.folder / "bare"
    for path in [*source.glob("manifests/*"), *source.glob("pages/**/*.warc.gz")]:
        copy = left / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    return f"file:{left}"


def test_all_tables_are_made_again_from_raw_pages_and_manifests(day, bare):
    archive, again = day.folder / "archive", day.folder / "again"
    done = day.run("sillok", "rebuild", "--from-warc", f"file:{again}", "--store", bare, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["publications"] >= 2
    same = day.run("sillok", "diff", f"file:{archive}", f"file:{again}")
    assert (same.returncode, same.stdout) == (0, "")
    for path in archive.glob("pages/**/*-seg-*"):
        assert (again / path.relative_to(archive)).read_bytes() == path.read_bytes(), path
    assert day.run("sillok", "audit", "--all", "--store", f"file:{again}").returncode == 0
    goes_on = day.run(
        "sillok", "rebuild", "--from-warc", f"file:{again}", "--store", bare, "--json"
    )
    assert json.loads(goes_on.stdout)["publications"] == 0


def test_a_store_with_another_archive_is_no_target(day, bare):
    other = day.folder / "other"
    shutil.copytree(day.folder / "archive", other)
    emptied = day.folder / "emptied"
    shutil.copytree(bare.removeprefix("file:"), emptied)
    for path in sorted(emptied.glob("manifests/*"))[1:]:
        path.unlink()
    done = day.run(
        "sillok", "rebuild", "--from-warc", f"file:{other}", "--store", f"file:{emptied}"
    )
    assert (done.returncode, "name an empty store" in done.stderr) == (2, True), done.stderr
    done = day.run("sillok", "rebuild", "--store", bare, f"file:{day.folder / 'none'}")
    assert (done.returncode, "--from-warc" in done.stderr) == (2, True)


@pytest.fixture(scope="module")
def down(day, bare):
    """The press does not answer any more when the turn of its outlets comes again."""
    assert bare, "after all that needs the press"
    day.close()
    return day.crawl_all("-s", "SILLOK_RETRY_WAIT=0.01")


@pytest.mark.full
def test_when_everything_is_down_the_next_polls_are_red_everywhere(day, first, down):
    assert first.checked.returncode == 0, first.checked.stdout + first.checked.stderr
    assert {ended.code for ended in down.values()} == {3}
    for command in (("report", "--check", "--json"), ("status", "--json")):
        done = day.run("sillok", *command)
        assert done.returncode == 3, done.stdout + done.stderr
        (seen,) = map(json.loads, done.stdout.splitlines())
        alarms = [row["code"] for row in seen["findings"] if row["level"] == "alarm"]
        assert alarms == ["outage"]
    rows = {row["outlet"]: row["end"] for row in seen["outlets"]}
    assert rows == dict.fromkeys(OUTLETS, "unhealthy"), "not yesterday's good news"
