"""What comes from files and people goes through `xraylib.markup` before Markdown reads it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from xraylib.settings import PROJECT

READ: Final = frozenset((
    "markdown", "caption", "write", "error", "warning", "info", "success", "toast", "header",
    "subheader", "title", "badge", "expander", "popover", "metric",
))  # fmt: skip
"""Commands of Streamlit whose first argument is Markdown."""
ALSO: Final = ("help", "text", "label")
"""Other arguments that are."""
DATA: Final = frozenset((
    "name", "called", "data", "path", "file", "root", "folder", "label", "truth", "message",
    "what", "expected", "remedy", "reason", "note", "notes", "problem", "value", "patient",
    "group", "kind", "command", "words", "classes", "dataset", "model", "id", "run", "key",
))  # fmt: skip
"""Attributes that hold what files and people say: names, and messages that quote them."""
OURS: Final = {
    "page": "a page's own title",
    "layer_list.py": "kinds of layers and presets",
}
"""Variables and files of which the attributes are words of this program alone."""


def parts(node: ast.expr, known: dict[str, list[ast.expr]]) -> Iterator[ast.expr]:
    """What a text is put together from, as far as it is written where it is used."""
    match node:
        case ast.JoinedStr(values=values):
            for one in values:
                # A format of its own is one of a number, which has no marks.
                if isinstance(one, ast.FormattedValue) and one.format_spec is None:
                    yield from parts(one.value, known)
        case ast.BinOp(left=left, right=right):
            yield from parts(left, known)
            yield from parts(right, known)
        case ast.IfExp(body=body, orelse=otherwise):
            yield from parts(body, known)
            yield from parts(otherwise, known)
        case ast.BoolOp(values=values):
            for value in values:
                yield from parts(value, known)
        case ast.Call(func=ast.Attribute(attr="join"), args=[ast.GeneratorExp() | ast.ListComp()]):
            yield from parts(node.args[0].elt, known)  # type: ignore[attr-defined]
        case ast.Name(id=name) if name in known:
            for value in known.pop(name):
                yield from parts(value, known)
        case ast.Call() | ast.Constant():
            return
        case _:
            yield node


def assigned(function: ast.AST) -> dict[str, list[ast.expr]]:
    """What is given to each variable inside a function."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def is_data(node: ast.expr) -> bool:
    """Whether this is an attribute, or an entry, that may hold somebody else's text."""
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            return attribute in DATA and name not in OURS
        case ast.Attribute(attr=attribute):
            return attribute in DATA
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return key in DATA
    return False


def unescaped(source: str) -> list[str]:
    """``line: expression`` of every name or message that Markdown would read."""
    found = set()
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in ast.walk(function):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
                continue
            texts = [one.value for one in call.keywords if one.arg in ALSO]
            texts += call.args[:1] if call.func.attr in READ else []
            for text in texts:
                for part in parts(text, assigned(function)):
                    if is_data(part):
                        found.add(f"{part.lineno}: {ast.unparse(part)}")
    return sorted(found)


def test_no_name_and_no_message_reaches_markdown_as_it_is() -> None:
    app = PROJECT / "xraylib" / "app"
    told = {
        str(file.relative_to(app)): lines
        for file in sorted(app.rglob("*.py"))
        if file.name not in OURS and (lines := unescaped(file.read_text("utf-8")))
    }
    assert not told, "write these through xraylib.markup"


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("st.error(error.message)", ["2: error.message"]),
        ("st.caption(f'**{run.name}**')", ["2: run.name"]),
        ("st.info('for ' + status.error['message'])", ["2: status.error['message']"]),
        ("words = f'{ref.name}!'; left.markdown(words)", ["2: ref.name"]),
        ("st.button('Go', help=one.path)", ["2: one.path"]),
        ("st.caption(', '.join(f'{ref.name}' for ref in refs))", ["2: ref.name"]),
        ("st.caption(plain(run.name) + f'{one.value:.2f}')", []),
        ("st.text(run.name)", []),
    ],
)
def test_what_is_not_escaped_is_found(line: str, wrong: list[str]) -> None:
    assert unescaped(f"def show():\n    {line}\n") == wrong
