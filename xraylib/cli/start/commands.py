"""Which module has which command, so that a command does not load all the others."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import typer

MODULES: Final = (
    "xraylib.cli.datasets",
    "xraylib.cli.catalog",
    "xraylib.cli.image",
    "xraylib.cli.networks",
    "xraylib.cli.training",
    "xraylib.cli.searching",
    "xraylib.cli.runs",
    "xraylib.cli.evaluating",
    "xraylib.cli.calibrating",
    "xraylib.cli.reviewing",
    "xraylib.cli.populations",
    "xraylib.cli.trying",
    "xraylib.cli.publishing",
    "xraylib.cli.models",
    "xraylib.cli.classifying",
    "xraylib.cli.ui",
)
"""All of them, in the order in which ``--help`` lists their commands."""

ALONE: Final = {
    "scan": "xraylib.cli.datasets",
    "audit": "xraylib.cli.datasets",
    "samples": "xraylib.cli.datasets",
    "correct": "xraylib.cli.catalog",
    "map": "xraylib.cli.catalog",
    "image": "xraylib.cli.image",
    "classify": "xraylib.cli.classifying",
}
"""Commands that are often given, and the module of each; for any other all are loaded."""


def load(words: Sequence[str] = ()) -> typer.Typer:
    """The application with the command that the words begin with, or with all commands."""
    from xraylib.cli.app import app

    alone = ALONE.get(words[0]) if words else None
    if alone is not None:
        import_module(alone)
        return app
    for name in MODULES:
        import_module(name)
    places = {name: place for place, name in enumerate(MODULES)}
    app.registered_commands.sort(
        key=lambda one: places.get(getattr(one.callback, "__module__", ""), len(places))
    )
    return app


def let_threads_rest() -> None:
    """Lets the threads of OpenBLAS sleep between two products, not wait at full load for 30 ms.

    It reads this when it is loaded, with NumPy; the numbers are the same.
    """
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")


def do_without_pandas() -> None:
    """Lets Arrow take pandas for not installed, which it loads with the first array it makes.

    That is half a second of every command, and no command hands it anything of pandas. It holds
    for as long as this process lives: only for a process that is the command's own.
    """
    if "pandas" in sys.modules:
        return
    sys.meta_path.insert(0, _Without())
    try:
        import pyarrow as pa

        pa.array([])
    finally:
        del sys.meta_path[0]


class _Without(MetaPathFinder):
    """Finds no pandas."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)
