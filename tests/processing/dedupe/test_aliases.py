"""What a declaration calls an outlet is what a credit is understood by."""

from datetime import timedelta

import pytest

from processing.archive.folding import options_for
from processing.records import OutletFacts
from tests.processing.dedupe.made import NOON, RIVER, document, folded


@pytest.mark.parametrize(
    ("aliases", "original"), [(("나래닷컴",), "b"), ((), "a")], ids=["declared", "unknown"]
)
def test_a_credit_may_call_an_outlet_by_an_alias(aliases: tuple[str, ...], original: str) -> None:
    facts = {"narae": OutletFacts(title="나래신문", aliases=aliases), "garam": OutletFacts()}
    options = options_for(facts, 3)
    documents = [
        document(
            "a", f"{RIVER}\n[나래닷컴]", outlet="garam", published_at=NOON - timedelta(hours=1)
        ),
        document("b", RIVER, outlet="narae"),
    ]
    rows = folded([documents], options=options).rows()
    assert {row["original"] for row in rows.values()} == {original}
