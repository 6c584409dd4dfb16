"""The pages of the app with their tabs, and the commands, as the program itself declares them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import typer
from streamlit.testing.v1 import AppTest

from xraylib.app.shell.pages import PAGES
from xraylib.cli.start.commands import load
from xraylib.settings import PROJECT


class Place(NamedTuple):
    """A page, or one of its tabs.

    Attributes:
        page: Its key.
        tab: The parameter of the address and its value, if it is a tab.
    """

    page: str
    tab: tuple[str, str] | None = None

    def opened(self, **parameters: str) -> AppTest:
        """Drawn once, with these parameters of its address too."""
        app = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=120)
        file = PAGES[self.page].file
        if self.page != "home":
            app.switch_page(file)
        app.query_params.update({**parameters, **dict([self.tab] if self.tab else [])})
        return app.run()


def every_place() -> list[Place]:
    """Every page, and every tab that an address can name."""
    return [
        place
        for page in PAGES.values()
        for place in [
            Place(page.key),
            *(Place(page.key, tab) for tab in dict.fromkeys(_tabs(page.module))),
        ]
    ]


def _tabs(module: str) -> Iterator[tuple[str, str]]:
    folder = (PROJECT / Path(*module.split("."))).parent
    for file in sorted(folder.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        order = [
            name
            for one in tree.body
            if isinstance(one, ast.AnnAssign) and ast.unparse(one.target) == "_ORDER"
            for name in ast.literal_eval(one.value or ast.Tuple())
        ]
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "st.tabs":
                options = {one.arg: one.value for one in call.keywords}
                if "bind" in options:
                    written = isinstance(call.args[0], ast.List)
                    for name in ast.literal_eval(call.args[0]) if written else order:
                        yield ast.literal_eval(options["key"]), name


def every_command() -> list[str]:
    """The names of all commands."""
    return sorted(typer.main.get_command(load()).commands)  # type: ignore[attr-defined]
