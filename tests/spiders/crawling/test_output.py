"""What a crawl prints: the record as the archive spells it, and nothing that a terminal obeys."""

import io
import json

from hypothesis import given
from hypothesis import strategies as st

from processing.records import Article
from spiders.crawling.landing import RecordLines
from tests.spiders.console.annals import FIRST

ACTS = {
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u202a\u202b\u202d\u202e\u2066\u2067\u2069\u200e\u200f",
}


def printed(article: Article) -> str:
    file = io.BytesIO()
    RecordLines(file).export_item(article)
    return file.getvalue().decode()


def test_times_and_hangul_are_spelt_as_in_the_archive() -> None:
    line = printed(FIRST)
    assert FIRST.title in line
    assert line == FIRST.model_dump_json() + "\n"


@given(st.text(st.characters(codec="utf-8") | st.sampled_from(sorted(ACTS)), max_size=40))
def test_nothing_that_a_terminal_obeys_is_printed_and_nothing_is_lost(words: str) -> None:
    line = printed(FIRST.model_copy(update={"section": words, "keywords": (words,)}))
    assert ACTS.isdisjoint(line.removesuffix("\n"))
    assert (json.loads(line)["section"], json.loads(line)["keywords"]) == (words, [words])
