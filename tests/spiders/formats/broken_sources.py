"""Feeds, sitemaps and lists as people meet them: each form of damage once, and what a careful reader takes from it.

All invented. `urls` are the addresses that may be taken, in order; `faults` what is to be said of the document.
"""

import gzip
import json
from dataclasses import dataclass
from typing import Literal

HOME = "https://www.saebyeok.example"


@dataclass(frozen=True, slots=True)
class Broken:
    """A document of one source. Numbers stand for addresses: 7 is `HOME`/news/7. `titles` where they are the point."""

    name: str
    kind: Literal["feed", "sitemap"]
    body: bytes
    numbers: tuple[int, ...]
    faults: tuple[str, ...] = ()
    titles: tuple[str | None, ...] = ()
    children: tuple[int, ...] = ()

    @property
    def urls(self) -> list[str]:
        return [f"{HOME}/news/{number}" for number in self.numbers]


def _item(number: int, title: str = "배추 값", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{HOME}/news/{number}</link>{more}</item>"


def _rss(*items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    return f'{head}<rss version="2.0"><channel><title>새벽</title><link>{HOME}/</link>{"".join(items)}</channel></rss>'


def _atom(*entries: str, more: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"{more}><title>새벽</title>{"".join(entries)}</feed>'


def _map(*entries: str, name: str = "urlset") -> str:
    return f'<?xml version="1.0"?><{name} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(entries)}</{name}>'


def _url(number: int) -> str:
    return f"<url><loc>{HOME}/news/{number}</loc></url>"


def _feed(
    name: str,
    body: str | bytes,
    *numbers: int,
    faults: str = "",
    titles: tuple[str | None, ...] = (),
) -> Broken:
    raw = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    return Broken(name, "feed", raw, numbers, tuple(faults.split()), titles)


def _sitemap(
    name: str, body: str | bytes, *numbers: int, faults: str = "", children: tuple[int, ...] = ()
) -> Broken:
    raw = body if isinstance(body, bytes) else body.encode()
    return Broken(name, "sitemap", raw, numbers, tuple(faults.split()), (), children)


_BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
_JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "새벽",
    "items": [
        {
            "id": "1",
            "url": f"{HOME}/news/1",
            "title": "하나",
            "date_published": "2026-11-20T09:00:00+09:00",
        },
        {"id": f"{HOME}/news/2", "title": "둘"},
        {"id": "3", "external_url": "https://elsewhere.example/3"},
    ],
}
_CDATA_OPEN = f"<item><title><![CDATA[배추</title><link>{HOME}/news/1</link></item>"

BROKEN: tuple[Broken, ...] = (
    # ill-formed XML
    _feed("a less-than sign in a title", _rss(_item(1, "값 3 < 5, a<b"), _item(2)), 1, 2, faults="damaged", titles=("값 3 < 5, a<b", "배추 값")),
    _feed("a tag in a title", _rss(_item(1, "<b>배추 값"), _item(2)), 1, 2, faults="damaged", titles=("배추 값", "배추 값")),
    _feed("Hangul in angle brackets", _rss(_item(1, "<서울> 배추"), _item(2)), 1, 2, faults="damaged", titles=("<서울> 배추", "배추 값")),
    _feed("an address behind an empty element", _rss(f"<item><title>t</title><link/>{HOME}/news/1<pubDate>Fri, 20 Nov 2026 09:00:00 +0900</pubDate></item>"), 1, faults="damaged"),
    _feed("an address that ends nowhere", _rss(f"<item><title>t</title><link>{HOME}/news/1<pubDate>Fri, 20 Nov 2026 09:00:00 +0900</pubDate></item>", _item(2)), 1, 2, faults="damaged"),
    _feed("a title that ends nowhere", _rss(f"<item><title>배추<link>{HOME}/news/1</link></item>", _item(2)), 1, 2, faults="damaged", titles=("배추", "배추 값")),
    _feed("items that end nowhere", _rss(_item(1).removesuffix("</item>"), _item(2).removesuffix("</item>"), _item(3)), 1, 2, 3, faults="damaged"),
    _feed("markup in a description", _rss(_item(1, more="<description><p>한 줄<br>두 줄<img src='/x.png'></description>"), _item(2)), 1, 2, faults="damaged"),
    _feed("a CDATA section that ends nowhere", _rss(_CDATA_OPEN, _item(2, "<![CDATA[무]]>"), _item(3)), 1, 2, 3, faults="damaged"),
    _feed("a CDATA section in a CDATA section", _rss(_item(1, more="<description><![CDATA[가 <![CDATA[나]]> 다]]></description>"), _item(2)), 1, 2, faults="damaged"),
    _feed("a twofold attribute", _rss('<item a="1" a="2">' + _item(1).removeprefix("<item>"), _item(2)), 1, 2, faults="damaged"),
    _feed("elements in capitals", _rss(_item(1), _item(2)).replace("item>", "ITEM>").replace("link>", "LINK>"), 1, 2, faults="damaged"),
    _feed("two documents in one", _rss(_item(1)) + _rss(_item(2)), 1, 2, faults="damaged"),
    _feed("a page's end behind the feed", _rss(_item(1)) + "\n<script>track()</script></body>", 1, faults="damaged"),
    _feed("no root", _item(1) + _item(2), faults="not-a-list"),
    _feed("a channel without a root", f"<channel>{_item(1)}{_item(2)}</channel>", 1, 2),
    _feed("prefixes that nobody declared", _rss(_item(1, more="<dc:date>2026-11-20</dc:date><media:title>사진</media:title>"), _item(2)), 1, 2, titles=("배추 값", "배추 값")),
    _feed("attributes without quotes", _atom(f"<entry><title>t</title><link rel=alternate href={HOME}/news/1></entry>"), 1, faults="damaged"),
    _feed("an Atom link that ends nowhere", _atom(f'<entry><link href="{HOME}/news/1"><title>t</title></entry>'), 1, faults="damaged"),
    _feed("a control character and a NUL", _rss(_item(1, "배\x0b추\x00"), _item(2)), 1, 2, titles=("배추", "배추 값")),
    _feed("ampersands in an address", _rss(f"<item><link>{HOME}/news/1?a=1&b=2</link></item>", _item(2)).replace("?a=1&b=2", ""), 1, 2),
    _feed("half an emoji", _rss(_item(1, "축제 &#55357;"), _item(2, "&#55357;&#56832;")), 1, 2, titles=("축제 �", "😀")),
    _feed("a reference to no character", _rss(_item(1, "배&#0;추&#x1F;"), _item(2, "&#x110000;")), 1, 2, titles=("배추", "�")),
    # before and around the document
    _feed("a PHP notice before the declaration", "<br />\n<b>Notice</b>: Undefined index in <b>/a.php</b><br />\n" + _rss(_item(1)), 1, faults="stray-text"),
    _feed("a warning before a feed without a declaration", "Warning: mysql_connect()\n" + _rss(_item(1), head=""), 1, faults="stray-text"),
    _feed("a notice between declaration and root", _rss(_item(1)).replace("?>", "?><br />Deprecated<br />", 1), 1, faults="damaged"),
    _feed("a byte order mark and blank lines", b"\xef\xbb\xbf\r\n \n" + _rss(_item(1)).encode(), 1),
    _feed("two byte order marks", b"\xef\xbb\xbf\xef\xbb\xbf" + _rss(_item(1)).encode(), 1),
    _feed("a page in place of the feed", "<!doctype html><html><body><a href='/news/1'>1</a></body></html>", faults="not-a-list"),
    _feed("an XHTML page in place of the feed", '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0" "x"><html><body/></html>', faults="not-a-list"),
    _feed("an error as text", "Error establishing a database connection", faults="not-a-list"),
    _feed("nothing", b"", faults="empty"),
    _feed("blanks alone", b"\r\n\t ", faults="empty"),
    _feed("a sound feed without an item", _rss(), faults="lists-nothing"),
    # document types
    _feed("an entity for a character", _rss(_item(1, "a&nbsp;b"), head='<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>'), 1, faults="entities", titles=("a b",)),
    _feed("a public document type", _rss(_item(1), head='<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x.example/rss.dtd">'), 1),
    _feed("a set of entities from elsewhere", _rss(_item(1), head='<!DOCTYPE rss [<!ENTITY % latin PUBLIC "-//W3C//ENTITIES Latin 1" "http://x.example/l.ent"> %latin;]>'), 1),
    _feed("entities that stand for entities", _rss(_item(1, "&e11;"), head=f'<!DOCTYPE r [<!ENTITY e0 "ha">{_BOMB}]>'), faults="refused"),
    _feed("an entity that stands for a file", _rss(_item(1, "&x;"), head='<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), faults="refused"),
    # broken off
    _feed("cut inside an address", _rss(_item(1), _item(2222)).partition("22</link>")[0], 1, faults="cut"),
    _feed("cut inside a title", _rss(_item(1), "<item><title>배추 값").partition("추 값</channel>")[0], 1, faults="cut"),
    _feed("cut inside a tag", _rss(_item(1), _item(2)).rpartition("k></item>")[0], 1, faults="cut"),
    _feed("cut behind an address", _rss(_item(1), _item(2)).rpartition("</item>")[0], 1, 2, faults="cut"),
    _feed("cut between items", _rss(_item(1), _item(2)).partition("</channel>")[0], 1, 2, faults="cut"),
    _feed("cut behind an id, before the link", _rss(_item(1), f"<item><guid>{HOME}/?p=2</guid>" + _item(2).removeprefix("<item>")).partition("<link>" + HOME + "/news/2")[0], 1, faults="cut"),
    _feed("cut inside a character", _rss(_item(1), "<item><title>양파").encode().partition("파".encode())[0] + "파".encode()[:2], 1, faults="cut"),
    # encodings
    _feed("CP949 that calls itself UTF-8", _rss(_item(1, "똠방각하"), _item(2)).encode("cp949"), 1, 2, faults="encoding", titles=("똠방각하", "배추 값")),
    _feed("UTF-8 that calls itself EUC-KR", _rss(_item(1), _item(2), head='<?xml version="1.0" encoding="euc-kr"?>'), 1, 2, faults="encoding", titles=("배추 값", "배추 값")),
    _feed("an encoding that is none for text", _rss(_item(1), head='<?xml version="1.0" encoding="base64"?>'), 1, titles=("배추 값",)),
    _feed("UTF-16 without a mark", _rss(_item(1), head='<?xml version="1.0" encoding="utf-16"?>').encode("utf-16-le"), 1, titles=("배추 값",)),
    # where the address is
    _feed("a source's link first", _atom(f'<entry><source><id>x</id><link href="{HOME}/"/></source><link href="{HOME}/news/1"/><title>t</title></entry>'), 1),
    _feed("a base address", _atom('<entry><link href="1"/><title>t</title></entry>', '<entry xml:base="../news/"><link href="./2"/></entry>', more=f' xml:base="{HOME}/news/"'), 1, 2),
    _feed("a permanent id alone", _rss(f'<item><guid isPermaLink="true">{HOME}/news/1</guid></item>', f"<item><guid>{HOME}/news/2</guid></item>"), 1, 2),
    _feed("an id that is no address", _rss(f'<item><guid isPermaLink="false">{HOME}/news/1</guid></item>', "<item><guid>tag:2</guid></item>", _item(3)), 3, faults="no-address"),
    _feed("a counting redirect", _rss("<item><link>https://feeds.example/~r/1</link><feedburner:origLink>" + f"{HOME}/news/1</feedburner:origLink></item>"), 1),
    _feed("RDF with `about` alone", f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><item rdf:about="{HOME}/news/1"><title>t</title></item></rdf:RDF>', 1),
    _feed("a picture's title first", _rss(f"<item><media:title>사진</media:title><title>배추</title><link>{HOME}/news/1</link></item>"), 1, titles=("배추",)),
    _feed("an address on lines of its own", _rss(f"<item><link>\n  <![CDATA[ {HOME}/news/1 ]]>\n</link></item>"), 1),
    _feed("a comment inside an address", _rss(f"<item><link>{HOME}/news/<!-- id -->1</link></item>"), 1),
    _feed("a date that means none", _rss(_item(1, more="<pubDate>Fri, 31 Dec 9999 23:59:59 GMT</pubDate>"), _item(2, more="<pubDate>어제</pubDate>")), 1, 2, faults="bad-date"),
    # JSON
    _feed("a JSON Feed", json.dumps(_JSON), 1, 2, faults="no-address", titles=("하나", "둘")),
    _feed("half an emoji in JSON", '{"items":[{"url":"' + HOME + '/news/1","title":"축제 \\ud83d"},{"url":"' + HOME + '/news/2"}]}', 1, 2, titles=("축제 �", None)),
    _feed("a notice before JSON", "<br />\n<b>Notice</b>: Undefined index [a] in /a.php<br />\n" + json.dumps([{"link": f"{HOME}/news/1"}]), 1, faults="stray-text"),
    _feed("JSON with a byte order mark", b"\xef\xbb\xbf" + json.dumps(_JSON).encode(), 1, 2, faults="no-address"),
    _feed("JSON in CP949", json.dumps(_JSON, ensure_ascii=False).encode("cp949"), 1, 2, faults="no-address", titles=("하나", "둘")),
    _feed("a feed with a script's end behind it", _rss(_item(1)) + "\nwindow.x = {}", 1, faults="damaged"),
    _feed("an error as JSON", '{"code":"rest_forbidden","message":"no","data":{"status":401}}', faults="not-a-list"),
    _feed("JSON that breaks off", json.dumps(_JSON)[:-40], faults="damaged"),
    _feed("JSON of 100,000 brackets", "[" * 100_000, faults="damaged"),
    # sitemaps
    _sitemap("text with a byte order mark", b"\xef\xbb\xbf" + f"{HOME}/news/1\r\n{HOME}/news/2\r\n".encode(), 1, 2),
    _sitemap("text with a line separator in an address", f"{HOME}/news/1\u2028\n{HOME}/news/2\n", 1, 2),
    _sitemap("text with lines of another kind", f"{HOME}/news/1\n# 끝\n{HOME}/news/2", 1, 2, faults="no-address"),
    _sitemap("a sitemap cut inside an address", _map(_url(1111), _url(2222)).partition("22</loc></url></urlset>")[0], 1111, faults="cut"),
    _sitemap("an index cut inside an address", _map(*(f"<sitemap><loc>{HOME}/news/{n}</loc></sitemap>" for n in (1, 2222)), name="sitemapindex").partition("22</loc></sitemap></")[0], faults="cut", children=(1,)),
    _sitemap("several packed members", gzip.compress(_map(_url(1), _url(2))[:90].encode()) + gzip.compress(_map(_url(1), _url(2))[90:].encode()), 1, 2),
    _sitemap("bytes behind what is packed", gzip.compress(_map(_url(1)).encode()) + b"\x00\x00tail", 1),
    _sitemap("packed data that break off", gzip.compress(_map(*(_url(n) for n in range(1, 400))).encode(), 0)[:800], *range(1, 13), faults="cut cut"),
    _sitemap("a picture's address first", _map(f"<url><image:image><image:loc>{HOME}/a.jpg</image:loc></image:image><loc>{HOME}/news/1</loc></url>"), 1),
    _sitemap("a prefix on every element", f'<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9"><s:url><s:loc>{HOME}/news/1</s:loc></s:url></s:urlset>', 1),
    _sitemap("another namespace", _map(_url(1)).replace("http://www.sitemaps.org/schemas/sitemap/0.9", "https://www.google.com/schemas/sitemap/0.84"), 1),
    _sitemap("pages in an index", _map(_url(1), f"<sitemap><loc>{HOME}/news/2</loc></sitemap>", name="sitemapindex"), 1, children=(2,)),
    _sitemap("an ampersand twice escaped", _map(f"<url><loc>{HOME}/news/1?a=1&amp;amp;b=2</loc></url>").replace("?a=1&amp;amp;b=2", ""), 1),
    _sitemap("an address that ends nowhere in a sitemap", _map(f"<url><loc>{HOME}/news/1<lastmod>2026-11-20</lastmod></url>", _url(2)), 1, 2, faults="damaged"),
    _sitemap("RSS in place of the sitemap", _rss(_item(1)), 1),
    _sitemap("a sitemap without an entry", _map(), faults="lists-nothing"),
)  # fmt: skip
