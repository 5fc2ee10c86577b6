"""`sillok fold FILE`: what people bring, in any state, however often it is interrupted."""

import gzip
import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from processing.dedupe import by_hand
from processing.dedupe.by_hand import OutletFact, fold_file, fold_table, read_rows
from processing.errors import UsageError
from processing.signing.documents import FoldOptions
from processing.signing.window import FolderWindow, write_part
from tests.processing.dedupe.made import LIBRARY, RIVER, press

GOOD = [
    {"id": "a", "text": RIVER, "outlet": "가람일보", "fetched_at": "2031-05-01T09:00:00+09:00"},
    {
        "id": "b",
        "text": RIVER,
        "outlet": "나래신문",
        "fetched_at": "2031-05-01T10:00:00",
        "unheard": {"of": 1},
    },
    {"id": 3, "text": LIBRARY, "title": None},
]


def lines(path: Path, rows: list[object]) -> Path:
    path.write_text(
        "".join(
            f"{row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)}\n"
            for row in rows
        )
    )
    return path


def read(path: Path) -> dict[str, dict[str, object]]:
    return {row["id"]: row for row in map(json.loads, path.read_text().splitlines())}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows: list[object] = [
        {
            "id": each.id,
            "text": each.text,
            "title": each.title,
            "outlet": each.outlet,
            "fetched_at": str(each.fetched_at),
        }
        for each in press(4, 7)
    ]
    return lines(tmp_path_factory.mktemp("many") / "many.jsonl", rows)


@pytest.fixture(scope="module")
def whole(many: Path) -> bytes:
    """What a fold of these documents in batches writes that nothing interrupts."""
    path = many.with_name("whole")
    fold_file(many, path, batch=9)
    return path.read_bytes()


def test_each_document_gets_a_row_in_the_promised_fields(tmp_path: Path) -> None:
    summary = fold_file(
        lines(tmp_path / "docs.jsonl", list(GOOD)), tmp_path / "out" / "clusters.jsonl"
    )
    rows = read(tmp_path / "out" / "clusters.jsonl")
    assert list(rows) == ["3", "a", "b"]
    assert rows["b"] == {
        "id": "b",
        "cluster": "a",
        "original": "a",
        "relation": "copy",
        "parent": "a",
        "score": 1.0,
        "evidence": "same text",
        "share_of_this": 1.0,
        "share_of_parent": 1.0,
        "original_confidence": 0.9,
        "original_evidence": "first seen",
        "stub": False,
    }
    assert rows["3"]["cluster"] == "3"
    assert (summary.documents, summary.clusters, summary.bad) == (3, 2, ())
    assert summary.relations == {"copy": 1, "original": 2}


def archived(number: int, text: str, hour: int, **fields: object) -> dict[str, object]:
    """Return what a crawl prints of one version of an article, as far as folding has to do with it."""
    article = f"{number:016x}"
    stamp = {
        "at": f"2031-05-01T{hour:02}:00:00Z",
        "source": "meta",
        "precision": "minute",
        "zone_assumed": False,
    }
    return {
        "article_id": article,
        "version_id": f"{article}-{hour:012x}",
        "outlet": "garam",
        "fetched_at": "2031-05-01T12:00:00Z",
        "published": stamp,
        "agency": None,
        "origin": None,
        "title": "강가의 도서관",
        "text": text,
        **fields,
    }


def test_what_a_crawl_or_an_export_wrote_is_folded_as_it_is(tmp_path: Path) -> None:
    rows: list[object] = [
        archived(
            2, RIVER, 3, outlet="narae", origin={"outlet": "garam", "url": "http://garam.example/1"}
        ),
        archived(1, RIVER, 5),
        archived(1, f"{RIVER} 끝에 한 문장을 더했다.", 6),
        archived(4, LIBRARY, 7, published=None, agency="가온통신"),
        {**archived(5, "", 8), "text": None},
    ]
    summary = fold_file(lines(tmp_path / "docs.jsonl", rows), tmp_path / "out")
    found = read(tmp_path / "out")
    first, copy, edit = f"{1:016x}-{5:012x}", f"{2:016x}-{3:012x}", f"{1:016x}-{6:012x}"
    assert {found[one]["cluster"] for one in (first, copy, edit)} == {f"{1:016x}"}
    assert found[edit]["relation"] == "version"
    assert [(bad.line, bad.why) for bad in summary.bad] == [(5, "`text` must be a string")]


def test_the_times_credits_and_articles_of_archived_rows_are_read(tmp_path: Path) -> None:
    rows: list[object] = [
        archived(
            1, RIVER, 3, agency="가온통신", origin={"outlet": None, "url": "http://a.example/1"}
        )
    ]
    ((document,),) = read_rows(lines(tmp_path / "docs.jsonl", rows)).batches(9)
    assert (document.article_id, document.agency, document.origin_url) == (
        f"{1:016x}",
        "가온통신",
        "http://a.example/1",
    )
    assert str(document.published_at) == "2031-05-01 03:00:00+00:00"
    assert str(document.fetched_at) == "2031-05-01 12:00:00+00:00"


def test_a_row_with_an_id_of_its_own_is_nobodys_article(tmp_path: Path) -> None:
    rows: list[object] = [{**archived(1, RIVER, 3), "id": "mine"}]
    ((document,),) = read_rows(lines(tmp_path / "docs.jsonl", rows)).batches(9)
    assert (document.id, document.article_id, document.published_at) == ("mine", "", None)


def test_a_gzip_file_is_read_by_its_bytes_not_its_name(tmp_path: Path) -> None:
    plain = lines(tmp_path / "docs.jsonl", list(GOOD))
    packed = tmp_path / "docs"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    fold_file(plain, tmp_path / "one")
    fold_file(packed, tmp_path / "other")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("{", "not JSON"), ("[" * 100_000, "not JSON"), ("[]", "object"), ('{"text": "가"}', "`id`"), ('{"id": "", "text": ""}', "`id`"),
        ('{"id": true, "text": ""}', "`id`"), ('{"id": "\\ud800", "text": ""}', "`id`"), ('{"id": "x"}', "`text`"), ('{"id": "x", "text": 5}', "`text`"),
        ('{"id": "x", "text": "", "title": []}', "`title`"),
        ('{"id": "a", "text": "zweimal"}', "already"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_by_its_line_and_skipped(tmp_path: Path, row: str, why: str) -> None:
    path = lines(tmp_path / "docs.jsonl", [GOOD[0], "", row, GOOD[1]])
    summary = fold_file(path, tmp_path / "out")
    assert [(bad.line, why in bad.why) for bad in summary.bad] == [(3, True)]
    assert set(read(tmp_path / "out")) == {"a", "b"}


def test_a_line_that_is_too_long_is_a_bad_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processing.dedupe.tables.LONGEST", 3000)
    path = lines(tmp_path / "docs.jsonl", [GOOD[0], {"id": "x", "text": "가" * 9000}, GOOD[2]])
    summary = fold_file(path, tmp_path / "out")
    assert [bad.line for bad in summary.bad] == [2]
    assert set(read(tmp_path / "out")) == {"a", "3"}


@pytest.mark.parametrize(
    "content",
    [None, b"\x1f\x8bnonsense", gzip.compress(b'{"id": "a", "text": ""}\n' * 50, mtime=0)[:-9]],
    ids=["no file", "no gzip", "cut short"],
)
def test_a_file_that_cannot_be_read_is_said_once(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "docs.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"docs\.jsonl cannot be read"):
        fold_file(path, tmp_path / "out")


def test_rows_cannot_go_into_a_folder_and_that_is_said_before_anything_is_done(
    many: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    before = sorted(tmp_path.iterdir())
    with pytest.raises(UsageError, match="is a folder"):
        fold_file(many, tmp_path / "out")
    assert sorted(tmp_path.iterdir()) == before


def test_documents_further_apart_than_the_window_are_not_compared_where_each_has_a_time(
    tmp_path: Path,
) -> None:
    days = {"a": "2031-01-01", "b": "2031-01-31", "c": "2031-03-15"}
    rows: list[object] = [
        {"id": name, "text": RIVER, "outlet": name, "fetched_at": day} for name, day in days.items()
    ]
    fold_file(lines(tmp_path / "docs.jsonl", rows), tmp_path / "out")
    assert {name: row["cluster"] for name, row in read(tmp_path / "out").items()} == {
        "a": "a",
        "b": "a",
        "c": "c",
    }


def test_the_time_of_fetching_decides_the_day_and_that_of_publication_only_where_there_is_none(
    tmp_path: Path,
) -> None:
    rows: list[object] = [
        {
            "id": "a",
            "text": RIVER,
            "outlet": "a",
            "published_at": "2031-01-01",
            "fetched_at": "2031-06-01",
        },
        {"id": "b", "text": RIVER, "outlet": "b", "published_at": "2031-06-02"},
        {"id": "c", "text": RIVER, "outlet": "c", "published_at": "2031-01-02"},
    ]
    fold_file(lines(tmp_path / "docs.jsonl", rows), tmp_path / "out")
    assert {name: row["cluster"] for name, row in read(tmp_path / "out").items()} == {
        "a": "a",
        "b": "a",
        "c": "c",
    }


def test_an_empty_file_makes_an_empty_result(tmp_path: Path) -> None:
    assert fold_file(lines(tmp_path / "docs.jsonl", []), tmp_path / "out").documents == 0
    assert (tmp_path / "out").read_text() == ""


def test_batches_do_not_matter_and_progress_is_told(many: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    fold_file(many, tmp_path / "one")
    fold_file(many, tmp_path / "other", batch=9, progress=lambda done, of: told.append((done, of)))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    count = read_rows(many).count
    assert told == [(min(9 * (place + 1), count), count) for place in range(-(-count // 9))]
    assert not list(tmp_path.glob("*.work"))


def test_an_interrupted_fold_goes_on_where_it_stopped(
    many: Path, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = by_hand.fold
    folded: list[int] = []

    def dying(*arguments: object, **named: object) -> object:
        folded.append(1)
        if len(folded) == 3:
            raise KeyboardInterrupt
        return kept(*arguments, **named)  # type: ignore[arg-type]  # as given

    monkeypatch.setattr(by_hand, "fold", dying)
    with pytest.raises(KeyboardInterrupt):
        fold_file(many, tmp_path / "out", batch=9)
    assert not (tmp_path / "out").exists()
    fold_file(many, tmp_path / "out", batch=9)
    assert len(folded) == -(-read_rows(many).count // 9) + 1, "a finished batch was folded again"
    assert (tmp_path / "out").read_bytes() == whole


@pytest.mark.parametrize(
    "kind",
    ["texts", *(pytest.param(kind, marks=pytest.mark.full) for kind in ("sig", "clusters"))],
)
def test_a_fold_killed_while_it_writes_leaves_nothing_of_that_batch(
    many: Path, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    def dying(window: FolderWindow, what: str, day: date, name: str, table: pa.Table) -> None:
        path = window.root / what / f"day={day}" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_part(table, path)
        if (what, name) == (kind, "00000001"):
            path.write_bytes(path.read_bytes()[:-40])
            raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(FolderWindow, "write", dying)
        with pytest.raises(KeyboardInterrupt):
            fold_file(many, tmp_path / "out", batch=9)
    fold_file(many, tmp_path / "out", batch=9)
    assert (tmp_path / "out").read_bytes() == whole
    assert not list(tmp_path.glob("out.work*"))


def test_what_another_file_left_behind_is_not_used(
    many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(done: int, _of: int) -> None:
        if done > 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fold_file(many, tmp_path / "out", batch=9, progress=dying)
    other = lines(tmp_path / "docs.jsonl", list(GOOD))
    fold_file(other, tmp_path / "out", batch=9)
    assert set(read(tmp_path / "out")) == {"a", "b", "3"}
    assert monkeypatch


def test_a_folder_that_is_no_work_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="no work folder"):
        fold_file(
            lines(tmp_path / "docs.jsonl", list(GOOD)), tmp_path / "out", work=tmp_path / "mine"
        )
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_rows_without_any_time_are_compared_with_all_others(tmp_path: Path) -> None:
    rows: list[object] = [
        {"id": "a", "text": RIVER, "fetched_at": "2031-01-01T09:00:00+09:00"},
        {"id": "b", "text": RIVER, "outlet": "나래신문"},
        {"id": "c", "text": LIBRARY, "fetched_at": "2031-09-01T09:00:00+09:00"},
    ]
    fold_file(lines(tmp_path / "docs.jsonl", rows), tmp_path / "out")
    assert read(tmp_path / "out")["b"]["cluster"] == "a"


@pytest.mark.parametrize("newest", [1, 2, 5, 6, 100])
def test_an_id_used_again_is_a_bad_row_however_many_rows_lie_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, newest: int
) -> None:
    monkeypatch.setattr(by_hand, "_NEWEST_IDS", newest)
    ids = ["가", "나", "다", "라", "마", "가", "바", "마"]
    path = lines(tmp_path / "ids.jsonl", [{"id": name, "text": f"본문 {name}"} for name in ids])

    rows = read_rows(path)

    assert [bad.line for bad in rows.bad] == [6, 8]
    assert rows.count == 6


def test_the_clusters_that_are_told_are_those_of_the_rows(many: Path, tmp_path: Path) -> None:
    out = tmp_path / "clusters.jsonl"

    summary = fold_file(many, out)

    rows = list(map(json.loads, out.read_text("utf-8").splitlines()))
    assert 1 < summary.clusters == len({row["cluster"] for row in rows}) < len(rows)
    assert summary.documents == len(rows)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("texts", "cut_at"),
    [
        ([], None),
        ([f"{number:05}" for number in range(20)], 5),
        ([f"{number:05}" for number in range(19)], None),  # too few to tell
        ([f"{number:05}" for number in range(20)] + ["글"] * 20, 5),  # half of all
        ([f"{number:05}" for number in range(20)] + ["글"] * 21, None),
        (["글"] * 20 + [f"{number:05}" for number in range(20)], 5),
        ([f"{number:05}" for number in range(19)] + ["00000"] * 20, None),  # one text often
        ([f"{number:05}" for number in range(40)] + ["더 긴 글이다"], None),
        ([f"{number:05}다." for number in range(20)], None),  # sentences that are whole
        ([f"{number:05}다.”" for number in range(20)], None),
        ([f"{number:05}{'요죠까'[number % 3]}{'!?.'[number % 3]}" for number in range(30)], None),
        ([f"{number:05}다..." for number in range(20)], 9),
        ([f"{number:05}." for number in range(20)], 6),
    ],
)
def test_texts_are_cut_where_half_of_them_and_twenty_different_ones_end_at_the_longest(
    texts: list[str], cut_at: int | None
) -> None:
    ends = by_hand._TextEnds()
    for text in texts:
        ends.add(text)
    assert ends.cut_at == cut_at


@pytest.mark.parametrize(
    ("fetched", "dateless", "span", "window"),
    [
        (["2031-05-01", "2031-05-31"], False, 30, 30),
        (["2031-05-01", "2031-06-30"], False, 60, 30),  # each has a time, so the window holds
        (["2031-05-01", "2031-06-30", None], True, 60, 60),
        ([None, "2031-05-01", "2031-05-02"], True, 1, 30),
        ([None, None], True, 0, 30),
        ([], False, 0, 30),
    ],
)
def test_the_window_is_as_wide_as_the_file_where_a_row_states_no_time(
    tmp_path: Path,
    fetched: list[str | None],
    dateless: bool,  # noqa: FBT001 - a table
    span: int,
    window: int,
) -> None:
    rows: list[object] = [
        {"id": f"{place}", "text": RIVER, "fetched_at": day} for place, day in enumerate(fetched)
    ]
    found = read_rows(lines(tmp_path / "docs.jsonl", rows))
    assert (found.dateless, found.span_days, found.undated) == (dateless, span, found.last)
    assert found.first == min(
        map(date.fromisoformat, filter(None, fetched)), default=date(1970, 1, 1)
    )
    assert by_hand._spanning(found, FoldOptions()).window_days == window


def test_a_class_that_a_row_states_counts_and_else_that_of_its_declared_outlet(
    tmp_path: Path,
) -> None:
    rows: list[object] = [
        {"id": "a", "text": "가", "outlet": "가람일보"},
        {"id": "b", "text": "나", "outlet": "가람일보", "outlet_class": "portal"},
        {"id": "c", "text": "다", "outlet": "garam"},
        {"id": "d", "text": "라", "outlet": "nobody"},
    ]
    facts = {
        "garam": OutletFact(("가람일보", "가람"), "wire"),
        "narae": OutletFact(("가람",), "wire"),
    }
    found = read_rows(lines(tmp_path / "docs.jsonl", rows))
    batches = list(found.batches(3, facts))
    assert list(map(len, batches)) == [3, 1]
    assert [each.outlet_class for batch in batches for each in batch] == [
        "wire",
        "portal",
        "wire",
        "",
    ]
    assert list(map(len, found.batches(4))) == [4]
    # Where two outlets go by one name, the last of them has it; what was given counts more.
    named = by_hand._naming(FoldOptions(outlet_names={"가람일보": "mine"}), facts).outlet_names
    assert named == {"가람일보": "mine", "가람": "narae"}


def test_an_empty_work_folder_is_taken_and_one_of_other_options_is_emptied(tmp_path: Path) -> None:
    found = read_rows(lines(tmp_path / "docs.jsonl", list(GOOD)))
    folder = tmp_path / "work"
    folder.mkdir()
    by_hand._begin(folder, found, FoldOptions(), 9)
    kept = folder / "00000000"
    kept.mkdir()
    by_hand._begin(folder, found, FoldOptions(), 9)
    assert kept.exists()
    for options, batch in (
        (FoldOptions(), 8),
        (FoldOptions(window_days=31), 8),
        (FoldOptions(window_days=31, outlet_names={"가": "나"}), 8),
        (FoldOptions(bucket=65, window_days=31, outlet_names={"가": "나"}), 8),
    ):
        by_hand._begin(folder, found, options, batch)
        assert not kept.exists()
        kept.mkdir()


def test_a_table_in_memory_is_folded_whole_or_not_at_all() -> None:
    rows = pa.table({"id": ["a", "b", "a"], "text": ["가", "나", "다"]})
    with pytest.raises(UsageError, match="1 rows are bad; row 3: id 'a' was already used"):
        fold_table(rows)
    assert "cut" not in by_hand._schema([{"id": "a"}]).names
    assert by_hand._schema([{"id": "a", "cut": True}]).field("cut").type == pa.bool_()
    assert by_hand._schema([]).names == list(by_hand.OUTPUT)
