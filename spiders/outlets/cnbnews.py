"""CNB뉴스 (CNB News): economic internet paper, NDSoft since mid-2026, 인터넷신문 솔루션 before."""

from spiders.families.article_no import ARTICLE as FORMER
from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="cnbnews",
    title="CNB뉴스",
    home="https://www.cnbnews.com/",
    older=(FORMER,),
    hosts=("weekly.cnbnews.com",),
    daily=(20, 300),
    evidence="addresses of both forms of 2026; feed path is the family's, not seen; robots.txt unknown",
)
