"""Gates are told from pages, and pages about gates are left alone."""

import pytest

from processing.records import Reason
from spiders.crawling.visit import gate

URL = "https://a.example/news/1"
FILLER = "<p>" + "가상시 의회는 예산안을 의결하고 산책로를 넓히기로 했다. " * 40 + "</p>"


@pytest.mark.parametrize(
    ("url", "headers", "body"),
    [
        (URL, {"cf-mitigated": "challenge"}, ""),
        (URL, {"x-amzn-waf-action": "captcha"}, ""),
        (URL, {}, "<title>Just a moment...</title>"),
        (URL, {}, "<script src='/cdn-cgi/challenge-platform/h/b'></script>"),
        (URL, {}, "<iframe src='/_Incapsula_Resource?x=1'></iframe>"),
        (
            URL,
            {},
            "<html><body><h1>비정상적인 접근입니다.</h1>관리자에게 문의하세요.</body></html>",
        ),
        (
            URL,
            {},
            "<script>var a='" + "x" * 3000 + "'</script><p>자동입력 방지 문자를 입력하세요</p>",
        ),
        ("https://a.example/member/login.html?return=/news/1", {}, FILLER),
        ("https://a.example/consent?to=/news/1", {}, FILLER),
    ],
)
def test_a_gate_is_found(url: str, headers: dict[str, str], body: str) -> None:
    assert gate(url, headers, body.encode()) is not None


def test_what_kind_of_gate_it_is_does_not_hang_on_the_words_of_its_evidence() -> None:
    login = gate("https://a.example/member/login.html", {}, b"")
    block = gate(URL, {}, b"<script src='/cdn-cgi/challenge-platform/login'></script>")
    assert login is not None
    assert block is not None
    assert (login.reason, block.reason) == (Reason.LOGIN, Reason.BLOCKED)


def test_a_korean_gate_is_found_in_cp949_too() -> None:
    assert gate(URL, {}, "<p>과도한 접속으로 잠시 제한합니다</p>".encode("cp949"))


@pytest.mark.parametrize(
    ("url", "body"),
    [
        (URL, FILLER),
        (
            URL,
            FILLER
            + "<p>해커는 비정상적인 접근을 시도했다. 클라우드플레어는 접근이 차단되었습니다라고 알렸다.</p>",
        ),
        (URL, "<title>Just a moment, says mayor</title>" + FILLER),
        ("https://a.example/news/login-trouble", FILLER),
        ("https://a.example/news/consent/12", FILLER),
        (URL, FILLER + "<a href='/member/login'>로그인</a>"),
    ],
)
def test_an_article_is_no_gate(url: str, body: str) -> None:
    assert gate(url, {"server": "cloudflare"}, body.encode()) is None
