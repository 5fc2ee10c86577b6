"""경기신문 (Kyonggi Shinmun): regional daily, article.html CMS."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="kgnews",
    title="경기신문",
    home="https://www.kgnews.co.kr/",
    daily=(60, 500),
    evidence="URL form met by 4 real URLs; body seen 2023",
    caveats=("The feed path is the family's and not seen.",),
)
