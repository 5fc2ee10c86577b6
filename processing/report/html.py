"""HTML from values: everything that is not already HTML is escaped, so nothing archived can become markup.

Two small pictures as SVG: a day against its norm, and four weeks of days. Colours are the style sheet's.
"""

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from processing.completeness.meter import Completeness

_FORBIDDEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""What HTML does not allow in text (WHATWG HTML §3.2.5), and what UTF-8 cannot carry."""
_VOID = {"meta", "input", "br", "link"}


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: object) -> Html:
    """Return `value` as HTML text; HTML stays as it is."""
    return (
        value
        if isinstance(value, Html)
        else Html(escape(_FORBIDDEN.sub("", str(value)), quote=True))
    )


def element(tag: str, /, *children: object, **attributes: object) -> Html:
    """Return an element.

    A trailing underscore of an attribute is dropped, others become dashes; None leaves it out.
    """
    named = (
        (key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
        if value is not None
    )
    opened = "".join(
        f" {key}" if value is True else f' {key}="{text(value)}"'
        for key, value in named
        if value is not False
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
    return element(
        "a", *children, href=url, rel="noopener noreferrer nofollow", referrerpolicy="no-referrer"
    )


def share(value: float | None) -> str:
    """Return a share in per cent, cut and not rounded: 99.97 % complete is not complete."""
    if value is None:
        return "–"
    return "100%" if value == 1 else f"{int(value * 1000) / 10:.1f}%"


def stated(measured: Completeness | None) -> str:
    """Return a completeness as far as it can be trusted: a whole only where nothing contradicts it.

    "?" where it is not known, "≤" where only gaps are, "≥" where no loss is seen and yet a few
    articles may be missing without a sign.
    """
    if measured is None:
        return "?"
    if measured.share is None:
        gaps = measured.high is not None and measured.high < 1
        return f"≤{share(measured.high)}" if gaps else "?"
    if measured.is_whole:
        return "100%"
    return f"≥{share(measured.low)}" if measured.share == 1 else share(measured.share)


_WIDE, _BAR = 120, 10
_STEP, _TALL = 4, 24


def volume(articles: int, daily: tuple[int, int], usual: float | None) -> Html:
    """Return a bar of today's articles over the band of a normal day, with a mark where this weekday usually is."""
    low, high = daily
    top = max(articles, high, usual or 0, 1) * 1.05
    parts = [
        element("rect", class_="track", x=0, y=3, width=_WIDE, height=4, rx=2),
        element(
            "rect", class_="band", x=_at(low, top), y=1, width=_at(high - low, top), height=8, rx=2
        ),
        element("rect", class_="value", x=0, y=3, width=max(_at(articles, top), 1), height=4, rx=2),
    ]
    if usual is not None:
        parts.append(element("rect", class_="usual", x=_at(usual, top), y=0, width=1.5, height=10))
    description = f"{articles}; {low}-{high}" + (f"; {usual:g}" if usual is not None else "")
    return _picture(
        _WIDE, _BAR, f"chart volume{' low' if articles < low else ''}", description, parts
    )


def weeks(history: Sequence[int | None]) -> Html:
    """Return one bar a day, the newest last; a day without a run is a dot on the ground."""
    top = max((count for count in history if count is not None), default=0) or 1
    parts = []
    for number, count in enumerate(history):
        x = number * _STEP
        if count is None:
            parts.append(element("rect", class_="none", x=x, y=_TALL - 2, width=2, height=2))
            continue
        height = max(round(count / top * (_TALL - 2), 1), 1)
        newest = "value" if number == len(history) - 1 else "past"
        parts.append(
            element("rect", class_=newest, x=x, y=_TALL - height, width=3, height=height, rx=0.5)
        )
    description = " ".join("-" if count is None else str(count) for count in history)
    return _picture(max(len(history), 1) * _STEP, _TALL, "chart weeks", description, parts)


def _at(value: float, top: float) -> float:
    return round(value / top * _WIDE, 1)


def _picture(width: int, height: int, kind: str, description: str, parts: Sequence[Html]) -> Html:
    """Return the SVG; `told` is what a screen reader says and a pointer shows."""
    title = element("title", description)
    box = f"0 0 {width} {height}"
    return element(
        "svg",
        joined(title, *parts),
        class_=kind,
        viewBox=box,
        width=width,
        height=height,
        role="img",
        aria_label=description,
    )
