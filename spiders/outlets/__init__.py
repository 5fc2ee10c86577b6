"""Every outlet, one per module. Adding a module adds the outlet; there is no list to edit.

Where `SILLOK_PRESS` names the port of the sample press, its outlets are the whole registry.
"""

from functools import cache
from importlib import import_module
from os import environ
from pkgutil import iter_modules
from types import ModuleType

from processing.errors import DeclarationError
from spiders.outlet import Outlet


@cache
def outlets() -> dict[str, Outlet]:
    """Return all outlets by name.

    Raises DeclarationError where a module has another name than its outlet.
    """
    return {name: _declaration(name) for name in names()}


def names() -> tuple[str, ...]:
    """Return the names of all outlets, sorted; no declaration is loaded."""
    return tuple(sorted(module.name for module in iter_modules(_registry().__path__)))


def declared(name: str) -> Outlet | None:
    """Return the outlet of this name, or None; no other declaration is loaded.

    A crawl needs one of some four hundred. Raises DeclarationError as `outlets` does.
    """
    return _declaration(name) if name in names() else None


def _registry() -> ModuleType:
    return import_module("infra.press.outlets" if environ.get("SILLOK_PRESS") else __name__)


def _declaration(name: str) -> Outlet:
    outlet: Outlet = import_module(f"{_registry().__name__}.{name}").OUTLET
    if outlet.name != name:
        raise DeclarationError(f"{name}.py declares {outlet.name!r}: rename one of them")
    return outlet
