"""WARC as independent readers see it: warcio reads what we wrote, byte for byte."""

import gzip
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from processing.landing import warc
from processing.landing.warc import Exchange, Original, Rendered, WarcWriter, cdxj, payload_digest

NOON = datetime(2026, 11, 22, 3, 0, 0, 123456, tzinfo=UTC)
PAGE = "<html><body>시험 기사 본문</body></html>".encode("cp949")


def exchange(body: bytes = PAGE, url: str = "http://a.example/news/1", **more: object) -> Exchange:
    fields: dict[str, object] = {
        "at": NOON,
        "status": 200,
        "headers": (("Content-Type", "text/html"),),
        **more,
    }
    return Exchange(url=url, body=body, **fields)  # type: ignore[arg-type]


def written(*exchanges: Exchange) -> tuple[bytes, WarcWriter]:
    file = io.BytesIO()
    writer = WarcWriter(file, "x.warc.gz")
    writer.open(NOON, "Sillok/0", "a")
    for one in exchanges:
        writer.write(one)
    return file.getvalue(), writer


def records(data: bytes) -> Iterator[tuple[str, dict[str, str], bytes]]:
    for record in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
        yield record.rec_type, dict(record.rec_headers.headers), record.raw_stream.read()


def test_an_exchange_is_a_response_its_request_and_what_is_known_of_it() -> None:
    data, _ = written(
        exchange(
            request_headers=(("User-Agent", "Sillok/0"),),
            ip="203.0.113.5",
            facts={"outlet": "a", "why": "new", "robots": ""},
        )
    )
    info, response, request, facts = records(data)
    assert [one[0] for one in (info, response, request, facts)] == [
        "warcinfo",
        "response",
        "request",
        "metadata",
    ]
    assert response[2] == PAGE
    assert response[1]["WARC-IP-Address"] == "203.0.113.5"
    assert response[1]["WARC-Date"] == "2026-11-22T03:00:00.123456Z"
    assert (
        request[1]["WARC-Concurrent-To"]
        == facts[1]["WARC-Concurrent-To"]
        == response[1]["WARC-Record-ID"]
    )
    assert facts[2] == b"outlet: a\r\nwhy: new\r\n"
    assert b"description: Transfer coding is removed" in info[2]


def test_a_rendered_page_is_a_conversion_of_the_response_and_no_answer_of_its_url() -> None:
    file = io.BytesIO()
    writer = WarcWriter(file, "x.warc.gz")
    original = writer.write(exchange())
    writer.convert(
        Rendered(
            "http://a.example/news/1", NOON + timedelta(seconds=2), "<p>그림".encode(), original
        )
    )
    *_, (kind, head, body) = records(file.getvalue())
    assert (kind, body.decode()) == ("conversion", "<p>그림")
    assert (head["WARC-Refers-To-Target-URI"], head["WARC-Target-URI"]) == (
        "http://a.example/news/1",
    ) * 2
    assert head["WARC-Refers-To-Date"] == "2026-11-22T03:00:00.123456Z"
    assert head["WARC-Date"] == "2026-11-22T03:00:02.123456Z"
    assert len(writer.index) == 1


def test_a_body_keeps_its_content_coding_byte_for_byte() -> None:
    packed = gzip.compress(PAGE * 50, mtime=0)
    data, _ = written(
        exchange(packed, headers=(("Content-Encoding", "gzip"), ("Content-Type", "text/html")))
    )
    assert [body for kind, _, body in records(data) if kind == "response"] == [packed]
    (decoded,) = (
        r.content_stream().read()
        for r in ArchiveIterator(io.BytesIO(data))
        if r.rec_type == "response"
    )
    assert decoded == PAGE * 50


def test_each_record_is_a_member_that_is_read_alone_by_the_index() -> None:
    data, writer = written(
        exchange(), exchange(b"other", url="http://www.a.example/news/2?b=1&a=2")
    )
    lines = list(cdxj(writer.index, "x.warc.gz"))
    assert lines == sorted(lines)
    for line in lines:
        _, moment, facts = line.split(" ", 2)
        fields = json.loads(facts)
        start, length = int(fields["offset"]), int(fields["length"])
        (record,) = ArchiveIterator(io.BytesIO(data[start : start + length]))
        assert record.rec_headers.get_header("WARC-Target-URI") == fields["url"]
        assert (moment, fields["filename"], fields["status"]) == (
            "20261122030000",
            "x.warc.gz",
            "200",
        )
    assert [line.split(" ")[0] for line in lines] == [
        "example,a)/news/1",
        "example,a)/news/2?a=2&b=1",
    ]


def test_the_same_payload_again_is_a_revisit_that_names_the_first() -> None:
    data, writer = written(
        exchange(), exchange(url="http://a.example/copy", at=NOON + timedelta(seconds=5))
    )
    (revisit,) = [fields for kind, fields, _ in records(data) if kind == "revisit"]
    assert revisit["WARC-Refers-To-Target-URI"] == "http://a.example/news/1"
    assert revisit["WARC-Refers-To-Date"] == "2026-11-22T03:00:00.123456Z"
    assert revisit["WARC-Profile"].endswith("/identical-payload-digest")
    assert writer.index[1].mime == "warc/revisit"


def test_of_more_payloads_than_are_remembered_the_oldest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(warc, "_REMEMBERED", 2)
    data, _ = written(
        *(exchange(body) for body in (b"first", b"second", b"third", b"third", b"first"))
    )
    held = [kind for kind, _, _ in records(data) if kind in {"response", "revisit"}]
    assert held == ["response", "response", "response", "revisit", "response"]


def test_not_modified_is_a_revisit_of_what_memory_names() -> None:
    held = Original(payload_digest(PAGE), "http://a.example/news/1", NOON - timedelta(days=1))
    data, _ = written(exchange(b"", status=304, original=held))
    (fields,) = [fields for kind, fields, _ in records(data) if kind == "revisit"]
    assert fields["WARC-Profile"].endswith("/server-not-modified")
    assert fields["WARC-Refers-To-Date"] == "2026-11-21T03:00:00.123456Z"
    assert fields["WARC-Payload-Digest"] == held.payload


def test_not_modified_without_memory_stays_a_response() -> None:
    data, _ = written(exchange(b"", status=304))
    assert [kind for kind, _, _ in records(data)] == ["warcinfo", "response", "request"]


def test_memory_of_another_payload_makes_no_revisit() -> None:
    held = Original(payload_digest(b"before"), "http://a.example/news/1", NOON)
    data, _ = written(exchange(original=held))
    assert [body for kind, _, body in records(data) if kind == "response"] == [PAGE]


def test_a_truncated_body_says_so_and_is_never_revisited() -> None:
    data, _ = written(exchange(truncated="length"), exchange())
    kinds = [
        (kind, fields.get("WARC-Truncated"))
        for kind, fields, _ in records(data)
        if kind != "request"
    ]
    assert kinds == [("warcinfo", None), ("response", "length"), ("response", None)]


def test_a_transfer_coding_that_was_taken_off_is_no_longer_claimed() -> None:
    data, _ = written(exchange(headers=(("Transfer-Encoding", "chunked"),)))
    (record,) = (r for r in ArchiveIterator(io.BytesIO(data)) if r.rec_type == "response")
    assert record.http_headers.get_header("Transfer-Encoding") is None
    assert record.http_headers.get_header("Content-Length") == str(len(PAGE))


@pytest.mark.parametrize("broken", ["a\r\nInjected: 1", "a\nWARC-Type: warcinfo", "a\x85b"])
def test_a_header_cannot_end_its_line(broken: str) -> None:
    data, _ = written(exchange(headers=(("X-Evil", broken),), facts={"why": broken}))
    (response,) = (r for r in ArchiveIterator(io.BytesIO(data)) if r.rec_type == "response")
    assert response.http_headers.get_header("Injected") is None
    assert len(list(records(data))) == 4


def test_the_bytes_of_a_header_value_stay_as_they_came() -> None:
    value = "안녕하세요".encode()
    assert b"\x85" in value
    data, _ = written(exchange(headers=(("X-Title", value.decode("latin-1")),)))
    (response,) = (r for r in ArchiveIterator(io.BytesIO(data)) if r.rec_type == "response")
    kept = response.http_headers.get_header("X-Title") or ""
    assert kept.encode("latin-1" if not kept.startswith("안") else "utf-8") == value


@settings(max_examples=40)
@given(
    bodies=st.lists(st.binary(max_size=2000), max_size=8),
    status=st.sampled_from([200, 301, 404, 503]),
)
def test_every_body_comes_back(bodies: list[bytes], status: int) -> None:
    made = [
        exchange(body, url=f"http://a.example/{n}", status=status) for n, body in enumerate(bodies)
    ]
    data, writer = written(*made)
    found: dict[str, bytes] = {}
    by_digest: dict[str, bytes] = {}
    for kind, fields, body in records(data):
        if kind == "response":
            by_digest[fields["WARC-Payload-Digest"]] = body
        if kind in {"response", "revisit"}:
            found[fields["WARC-Target-URI"]] = by_digest[fields["WARC-Payload-Digest"]]
    assert found == {one.url: one.body for one in made}
    assert writer.size == len(data)
