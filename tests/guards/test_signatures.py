"""What all functions of the package have in common."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from xraylib.settings import PROJECT

PACKAGE = PROJECT / "xraylib"
FILES = [
    file
    for file in sorted(PACKAGE.rglob("*.py"))
    if file.relative_to(PACKAGE).parts[0] not in ("app", "cli")
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_the_workspace_is_an_optional_keyword_everywhere(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        where = f"{file.name}: {node.name}"
        assert "workspace" not in [one.arg for one in node.args.args], where
        defaults = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        for argument, default in defaults:
            if argument.arg == "workspace":
                assert isinstance(default, ast.Constant), where
                assert default.value is None, where
