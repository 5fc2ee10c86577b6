"""Recognises block, challenge, consent and login pages, whatever their status.

The host of such a page is left alone, and the report says so. Markers are those of the gate, never
of its subject: an article about Cloudflare does not carry its challenge script.
"""

import re
from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached

from processing.records import Reason
from spiders.crawling.run import Run, run_of
from spiders.crawling.visit import Gate

_LARGEST = 100_000
"""Bytes: gates are small; a page above that is not looked through."""
_IN_A_ROW = 3
"""Refusals in a row that mean the host, not the page."""
_REFUSING = {401, 403, 429}
_HEADERS = (
    ("cf-mitigated", "challenge"),
    ("x-amzn-waf-action", ""),
    ("x-datadome", "protected"),
    ("x-sucuri-block", ""),
)
_BODY = re.compile(
    # Cloudflare: its challenge script and the titles of its pages.
    rb"/cdn-cgi/challenge-platform/"
    rb"|cf-browser-verification"
    rb"|<title>Just a moment\.\.\.</title>"
    rb"|<title>Attention Required! \| Cloudflare</title>"
    # Imperva, DataDome and AWS WAF.
    rb"|_Incapsula_Resource"
    rb"|captcha-delivery\.com"
    rb"|geo\.captcha-delivery"
    rb"|awsWafCookieDomainList"
    # Akamai: its challenge, and its refusal with a reference number.
    rb"|/_sec/cp_challenge/"
    rb"|<title>Access Denied</title>[\s\S]{0,2000}Reference"
    # HUMAN (PerimeterX), Sucuri and Distil.
    rb"|id=[\"']px-captcha"
    rb"|sucuri_cloudproxy_js"
    rb"|<title>Pardon Our Interruption"
)
_KOREAN = re.compile(
    r"비정상적인 ?(?:접근|접속|트래픽)"
    r"|자동 ?(?:수집|입력) ?방지"
    r"|접근이 (?:차단|제한)되었습니다"
    r"|접속이 차단되었습니다"
    r"|과도한 (?:접속|요청)으로"
    r"|로봇이 아닙니다"
    r"|보안문자를? 입력"
)
_CONSENT = re.compile(r"^/(?:consent|gdpr|privacy-consent)(?:/|$)")
_LOGIN = re.compile(r"/(?:log-?in|signin|member/login|user/login)(?:\.\w+)?/?$", re.IGNORECASE)
_SHORT = 400
"""Characters of visible text: an article that quotes a block message is longer than the message."""
# A script that is never closed ends with the page, so that the search for its end is made once.
_TAGS = re.compile(r"<(script|style)\b[\s\S]*?(?:</\1>|\Z)|<[^<>]*>", re.IGNORECASE)


def gate(url: str, headers: Mapping[str, str], body: bytes) -> Gate | None:
    """Return the gate that an answer is instead of the page, or None.

    `headers` have lower-case names.
    """
    for name, value in _HEADERS:
        if name in headers and value in headers[name].lower():
            return Gate(Reason.BLOCKED, f"header {name}")
    path = urlsplit(url).path
    if _CONSENT.search(path):
        return Gate(Reason.BLOCKED, "consent page")
    if _LOGIN.search(path):
        return Gate(Reason.LOGIN, "login page")
    if len(body) > _LARGEST:
        return None
    marker = _BODY.search(body)
    if marker:
        evidence = f"challenge page ({marker[0][:40].decode('latin-1')})"
        return Gate(Reason.BLOCKED, evidence)
    return _korean_gate(body)


def _korean_gate(body: bytes) -> Gate | None:
    for charset in ("utf-8", "cp949"):
        try:
            text = body.decode(charset)
        except UnicodeDecodeError:
            continue
        visible = " ".join(_TAGS.sub(" ", text).split())
        message = _KOREAN.search(visible)
        if message is None or len(visible) >= _SHORT:
            return None
        return Gate(Reason.BLOCKED, f"block page ({message[0]})")
    return None


class Blocks:
    """Marks a gate in `request.meta["gate"]` and cools its host down."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(run_of(crawler))

    def process_response(self, request: Request, response: Response) -> Response:
        host = urlparse_cached(request).netloc
        headers = {
            key.decode("latin-1").lower(): b",".join(v).decode("latin-1")
            for key, v in response.headers.items()
        }
        found = gate(response.url, headers, response.body)
        refused = self._run.hosts.refuse(host, refused=response.status in _REFUSING)
        if found is None and refused >= _IN_A_ROW:
            found = Gate(Reason.BLOCKED, f"http {response.status}, {refused} times in a row")
        if found:
            request.meta["gate"] = found
            self._run.hosts.cool(host, f"cooling down: {found.evidence}")
        return response
