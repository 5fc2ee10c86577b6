"""Scrapy's settings: its defaults, this file, the environment, an outlet's own fields, then `-s`.

The environment is read here and nowhere else in `spiders`; `infra/.env.example` has a sentence for
each variable.
"""

from collections.abc import Mapping
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from processing.errors import UsageError
from processing.settings import settings as archive_settings

AGENT = "Sillok"
"""Our token in robots.txt (RFC 9309 §2.2.1) and the product of our User-Agent."""

REVISITS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=7))


class Environment(BaseSettings):
    """What the environment says about asking.

    `contact` (a URL or e-mail address) goes into the User-Agent. `press` is the port of the sample
    press. `scheduled` says that nobody watches: then a contact is required. `permission` maps an
    outlet to the consent it gave, as JSON. `delay` is the least seconds between two requests to a
    host, `time_limit` seconds until a crawl closes itself. `spool` holds the open segment, on a
    local disk. `due` skips a source whose next poll is not due yet. `browser` is the Chromium that
    renders the pages of outlets that declare it. `notifiers` are the channels that hear of faults, as
    JSON (`dags.alerts`).
    """

    model_config = SettingsConfigDict(
        env_prefix="SILLOK_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    contact: str = Field(default="", pattern=r"^[^\x00-\x1f\x7f]*$")
    press: int | None = None
    scheduled: bool = False
    due: bool = False
    browser: str = "chromium"
    permission: dict[str, str] = {}
    delay: float = Field(default=1.0, ge=0)
    time_limit: float = Field(default=2700, ge=0)
    spool: Path = Path("var/spool")
    log: Literal["text", "json"] = "text"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    output: Literal["auto", "none"] = "auto"
    notifiers: str = ""


def environment() -> Environment:
    """Return the settings of this process; raise UsageError naming the variables that are wrong."""
    try:
        return Environment()
    # The only value that is more than a word.
    except SettingsError as error:
        raise UsageError(
            "settings are wrong: SILLOK_PERMISSION is no JSON: write "
            '{"outlet": "who consented, when"}'
        ) from error
    except ValidationError as error:
        wrong = "; ".join(
            f"SILLOK_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise UsageError(f"settings are wrong: {wrong}; infra/.env.example explains each") from None


def _asked() -> tuple[Environment, str, str]:
    """Return the settings, the store, and what is wrong with them."""
    # Scrapy loads this module before a command could report an error.
    try:
        return environment(), archive_settings().store, ""
    except UsageError as error:
        return Environment.model_construct(), "", str(error)


_ENV, SILLOK_STORE, SILLOK_WRONG = _asked()

BOT_NAME = AGENT
SPIDER_LOADER_CLASS = "spiders.crawling.spider.OutletLoader"

# Who we are, and that we ask first.
SILLOK_VERSION = version("sillok")
USER_AGENT = f"{AGENT}/{SILLOK_VERSION}" + (f" (+{_ENV.contact})" if _ENV.contact else "")
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "ko,en;q=0.5",
    # Brotli breaks warcio and WACZ.
    "Accept-Encoding": "gzip, deflate",
}
# Scrapy's own takes a failing robots.txt as consent; ours is in middlewares/robots.py.
ROBOTSTXT_OBEY = False
COOKIES_ENABLED = False
COOKIES = "scrapy.downloadermiddlewares.cookies.CookiesMiddleware"
REFERRER_POLICY = "scrapy.spidermiddlewares.referer.NoReferrerPolicy"

# How hard we knock: one request at a time, and never sooner than the host is quick to answer.
CONCURRENT_REQUESTS = 1
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 0.0 if _ENV.press else _ENV.delay
# A delay that varies downwards breaks Crawl-delay, and we have nothing to disguise.
DOWNLOAD_DELAY_JITTER = 0
AUTOTHROTTLE_ENABLED = True
# The least delay is DOWNLOAD_DELAY.
AUTOTHROTTLE_START_DELAY = 0.0
AUTOTHROTTLE_MAX_DELAY = 60
RETRY_TIMES = 2
# The row in the fetch log says it.
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"
REDIRECT_MAX_TIMES = 5
METAREFRESH_ENABLED = False
# Behind a proxy nobody could check which address is asked.
HTTPPROXY_ENABLED = False

# How much we take.
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 20 << 20
DOWNLOAD_WARNSIZE = 0
# `wire.transport` does it, and says what is wrong.
DOWNLOAD_VERIFY_CERTIFICATES = True
CLOSESPIDER_TIMEOUT = _ENV.time_limit
MEMUSAGE_LIMIT_MB = 1024
# A spider that breaks is broken for every page.
CLOSESPIDER_ERRORCOUNT = 3
HTTPERROR_ALLOW_ALL = True
# In the order in which they are announced.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
# The spider considers each article once, and logs why.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"

# The whole chains, written out: Scrapy imports even what is set to None, and what we do not use
# costs every poll 0.3 s.
DOWNLOADER_MIDDLEWARES_BASE = {
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": 590,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": 850,
}
DOWNLOADER_MIDDLEWARES = {
    "spiders.middlewares.guard.ClaimKeeper": 40,
    "spiders.middlewares.guard.Guard": 50,
    "spiders.wire.recorder.HeldAnswers": 60,
    "spiders.middlewares.robots.Robots": 100,
    "spiders.middlewares.robots.Reservation": 120,
    "spiders.middlewares.pace.Pacing": 150,
    "spiders.middlewares.pace.Budget": 160,
    "spiders.middlewares.pace.Retries": 550,
    "spiders.middlewares.pace.Blocks": 560,
    "spiders.middlewares.guard.Redirects": 600,
    "spiders.middlewares.pace.ReachWatch": 900,
}
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
}
EXTENSIONS = {"spiders.wire.recorder.Recorder": 100}
DOWNLOAD_HANDLERS = {
    "http": "spiders.wire.transport.Transport",
    "https": "spiders.wire.transport.Transport",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
TWISTED_DNS_RESOLVER = "spiders.wire.transport.PublicResolver"

# Doors we keep shut: both run Python that is sent to them, and both are open by default. Their code
# is not even loaded.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

FEED_EXPORT_ENCODING = "utf-8"
FEED_STORE_EMPTY = True
FEED_EXPORTERS = {
    "jsonl": "spiders.crawling.landing.RecordLines",
    "jsonlines": "spiders.crawling.landing.RecordLines",
}
LOG_LEVEL = _ENV.log_level
LOG_VERSIONS: list[str] = []
STATS_DUMP = False

# Ours; `-s` overrides each. With SILLOK_WRONG no command of ours begins.
SILLOK_SPOOL = str(_ENV.spool)
SILLOK_PRESS = _ENV.press
SILLOK_SCHEDULED = _ENV.scheduled
SILLOK_CONTACT = _ENV.contact
SILLOK_DUE = _ENV.due
SILLOK_BROWSER = _ENV.browser
SILLOK_PERMISSION = dict(_ENV.permission)
SILLOK_LOG = _ENV.log
SILLOK_OUTPUT = _ENV.output
SILLOK_RUN = ""
# Where a crawl that is to leave nothing behind lands; its memory is that of SILLOK_STORE all the
# same.
SILLOK_LANDING = ""
SILLOK_KEPT = ""
SILLOK_RETRY_WAIT = 2.0
SILLOK_RETRY_AFTER_MAX = 120.0
SILLOK_SEGMENT_PAGES = 500
SILLOK_SEGMENT_BYTES = 256 << 20
SILLOK_SEGMENT_SECONDS = 300
SILLOK_REVISITS_A_RUN = 100
# Requests of a backfill in this run; 0: as many a day as the outlet's own budget allows.
SILLOK_BACKFILL_BUDGET = 0
# Requests after which a backfill goes on in another process: a run remembers what it has asked for.
SILLOK_BACKFILL_REQUESTS = 5000


def check(settings: Mapping[str, Any]) -> None:
    """Raise UsageError where the environment could not be understood."""
    if settings["SILLOK_WRONG"]:
        raise UsageError(settings["SILLOK_WRONG"])
