"""리브인 (livein.co.kr): a Gnuboard 5 board that reposts newspaper articles; each post points to its original."""

from spiders.families.gnuboard import gnuboard

OUTLET = gnuboard(
    name="livein",
    title="리브인",
    base="https://livein.co.kr/",
    board="n05",
    pages=2,
    daily=(0, 200),
    evidence="named as a reposting board in a public survey; list, feed and layout are those of Gnuboard 5.6.34",
    caveats=(
        "A repost is kept as such: the publisher's original is where its 관련링크 points.",
        "Whether guests may read the feed depends on the board.",
    ),
)
