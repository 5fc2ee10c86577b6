"""Every outlet, one per module. Adding a module adds the outlet; there is no list to edit.

Where `SILLOK_PRESS` names the port of the sample press, its outlets are the whole registry.
"""

from functools import cache
from importlib import import_module
from os import environ
from pkgutil import iter_modules

from processing.errors import DeclarationError
from spiders.outlet import Outlet


@cache
def outlets() -> dict[str, Outlet]:
    """Return all outlets by name; a module whose name is not its outlet's raises `DeclarationError`."""
    package = import_module("infra.press.outlets" if environ.get("SILLOK_PRESS") else __name__)
    found = {}
    for module in iter_modules(package.__path__):
        outlet: Outlet = import_module(f"{package.__name__}.{module.name}").OUTLET
        if outlet.name != module.name:
            raise DeclarationError(f"{module.name}.py declares {outlet.name!r}: rename one of them")
        found[outlet.name] = outlet
    return found
