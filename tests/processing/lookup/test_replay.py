"""Pages again: byte for byte, through gzip and through revisits."""

import gzip
import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders

from processing.archive.catalogue import Catalogue
from processing.errors import CorruptRecordError, MissingError
from processing.landing.segments import SegmentWriter
from processing.landing.warc import Exchange, Original
from processing.lookup.replay import CdxjLine, lines, pages, payload
from processing.store.file_store import FileStore
from tests.processing.archive.test_catalogue import Bucket, add

AT = datetime(2026, 3, 2, 0, 10, tzinfo=UTC)
URL = "https://gaon.example/news/articleView.html?idxno=1"
KOREAN = "<meta charset=euc-kr><p>등대지기 오순길 씨는 섬에 남았다.</p>".encode("cp949")
HTML = (("Content-Type", "text/html"),)


class Pressroom:
    """Records exchanges as a crawl does and publishes the segment's files."""

    def __init__(self, root: Path) -> None:
        self.store = FileStore(root / "archive")
        self._bucket = Bucket(root / "archive")
        self._spool = root / "spool"
        self._cache = root / "cache"
        self._runs = 0

    def record(self, *exchanges: Exchange) -> list[Original]:
        self._runs += 1
        run = f"r{self._runs}"
        writer = SegmentWriter(self.store, "gaon", run, self._spool, clock=lambda: AT)
        kept = [writer.exchange(exchange) for exchange in exchanges]
        seal = writer.seal()
        assert seal
        names = {
            suffix: f"pages/day=2026-03-02/gaon-{run}-seg-000.{suffix}"
            for suffix in ("warc.gz", "cdxj")
        }
        bodies = {
            file.key.partition("seg-000.")[2]: self.store.get(file.key) for file in seal.files
        }
        add(self._bucket, *((names[suffix], bodies[suffix]) for suffix in names))
        return kept

    def catalogue(self) -> Catalogue:
        return Catalogue(self.store, self._cache)


@pytest.fixture
def pressroom(tmp_path: Path) -> Pressroom:
    return Pressroom(tmp_path)


def page(
    body: bytes = KOREAN, *, at: datetime = AT, headers: tuple = HTML, **fields: object
) -> Exchange:
    return Exchange(
        **{"url": URL, "at": at, "status": 200, "headers": headers, "body": body, **fields}
    )


def test_a_page_comes_back_byte_for_byte(pressroom: Pressroom) -> None:
    pressroom.record(page())
    assert payload(pressroom.catalogue(), URL) == KOREAN


def test_a_compressed_page_comes_back_as_the_page(pressroom: Pressroom) -> None:
    pressroom.record(page(gzip.compress(KOREAN), headers=(*HTML, ("Content-Encoding", "gzip"))))
    assert payload(pressroom.catalogue(), URL) == KOREAN


def test_the_newest_or_the_one_of_a_moment(pressroom: Pressroom) -> None:
    later = AT + timedelta(hours=6)
    pressroom.record(page(b"first"))
    pressroom.record(page(b"second", at=later))
    catalogue = pressroom.catalogue()
    assert payload(catalogue, URL) == b"second"
    assert payload(catalogue, URL, AT) == b"first"
    assert payload(catalogue, URL, later - timedelta(seconds=1)) == b"second"


def test_a_page_of_another_day_is_not_taken_for_it(pressroom: Pressroom) -> None:
    pressroom.record(page())
    with pytest.raises(MissingError):
        payload(pressroom.catalogue(), URL, AT + timedelta(days=3))


def test_an_unchanged_page_leads_to_its_bytes(pressroom: Pressroom) -> None:
    (original,) = pressroom.record(page())
    later = AT + timedelta(hours=1)
    pressroom.record(page(b"", at=later, status=304, original=original))
    assert payload(pressroom.catalogue(), URL, later) == KOREAN


def test_the_same_bytes_elsewhere_lead_to_the_first(pressroom: Pressroom) -> None:
    other = "https://gaon.example/mobile/1"
    pressroom.record(page(), page(at=AT + timedelta(seconds=2), url=other))
    assert payload(pressroom.catalogue(), other) == KOREAN


def test_a_revisit_whose_bytes_are_not_here(pressroom: Pressroom) -> None:
    pressroom.record(
        page(b"", status=304, original=Original("sha1:X", URL, AT - timedelta(days=400)))
    )
    with pytest.raises(MissingError, match="unchanged"):
        payload(pressroom.catalogue(), URL)


def test_a_page_that_was_never_recorded(pressroom: Pressroom) -> None:
    pressroom.record(page())
    with pytest.raises(MissingError, match="elsewhere"):
        payload(pressroom.catalogue(), "https://gaon.example/elsewhere")


def test_all_pages_are_a_table(pressroom: Pressroom) -> None:
    pressroom.record(page(), page(b"missing", url="https://gaon.example/none", status=404))
    rows = pages(pressroom.catalogue()).to_pylist()
    assert {(row["url"], row["status"], row["manifest"]) for row in rows} == {
        (URL, 200, 1),
        ("https://gaon.example/none", 404, 1),
    }
    assert all(
        row["fetched_at"] == AT and row["day"] == date(2026, 3, 2) and row["length"] > 0
        for row in rows
    )


@pytest.mark.parametrize(
    "line", ["nonsense", "kr,gaon)/ 20260302001000 {}", "kr,gaon)/ later {}", "a b c"]
)
def test_a_broken_index_is_named_with_its_line(
    line: str, pressroom: Pressroom, tmp_path: Path
) -> None:
    pressroom.record(page())
    (index,) = (tmp_path / "archive" / "pages").rglob("*.cdxj")
    broken = f"{index.read_text()}{line}\n".encode()
    add(Bucket(tmp_path / "archive"), (index.relative_to(tmp_path / "archive").as_posix(), broken))
    with pytest.raises(CorruptRecordError, match="line 2"):
        pages(pressroom.catalogue())


def test_an_index_that_is_not_utf8_is_named(pressroom: Pressroom, tmp_path: Path) -> None:
    pressroom.record(page())
    (index,) = (tmp_path / "archive" / "pages").rglob("*.cdxj")
    broken = index.read_bytes() + b"\xff\xfe\n"
    key = index.relative_to(tmp_path / "archive").as_posix()
    add(Bucket(tmp_path / "archive"), (key, broken))
    with pytest.raises(CorruptRecordError, match=re.escape(key)):
        pages(pressroom.catalogue())


def test_a_cut_file_is_named(pressroom: Pressroom, tmp_path: Path) -> None:
    pressroom.record(page())
    (warc,) = (tmp_path / "archive" / "pages").rglob("*.warc.gz")
    warc.write_bytes(warc.read_bytes()[:300])
    with pytest.raises(CorruptRecordError, match=r"gaon-r1-seg-000\.warc\.gz"):
        payload(pressroom.catalogue(), URL)


@pytest.mark.parametrize("left", [0.2, 0.5, 0.9, 0.99])
def test_a_record_that_was_cut_is_never_half_returned(
    left: float, pressroom: Pressroom, tmp_path: Path
) -> None:
    pressroom.record(page(bytes(range(256)) * 40))
    line = pages(pressroom.catalogue()).to_pylist()[0]
    (warc,) = (tmp_path / "archive" / "pages").rglob("*.warc.gz")
    warc.write_bytes(warc.read_bytes()[: line["offset"] + int(line["length"] * left)])
    with pytest.raises(CorruptRecordError, match=r"seg-000\.warc\.gz"):
        payload(pressroom.catalogue(), URL)


def test_a_record_that_was_replaced_is_no_answer(pressroom: Pressroom) -> None:
    """Well packed, of the same URL, at the place that the index names; only its bytes are others."""
    pressroom.record(page())
    key = next(
        entry.key for entry in pressroom.store.list("pages/") if entry.key.endswith(".warc.gz")
    )
    good = pressroom.store.get(key)
    (line,) = [one for one in pages(pressroom.catalogue()).to_pylist() if one["url"] == URL]
    record = gzip.decompress(good[line["offset"] :][: line["length"]])
    other = gzip.compress(record.replace(KOREAN[-12:-6], KOREAN[-12:-6][::-1]), mtime=0)
    packed = other.ljust(line["length"], b"\0")[: line["length"]]
    end = line["offset"] + line["length"]
    pressroom.store.put(key, good[: line["offset"]] + packed + good[end:])
    with pytest.raises(CorruptRecordError, match=r"damaged|digest"):
        payload(pressroom.catalogue(), URL)


def test_another_record_than_the_index_names_is_no_answer(pressroom: Pressroom) -> None:
    """What a store without ranges gives: the beginning of the file, which is no page."""
    pressroom.record(page())

    class Whole(FileStore):
        def get_range(self, key: str, start: int, length: int) -> bytes:
            del start, length
            return self.get(key)

    pressroom.store = Whole(Path(pressroom.store.url.removeprefix("file:")))
    with pytest.raises(CorruptRecordError, match="has no record of"):
        payload(pressroom.catalogue(), URL)


@pytest.mark.parametrize(
    ("away", "there"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_moment_s_page_is_looked_for_on_its_day_and_the_days_beside_it(
    away: int, pressroom: Pressroom, *, there: bool
) -> None:
    """A crawl may pass midnight: its pages lie under the day on which it was taken in."""
    pressroom.record(page())
    catalogue, moment = pressroom.catalogue(), AT + timedelta(days=away)
    if there:
        assert payload(catalogue, URL, moment) == KOREAN
    else:
        with pytest.raises(MissingError):
            payload(catalogue, URL, moment)


@pytest.mark.parametrize(("revisits", "there"), [(1, True), (3, True), (4, False)])
def test_three_revisits_may_stand_between_a_page_and_its_bytes(
    revisits: int, pressroom: Pressroom, *, there: bool
) -> None:
    (original,) = pressroom.record(page())
    for number in range(1, revisits + 1):
        at = AT + timedelta(minutes=number)
        pressroom.record(page(b"", at=at, status=304, original=original))
        original = original._replace(at=at)
    if there:
        assert payload(pressroom.catalogue(), URL) == KOREAN
    else:
        with pytest.raises(MissingError, match="its bytes of"):
            payload(pressroom.catalogue(), URL)


@pytest.mark.parametrize(
    ("others", "bytes_of", "found"),
    [
        ((1,), 0, b"0"),  # the page of the moment that is named, and none a second later
        ((1,), 1, b"1"),
        ((-1,), 0, b"0"),
        ((2,), 1, None),
    ],
)
def test_a_revisit_leads_to_the_page_of_the_second_that_it_names(
    others: tuple[int, ...], bytes_of: int, found: bytes | None, pressroom: Pressroom
) -> None:
    for second in (0, *others):
        pressroom.record(page(str(second).encode(), at=AT + timedelta(seconds=second)))
    named = Original("sha1:X", URL, AT + timedelta(seconds=bytes_of))
    pressroom.record(page(b"", at=AT + timedelta(hours=1), status=304, original=named))
    if found is None:
        with pytest.raises(MissingError, match="unchanged"):
            payload(pressroom.catalogue(), URL)
    else:
        assert payload(pressroom.catalogue(), URL) == found


def test_a_revisit_that_names_no_moment_leads_to_the_newest_page_before_it(
    pressroom: Pressroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ISO 28500 leaves it to the writer whether WARC-Refers-To-Date is there; ours always writes it."""
    headers = StatusAndHeaders.get_header
    monkeypatch.setattr(
        StatusAndHeaders,
        "get_header",
        lambda self, name: None if name == "WARC-Refers-To-Date" else headers(self, name),
    )
    for second in (0, 2, 1):
        pressroom.record(page(str(second).encode(), at=AT + timedelta(seconds=second)))
    pressroom.record(
        page(b"", at=AT + timedelta(seconds=3), status=304, original=Original("sha1:X", URL, AT))
    )
    assert payload(pressroom.catalogue(), URL) == b"2"


def test_a_revisit_leads_to_no_page_of_its_own_moment(pressroom: Pressroom) -> None:
    pressroom.record(page(b"", status=304, original=Original("sha1:X", URL, AT)))
    with pytest.raises(MissingError, match="unchanged"):
        payload(pressroom.catalogue(), URL)


FIELDS = {"url": URL, "status": "200", "mime": "text/html", "offset": "7", "length": "9"}


@pytest.mark.parametrize(
    ("change", "read"),
    [
        ({}, {"status": 200, "mime": "text/html", "digest": None, "offset": 7, "length": 9}),
        ({"status": "-"}, {"status": None}),
        ({"status": None}, {"status": None}),
        ({"mime": None}, {"mime": None}),
        ({"digest": "sha1:A"}, {"digest": "sha1:A"}),
        ({"filename": "deep/x.warc.gz"}, {"key": "pages/day=2026-03-02/x.warc.gz"}),
        ({}, {"key": "pages/day=2026-03-02/gaon-r1.warc.gz"}),
        ({"offset": "0", "length": "0"}, {"offset": 0, "length": 0}),
        ({"offset": "-1"}, None),
        ({"length": "-1"}, None),
        ({"length": str(256 << 20)}, {"length": 256 << 20}),
        ({"length": str((256 << 20) + 1)}, None),
        ({"url": None}, None),
    ],
)
def test_a_line_of_an_index_says_where_a_record_lies(
    change: dict[str, str | None], read: dict[str, object] | None, tmp_path: Path
) -> None:
    fields = {name: text for name, text in {**FIELDS, **change}.items() if text is not None}
    line = f"kr,gaon)/ 20260302001000 {json.dumps(fields)}"
    bucket, key = Bucket(tmp_path / "archive"), "pages/day=2026-03-02/gaon-r1.cdxj"
    add(bucket, (key, f"{line}\n\n{line}\n".encode()))
    catalogue = Catalogue(bucket.within, tmp_path / "cache")
    (index,) = catalogue.pages(".cdxj")
    if read is None:
        with pytest.raises(CorruptRecordError, match="line 1, is no CDXJ"):
            list(lines(catalogue, index))
        return
    found: list[CdxjLine] = list(lines(catalogue, index))
    assert len(found) == 2
    assert {name: getattr(found[0], name) for name in read} == read
    assert list(lines(catalogue, index, f"{URL}0")) == []
    (row, _) = pages(catalogue).to_pylist()
    assert (row["day"], row["fetched_at"], row["manifest"]) == (date(2026, 3, 2), AT, 1)
