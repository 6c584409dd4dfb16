"""A command loads its own module, and all commands are there where they are listed."""

from __future__ import annotations

import ast
from importlib import import_module

import pytest
from typer.main import get_command

from xraylib.cli import app
from xraylib.cli.start.commands import ALONE, MODULES
from xraylib.settings import PROJECT


def _names(module: str) -> set[str]:
    """The commands that a module defines."""
    return {
        one.name or one.callback.__name__.replace("_", "-")
        for one in app.registered_commands
        if one.callback is not None and one.callback.__module__ == module
    }


def test_every_module_with_commands_is_loaded() -> None:
    having = set()
    for file in (PROJECT / "xraylib/cli").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                marks = [ast.unparse(mark) for mark in node.decorator_list]
                if any(mark.startswith("app.command") for mark in marks):
                    having.add(f"xraylib.cli.{file.stem}")
    assert having == set(MODULES)


def test_commands_are_listed_in_the_order_of_their_modules() -> None:
    listed = list(get_command(app).commands)  # type: ignore[attr-defined]
    places = {name: place for place, module in enumerate(MODULES) for name in _names(module)}
    assert set(listed) == set(places)
    assert [places[name] for name in listed] == sorted(places.values())


@pytest.mark.parametrize("name", sorted(ALONE))
def test_a_command_is_in_the_module_that_is_loaded_for_it(name: str) -> None:
    import_module(ALONE[name])
    assert name in _names(ALONE[name])
