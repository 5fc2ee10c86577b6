"""What each link of a source is worth: asked for now, or a row that says why not."""

from dataclasses import dataclass, field

from processing.records import Fetch, Why, article_id
from spiders.arguments import Wish
from spiders.identity import identify, is_on_site
from spiders.links import Link
from spiders.polling import left_alone, waits_until
from spiders.rows import considered
from spiders.run import Run
from spiders.visit import Visit


@dataclass(slots=True)
class Found:
    """What follows from an answer: articles to ask for, further documents of the source to ask for."""

    visits: list[Visit] = field(default_factory=list)
    polls: list[Visit] = field(default_factory=list)
    links: int = 0
    known: int = 0
    new: int = 0


def consider(run: Run, wish: Wish, visit: Visit, link: Link, found: Found) -> None:
    """Take in one link of the source that `visit` asked: count it in `found`, and log it where it is not asked for."""
    identity = identify(run.outlet, link.url)
    if identity is None:
        _turn_down(run, link.url, visit.url)
        return
    article = article_id(identity.url)
    seen = run.memory.seen(article)
    found.links += 1
    found.known += seen or article in run.memory.announced(visit.url)
    run.announced.add(article)
    if article in run.considered:
        return
    last = run.memory.last(article)
    why, detail = _not_now(run, wish, link, last, seen=seen)
    if why is not None:
        missing = last.failures if why is Why.SEEN and last and not last.outcome else 0
        run.log(considered(run, link.url, why, detail, article=article, source=visit.url, failures=missing))
        return
    found.new += not seen
    run.considered[article] = None
    found.visits.append(
        Visit(
            role="article",
            url=link.url,
            reason="changed" if seen else "new",
            canonical=identity.url,
            article_id=article,
            announced_by=visit.url,
            announced_at=run.clock(),
            last=last,
        )
    )


def _turn_down(run: Run, url: str, source: str) -> None:
    """Log what is no article of the outlet where it is new or was last logged a month ago.

    A front page repeats a hundred such links in every poll.
    """
    row = turned_down(run, url, source)
    if url not in run.turned_down and not run.memory.turned_down(row.why, row.url):
        run.log(row)
    run.turned_down.add(url)


def _not_now(run: Run, wish: Wish, link: Link, last: Fetch | None, *, seen: bool) -> tuple[Why | None, str | None]:
    """Return why an article is not asked for, and in which words where the reason needs them; None where it is."""
    if not wish.span.holds(link):
        return Why.OUT_OF_RANGE, None
    if last and last.why is Why.OFF_SITE and (seen or waits_until(last, run.clock())):
        return Why.OFF_SITE, last.detail
    if seen:
        return (None, None) if _is_changed(link, last) else (Why.SEEN, _settled(last))
    until = waits_until(last, run.clock())
    if last is None or until is None:
        return None, None
    return Why.SEEN, left_alone(last, until)


def _settled(last: Fetch | None) -> str | None:
    """Return what became of an article that is known and not here."""
    return last.detail if last and last.failures and not last.outcome else None


def turned_down(run: Run, url: str, source: str | None = None) -> Fetch:
    """Return the row of a URL that is no article of this outlet."""
    why = Why.NOT_ARTICLE if is_on_site(run.outlet, url) else Why.OFF_SITE
    return considered(run, url[:2000], why, source=source)


def _is_changed(link: Link, last: Fetch | None) -> bool:
    """Return whether the source says that an article changed after we last asked for it."""
    stamp = link.modified
    return bool(last and stamp and stamp.precision != "day" and stamp.at > last.at and last.why is not Why.GONE)
