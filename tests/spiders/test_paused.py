"""What the message of a paused outlet tells a person to do can be done."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from processing.errors import UsageError
from spiders.cli import app
from spiders.crawling.arguments import require_visited
from spiders.outlets import outlets

PORTAL = """<html lang="ko"><head><meta charset="utf-8"><meta property="og:title" content="방앗간 다시 돈다">
<meta property="og:type" content="article"></head><body><article id="dic_area">
<p>물레방아골 어귀의 방앗간이 마흔 해 만에 다시 돌았다. 마을은 20일 첫 떡쌀을 찧었다고 밝혔다.</p>
<p>방앗간 지기는 "물소리가 달라 밤잠을 설쳤다"며 웃었다. 물살은 초속 2m를 넘지 않게 다스린다.</p>
<p>찧은 쌀 40㎏은 마을 어른들에게 돌아갔다. 다음 달부터는 바깥사람도 줄을 서서 쌀을 맡긴다.</p>
</article></body></html>"""


@pytest.mark.parametrize("name", [o.name for o in outlets().values() if o.outlet_class == "portal"])
def test_a_paused_portal_s_pages_are_read_as_its_message_says(name: str, tmp_path: Path) -> None:
    outlet = outlets()[name]
    with pytest.raises(UsageError, match=r"sillok read PAGE.html --url ADDRESS"):
        require_visited(outlet, permission=None)
    page = tmp_path / "page.html"
    page.write_text(PORTAL, encoding="utf-8")
    address = {
        "naver_news": "https://n.news.naver.com/mnews/article/018/0005316196",
        "daum_news": "https://v.daum.net/v/20240513125214547",
    }[name]
    done = CliRunner().invoke(app, ["read", str(page), "--url", address])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["outlet"] == name
