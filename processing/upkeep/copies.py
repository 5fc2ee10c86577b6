"""Bytes of damaged objects that lie elsewhere: in the cache, in landing, in another store.

A copy counts only where it has the SHA-256 that a manifest states.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from processing.errors import MissingError
from processing.records import Sum
from processing.store.interface import Store


def cached(cache: Path, sha256: str) -> bytes | None:
    """Return the bytes with this SHA-256 from the cache, or None where they are not there."""
    try:
        data = (cache / "objects" / sha256[:2] / sha256).read_bytes()
    except FileNotFoundError:
        return None
    return data if hashlib.sha256(data).hexdigest() == sha256 else None


def copied(stores: Iterable[Store], wanted: Sum) -> bytes | None:
    """Return the bytes of `wanted` from the first store that holds them under its key."""
    for store in stores:
        try:
            data = store.get(wanted.key)
        except MissingError:
            continue
        if hashlib.sha256(data).hexdigest() == wanted.sha256:
            return data
    return None
