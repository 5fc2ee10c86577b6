"""프라임경제 (Newsprime): economic paper, article.html CMS."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="newsprime",
    title="프라임경제",
    home="https://www.newsprime.co.kr/",
    hosts=("m.newsprime.co.kr",),
    daily=(60, 500),
    evidence="feed parsed with 25 entries 2026-08-20; URL form met by 4 real URLs",
)
