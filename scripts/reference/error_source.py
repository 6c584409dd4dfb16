"""Every wording of every error, read from the source.

An error is made where one of the classes of `xraylib.errors` is called, or a function that passes
its own arguments on to one (a *maker*, like `refuse(code, what)`); then the makers' callers tell
the words. Values that are known only at run time stand as ``{name}``.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any, Final

from xraylib import errors
from xraylib.settings import PROJECT

PACKAGE: Final = PROJECT / "xraylib"
FIELDS: Final = ("what", "expected", "remedy", "code")
CLASSES: Final[Mapping[str, type[errors.XrayError]]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.XrayError)
}
_DEEPEST: Final = 4


@dataclass(frozen=True, kw_only=True, order=True)
class Told:
    """One wording of one error.

    Attributes:
        code: Its stable identifier.
        kind: Name of its class.
        what: What happened, with ``{name}`` for what only a run knows; likewise the others.
        expected: What would have been right.
        remedy: What to do.
        module: The file that says so, relative to the project.
    """

    code: str
    kind: str
    what: str
    expected: str
    remedy: str
    module: str


@dataclass(frozen=True, eq=False)
class _Function:
    """A function, or the body of a module, with what its names may stand for."""

    module: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Module

    @property
    def parameters(self) -> list[str]:
        if isinstance(self.node, ast.Module):
            return []
        own = self.node.args
        return [one.arg for one in (*own.posonlyargs, *own.args, *own.kwonlyargs)]

    @property
    def defaults(self) -> dict[str, ast.expr]:
        if isinstance(self.node, ast.Module):
            return {}
        own = self.node.args
        places = [*own.posonlyargs, *own.args]
        late = zip(reversed(places), reversed(own.defaults), strict=False)
        named = zip(own.kwonlyargs, own.kw_defaults, strict=True)
        return {place.arg: value for place, value in (*late, *named) if value is not None}

    def nodes(self) -> Iterator[ast.AST]:
        """What stands in it, but not in functions inside it."""
        left: list[ast.AST] = list(ast.iter_child_nodes(self.node))
        while left:
            node = left.pop()
            yield node
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                left.extend(ast.iter_child_nodes(node))

    def assigned(self) -> dict[str, list[ast.expr]]:
        """Local names and what they are set to; a tuple's parts as ``value[place]``."""
        found: dict[str, list[ast.expr]] = {}
        for node in self.nodes():
            if not isinstance(node, ast.Assign):
                continue
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
                elif isinstance(target, ast.Tuple):
                    for place, part in enumerate(target.elts):
                        if isinstance(part, ast.Name):
                            whole = ast.Subscript(node.value, ast.Constant(place), ast.Load())
                            found.setdefault(part.id, []).append(whole)
        return found


@cache
def _files() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    return {
        ".".join(file.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_files()[module].read_text(encoding="utf-8"))


@cache
def _functions() -> tuple[_Function, ...]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = []
    for name in _files().keys() - {"xraylib.errors"}:
        tree = _tree(name)
        found += [_Function(name, node) for node in ast.walk(tree) if isinstance(node, kinds)]
        found.append(_Function(name, tree))
    return tuple(found)


@cache
def _imported(module: str) -> dict[str, str]:
    """Names that a module imports from the package, and the module that each comes from."""
    return {
        alias.asname or alias.name: str(node.module)
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


@cache
def _callers() -> dict[str, list[tuple[_Function, ast.Call]]]:
    """Every call in the package, by the bare name that is called."""
    found: dict[str, list[tuple[_Function, ast.Call]]] = {}
    for function in _functions():
        for node in function.nodes():
            if isinstance(node, ast.Call):
                found.setdefault(_called(node), []).append((function, node))
    return found


def _calls_of(function: _Function) -> list[tuple[_Function, ast.Call]]:
    """Where a maker is called: in its own module, or where its name is imported from there."""
    if isinstance(function.node, ast.Module):
        return []
    name = function.node.name
    return [
        (place, call)
        for place, call in _callers().get(name, [])
        if place.module == function.module
        or _imported(place.module).get(name) == function.module
        or (isinstance(call.func, ast.Attribute) and function.module.endswith(_owner(call)))
    ]


def _owner(call: ast.Call) -> str:
    value = call.func.value if isinstance(call.func, ast.Attribute) else None
    return f".{value.id}" if isinstance(value, ast.Name) else "\0"


def _bound(function: _Function, call: ast.Call) -> dict[str, ast.expr]:
    """The arguments of a call by the function's parameters."""
    names = [name for name in function.parameters if name not in ("self", "cls")]
    given = dict(zip(names, call.args, strict=False))
    given |= {word.arg: word.value for word in call.keywords if word.arg}
    return function.defaults | given


Words = dict[str, list[str]]


class _Reader:
    """Turns an expression into the texts that it may become, inside one function."""

    def __init__(self, function: _Function, arguments: Words) -> None:
        self.function = function
        self.arguments = arguments
        self.local = function.assigned()

    def texts(self, node: ast.expr, depth: int = 0) -> list[str]:
        if isinstance(node, ast.Constant):
            return [str(node.value)]
        if isinstance(node, ast.IfExp):
            return [*self.texts(node.body, depth), *self.texts(node.orelse, depth)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            pairs = product(self.texts(node.left, depth), self.texts(node.right, depth))
            return ["".join(pair) for pair in pairs]
        if isinstance(node, ast.JoinedStr):
            parts = [self.texts(part, depth) for part in node.values]
            return ["".join(one) for one in product(*parts)]
        if isinstance(node, ast.FormattedValue):
            return self.texts(node.value, depth)
        if isinstance(node, ast.Name):
            if node.id in self.arguments:
                return self.arguments[node.id]
            if node.id in self.local and depth < _DEEPEST:
                found = [text for one in self.local[node.id] for text in self.texts(one, depth + 1)]
                return found if len(found) <= _DEEPEST else [f"{{{node.id}}}"]
        if isinstance(node, ast.Subscript):
            looked_up = self._looked_up(node)
            if looked_up is not None:
                return looked_up
        return [self._constant(node)]

    def _looked_up(self, node: ast.Subscript) -> list[str] | None:
        """``TABLE[code][0]``: the row of a module's table for each code that is passed in."""
        inner = node.value
        if not (isinstance(inner, ast.Subscript) and isinstance(inner.slice, ast.Name)):
            return None
        keys = self.arguments.get(inner.slice.id)
        rows = _value(self.function.module, inner.value, set(self.local))
        if (
            keys is None
            or not isinstance(rows, Mapping)
            or not isinstance(node.slice, ast.Constant)
        ):
            return None
        return [str(rows[key][node.slice.value]) for key in keys if key in rows]

    def _constant(self, node: ast.expr) -> str:
        known = {*self.local, *self.function.parameters}
        value = _value(self.function.module, node, known)
        return _placeholder(node) if value is None else str(value)


def _value(module: str, node: ast.expr, local: set[str]) -> Any:
    """What an expression of module constants is, or None where it depends on more."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and _called(part) not in ("join", "format"):
            return None
        if isinstance(part, ast.GeneratorExp | ast.ListComp | ast.Lambda | ast.Await):
            return None
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    if names and module.startswith("xraylib.app."):
        return None  # no page is imported for its words
    space = vars(import_module(module)) if names else {}
    if names & local or not names <= space.keys() or names & vars(builtins).keys():
        return None
    if any(callable(space[name]) for name in names):
        return None
    code = compile(ast.fix_missing_locations(ast.Expression(node)), module, "eval")
    return eval(code, space)


def _placeholder(node: ast.expr) -> str:
    """``{name}`` for a value that only a run knows, named by the last word of its expression."""
    words = re.findall(r"[A-Za-z_]\w*", ast.unparse(node))
    plain = isinstance(node, ast.Name | ast.Attribute)
    return f"{{{words[-1]}}}" if plain and words else "{…}"


def _passed_on(function: _Function, values: Mapping[str, ast.expr]) -> bool:
    """Whether a whole part of the error is one of the function's own arguments."""
    return any(
        isinstance(node, ast.Name) and node.id in function.parameters for node in values.values()
    )


def _parts(call: ast.Call) -> dict[str, ast.expr]:
    parts = {word.arg: word.value for word in call.keywords if word.arg in FIELDS}
    return ({"what": call.args[0]} if call.args else {}) | parts


def _told(
    kind: str, function: _Function, parts: Mapping[str, ast.expr], depth: int = 0
) -> Iterator[tuple[Words, str]]:
    """The words of one error, once for each caller of a maker."""
    callers = _calls_of(function) if _passed_on(function, parts) and depth < _DEEPEST else []
    if not callers:
        reader = _Reader(function, {})
        yield {name: reader.texts(node) for name, node in parts.items()}, function.module
    for place, call in callers:
        given = _bound(function, call)
        for words, module in _told(kind, place, given, depth + 1):
            reader = _Reader(function, words)
            yield {name: reader.texts(node) for name, node in parts.items()}, module


@cache
def told() -> tuple[Told, ...]:
    """Every wording of every error, by code."""
    found = set()
    for function in _functions():
        for node in function.nodes():
            if not (isinstance(node, ast.Call) and _called(node) in CLASSES):
                continue
            kind = _called(node)
            parts = _parts(node)
            if not {"what", "expected", "remedy"} <= parts.keys():
                continue  # `BundleError(**answer)` hands on the words of another process
            for words, module in _told(kind, function, parts):
                codes = words.get("code", [CLASSES[kind].default_code])
                for code, what in product(codes, words["what"]):
                    place = codes.index(code)
                    found.add(
                        Told(
                            code=code,
                            kind=kind,
                            what=what,
                            expected=_of_code(words["expected"], place, len(codes)),
                            remedy=_of_code(words["remedy"], place, len(codes)),
                            module=_file(module),
                        )
                    )
    return tuple(sorted(one for one in found if "{" not in one.code))


def _of_code(texts: list[str], place: int, codes: int) -> str:
    return texts[place] if len(texts) == codes else " / ".join(dict.fromkeys(texts))


def _file(module: str) -> str:
    return _files()[module].relative_to(PROJECT).as_posix()
