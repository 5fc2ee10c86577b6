"""The sort keys of CDXJ: those that pywb looks up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.landing.warc import surt

KEYS = {
    "http://a.kr": "kr,a)/",
    "http://a.kr/?": "kr,a)/",
    "http://www.Example.co.kr/a/b?b=2&a=1": "kr,co,example)/a/b?a=1&b=2",
    "http://www2.a.kr/A": "kr,a)/a",
    "https://news.x.kr:8443/View.php?no=3&cat=A#f": "kr,x,news:8443)/view.php?cat=a&no=3",
    "https://a.kr:443/x": "kr,a)/x",
    "http://a.kr/b//c/../d/": "kr,a)/b/d",
    "http://a.kr/a?PHPSESSID=123456789012345678901234567890ab&q=1": "kr,a)/a?q=1",
    "https://한글.kr/가?나=다": "kr,xn--bj0bj06e)/%ea%b0%80?%eb%82%98=%eb%8b%a4",
    "http://a.kr/%B0%A1?q=%41b": "kr,a)/%b0%a1?q=ab",
    "http://a.kr/100%": "kr,a)/100%25",
    "http://a.kr/?b&&a": "kr,a)/?&a&b",
    "http://1.2.3.4/a": "4,3,2,1)/a",
}


@pytest.mark.parametrize(("url", "key"), KEYS.items())
def test_the_key_of_a_url(url, key):
    assert surt(url) == key


@given(path=st.text(max_size=40), query=st.text(max_size=40))
def test_a_key_is_one_word_of_ascii_and_ignores_case(path, query):
    path, query = (part.replace("#", "").replace("?", "") for part in (path, query))
    key = surt(f"http://a.kr/{path}?{query}")
    assert key.isascii()
    assert " " not in key
    assert key.startswith("kr,a)/")
    assert key == surt(f"http://www.A.KR:80/{path}?{query}#later")
