"""A deep link runs only its own page's script, so each page must begin with the shell."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from xraylib.settings import PROJECT
from xraylib.ui.shell import PAGES

FILES = sorted((PROJECT / "pages").glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_the_first_statement_opens_the_page(file: Path) -> None:
    body = ast.parse(file.read_text(encoding="utf-8")).body
    statements = [
        node
        for node in body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    (key,) = [page.key for page in PAGES.values() if page.file == f"pages/{file.name}"]
    call = statements[0].value  # type: ignore[attr-defined]
    assert isinstance(call, ast.Call)
    assert ast.unparse(call.func) == "shell.open_page"
    assert ast.literal_eval(call.args[0]) == key


def test_every_page_of_the_shell_has_its_file() -> None:
    assert {page.file for page in PAGES.values()} == {
        "streamlit_app.py",
        *(f"pages/{file.name}" for file in FILES),
    }


@pytest.mark.parametrize("file", [PROJECT / "streamlit_app.py", *FILES], ids=lambda p: p.name)
def test_a_page_defines_no_class(file: Path) -> None:
    # A class that a page defines is another class after one rerun.
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    assert not [node for node in nodes if isinstance(node, ast.ClassDef)]


SHOWN = [PROJECT / "streamlit_app.py", *FILES, *sorted((PROJECT / "xraylib" / "ui").glob("*.py"))]


@pytest.mark.parametrize("file", SHOWN, ids=lambda path: path.name)
def test_main_buttons_ask_the_shell_for_their_type(file: Path) -> None:
    # White words on the accent colour of the dark theme cannot be read: see shell.emphasis.
    types = [
        ast.unparse(keyword.value)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "type"
    ]
    assert [text for text in types if "primary" in text] == []
