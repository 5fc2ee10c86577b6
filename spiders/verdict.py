"""How a crawl ended, judged from what it counted, and the exit code that says so.

Scrapy's own `crawl` exits 0 whatever happens.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from processing.errors import SillokError, TransientError
from processing.records import End

EXIT = {End.NEW: 0, End.UNCHANGED: 0, End.PARTIAL: 0, End.FAILED: 1, End.UNHEALTHY: 3, End.INTERRUPTED: 4}
"""Exit codes of `scrapy crawl`; 2 is a wrong argument or setting, `exit_code` tells it from a failure that may pass."""

_LIMITS = {
    "closespider_timeout": "the time limit",
    "memusage_exceeded": "the memory limit",
    "closespider_pagecount": "the page limit",
}

_STRANGER = (
    "it is asked again by itself; where it is the outlet for certain, declare `tls` in its file, "
    "and where every outlet says this, install this machine's ca-certificates"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a crawl counted. `reason` is Scrapy's finish reason; `silent` names sources past their quiet time.

    `left` counts sources whose turn it was not, where a crawl asks only what is due; they are not among `asked`.
    `strangers` are hosts whose certificate did not show that they are the outlet.
    `removed` counts pages that say, with status 200, that their article is gone: rejections, and yet what was asked.
    `absent` counts, among the failed, those that answered that there is no such page: no fault of the outlet.
    `spared` counts pages that a dry run named and did not ask for.
    """

    reason: str | None
    error: SillokError | None = None
    crashes: int = 0
    asked: int = 0
    answered: int = 0
    left: int = 0
    problems: Mapping[str, str] = field(default_factory=dict)
    silent: tuple[str, ...] = ()
    cooled: Mapping[str, str] = field(default_factory=dict)
    strangers: Mapping[str, str] = field(default_factory=dict)
    pages: int = 0
    articles: int = 0
    removed: int = 0
    absent: int = 0
    rejections: Mapping[str, int] = field(default_factory=dict)
    whys: Mapping[str, int] = field(default_factory=dict)
    spared: int = 0


def verdict(tally: Tally) -> tuple[End, str]:
    """Return how the crawl ended and, in a sentence, why."""
    return _broken(tally) or _shut(tally) or _unhealthy(tally) or _limited(tally) or _unread(tally) or _sound(tally)


def exit_code(end: End, error: SillokError | None = None) -> int:
    """Return the exit code: 2 where the same call would fail again."""
    if error is not None and not isinstance(error, TransientError):
        return 2
    return EXIT[end]


def _broken(tally: Tally) -> tuple[End, str] | None:
    if tally.error is not None:
        return End.FAILED, str(tally.error)
    if tally.reason == "shutdown":
        return End.INTERRUPTED, "stopped by a signal; what is sealed is kept, the next crawl does the rest"
    if tally.reason == "closespider_errorcount":
        return End.FAILED, "the spider broke; the tracebacks above say where"
    if tally.reason is None or tally.reason == "start_error":
        return End.FAILED, "the crawl did not get to its end; the log above says where"
    return None


def _shut(tally: Tally) -> tuple[End, str] | None:
    if tally.cooled:
        return End.UNHEALTHY, "; ".join(f"{host}: {why}" for host, why in sorted(tally.cooled.items()))
    if tally.strangers:
        return End.UNHEALTHY, f"{_listed(tally.strangers)}: nothing was taken from there; {_STRANGER}"
    return None


def _unhealthy(tally: Tally) -> tuple[End, str] | None:
    if tally.asked and not tally.answered:
        return End.UNHEALTHY, f"no source answered: {_listed(tally.problems)}"
    if tally.pages - tally.removed > 0 and not tally.articles:
        return End.UNHEALTHY, f"{tally.pages} pages fetched and none read: {_counted(tally.rejections)}"
    if tally.crashes:
        return End.UNHEALTHY, f"{tally.crashes} pages stopped the reader with an error of its own; the log has them"
    if tally.answered and len(tally.silent) >= tally.answered:
        return End.UNHEALTHY, f"nothing new beyond the quiet time: {', '.join(tally.silent)}"
    return None


def _limited(tally: Tally) -> tuple[End, str] | None:
    if tally.reason in _LIMITS:
        return End.PARTIAL, f"closed by {_LIMITS[tally.reason]}; the next crawl does the rest"
    over = tally.whys.get("over-budget", 0)
    if over:
        return End.PARTIAL, f"{over} URLs are over the day's budget and wait for tomorrow"
    return None if tally.reason == "finished" else (End.PARTIAL, f"closed: {tally.reason}")


def _unread(tally: Tally) -> tuple[End, str] | None:
    failed = sum(tally.whys.get(why, 0) for why in ("failed", "given-up")) - tally.absent
    answered = sum(tally.whys.get(why, 0) for why in ("fetched", "unchanged", "gone"))
    if failed and not answered:
        return End.UNHEALTHY, f"none of {failed} URLs could be fetched; `sillok gaps` lists them"
    refused = {why: tally.whys[why] for why in ("robots", "off-site", "not-article") if tally.whys.get(why)}
    if not (tally.asked or tally.left) and refused and not answered:
        return End.UNHEALTHY, f"none of the URLs asked for is an article that may be fetched: {_counted(refused)}"
    return None


def _sound(tally: Tally) -> tuple[End, str]:
    new = sum(tally.whys.get(why, 0) for why in ("fetched", "gone"))
    trouble = f"; but {_listed(tally.problems)}" if tally.problems else ""
    if new:
        return End.NEW, f"{tally.articles} articles from {tally.pages} pages{trouble}"
    if tally.spared:
        return End.UNCHANGED, f"a dry run, which found {tally.spared} to fetch{trouble}"
    if tally.left and not tally.asked:
        return End.UNCHANGED, f"no source was due{trouble}"
    if not tally.asked:
        return End.UNCHANGED, f"what was asked for is as it was{trouble}"
    return End.UNCHANGED, f"every source asked has only what is known already{trouble}"


def _listed(problems: Mapping[str, str]) -> str:
    return "; ".join(f"{url}: {problem}" for url, problem in sorted(problems.items())) or "no reason given"


def _counted(reasons: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
