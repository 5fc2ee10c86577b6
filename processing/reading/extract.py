"""A page becomes an article or a rejection. Pure: no network, no clock."""

import json

import trafilatura

from processing.reading.rules import GENERIC, Rules
from processing.records import Article, Page, Reason, Rejection, article_id, version_id


def extract(
    page: Page, rules: Rules = GENERIC, *, url: str | None = None, publisher_id: str | None = None
) -> Article | Rejection:
    """Read `page`; `url` is its canonical URL where the caller knows it, `rules` how its layout differs."""
    text = page.body.decode(page.charset or "utf-8", "replace")
    text = rules.prepare(text) if rules.prepare else text
    found = trafilatura.extract(text, output_format="json", with_metadata=True, include_comments=False, fast=True)
    fields = json.loads(found) if found else {}
    if not fields.get("text"):
        return Rejection(
            outlet=page.outlet, url=page.url, fetched_at=page.fetched_at, reason=Reason.EMPTY, evidence="no text"
        )
    canonical = url or page.url
    identity = article_id(canonical)
    title, body = fields.get("title") or "", fields["text"]
    return Article(
        article_id=identity,
        version_id=version_id(identity, title, body),
        outlet=page.outlet,
        url=canonical,
        fetched_url=page.url,
        fetched_at=page.fetched_at,
        title=title,
        text=body,
        publisher_id=publisher_id,
        extractor="trafilatura",
    )
