"""Canonical URLs: one article, one spelling.

Nothing here knows an outlet. What is dropped is dropped everywhere on the web; what only one outlet
uses for tracking (`code` at 국민일보, which is the very id at 부산일보) is left to that outlet's
declaration. Queries stay: about fifteen Korean outlets keep the article id there.
"""

import re
from urllib.parse import SplitResult, quote, urlsplit

_TRACKING = re.compile(
    r"utm_.*|_ga|_gl|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|mc_cid|mc_eid|spm|ref"  # the web's
    r"|wlog_.*|n_media|n_query|n_rank|lfrom|ntype|cds|outurl|outlnkchk|outlink|influxdiv|plink|cooper"  # portals'
    r"|cmpt_cd|just_news|kakao_from|call_from",
    re.IGNORECASE,
)
_AMP = re.compile(r"amp(?:=(?:1|true)?)?|outputtype=amp", re.IGNORECASE)
_MOBILE = re.compile(r"(?:m|mobile|mnews|amp)\.(?=[^.]+\.[^.])")
_DOMAIN = re.compile(r"[^.]+\.(?:(?:co|or|go|ne|re|pe|ac|hs|ms|es|sc|kg|mil)\.)?[a-z]{2,}")
_COPY = re.compile(
    r"https?://(?:web\.archive\.org/web/(?:\d+[a-z_]*/)?"  # the Internet Archive's copies
    r"|(?:www\.)?google\.(?:com(?:\.[a-z]{2})?|co\.[a-z]{2}|[a-z]{2})/amp/"  # Google's own names, to their end
    r"|[a-z0-9-]+\.cdn\.ampproject\.org/[a-z]/)(?P<rest>(?:https?://|s/)?.+)",
    re.IGNORECASE,
)
_AMPERSAND = re.compile(r"&(?:(?:amp|#0*38|#[xX]0*26);)+")
_EQUALS = re.compile(r"&(?:#0*61|#[xX]0*3[dD]);")
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b\ufeff]+")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT = "%/:@!$&'()*+,;=-._~?[]|"
_PORTS = {"http": 80, "https": 443}


def canonical(url: str) -> str:
    """Return the one spelling under which `url` is stored and compared.

    Applying it again changes nothing.

    A copy in the Internet Archive or an AMP cache has the address of its original. Scheme, host,
    default port, escapes and the order of the query are normalised (RFC 3986 section 6.2); user
    name, fragment, tracking and AMP marks are dropped; a mobile host becomes the desktop's; http
    becomes https unless a port is named. Ids in queries stay. What is no http(s) URL comes back
    without outer blanks and otherwise as it is.

    >>> canonical("http://M.Example.co.kr/news/view?idxno=7&utm_source=naver#top")
    'https://www.example.co.kr/news/view?idxno=7'
    """
    while (once := _pass(url)) != url:
        url = once
    return url


def unescaped(url: str) -> str:
    """Return `url` without outer blanks and controls, HTML escapes of & and = undone: it can be fetched.

    Some feeds escape twice. Only these two signs: undoing all would read a parameter named `copy` as a sign.
    """
    text = _CONTROL.sub("", url).strip()
    while (plain := _EQUALS.sub("=", _AMPERSAND.sub("&", text))) != text:
        text = plain
    return text


def desktop(host: str) -> str:
    """Return the desktop host that `host` (lower case) is a mobile or AMP variant of.

    `host` itself if it is none.

    >>> desktop("m.example.co.kr"), desktop("m.news.example.com"), desktop("example.kr")
    ('www.example.co.kr', 'news.example.com', 'example.kr')
    """
    rest = _MOBILE.sub("", host, count=1) if _MOBILE.match(host) else host
    return f"www.{rest}" if rest != host and _DOMAIN.fullmatch(rest) else rest


def _pass(url: str) -> str:
    """Normalise once.

    Undoing one escape can lay bare another, so `canonical` repeats this until nothing changes.
    """
    text = _original(unescaped(url))
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return text
    if parts.scheme not in _PORTS or not parts.hostname:
        return text
    named = port is not None and port != _PORTS[parts.scheme]
    scheme, suffix = (parts.scheme, f":{port}") if named else ("https", "")
    query = _query(parts.query)
    return f"{scheme}://{_host(parts)}{suffix}{_path(parts.path)}{'?' if query else ''}{query}"


def _original(url: str) -> str:
    """Return the address of which `url` is a copy in the Internet Archive or an AMP cache ("s/" there means https)."""
    found = _COPY.fullmatch(url)
    if found is None:
        return url
    rest = found["rest"]
    return rest if "://" in rest[:8] else f"https://{rest.removeprefix('s/')}"


def _host(parts: SplitResult) -> str:
    """Return the host in lower-case ASCII; one that IDNA refuses stays as it is."""
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        return f"[{host}]"
    try:
        host = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host
    return desktop(host)


def _path(path: str) -> str:
    """Resolve dot segments and repeated slashes.

    A trailing slash stays, because some servers redirect without it.
    """
    kept: list[str] = []
    segments = [segment for segment in _escaped(path).split("/") if segment]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    slash = "/" if kept and path.endswith("/") else ""
    while len(kept) > 1 and kept[-1] == "amp":
        del kept[-1]
    return "/" + "/".join(kept) + slash


def _query(query: str) -> str:
    pairs = [pair for pair in _escaped(query).split("&") if pair and not _is_noise(pair)]
    return "&".join(sorted(pairs))


def _is_noise(pair: str) -> bool:
    return bool(_TRACKING.fullmatch(pair.partition("=")[0]) or _AMP.fullmatch(pair))


def _escaped(text: str) -> str:
    """Write escapes one way: unreserved characters plain, all others as upper-case percent escapes of UTF-8."""
    return quote(_ESCAPE.sub(_one_escape, text), safe=_KEPT, errors="surrogatepass")


def _one_escape(found: re.Match[str]) -> str:
    if found[1] is None:
        return "%25"
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0].upper()
