"""What the modules of a folder declare: a kind of thing is added by adding its file.

    CHECKS = declared("xraylib.audit.checks", Check, name="code")

Every module of the folder is imported, and every value of the kind that one of them holds counts
once, whatever it is called there.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

from xraylib.errors import ConfigError

T = TypeVar("T")


def declared(package: str, kind: type[T], *, name: str) -> tuple[T, ...]:
    """All values of a kind that the modules of a package declare, by module and by line.

    Args:
        package: Dotted name of the folder; its own ``__init__`` declares nothing.
        kind: What is looked for.
        name: The attribute by which two of them are told apart.

    Raises:
        ConfigError: code ``declared-twice``: two declarations have the same name.
    """
    found: dict[object, tuple[T, str]] = {}
    for module in modules_of(package):
        place = module.__name__
        for value in vars(module).values():
            if not isinstance(value, kind):
                continue
            key = getattr(value, name)
            known, where = found.setdefault(key, (value, place))
            if known is not value:
                raise ConfigError(
                    f"Both {where} and {place} declare the {kind.__name__} {key!r}",
                    expected=f"another {name} for each {kind.__name__}",
                    remedy="give one of them another name, or remove its file",
                    code="declared-twice",
                )
    return tuple(value for value, _ in found.values())


def names_in(package: str) -> tuple[str, ...]:
    """The names of a folder's modules, sorted; neither they nor the folder itself are imported.

    Args:
        package: Dotted name of the folder.
    """
    spec = find_spec(package)
    places = None if spec is None else spec.submodule_search_locations
    return tuple(sorted(entry.name for entry in iter_modules(places or [])))


def modules_of(package: str) -> list[ModuleType]:
    """Every module of a folder, imported in the order of their names.

    Args:
        package: Dotted name of the folder.
    """
    names = sorted(entry.name for entry in iter_modules(import_module(package).__path__))
    places = (".".join((package, name)) for name in names)
    return [import_module(place) for place in places]
