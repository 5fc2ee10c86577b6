"""The addresses under which a crawl meets one article, and which of them is asked next.

Whoever can place a link on a page can spell an address so that it fails. So an article is not
judged by the first spelling: those that may be asked at all are tried in the order in which they
were met, until one gives the article.
"""

from dataclasses import dataclass, field

from processing.records import Fetch

MOST_REQUESTS = 3
"""Spellings of one article that may cost a request each in one crawl.

What robots.txt refuses costs none.
"""
_MOST_KEPT = 50
"""Spellings of one article that are remembered while it is being asked for."""


@dataclass(slots=True)
class _Article:
    met: list[str] = field(default_factory=list)
    tried: int = 0
    requests: int = 0
    ended: bool = False


class Spellings:
    """The spellings of the articles that one crawl asks for, by article id."""

    def __init__(self) -> None:
        self._articles: dict[str, _Article] = {}

    def begin(self, article: str, url: str) -> None:
        """Note that `url` is asked for `article`."""
        state = self._articles.setdefault(article, _Article())
        if url not in state.met:
            state.met.insert(state.tried, url)
        state.tried = state.met.index(url) + 1
        state.ended = False

    def meet(self, article: str, url: str) -> bool:
        """Note another spelling of an article that is asked for.

        Return whether all before it have failed by now.

        Only then has the caller to ask it; otherwise `after_failure` returns it when its turn
        comes.
        """
        state = self._articles.get(article)
        if state is None or url in state.met or len(state.met) >= _MOST_KEPT:
            return False
        state.met.append(url)
        return state.ended and state.requests < MOST_REQUESTS

    def after_failure(self, article: str, *, requested: bool) -> str | None:
        """Return the spelling to ask after one that gave no article.

        None where there is none left to ask.
        """
        state = self._articles.get(article)
        if state is None:
            return None
        state.requests += requested
        if state.tried < len(state.met) and state.requests < MOST_REQUESTS:
            return state.met[state.tried]
        state.ended = True
        return None


def is_plainer(url: str, last: Fetch) -> bool:
    """Return whether `url` is worth asking though `last`, of another spelling, says that the article is settled.

    Only a shorter spelling is: so that two that both lead nowhere are not asked in turns for ever.
    """
    return last.outcome != "article" and len(url) < len(last.url)
