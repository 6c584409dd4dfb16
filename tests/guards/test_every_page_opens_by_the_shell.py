"""A deep link runs only its own page's script, so each page must begin with the shell."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from xraylib.app.shell.frame import PAGES, Page
from xraylib.settings import PROJECT

FILES = sorted((PROJECT / "pages").glob("*.py"))


def _statements(body: list[ast.stmt]) -> list[ast.stmt]:
    """Without imports and docstrings."""
    return [
        node
        for node in body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.key)
def test_a_page_opens_by_the_shell_before_anything_else(page: Page) -> None:
    script = ast.parse((PROJECT / page.file).read_text(encoding="utf-8"))
    (imported,) = [
        f"{node.module}.{node.names[0].name}"
        for node in script.body
        if isinstance(node, ast.ImportFrom)
        and str(node.module).startswith("xraylib.app.")
        and node.names[0].name.endswith("page")
    ]
    module = PROJECT / f"{imported.replace('.', '/')}.py"
    (show,) = [
        node
        for node in ast.parse(module.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == "show"
    ]
    call = _statements(show.body)[0].value  # type: ignore[attr-defined]
    assert isinstance(call, ast.Call)
    assert ast.unparse(call.func) == "frame.open_page"
    assert ast.literal_eval(call.args[0]) == page.key


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_a_script_only_shows_its_page(file: Path) -> None:
    (statement,) = _statements(ast.parse(file.read_text(encoding="utf-8")).body)
    assert ast.unparse(statement).endswith("page.show()")


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


SHOWN = [PROJECT / "streamlit_app.py", *FILES, *sorted((PROJECT / "xraylib" / "app").rglob("*.py"))]


@pytest.mark.parametrize("file", SHOWN, ids=lambda path: path.name)
def test_main_buttons_ask_the_shell_for_their_type(file: Path) -> None:
    # White words on the accent colour of the dark theme cannot be read: see frame.emphasis.
    types = [
        ast.unparse(keyword.value)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "type"
    ]
    assert [text for text in types if "primary" in text] == []
