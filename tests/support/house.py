"""A package read as text: what each module imports or starts, and which rules that breaks.

Nothing is imported, so a rule holds for what stands inside a function or under ``TYPE_CHECKING``
too, and it can be tried on sources that are made up.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

Levels = Sequence[Sequence[str]]
_IMPORTERS: Final = {"import_module", "__import__", "run_module"}
# In a program kept as text, or in words for a command line.
_IN_TEXT: Final = r"(?m)(?:^\s*(?:from|import)|-m)\s+({package}(?:\.\w+)+)"


class Use(NamedTuple):
    """One module named by another.

    Attributes:
        name: Dotted; of the module where it is one of the package, else as it is written.
        line: Where it stands.
        started: Whether it is named in a string, so that a process of its own may run it.
    """

    name: str
    line: int
    started: bool = False


@dataclass(frozen=True)
class House:
    """A package's sources.

    Attributes:
        root: The folder that holds the package.
        package: Its name.
    """

    root: Path
    package: str = "xraylib"

    @cached_property
    def sources(self) -> dict[str, Path]:
        """Every module by its dotted name."""
        return {
            ".".join(file.relative_to(self.root).with_suffix("").parts).removesuffix(
                ".__init__"
            ): file
            for file in sorted((self.root / self.package).rglob("*.py"))
        }

    @cached_property
    def uses(self) -> dict[str, list[Use]]:
        """What each module names, wherever it stands in it."""
        return {module: list(self._uses(module)) for module in self.sources}

    def backward(self, levels: Levels, under: str = "") -> list[str]:
        """Uses of a room that does not stand below the module's own.

        Args:
            levels: Names of rooms, from the bottom up; ``""`` is the module above them itself.
            under: The module whose parts are the rooms; the package if not given.
        """
        heights = {room: height for height, rooms in enumerate(levels) for room in rooms}
        found = []
        for module, uses in self.uses.items():
            own = self._room(module, under)
            for use in uses:
                room = self._room(use.name, under) if use.name in self.sources else None
                if own is None or room is None or own == room:
                    continue
                if own not in heights or room not in heights:
                    found.append(f"{module}:{use.line} {use.name}: a room without a level")
                elif heights[room] >= heights[own]:
                    found.append(f"{module}:{use.line} {use.name}")
        return found

    def circles(self) -> list[str]:
        """Modules of which each can only be read after another of them."""
        left = {
            module: {use.name for use in uses if not use.started and use.name in self.sources}
            - {module}
            for module, uses in self.uses.items()
        }
        while free := [module for module, names in left.items() if not names]:
            for module in free:
                del left[module]
            for names in left.values():
                names.difference_update(free)
        return sorted(left)

    def misplaced(self, places: Mapping[str, Sequence[str]]) -> list[str]:
        """Packages of others that are imported elsewhere than in the rooms or modules given."""
        found = []
        for module, uses in self.uses.items():
            for use in uses:
                allowed = places.get(use.name.partition(".")[0])
                if allowed is not None and not any(
                    f"{module}.".startswith(f"{self.package}.{place}.") for place in allowed
                ):
                    found.append(f"{module}:{use.line} {use.name}")
        return found

    def crowded(self, most: int) -> list[str]:
        """Folders with more modules than ``most``, their ``__init__`` not counted."""
        counts: dict[Path, int] = {}
        for file in self.sources.values():
            counts[file.parent] = counts.get(file.parent, 0) + (file.name != "__init__.py")
        return [
            f"{folder.relative_to(self.root)}: {count}"
            for folder, count in counts.items()
            if count > most
        ]

    def long(self, most: int) -> list[str]:
        """Modules with more lines than ``most``."""
        lengths = {
            module: len(file.read_text(encoding="utf-8").splitlines())
            for module, file in self.sources.items()
        }
        return [f"{module}: {length}" for module, length in lengths.items() if length > most]

    def unfinished(self) -> list[str]:
        """Lines of the package's files, code or not, that put something off."""
        found = []
        for file in sorted((self.root / self.package).rglob("*")):
            if file.suffix in (".py", ".html", ".css", ".json", ".md", ".js"):
                lines = file.read_text(encoding="utf-8").splitlines()
                found += [
                    f"{file.relative_to(self.root)}:{number}"
                    for number, line in enumerate(lines, 1)
                    if re.search(r"\b(TODO|FIXME|XXX)\b", line)
                ]
        return found

    def relative(self) -> list[str]:
        """Relative imports, and imports of a name that is only known when it happens."""
        return [
            f"{module}:{use.line} {use.name}"
            for module, uses in self.uses.items()
            for use in uses
            if use.name.startswith(".") or use.name.endswith("…")
        ]

    def _room(self, module: str, under: str) -> str | None:
        """The part of a dotted name that follows ``under``; None if it does not begin so."""
        place, begun, rest = module.partition(under or self.package)
        return None if place or not begun or rest[:1] not in ("", ".") else rest[1:].split(".")[0]

    def _uses(self, module: str) -> Iterator[Use]:
        tree = ast.parse(self.sources[module].read_text(encoding="utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for name in node.names:
                    yield Use(name.name, node.lineno)
            elif isinstance(node, ast.ImportFrom):
                base = "." * node.level + (node.module or "")
                for name in node.names:
                    whole = f"{base}.{name.name}"
                    yield Use(whole if whole in self.sources else base, node.lineno)
            elif isinstance(node, ast.Call) and _called(node.func) in _IMPORTERS:
                yield from _by_name(node)
            elif isinstance(node, ast.Constant) and id(node) not in told:
                yield from self._in_text(node)

    def _in_text(self, node: ast.Constant) -> Iterator[Use]:
        """Modules of the package that a string names: alone, or in a program or a command."""
        if not isinstance(node.value, str):
            return
        names = re.findall(_IN_TEXT.format(package=self.package), node.value)
        for name in [node.value, *names]:
            if name in self.sources and name != self.package:
                yield Use(name, node.lineno, started=True)


def _called(function: ast.expr) -> str:
    return ast.unparse(function).rpartition(".")[2]


def _by_name(call: ast.Call) -> Iterator[Use]:
    """What ``import_module`` and its like import, if that is written there."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)][:1]
    for name in given:
        if isinstance(name, ast.Constant):
            yield Use(str(name.value), call.lineno)
        elif isinstance(name, ast.JoinedStr | ast.BinOp):
            # Put together from pieces it could be any; in a table it is a string of its own.
            yield Use(f"{ast.unparse(name)}…", call.lineno)
