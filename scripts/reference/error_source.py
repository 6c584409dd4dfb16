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
from typing import Any, Final

from scripts.reference.python_source import Function, bound, called, calls_of, files, functions
from xraylib import errors
from xraylib.settings import PROJECT

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


Words = dict[str, list[str]]


class Reader:
    """Turns an expression into the texts that it may become, inside one function."""

    def __init__(self, function: Function, arguments: Words) -> None:
        self.function = function
        self.arguments = arguments
        self.local = function.assigned()

    def texts(self, node: ast.expr, depth: int = 0) -> list[str]:
        """All that it may become, at least one."""
        if isinstance(node, ast.Constant):
            return [str(node.value)]
        if isinstance(node, ast.IfExp):
            return [text for one in self._branches(node) for text in self.texts(one, depth)]
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
                return self.texts(self._nearest(node), depth + 1)
        if isinstance(node, ast.Call) and called(node) == "format":
            # A template's {name} is already how a value of the moment is written here.
            return self.texts(node.func.value, depth)  # type: ignore[attr-defined]
        looked_up = self._looked_up(node)
        if looked_up is not None:
            return looked_up
        return [self._constant(node)]

    def _nearest(self, name: ast.Name) -> ast.expr:
        """What a local name was last set to, in the order of the lines."""
        places = self.local[name.id]
        line = getattr(name, "lineno", places[-1][0])
        return [value for at, value in places if at <= line or at == places[0][0]][-1]

    def _branches(self, node: ast.IfExp) -> list[ast.expr]:
        """Both, unless it asks whether an argument is None and the caller's is known."""
        match node.test:
            case ast.Compare(ast.Name(name), [ast.Is()], [ast.Constant(None)]):
                if name in self.arguments:
                    return [node.body if self.arguments[name] == ["None"] else node.orelse]
        return [node.body, node.orelse]

    def _looked_up(self, node: ast.expr) -> list[str] | None:
        """``TABLE[key][0]`` or ``row.code`` of ``row = TABLE[key]``: one for each key."""
        match node:
            case ast.Subscript(ast.Subscript() as row, ast.Constant(part)):
                return self._of_rows(row, part)
            case ast.Attribute(ast.Name(name) as row, part) if name in self.local:
                nearest = self._nearest(row)
                return self._of_rows(nearest, part) if isinstance(nearest, ast.Subscript) else None
        return None

    def _of_rows(self, row: ast.Subscript, part: Any) -> list[str] | None:
        table = _value(self.function.module, row.value, set(self.local))
        if not (isinstance(table, Mapping) and isinstance(row.slice, ast.Name)):
            return None
        keys = [key for key in self.arguments.get(row.slice.id, ()) if key in table] or list(table)
        rows = [table[key] for key in keys]
        return [str(getattr(one, part) if isinstance(part, str) else one[part]) for one in rows]

    def _constant(self, node: ast.expr) -> str:
        known = {*self.local, *self.function.parameters}
        value = _value(self.function.module, node, known)
        return _placeholder(node) if value is None else str(value)


def _value(module: str, node: ast.expr, local: set[str]) -> Any:
    """What an expression of module constants is, or None where it depends on more."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and called(part) not in ("join", "format"):
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


def _passed_on(function: Function, values: Mapping[str, ast.expr]) -> bool:
    """Whether a whole part of the error is one of the function's own arguments."""
    return any(
        isinstance(node, ast.Name) and node.id in function.parameters for node in values.values()
    )


def _parts(call: ast.Call) -> dict[str, ast.expr]:
    parts = {word.arg: word.value for word in call.keywords if word.arg in FIELDS}
    return ({"what": call.args[0]} if call.args else {}) | parts


def _told(
    kind: str, function: Function, parts: Mapping[str, ast.expr], depth: int = 0
) -> Iterator[tuple[Words, str]]:
    """The words of one error, once for each caller of a maker."""
    places = calls_of(function) if _passed_on(function, parts) and depth < _DEEPEST else []
    if not places:
        reader = Reader(function, {})
        yield {name: reader.texts(node) for name, node in parts.items()}, function.module
    for place, call in places:
        given = bound(function, call)
        words_in = [name for name in given if function.annotation(name) == "str"]
        rest = {name: node for name, node in given.items() if name not in words_in}
        for words, module in _told(kind, place, {one: given[one] for one in words_in}, depth + 1):
            known = words | {name: Reader(place, {}).texts(node) for name, node in rest.items()}
            reader = Reader(function, known)
            yield {name: reader.texts(node) for name, node in parts.items()}, module


@cache
def told() -> tuple[Told, ...]:
    """Every wording of every error, by code."""
    found = set()
    for function in functions():
        for node in function.nodes:
            if not (isinstance(node, ast.Call) and called(node) in CLASSES):
                continue
            kind = called(node)
            parts = _parts(node)
            if not {"what", "expected", "remedy"} <= parts.keys():
                continue  # `BundleError(**answer)` hands on the words of another process
            for words, module in _told(kind, function, parts):
                codes = words.get("code", [CLASSES[kind].default_code])
                whats = words["what"]
                pairs = zip(codes, whats, strict=True) if len(codes) == len(whats) else None
                for code, what in pairs or product(codes, whats):
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
    return files()[module].relative_to(PROJECT).as_posix()
