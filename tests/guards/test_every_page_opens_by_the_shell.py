"""A deep link runs only its own page's script, so each page must begin with the shell."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from xraylib.app.shell.pages import PAGES, Page, others, steps
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
    imported = {
        node.names[0].name: f"{node.module}.{node.names[0].name}"
        for node in script.body
        if isinstance(node, ast.ImportFrom)
    }
    (shown,) = [
        ast.unparse(node.func.value)
        for node in ast.walk(script)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "show"
    ]
    assert imported[shown] == page.module
    found = find_spec(page.module)
    assert found is not None
    assert found.origin is not None
    module = Path(found.origin)
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
    assert ast.unparse(statement).endswith(".show()")


def test_a_page_is_declared_in_the_folder_of_its_module() -> None:
    for page in PAGES.values():
        folder = page.module.split(".")[2]
        declared = vars(import_module(f"xraylib.app.{folder}")).values()
        assert any(value is page for value in declared), page.key


def test_naming_the_pages_loads_none_of_them() -> None:
    program = (
        "import sys; from xraylib.app.shell.pages import PAGES; print(*PAGES); "
        "print('streamlit' in sys.modules, 'xraylib.app.dataset.page' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "home dataset architecture training results classify card",
        "False False",
    ], done.stderr


def test_a_demo_lists_what_it_opens_and_the_lab_the_rest_after_its_steps() -> None:
    assert [page.key for page in others("demo")] == ["classify", "card"]
    assert [page.key for page in others("lab")] == ["card"]
    assert [page.key for page in steps()] == [
        *("dataset", "architecture", "training", "results", "classify")
    ]


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


def test_tables_are_shown_without_their_markdown() -> None:
    # Streamlit reads cells of `st.table` as Markdown; `frame.show_table` shows them as written.
    place = PROJECT / "xraylib" / "app"
    found = [
        f"{file.relative_to(place)}:{node.lineno}"
        for file in sorted(place.rglob("*.py"))
        if file != place / "shell" / "frame.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr == "table"
        and not (isinstance(node.value, ast.Name) and node.value.id in ("pa", "index", "whole"))
        and ast.unparse(node.value) != "DatasetIndex.load(run.folder / 'index.parquet')"
        and isinstance(node.ctx, ast.Load)
    ]
    assert found == []
