"""Serves generated news pages of realistic size, for benchmarks of crawls.

    python -m infra.bench.generated --pages 20000

A page is about 100 KB of HTML (23 KB as gzip), most of it menus, related articles and scripts, as
on real pages. All texts are invented. The server prints its port and answers a few hundred requests
per second on a part of a core.
"""

import argparse
import asyncio
import random
import zlib
from email.utils import formatdate

PARAGRAPHS = 14
SENTENCES = (
    "가상시 {a}구는 {n}일 하천 산책로 {m}미터를 새로 놓겠다고 밝혔다.",
    "구청 관계자는 예산 {n}억 {m}만 원을 올해 안에 쓰기로 했다고 설명했다.",
    "주민 {n}명이 참석한 설명회에서는 공사 소음을 줄여 달라는 요구가 나왔다.",
    "{a}연구원은 이용자가 해마다 {n}퍼센트 늘 것으로 내다봤다.",
    "시의회는 다음 달 {n}일 본회의에서 조례안 {m}호를 다룬다.",
    "지난해 같은 기간과 견주면 {a} 지역의 방문객은 {m}명이 많다.",
)
PLACES = ("온샘", "새터", "두루", "가온", "나래", "솔내", "동녘", "해밀", "누리", "한빛")


def text(number: int) -> list[str]:
    """Return the paragraphs of article `number`, always the same for a number."""
    draw = random.Random(number)  # noqa: S311 - a generator of samples
    return [
        " ".join(
            draw.choice(SENTENCES).format(
                a=draw.choice(PLACES), n=draw.randint(2, 97), m=draw.randint(100, 9999)
            )
            for _ in range(draw.randint(3, 5))
        )
        for _ in range(PARAGRAPHS)
    ]


def frame() -> tuple[str, str]:
    """Return the HTML before and after the article, which all pages share."""
    menu = "".join(
        f'<li class="m{n}"><a href="/section/{n}">메뉴 {n} 소식</a></li>' for n in range(120)
    )
    related = "".join(
        f'<div class=rel><a href="/news/{n}"><img src="/i/{n}.jpg" alt="">'
        f"<span>함께 볼 이야기 {n}</span></a></div>"
        for n in range(160)
    )
    script = "".join(
        f'window.dataLayer.push({{"slot":{n},"key":"k{n * 7919}","on":true}});' for n in range(700)
    )
    meta = '<meta charset="utf-8"><meta property="og:type" content="article">'
    head = f"{meta}<script>{script}</script>"
    before = f"<!doctype html><html lang=ko><head>{head}</head><body><nav><ul>{menu}</ul></nav>"
    footer = "<footer><p>가상일보 | 등록번호 가상 가00000</p></footer>"
    return before, f"<aside>{related}</aside>{footer}</body></html>"


# Made once: the server shares the machine with the crawl whose CPU time is measured.
BEFORE, AFTER = frame()


def page(number: int) -> bytes:
    """Return the HTML of article `number`."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in text(number))
    stamp = f"2026-11-{number % 20 + 1:02d}T{number % 24:02d}:30:00+09:00"
    title = f"산책로 소식 {number}"
    meta = f'<meta property="article:published_time" content="{stamp}"><title>{title}</title>'
    heading = f"<h1>{title}</h1><div id=byline>홍길동 기자</div>"
    return f"{BEFORE}{meta}<article>{heading}{body}</article>{AFTER}".encode()


def sitemap(base: str, pages: int) -> bytes:
    """Return the sitemap of all pages."""
    rows = "".join(f"<url><loc>{base}/news/{n}</loc></url>" for n in range(pages))
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode()


class GeneratedSite:
    """Answers every host with the same `pages` pages, which its sitemap lists."""

    def __init__(self, pages: int) -> None:
        self._pages = pages

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                host, conditional = "", False
                while (header := await reader.readline()) not in {b"\r\n", b""}:
                    name, _, value = header.partition(b":")
                    host = value.strip().decode() if name.lower() == b"host" else host
                    conditional = conditional or name.lower() == b"if-none-match"
                writer.write(self._answer(line.split()[1].decode(), host, conditional=conditional))
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    def _answer(self, path: str, host: str, *, conditional: bool) -> bytes:
        if path == "/robots.txt":
            return answer(b"User-agent: *\nAllow: /\n", "text/plain")
        if path == "/sitemap.xml":
            return answer(
                pack(sitemap(f"http://{host}", self._pages)), "application/xml", packed=True
            )
        # Only this source has an ETag, so that a poll can be answered with 304.
        if path == "/unchanged.xml" and conditional:
            return b'HTTP/1.1 304 Not Modified\r\nETag: "e"\r\n\r\n'
        if path == "/unchanged.xml":
            return answer(
                pack(sitemap(f"http://{host}", self._pages)),
                "application/xml",
                packed=True,
                tag=True,
            )
        number = path.removeprefix("/news/")
        if not number.isdigit():
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        return answer(pack(page(int(number))), "text/html; charset=utf-8", packed=True)


def pack(body: bytes) -> bytes:
    """Return `body` as gzip."""
    # The lowest level, for speed; 31 is zlib's window of 15 bits plus 16 for a gzip header.
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def answer(body: bytes, kind: str, *, packed: bool = False, tag: bool = False) -> bytes:
    """Return an HTTP response with status 200: status line, headers and body."""
    lines = [
        "HTTP/1.1 200 OK",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        f"Date: {formatdate(0)}",
    ]
    lines += ["Content-Encoding: gzip"] if packed else []
    lines += ['ETag: "e"'] if tag else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def _main(pages: int, port: int) -> None:
    server = await asyncio.start_server(GeneratedSite(pages).serve, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    asyncio.run(_main(options.pages, options.port))
