"""One of several archivers at once: publishes run after run until landing is empty; the order is its own."""

import random
import sys
from datetime import timedelta
from pathlib import Path

from processing.archive.landed import landed
from processing.archive.publish import publish
from processing.errors import MissingError
from processing.settings import Settings
from processing.store.opening import open_store
from tests.processing.newsroom import FACTS, NOON


def main() -> None:
    folder, place = Path(sys.argv[1]), sys.argv[2]
    options = Settings(cache=folder / f"cache-{place}", heads=folder / "heads")
    store = open_store(options.store, options)
    order = random.Random(place)  # noqa: S311 - only an order
    while runs := landed(store):
        one = order.choice(runs)
        try:
            publish(
                store,
                now=NOON + timedelta(hours=1),
                code_version="1",
                lock_sha256="0",
                outlets=FACTS,
                outlet=one.outlet,
                run=one.run,
                options=options,
            )
        except MissingError:
            continue  # another one published it since we looked


if __name__ == "__main__":
    main()
