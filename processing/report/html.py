"""HTML from values: everything that is not already HTML is escaped, so nothing archived can become markup."""

import re
from html import escape
from urllib.parse import urlsplit

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""What HTML does not allow in text (WHATWG HTML §3.2.5), and what UTF-8 cannot carry."""
_VOID = {"meta", "input", "br", "link"}


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: object) -> Html:
    """Return `value` as HTML text; HTML stays as it is."""
    return value if isinstance(value, Html) else Html(escape(_FORBIDDEN.sub("", str(value)), quote=True))


def element(tag: str, /, *children: object, **attributes: object) -> Html:
    """Return an element. A trailing underscore of an attribute is dropped, others become dashes; None leaves it out."""
    named = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items() if value is not None)
    opened = "".join(
        f" {key}" if value is True else f' {key}="{text(value)}"' for key, value in named if value is not False
    )
    inner = "".join(text(child) for child in children)
    return Html(f"<{tag}{opened}>" if tag in _VOID else f"<{tag}{opened}>{inner}</{tag}>")


def joined(*parts: object) -> Html:
    """Return parts one after the other."""
    return Html("".join(text(part) for part in parts))


def both(korean: object, english: object) -> Html:
    """Return a phrase in both languages; the reader's choice hides one."""
    return joined(element("span", korean, lang="ko"), element("span", english, lang="en"))


def stranger(value: object) -> Html:
    """Return text that a stranger wrote: escaped, and isolated so that its direction cannot turn what follows."""
    return element("bdi", value)


def link(url: str, *children: object) -> Html:
    """Return a link to a page of an outlet; anything but http and https stays text."""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        scheme = ""
    if scheme not in {"http", "https"}:
        return joined(*children)
    return element("a", *children, href=url, rel="noopener noreferrer nofollow", referrerpolicy="no-referrer")


def share(value: float | None) -> str:
    """Return a share in per cent, cut and not rounded: 99.97 % complete is not complete."""
    if value is None:
        return "–"
    return "100%" if value == 1 else f"{int(value * 1000) / 10:.1f}%"
