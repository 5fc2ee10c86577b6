"""The labels of the sample press, folded straight from what it wrote: who copied whom."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from infra.press.facts import LABELS, facts
from infra.press.press import Press
from infra.press.sites import SITES
from infra.press.state import PressState
from processing.dates import SEOUL
from processing.dedupe.fold import fold
from processing.signing.documents import Document, FoldOptions
from processing.signing.window import EmptyWindow

NOW = datetime(2026, 11, 22, 17, 0, tzinfo=SEOUL)
CLASSES = {"gaon": "wire", "duru": "aggregator"}
LABELLED = json.loads(LABELS.read_text("utf-8"))


@pytest.fixture(scope="module")
def clusters(tmp_path_factory):
    press = Press(PressState(tmp_path_factory.mktemp("press"), NOW), 8801)
    before = {page.id: page for page in facts(press, 0)}
    pages = [before.get(page.id, page) for page in facts(press, 1)]
    documents = [
        Document(
            id=page.id,
            article_id=page.id,
            text=page.text,
            title=page.title,
            outlet=page.outlet,
            outlet_class=CLASSES.get(page.outlet, "publisher"),
            url=page.url,
            published_at=page.published,
            fetched_at=NOW.astimezone(UTC) + timedelta(seconds=number),
        )
        for number, page in enumerate(pages)
    ]
    options = FoldOptions(outlet_names={site.title: site.name for site in SITES})
    folded = fold(documents, EmptyWindow(), day=NOW.date(), options=options)
    return {row["article_id"]: row for row in folded.clusters.to_pylist()}


def rows_of(relation):
    return [row for row in LABELLED["relations"] if row["relation"] == relation]


@pytest.mark.parametrize("row", rows_of("copy"), ids=lambda row: row["article"])
def test_a_copy_is_with_its_original_and_names_it(clusters, row):
    copy, original = clusters[row["article"]], clusters[row["original"]]
    assert copy["cluster"] == original["cluster"]
    assert copy["original"] == row["original"]
    assert (copy["relation"], copy["parent"]) == ("copy", row["parent"])


@pytest.mark.parametrize("row", rows_of("excerpt"), ids=lambda row: row["article"])
def test_an_excerpt_is_with_its_original(clusters, row):
    part, original = clusters[row["article"]], clusters[row["original"]]
    assert part["cluster"] == original["cluster"]
    assert (part["original"], part["parent"]) == (row["original"], row["parent"])
    assert part["relation"] in {"excerpt", "copy"}  # more than half of a text counts as a copy


@pytest.mark.parametrize("row", rows_of("follow-up"), ids=lambda row: row["article"])
def test_a_follow_up_is_no_copy(clusters, row):
    assert clusters[row["article"]]["relation"] not in {"copy", "excerpt", "version"}


@pytest.mark.parametrize("article", ["gaon/plant-fire-2", "gaon/plant-fire", "gaon/haedeul-wage"])
def test_a_marked_chain_is_followed(clusters, article):
    assert clusters[article]["relation"] == "followup"


@pytest.mark.parametrize("row", rows_of("derivative"), ids=lambda row: row["article"])
def test_a_rewritten_text_is_its_own_original_or_linked_to_what_it_came_from(clusters, row):
    rewritten = clusters[row["article"]]
    assert rewritten["relation"] in {"derivative", "original"}
    assert rewritten["relation"] == "original" or rewritten["parent"] == row["parent"]


@pytest.mark.parametrize("pair", LABELLED["apart"], ids=" ".join)
def test_what_only_looks_alike_stays_apart(clusters, pair):
    one, other = (clusters[article] for article in pair)
    assert one["cluster"] != other["cluster"]


def test_no_cluster_holds_two_stories(clusters):
    parents = {row["article"]: row["parent"] for row in LABELLED["relations"]}

    def first(article):
        while article in parents:
            article = parents[article]
        return article

    held = {}
    for article, row in clusters.items():
        held.setdefault(row["cluster"], set()).add(first(article))
    assert {cluster: sorted(stories) for cluster, stories in held.items() if len(stories) > 1} == {}
