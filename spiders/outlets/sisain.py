"""시사IN (Sisa IN): news weekly, NDSoft."""

from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="sisain",
    title="시사IN",
    home="https://www.sisain.co.kr/",
    sitemaps=("sitemap.xml",),
    daily=(2, 40),
    evidence="feed parsed with 50 entries 2026-08-20; body seen 2025",
    caveats=(
        "One checker found the newest item of the feed to be of 2024-06: the sitemap is there for that.",
    ),
)
