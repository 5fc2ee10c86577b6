"""Decides which member of a cluster is its original, and how sure that is."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from processing.resolving.clusters import NEVER, Node
from processing.signing.documents import CLASSES

_CLEAR: Final = timedelta(minutes=10)
"""How much earlier than others a text was surely first: stamps of one moment differ by minutes."""


@dataclass(frozen=True, slots=True)
class Owner:
    """How sure it is whose text a cluster is, from 0 to 1, and what that rests on."""

    confidence: float = 1.0
    evidence: str = "alone"


ALONE: Final = Owner()


def credits_it(node: Node, other: Node) -> str:
    """Return how `node` says that its text is the other one's.

    "links to it", "credits it", or an empty string.
    """
    if node.article_id == other.article_id:
        return ""
    if node.origin_key and node.origin_key == other.url_key:
        return "links to it"
    return "credits it" if other.name != node.name and other.name in node.credits else ""


def claim(node: Node) -> tuple[int, datetime, int, str]:
    """Return the sort key by which a member without explicit credit is taken for the original."""
    place = CLASSES.index(node.outlet_class) if node.outlet_class in CLASSES else len(CLASSES)
    return place, node.seen, -node.length, node.id


def original(members: Sequence[Node]) -> Node:
    """Return whose text it is: one that credits no other member.

    Of these by class, first seen, length and id.
    """
    urls = {node.url_key: node for node in members if node.url_key}
    names = {node.name for node in members if node.name}
    # Where all credit each other nobody is left, and class and time decide among all.
    owning = [node for node in members if not _says_whose(node, urls, names)]
    return min(owning or members, key=claim)


def _says_whose(node: Node, urls: Mapping[int, Node], names: AbstractSet[str]) -> bool:
    source = urls.get(node.origin_key) if node.origin_key else None
    if source and source.article_id != node.article_id:
        return True
    return bool((node.credits & names) - {node.name})


def ownership(members: Sequence[Node], first: Node) -> Owner:
    """Return how sure it is that the text is `first`'s, the original of these members."""
    others = [node for node in members if node.article_id != first.article_id]
    if not others:
        return ALONE if len(members) == 1 else Owner(1.0, "one article")
    # Versions of one newsroom credit nobody; which was first is all that can be said.
    if all(node.outlet and node.outlet == first.outlet for node in others):
        return (
            Owner(0.95, "one outlet; first seen")
            if _lead(first, others)
            else Owner(0.6, "one outlet")
        )
    if _says_whose(first, {node.url_key: node for node in others}, {node.name for node in others}):
        return Owner(0.3, "credits another member")
    return _among_outlets(members, first, others)


def _among_outlets(members: Sequence[Node], first: Node, others: Sequence[Node]) -> Owner:
    said = sorted({credits_it(node, first) for node in others} - {""})
    rivals = [
        node
        for node in others
        if node.outlet_class == first.outlet_class and not credits_it(node, first)
    ]
    lead = _lead(first, rivals)
    if rivals and all(node.outlet_class not in CLASSES[:2] for node in members):
        return Owner(0.4, "; ".join([*said, "no newsroom among them"]))
    grounds = list(said)
    if not rivals and any(node.outlet_class != first.outlet_class for node in others):
        grounds.append("outlet class")
    if rivals and lead is None:
        grounds.append("others of its class were as early")
    elif rivals:
        grounds.append("first seen" if lead else "seen at the same time as others")
    sure = _confidence(bool(said), bool(rivals), lead, _first_of_all(first, others))
    return Owner(sure, "; ".join(grounds))


def _confidence(said: bool, rivals: bool, lead: timedelta | None, early: bool) -> float:  # noqa: FBT001 - of a table
    if said:
        return 0.98 if early or not rivals else 0.9
    if not rivals:
        return 0.95 if early else 0.8
    if lead is None:
        return 0.4
    if lead >= _CLEAR:
        return 0.9
    return 0.7 if lead else 0.5


def _lead(first: Node, rivals: Sequence[Node]) -> timedelta | None:
    """Return how long before all rivals a document was seen.

    None where it was not, or no time is known.
    """
    if first.seen == NEVER:
        return None
    if not rivals:
        return _CLEAR
    lead = min(node.seen for node in rivals) - first.seen
    return lead if lead >= timedelta(0) else None


def _first_of_all(first: Node, others: Sequence[Node]) -> bool:
    return first.seen != NEVER and all(first.seen <= node.seen for node in others)
