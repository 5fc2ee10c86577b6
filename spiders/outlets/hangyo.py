"""한국교육신문 (Hangyo): education weekly, article.html CMS."""

from spiders.families.article_no import article_no

OUTLET = article_no(
    name="hangyo",
    title="한국교육신문",
    home="https://www.hangyo.com/",
    daily=(2, 60),
    evidence="feed parsed with 25 entries 2026-08-20; URL form met by 3 real URLs",
)
