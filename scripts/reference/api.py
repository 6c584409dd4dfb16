"""The pages of the public names, each by Sphinx's autodoc from its docstring."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import xraylib
from scripts.reference.markdown import table
from xraylib.settings import PROJECT

ROOMS: Final[Mapping[str, str]] = {
    "images": "Images",
    "datasets": "Data sets",
    "audit": "The audit",
    "augmentation": "Augmentation",
    "networks": "Networks",
    "layers": "Networks",
    "training": "Training and runs",
    "metrics": "Metrics",
    "evaluation": "Evaluation",
    "reports": "Evaluation",
    "models": "Published models",
}
"""Titles of the rooms in the order of the work; what lives in no room comes last."""
REST: Final = "Workspace and errors"


def home_of(name: str) -> str:
    """The module that a public name is loaded from, or that it is."""
    return xraylib._HOME_OF.get(name, f"xraylib.{name}")


def by_room() -> dict[str, list[str]]:
    """Public names by the title of their part of the page."""
    found: dict[str, list[str]] = {title: [] for title in (*ROOMS.values(), REST)}
    for name in xraylib.__all__:
        room = home_of(name).split(".")[1]
        found[ROOMS.get(room, REST)].append(name)
    return {title: names for title, names in found.items() if names}


def page() -> str:
    """Every name of ``xraylib.__all__``."""
    parts = [
        "# Python\n",
        "All of `import xraylib`. Importing it is instant: a name is loaded when it is first "
        "used. Shapes are written `(height, width, channels)`, sizes in pixels, probabilities from "
        "0 to 1. "
        "What cannot be done raises an `XrayError` with a code: see [Error codes](errors.md).\n",
    ]
    for title, names in by_room().items():
        parts.append(f"## {title}\n")
        parts.append(table(["name", "what it is"], [[_link(one), _summary(one)] for one in names]))
        parts += [entry(one) for one in names]
    return "\n".join(parts)


def entry(name: str) -> str:
    """The directive of one name, with the file it stands in."""
    value = getattr(xraylib, name)
    file = _file(_defined_in(value, name)).relative_to(PROJECT)
    if inspect.ismodule(value):
        lines = [f".. py:module:: xraylib.{name}", "", *(inspect.getdoc(value) or "").splitlines()]
    elif inspect.isclass(value):
        lines = [f".. autoclass:: xraylib.{name}", "   :members:"]
        if issubclass(value, Exception):
            lines.append("   :show-inheritance:")
    elif callable(value):
        lines = [f".. autofunction:: xraylib.{name}"]
    else:
        lines = [f".. py:data:: xraylib.{name}", "", *_indented(_about_data(name, value))]
    return "\n".join(["```{eval-rst}", *lines, "```", "", f"Defined in `{file.as_posix()}`.", ""])


def _link(name: str) -> str:
    return f"[`{name}`](#xraylib.{name})"


def _summary(name: str) -> str:
    value = getattr(xraylib, name)
    told = callable(value) or inspect.ismodule(value)
    text = (inspect.getdoc(value) or "") if told else _written(name)
    return text.split("\n\n")[0].replace("\n", " ").replace("``", "`").replace("|", "\\|")


def _defined_in(value: Any, name: str) -> str:
    if inspect.isclass(value) or inspect.isfunction(value):
        return value.__module__
    return home_of(name) if inspect.ismodule(value) else _data_home(name)


def _file(module: str) -> Path:
    return Path(import_module(module).__file__ or "")


def _data_home(name: str) -> str:
    """The module in which a constant is written down, which its home may only pass on."""
    module = home_of(name)
    while True:
        tree = ast.parse(_file(module).read_text(encoding="utf-8"))
        source = next(
            (
                str(node.module)
                for node in tree.body
                if isinstance(node, ast.ImportFrom) and name in [one.name for one in node.names]
            ),
            None,
        )
        if source is None:
            return module
        module = source


def _written(name: str) -> str:
    """The string under a constant."""
    file = _file(_data_home(name))
    body = ast.parse(file.read_text(encoding="utf-8")).body
    for node, after in pairwise(body):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(one, ast.Name) and one.id == name for one in targets):
            text = after.value if isinstance(after, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                return inspect.cleandoc(text.value)
    return ""


def _about_data(name: str, value: Any) -> list[str]:
    return [*_written(name).splitlines(), "", "Keys: " + ", ".join(f"``{one}``" for one in value)]


def _indented(lines: list[str]) -> list[str]:
    return [f"   {line}" if line else "" for line in lines]
