"""Nothing leaves the outlet."""

import re

import pytest

from spiders.middlewares.guard import _target
from spiders.outlet import Feed, Outlet, unaskable

OUTLET = Outlet(
    name="a",
    title="a",
    home="https://www.a.example/",
    sources=(Feed("https://rss.a.example:8443/feed"),),
    hosts=("biz.a.example",),
    article=re.compile(r"/news/(?P<id>\d+)"),
)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.a.example/news/1",
        "http://www.a.example/news/1",
        "https://biz.a.example/",
        "https://rss.a.example:8443/feed",
        "https://www.a.example:443/x",
        "https://m.a.example/news/1",
    ],
)
def test_the_outlets_own_urls_pass(url: str) -> None:
    assert unaskable(OUTLET, url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://b.example/news/1",
        "https://www.a.example.b.example/",
        "https://b.example/www.a.example/",
        "https://www.a.example@b.example/",
        "https://user:secret@www.a.example/",
        "ftp://www.a.example/news/1",
        "file:///etc/passwd",
        "gopher://www.a.example/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://2130706433/",
        "https://www.a.example:22/",
        "https://www.a.example:99999/",
        "https://[broken/",
        f"https://www.a.example/news/{'1' * 2000}",
        "https://web.archive.org/web/20260901000000/https://www.a.example/news/1",
        "https://www.google.com/amp/s/www.a.example/news/1",
        "https://www-a-example.cdn.ampproject.org/c/s/www.a.example/news/1",
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    assert unaskable(OUTLET, url)


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/news/사회/1".encode(), "https://www.a.example/news/사회/1"),
        (b" /news/1\t", "https://www.a.example/news/1"),
        (b"/news/\xbb\xe7\x85", "https://www.a.example/news/»ç\x85"),
        (b"http://[broken", "http://[broken"),
        (b"http://[\xbb", "http://[»"),
    ],
)
def test_a_redirect_leads_where_its_bytes_say(location: bytes, target: str) -> None:
    assert _target("https://www.a.example/old", location) == target
