"""The package as its source says it: functions, their calls, and what their arguments are."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from xraylib.settings import PROJECT

PACKAGE: Final = PROJECT / "xraylib"


@dataclass(frozen=True, eq=False)
class Function:
    """A function, or the body of a module, with what its names may stand for.

    Attributes:
        module: The dotted name of its module.
        node: It, as parsed.
    """

    module: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Module

    @property
    def parameters(self) -> list[str]:
        """The names of its arguments."""
        if isinstance(self.node, ast.Module):
            return []
        own = self.node.args
        return [one.arg for one in (*own.posonlyargs, *own.args, *own.kwonlyargs)]

    @property
    def defaults(self) -> dict[str, ast.expr]:
        """What an argument is that is not given."""
        if isinstance(self.node, ast.Module):
            return {}
        own = self.node.args
        places = [*own.posonlyargs, *own.args]
        late = zip(reversed(places), reversed(own.defaults), strict=False)
        named = zip(own.kwonlyargs, own.kw_defaults, strict=True)
        return {place.arg: value for place, value in (*late, *named) if value is not None}

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """What stands in it, but not in functions inside it."""
        found: list[ast.AST] = []
        left = list(ast.iter_child_nodes(self.node))
        while left:
            node = left.pop()
            found.append(node)
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                left.extend(ast.iter_child_nodes(node))
        return tuple(found)

    def assigned(self) -> dict[str, list[tuple[int, ast.expr]]]:
        """Local names, and the lines where they are set, to what; a tuple's parts one by one."""
        found: dict[str, list[tuple[int, ast.expr]]] = {}
        statements = [node for node in self.nodes if isinstance(node, ast.Assign)]
        for node in statements:
            for target in node.targets:
                parts = target.elts if isinstance(target, ast.Tuple) else [target]
                for place, part in enumerate(parts):
                    if isinstance(part, ast.Name):
                        value = node.value
                        if part is not target:
                            value = ast.Subscript(value, ast.Constant(place), ast.Load())
                        found.setdefault(part.id, []).append((node.lineno, value))
        return {name: sorted(ones, key=lambda one: one[0]) for name, ones in found.items()}

    def annotation(self, parameter: str) -> str:
        """What a parameter is said to be, as it is written; nothing of what ``**`` takes."""
        if isinstance(self.node, ast.Module):
            return ""
        own = self.node.args
        every = [*own.posonlyargs, *own.args, *own.kwonlyargs]
        named = (one.annotation for one in every if one.arg == parameter)
        annotation = next(named, None)
        return ast.unparse(annotation) if annotation else ""


@cache
def files() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    return {
        ".".join(file.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def tree(module: str) -> ast.Module:
    """A module's source, parsed."""
    return ast.parse(files()[module].read_text(encoding="utf-8"))


@cache
def functions() -> tuple[Function, ...]:
    """Every function of the package, and the body of every module."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = []
    for name in files().keys() - {"xraylib.errors"}:
        found += [Function(name, one) for one in ast.walk(tree(name)) if isinstance(one, kinds)]
        found.append(Function(name, tree(name)))
    return tuple(found)


@cache
def imported(module: str) -> dict[str, str]:
    """Names that a module imports from the package, and the module that each comes from."""
    return {
        alias.asname or alias.name: str(node.module)
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def called(call: ast.Call) -> str:
    """The last word of what is called."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


@cache
def callers() -> dict[str, list[tuple[Function, ast.Call]]]:
    """Every call in the package, by the bare name that is called."""
    found: dict[str, list[tuple[Function, ast.Call]]] = {}
    for function in functions():
        for node in function.nodes:
            if isinstance(node, ast.Call):
                found.setdefault(called(node), []).append((function, node))
    return found


def calls_of(function: Function) -> list[tuple[Function, ast.Call]]:
    """Where a maker is called: in its own module, or where its name is imported from there."""
    if isinstance(function.node, ast.Module):
        return []
    name = function.node.name
    return [
        (place, call)
        for place, call in callers().get(name, [])
        if place.module == function.module
        or imported(place.module).get(name) == function.module
        or (isinstance(call.func, ast.Attribute) and function.module.endswith(_owner(call)))
    ]


def _owner(call: ast.Call) -> str:
    value = call.func.value if isinstance(call.func, ast.Attribute) else None
    return f".{value.id}" if isinstance(value, ast.Name) else "\0"


def bound(function: Function, call: ast.Call) -> dict[str, ast.expr]:
    """The arguments of a call by the function's parameters."""
    names = [name for name in function.parameters if name not in ("self", "cls")]
    given = dict(zip(names, call.args, strict=False))
    given |= {word.arg: word.value for word in call.keywords if word.arg}
    return function.defaults | given
