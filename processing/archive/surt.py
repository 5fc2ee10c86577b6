"""The sort key of a URL in a CDXJ index, as pywb looks it up: SURT, the Sort-friendly URI Reordering Transform.

The rules are those of the IA canonicaliser that pywb and OpenWayback share: host labels reversed and joined by commas,
`www.` and its numbered forms dropped, everything lower-case, dot segments and double slashes resolved, the query
sorted, session ids and the fragment dropped, the default port left out.
"""

import re
from posixpath import normpath
from urllib.parse import quote, unquote_to_bytes, urlsplit

_WWW = re.compile(r"^www\d*\.")
_SESSION = re.compile(r"^(?:jsessionid|phpsessid|sid|aspsessionid[a-z]{8})=[0-9a-z]{24,32}$")
_PORTS = {"http": 80, "https": 443}
_KEPT = "!$&'()*+,;=:@/~?[]|\"<>^`{}\\"


def surt(url: str) -> str:
    """Return the key of an absolute http or https URL; raises ValueError where its port is no number."""
    parts = urlsplit(url)
    host = _WWW.sub("", (parts.hostname or "").rstrip(".")).encode("idna").decode() if parts.hostname else ""
    port = parts.port if parts.port != _PORTS.get(parts.scheme) else None
    key = ",".join(reversed(host.split("."))) + (f":{port}" if port else "")
    query = "&".join(sorted(one for one in _plain(parts.query).split("&") if not _SESSION.match(one)))
    return f"{key}){_path(_plain(parts.path))}" + (f"?{query}" if query else "")


def _plain(text: str) -> str:
    """Return it in lower case, escaped only where it must be."""
    return quote(unquote_to_bytes(text), safe=_KEPT).lower()


def _path(path: str) -> str:
    """Return the path without dot segments, doubled slashes and a trailing slash."""
    whole = normpath(f"/{path.lstrip('/')}")
    return whole if whole != "." else "/"
