"""Pages that only a browser can read: an outlet declares `render=True`, and scrapy-playwright has to be installed.

The browser resolves names by itself, past our resolver, so it is held to the outlet's own hosts and to what a text
needs. Without the package, pages are read as they are served.
"""

import logging
from importlib.util import find_spec
from typing import Protocol

from scrapy.settings import BaseSettings

from spiders.identity import is_on_site
from spiders.outlet import Outlet

log = logging.getLogger(__name__)

_HANDLER = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
_READ = frozenset({"document", "script", "xhr", "fetch"})


class BrowserRequest(Protocol):
    """What a browser is about to ask for."""

    url: str
    resource_type: str


def apply(outlet: Outlet, settings: BaseSettings) -> None:
    """Send the requests of an outlet that declares it through a browser."""
    if not outlet.render:
        return
    if find_spec("scrapy_playwright") is None:
        log.warning("%s is read as served: scrapy-playwright renders it, install sillok[render]", outlet.name)
        return
    handlers = settings.getdict("DOWNLOAD_HANDLERS") | {"http": _HANDLER, "https": _HANDLER}
    settings.set("DOWNLOAD_HANDLERS", handlers, priority="spider")
    settings.set("PLAYWRIGHT_ABORT_REQUEST", lambda request: is_aborted(outlet, request), priority="spider")


def is_aborted(outlet: Outlet, request: BrowserRequest) -> bool:
    """Return whether the browser may not ask this: off the outlet's hosts, or only for the eye."""
    return request.resource_type not in _READ or not is_on_site(outlet, request.url)
