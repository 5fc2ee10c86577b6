"""Runs a browser without a network, for outlets that declare `render=True`.

The browser runs in a network namespace in which nothing is up, not even loopback
(network_namespaces(7)): a script, a redirect, a frame, a socket, or a hole in Chromium leads
nowhere. What a page asks for is handed to the crawl, which asks for it as for anything else, or
does not (`middlewares.rendering`). scrapy-playwright is not used, because it lets the browser ask
by itself, past robots.txt, pace, budget, the address check and the WARC.

The browser's temporary files lie in the system's folder for them, because the path of a socket must
be short (unix(7)). A link in the outlet's spool leads there: after a crawl that was killed, the
next one finds by it what there is to remove.
"""

import asyncio
import logging
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from scrapy.settings import BaseSettings

from processing.errors import UsageError
from spiders.outlet import Outlet

log = logging.getLogger(__name__)

_PREFIX = "sillok-browser-"
MIDDLEWARE = "spiders.middlewares.rendering.Rendering"
PARTS = 30
"""Requests of one page; a page that wants more is read as far as it came."""
SECONDS = 90
"""How long one page may take, its requests at the outlet's pace included."""
LARGEST = 5_000_000
"""Characters of a rendered page."""
_CLOSING = 5
_ASKED = frozenset({"script", "xhr", "fetch"})
_ALONE = "unshare --net" if os.geteuid() == 0 else "unshare --user --map-current-user --net"
"""Runs a program without a network; who is not root needs a user namespace for it."""


class Scratch:
    """One folder for temporary files.

    `link` leads to it while it is there, and belongs to one crawl at a time.
    """

    def __init__(self, link: Path) -> None:
        self._link = link

    def make(self) -> Path:
        """Return an empty folder that nobody else reads; what an earlier crawl left goes first."""
        self.remove()
        folder = Path(tempfile.gettempdir()) / f"{_PREFIX}{secrets.token_hex(4)}"
        self._link.parent.mkdir(parents=True, exist_ok=True)
        # Before the folder: killed in between, we leave nothing that is not known.
        self._link.symlink_to(folder)
        folder.mkdir(mode=0o700)
        return folder

    def remove(self) -> None:
        """Remove the folder; what a dying process still writes into it goes with the next crawl."""
        if not self._link.is_symlink():
            return
        folder = self._link.readlink()
        if folder.name.startswith(_PREFIX):
            shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            self._link.unlink()


@contextmanager
def temporary(folder: Path) -> Iterator[None]:
    """Let a program that is started inside have `folder` for its temporary files.

    Playwright takes no environment.
    """
    before = os.environ.get("TMPDIR")
    # This process has chosen its own by now.
    tempfile.gettempdir()
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


class BrowserResponse(NamedTuple):
    """An answer for the browser; `body` is without content coding."""

    status: int
    headers: dict[str, str]
    body: bytes


_STAY = BrowserResponse(204, {}, b"")
"""An answer to a navigation after which a page stays as it is (HTML Standard, 7.4.5).

An abort would replace it.
"""


Ask = Callable[[str], Awaitable[BrowserResponse | None]]
"""Asks for a URL as the crawl does; None where it may not be asked or gave nothing."""


class RenderingError(Exception):
    """A page could not be rendered; the message is the reason."""


def apply(outlet: Outlet, settings: BaseSettings) -> None:
    """Let the articles of an outlet that declares it be rendered.

    Kept pages are read as they were kept.

    Raises UsageError where it would not be safe.
    """
    if not outlet.render or settings["SILLOK_KEPT"]:
        return
    program = shutil.which(settings["SILLOK_BROWSER"])
    if program is None or find_spec("playwright") is None:
        log.warning(
            "%s is read as served: to render it, install sillok[render] and Chromium", outlet.name
        )
        return
    _check_isolation(sample_press=bool(settings["SILLOK_PRESS"]))
    settings.set("SILLOK_BROWSER", program, priority="spider")
    middlewares = settings.getdict("DOWNLOADER_MIDDLEWARES") | {MIDDLEWARE: 40}
    settings.set("DOWNLOADER_MIDDLEWARES", middlewares, priority="spider")


def _check_isolation(*, sample_press: bool) -> None:
    if os.geteuid() == 0 and not sample_press:
        raise UsageError(
            "Chromium has no sandbox when root runs it: run this crawl as an ordinary user"
        )
    command = ["sh", "-c", f"{_ALONE} true"]
    tried = subprocess.run(command, check=False, capture_output=True)  # noqa: S603
    if tried.returncode:
        raise UsageError(
            f"the browser cannot be kept off the network, because `{_ALONE} true` fails here: "
            "allow unprivileged user namespaces (sysctl user.max_user_namespaces), or uninstall "
            "Playwright to read pages as served"
        )


def is_asked(kind: str, method: str) -> bool:
    """Return whether a request of a page may make text, and changes nothing on the server."""
    return kind in _ASKED and method == "GET"


class Browser:
    """One Chromium, started with the first page and anew after a page that it did not survive.

    All that it and its driver put down lies in `scratch`, which is removed when the browser ends.
    """

    def __init__(self, program: str, agent: str, scratch: Scratch) -> None:
        self._program, self._agent, self._scratch = program, agent, scratch
        self._playwright: Any = None
        self._browser: Any = None

    async def rendered(self, url: str, page: BrowserResponse, ask: Ask) -> bytes:
        """Return a page as it is after its scripts ran, in UTF-8. Raises RenderingError."""
        try:
            return await asyncio.wait_for(self._rendered(url, page, ask), SECONDS)
        except TimeoutError as error:
            await self.close()
            raise RenderingError(f"rendering took longer than {SECONDS} s") from error
        except self._playwright_error() as error:
            await self.close()
            raise RenderingError(f"rendering: {str(error).splitlines()[0][:200]}") from error

    async def close(self) -> None:
        """End the browser and what drives it; safe to do twice."""
        playwright, self._playwright, self._browser = self._playwright, None, None
        if playwright is not None:
            # Its pipe is closed either way, and that ends it.
            with suppress(TimeoutError, self._playwright_error()):
                await asyncio.wait_for(playwright.stop(), _CLOSING)
            self._scratch.remove()

    async def _rendered(self, url: str, page: BrowserResponse, ask: Ask) -> bytes:
        browser = await self._started()
        answers = _Answers(page, ask)
        context = await browser.new_context(
            service_workers="block", accept_downloads=False, user_agent=self._agent
        )
        try:
            await context.route("**/*", answers.answer)
            tab = await context.new_page()
            await tab.goto(url, wait_until="networkidle", timeout=0)
            if await tab.evaluate("document.documentElement.outerHTML.length") > LARGEST:
                raise RenderingError(f"the rendered page has more than {LARGEST} characters")
            return str(await tab.content()).encode("utf-8", "replace")
        finally:
            answers.end()
            # A script that never ends keeps its tab; the whole browser is ended then.
            with suppress(TimeoutError):
                await asyncio.wait_for(context.close(), _CLOSING)

    async def _started(self) -> Any:
        if self._browser is None:
            folder = self._scratch.make()
            with temporary(folder):
                self._playwright = await _library().async_playwright().start()
            ours = {
                "handle_sigterm": False,
                "handle_sigint": False,
                "chromium_sandbox": os.geteuid() != 0,
            }
            self._browser = await self._playwright.chromium.launch(
                executable_path=self._alone(folder), **ours
            )
        return self._browser

    def _alone(self, folder: Path) -> str:
        """Return a program that starts the browser without a network."""
        script = folder / "browser"
        script.write_text(f'#!/bin/sh\nexec {_ALONE} -- "{self._program}" "$@"\n')
        script.chmod(0o700)
        return str(script)

    @staticmethod
    def _playwright_error() -> type[Exception]:
        error: type[Exception] = _library().Error
        return error


class _Answers:
    """Answers the requests of one page: the page once, its parts as the crawl gets them."""

    def __init__(self, page: BrowserResponse, ask: Ask) -> None:
        self._page: BrowserResponse | None = page
        self._ask = ask
        self._parts: dict[str, asyncio.Future[BrowserResponse | None]] = {}

    async def answer(self, route: Any) -> None:
        """Answer one request of the browser."""
        part = await self._part(route.request)
        # The page is closed already.
        with suppress(_library().Error):
            if part is None:
                await route.abort()
            else:
                await route.fulfill(status=part.status, headers=part.headers, body=part.body)

    def end(self) -> None:
        """Ask for nothing more."""
        for part in self._parts.values():
            part.cancel()

    async def _part(self, request: Any) -> BrowserResponse | None:
        if request.is_navigation_request():
            # A frame, a popup and a page that leads elsewhere are not followed.
            page, self._page = self._page, None
            return page or _STAY
        if not is_asked(request.resource_type, request.method):
            return None
        if request.url not in self._parts and len(self._parts) < PARTS:
            self._parts[request.url] = asyncio.ensure_future(self._ask(request.url))
        asked = self._parts.get(request.url)
        return await asked if asked else None


def _library() -> Any:
    return import_module("playwright.async_api")
