"""Two small pictures as SVG: a day against its norm, and four weeks of days. Colours are the style sheet's."""

from collections.abc import Sequence

from processing.report.html import Html, element, joined

_WIDE, _BAR = 120, 10
_STEP, _TALL = 4, 24


def volume(articles: int, daily: tuple[int, int], usual: float | None) -> Html:
    """Return a bar of today's articles over the band of a normal day, with a mark where this weekday usually is."""
    low, high = daily
    top = max(articles, high, usual or 0, 1) * 1.05
    parts = [
        element("rect", class_="track", x=0, y=3, width=_WIDE, height=4, rx=2),
        element("rect", class_="band", x=_at(low, top), y=1, width=_at(high - low, top), height=8, rx=2),
        element("rect", class_="value", x=0, y=3, width=max(_at(articles, top), 1), height=4, rx=2),
    ]
    if usual is not None:
        parts.append(element("rect", class_="usual", x=_at(usual, top), y=0, width=1.5, height=10))
    told = f"{articles}; {low}-{high}" + (f"; {usual:g}" if usual is not None else "")
    return _picture(_WIDE, _BAR, f"chart volume{' low' if articles < low else ''}", told, parts)


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
        parts.append(element("rect", class_=newest, x=x, y=_TALL - height, width=3, height=height, rx=0.5))
    told = " ".join("-" if count is None else str(count) for count in history)
    return _picture(max(len(history), 1) * _STEP, _TALL, "chart weeks", told, parts)


def _at(value: float, top: float) -> float:
    return round(value / top * _WIDE, 1)


def _picture(width: int, height: int, kind: str, told: str, parts: Sequence[Html]) -> Html:
    """Return the SVG; `told` is what a screen reader says and a pointer shows."""
    title = element("title", told)
    box = f"0 0 {width} {height}"
    return element(
        "svg", joined(title, *parts), class_=kind, viewBox=box, width=width, height=height, role="img", aria_label=told
    )
