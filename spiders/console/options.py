"""Options that several commands share, and how the archive they name is opened."""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from processing.dates import SEOUL
from processing.errors import UsageError

if TYPE_CHECKING:
    from processing.archive.catalogue import Catalogue

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="URL", help="file:DIR or s3://bucket/prefix; else SILLOK_STORE."
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON document per line, for programs.")
]
OutletOption = Annotated[
    str | None, typer.Option("--outlet", metavar="NAME", help="Only this outlet.")
]
SinceOption = Annotated[
    str | None, typer.Option("--since", metavar="DAY", help="From this KST day on.")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", metavar="DAY", help="To this KST day, it included.")
]

_NAMED = {"today": 0, "yesterday": 1}


def now() -> datetime:
    """Return the moment; the one place where these commands read the clock."""
    return datetime.now(UTC)  # noqa: TID251 - a command is typed by a person: its present is the clock's


def open_catalogue(url: str | None) -> "Catalogue":
    """Return the catalogue of the store at `url`, or of the one that the settings name."""
    from processing.archive.catalogue import Catalogue
    from processing.settings import settings
    from processing.store.opening import open_store

    options = settings()
    return Catalogue(open_store(url or options.store, options), options.cache, options.heads)


def known(catalogue: "Catalogue", outlet: str | None) -> str | None:
    """Return the outlet of an option.

    Raises `UsageError` where it is neither archived, declared nor landed.
    """
    from spiders.outlets import outlets

    if outlet is None:
        return None
    if outlet in outlets() or outlet in catalogue.snapshots.memory or outlet in landed(catalogue):
        return outlet
    if catalogue.head and _is_logged(catalogue, outlet):
        return outlet
    raise UsageError(f"there is no outlet {outlet!r}: `sillok outlets` lists them")


def _is_logged(catalogue: "Catalogue", outlet: str) -> bool:
    """Tell whether the log has rows of an outlet of which no memory is kept."""
    from processing.lookup.sql import ask

    statement = "SELECT 1 FROM log WHERE outlet = $outlet LIMIT 1"
    return next(ask(catalogue, statement, {"outlet": outlet}).rows, None) is not None


def landed(catalogue: "Catalogue") -> set[str]:
    """Return the outlets of which something waits to be archived."""
    from processing.landing.keys import objects

    return {key.outlet for key, _ in objects(catalogue.store)}


def day(text: str | None) -> date | None:
    """Return the KST day of an option: YYYY-MM-DD, today or yesterday.

    Raises `UsageError` for anything else.
    """
    if text is None:
        return None
    if text in _NAMED:
        return (now().astimezone(SEOUL) - timedelta(days=_NAMED[text])).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is no day: write YYYY-MM-DD, today or yesterday (KST)"
        ) from error
