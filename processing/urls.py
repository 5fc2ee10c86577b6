"""Normalises URLs, so that one article has one canonical URL.

Nothing here knows an outlet. What is dropped is dropped everywhere on the web; what only one outlet
uses for tracking (`code` at 국민일보, which is the very id at 부산일보) is left to that outlet's
declaration. Queries stay: about fifteen Korean outlets keep the article id there.
"""

import re
from urllib.parse import SplitResult, quote, urlsplit

_TRACKING = re.compile(
    # Everywhere on the web.
    r"utm_.*|_ga|_gl|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|mc_cid|mc_eid|spm|ref"
    # Of Korean portals.
    r"|wlog_.*|n_media|n_query|n_rank|lfrom|ntype|cds|outurl|outlnkchk|outlink|influxdiv|plink"
    r"|cooper|cmpt_cd|just_news|kakao_from|call_from",
    re.IGNORECASE,
)
_AMP = re.compile(r"amp(?:=(?:1|true)?)?|outputtype=amp", re.IGNORECASE)
_MOBILE = re.compile(r"(?:m|mobile|mnews|amp)\.(?=[^.]+\.[^.])")
_DOMAIN = re.compile(r"[^.]+\.(?:(?:co|or|go|ne|re|pe|ac|hs|ms|es|sc|kg|mil)\.)?[a-z]{2,}")
_COPY = re.compile(
    # Copies in the Internet Archive.
    r"https?://(?:web\.archive\.org/web/(?:\d+[a-z_]*/)?"
    # Google's names to their end: `google.com.example.kr` is somebody else's.
    r"|(?:www\.)?google\.(?:com(?:\.[a-z]{2})?|co\.[a-z]{2}|[a-z]{2})/amp/"
    r"|[a-z0-9-]+\.cdn\.ampproject\.org/[a-z]/)(?P<url>(?:https?://|s/)?.+)",
    re.IGNORECASE,
)
_AMPERSAND = re.compile(r"&(?:(?:amp|#0*38|#[xX]0*26);)+")
_EQUALS = re.compile(r"&(?:#0*61|#[xX]0*3[dD]);")
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b\ufeff]+")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_UNESCAPED = "%/:@!$&'()*+,;=-._~?[]|"
_PORTS = {"http": 80, "https": 443}


def canonical(url: str) -> str:
    """Return the canonical form of `url`, under which an article is stored and compared.

    Applying it again changes nothing. A copy in the Internet Archive or an AMP cache gets the
    address of its original. Scheme, host,
    default port, escapes and the order of the query are normalised (RFC 3986 section 6.2); user
    name, fragment, tracking and AMP marks are dropped; a mobile host becomes the desktop's; http
    becomes https unless a port is named. Ids in queries stay. What is no http(s) URL comes back
    without outer blanks and otherwise as it is.

    >>> canonical("http://M.Example.co.kr/news/view?idxno=7&utm_source=naver#top")
    'https://www.example.co.kr/news/view?idxno=7'
    """
    while (text := _pass(url)) != url:
        url = text
    return url


def unescaped(url: str) -> str:
    """Return `url` without outer blanks and controls and with HTML escapes of & and = undone.

    The result can be fetched. Some feeds escape twice. Only these two characters are unescaped,
    because `&copy` may be a parameter of that name.
    """
    text = _CONTROL.sub("", url).strip()
    while (url := _EQUALS.sub("=", _AMPERSAND.sub("&", text))) != text:
        text = url
    return text


def desktop(host: str) -> str:
    """Return the desktop host that `host` (lower case) is a mobile or AMP variant of.

    `host` itself if it is none.

    >>> desktop("m.example.co.kr"), desktop("m.news.example.com"), desktop("example.kr")
    ('www.example.co.kr', 'news.example.com', 'example.kr')
    """
    text = _MOBILE.sub("", host, count=1) if _MOBILE.match(host) else host
    return f"www.{text}" if text != host and _DOMAIN.fullmatch(text) else text


def _pass(url: str) -> str:
    """Return `url` after one pass of normalising.

    Undoing one escape can reveal another, so `canonical` repeats this until nothing changes.
    """
    url = _original(unescaped(url))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    if parts.scheme not in _PORTS or not parts.hostname:
        return url
    # A named port keeps its scheme: https would be served on another port.
    if port is None or port == _PORTS[parts.scheme]:
        host = f"https://{_host(parts)}"
    else:
        host = f"{parts.scheme}://{_host(parts)}:{port}"
    text = _query(parts.query)
    return f"{host}{_path(parts.path)}{'?' if text else ''}{text}"


def _original(url: str) -> str:
    """Return the original of a copy in the Internet Archive or an AMP cache, else `url` itself."""
    match = _COPY.fullmatch(url)
    if match is None:
        return url
    url = match["url"]
    # AMP caches mark https by `s/` in front of the host.
    return url if "://" in url[:8] else f"https://{url.removeprefix('s/')}"


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


def _path(text: str) -> str:
    """Return a path without dot segments and repeated slashes.

    A trailing slash stays, because some servers redirect without it.
    """
    names: list[str] = []
    for name in filter(None, _escaped(text).split("/")):
        if name == "..":
            del names[-1:]
        elif name != ".":
            names.append(name)
    trailing = bool(names) and text.endswith("/")
    while len(names) > 1 and names[-1] == "amp":
        del names[-1]
    return "/" + "/".join(names) + ("/" if trailing else "")


def _query(text: str) -> str:
    """Return a query without tracking and AMP marks, its pairs sorted."""
    pairs = [pair for pair in _escaped(text).split("&") if pair and not _is_noise(pair)]
    return "&".join(sorted(pairs))


def _is_noise(pair: str) -> bool:
    return bool(_TRACKING.fullmatch(pair.partition("=")[0]) or _AMP.fullmatch(pair))


def _escaped(text: str) -> str:
    """Return `text` with escapes in one form (RFC 3986 section 6.2.2).

    Unreserved characters are plain, all others upper-case percent escapes of UTF-8.
    """
    return quote(_ESCAPE.sub(_normal_escape, text), safe=_UNESCAPED, errors="surrogatepass")


def _normal_escape(match: re.Match[str]) -> str:
    # A percent sign without two digits behind it means itself.
    if match[1] is None:
        return "%25"
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()
