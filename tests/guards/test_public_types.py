"""What the package hands out and takes is typed: few public signatures hold a bag of anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from xraylib.settings import PROJECT

MOST: Final = 20
BAG: Final = "dict[str, Any]"


def _public_functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions, and methods of classes, that another module may call."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _public_functions(node.body)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (
            not node.name.startswith("_") or node.name.startswith("__")
        ):
            yield node


def _bags(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    given = function.args
    taken = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    annotations = [one.annotation for one in taken if one is not None] + [function.returns]
    return sum(ast.unparse(one).count(BAG) for one in annotations if one is not None)


def bags(package: Path) -> list[str]:
    """``file:line name`` of each, as often as it holds one."""
    found = []
    for file in sorted(package.rglob("*.py")):
        for function in _public_functions(ast.parse(file.read_text(encoding="utf-8")).body):
            where = f"{file.relative_to(package)}:{function.lineno} {function.name}"
            found += [where] * _bags(function)
    return found


def test_few_public_signatures_hold_a_bag_of_anything() -> None:
    found = bags(PROJECT / "xraylib")
    assert len(found) <= MOST, "\n".join(found)


def test_the_count_sees_arguments_results_and_methods_but_nothing_private(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "def one(x: dict[str, Any], *y: list[dict[str, Any]]) -> dict[str, Any]: ...\n"
        "def _two(x: dict[str, Any]) -> None: ...\n"
        "class Three:\n"
        "    async def four(self, *, x: dict[str, Any] | None = None) -> None: ...\n"
        "    def _five(self) -> dict[str, Any]: ...\n"
        "class _Six:\n"
        "    def seven(self) -> dict[str, Any]: ...\n"
        "def eight(x: dict[str, int]) -> Mapping[str, Any]: ...\n"
    )
    assert bags(tmp_path) == ["a.py:1 one"] * 3 + ["a.py:4 four"]
