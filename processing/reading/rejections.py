"""Why a page is no article: what a reading step found against it, and the record made of that."""

from dataclasses import dataclass

from processing.records import Page, Reason, Rejection

EVIDENCE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reading step found against a page: a closed reason, and the words or figures that show it."""

    reason: Reason
    evidence: str


def reject(page: Page, finding: Finding, url: str | None = None) -> Rejection:
    """Return the rejection of `page`; `url` is its canonical URL where one is known."""
    return Rejection(
        outlet=page.outlet,
        url=url or page.url,
        fetched_at=page.fetched_at,
        reason=finding.reason,
        evidence=finding.evidence[:EVIDENCE_LENGTH],
    )
