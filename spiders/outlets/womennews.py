"""여성신문 (Women News): weekly on women and society, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="womennews",
    title="여성신문",
    home="https://www.womennews.co.kr/",
    daily=(10, 120),
    evidence="feed listed 2022; body seen 2023",
)
