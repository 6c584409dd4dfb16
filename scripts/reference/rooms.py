"""The rooms of the package and who imports whom, read from the import statements, as a picture.

A room is a folder or a file of ``xraylib``; what all of them stand on is drawn as one. An arrow is
left out where the way over other rooms says the same.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from scripts.reference.markdown import heading, table
from xraylib.settings import PROJECT

PACKAGE: Final = PROJECT / "xraylib"
GROUND: Final = "ground"
DOOR: Final = "door"
_GROUND_TITLE: Final = "workspace, errors …"
# Pixels of the picture: a box, the gaps between boxes, the margin, a passage for a long arrow.
_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _EDGE, _PASSAGE = 190, 42, 26, 40, 24, 20

Arrows = Mapping[str, frozenset[str]]


@cache
def modules() -> tuple[Path, ...]:
    """Every module of the package that is not the package itself."""
    files = sorted(PACKAGE.rglob("*.py"))
    return tuple(file for file in files if file.parent != PACKAGE or file.stem[:2] != "__")


def room_of(file: Path) -> str:
    """The folder right below ``xraylib``; a file beside the folders is ground, or a door.

    A door only passes on what a room holds, as the package itself does; nobody inside uses it.
    """
    parts = file.relative_to(PACKAGE).parts
    if len(parts) > 1:
        return parts[0]
    return DOOR if any((PACKAGE / name).is_dir() for name in _imported(file)) else GROUND


def _imported(file: Path) -> set[str]:
    """What right below ``xraylib`` a file imports, in functions too."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    modules = [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[1] for name in modules if name.startswith("xraylib.")}


@cache
def arrows() -> Arrows:
    """Which rooms each room imports, the real statements, those inside functions too."""
    found: dict[str, set[str]] = {}
    for file in modules():
        if room_of(file) != DOOR:
            found.setdefault(room_of(file), set()).update(
                name if (PACKAGE / name).is_dir() else GROUND for name in _imported(file)
            )
    return {room: frozenset(found[room] - {room}) for room in sorted(found)}


def reach(graph: Arrows, room: str) -> frozenset[str]:
    """All rooms below a room."""
    below = set(graph[room])
    for name in graph[room]:
        below |= reach(graph, name)
    return frozenset(below)


def reduced(graph: Arrows) -> Arrows:
    """The arrows that say something that no way over other rooms says."""
    return {
        room: frozenset(
            name for name in names if not any(name in reach(graph, other) for other in names)
        )
        for room, names in graph.items()
    }


def storeys(graph: Arrows) -> list[list[str]]:
    """Rooms from the top down, each as high as it can be under those that import it."""

    def depth(room: str) -> int:
        return 1 + max((depth(name) for name in graph if room in graph[name]), default=-1)

    depths = {room: depth(room) for room in graph}
    return [
        [room for room in graph if depths[room] == number]
        for number in range(max(depths.values()) + 1)
    ]


def title(room: str) -> str:
    """What a room is called."""
    return {GROUND: _GROUND_TITLE, DOOR: "beside the rooms"}.get(room, room)


def sentence(file: Path) -> str:
    """The first line of a module's docstring."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.split("\n")[0]


def picture() -> str:
    """The rooms as an SVG, on a background of its own so that it can be read in the dark too."""
    graph = reduced(arrows())
    rows = _ordered(*_with_ways(storeys(arrows()), graph))
    widths = [sum(map(_width, row)) + _GAP_X * (len(row) - 1) for row in rows]
    middles: dict[str, tuple[float, float]] = {}
    for number, row in enumerate(rows):
        left = _EDGE + (max(widths) - widths[number]) / 2
        for name in row:
            middles[name] = left + _width(name) / 2, _EDGE + number * (_HEIGHT + _GAP_Y)
            left += _width(name) + _GAP_X
    lines = [
        _line([middles[name] for name in way])
        for room, names in graph.items()
        for way in (_way(room, name, middles) for name in sorted(names))
    ]
    boxes = [_box(room, *middles[room]) for room in graph]
    return _SVG.format(
        width=max(widths) + 2 * _EDGE,
        height=len(rows) * (_HEIGHT + _GAP_Y) - _GAP_Y + 2 * _EDGE,
        body="\n".join([*lines, *boxes]),
    )


def _width(name: str) -> int:
    return _PASSAGE if ">" in name else _WIDTH


def _with_ways(rows: list[list[str]], graph: Arrows) -> tuple[list[list[str]], Arrows]:
    """A narrow passage ``from>to>row`` in each storey that a longer arrow goes through."""
    depths = {room: number for number, row in enumerate(rows) for room in row}
    whole: dict[str, frozenset[str]] = {}
    rows = [list(row) for row in rows]
    for room, names in graph.items():
        nexts = set()
        for name in names:
            between = range(depths[room] + 1, depths[name])
            way = [f"{room}>{name}>{number}" for number in between]
            for number, passage in zip(between, way, strict=True):
                rows[number].append(passage)
            for one, two in zip(way, [*way[1:], name], strict=False):
                whole[one] = frozenset({two})
            nexts.add(way[0] if way else name)
        whole[room] = frozenset(nexts)
    return rows, whole


def _way(room: str, name: str, middles: Mapping[str, tuple[float, float]]) -> list[str]:
    passages = [one for one in middles if one.startswith(f"{room}>{name}>")]
    return [room, *sorted(passages, key=lambda one: middles[one][1]), name]


_SVG: Final = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" \
role="img" font-family="system-ui, sans-serif" text-anchor="middle">
<title>The rooms of xraylib; an arrow leads from a room to what it imports</title>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" \
orient="auto"><path d="M0 0 8 4 0 8z" fill="#5b6b7b"/></marker></defs>
<rect width="{width}" height="{height}" rx="12" fill="#f6f8fa"/>
{body}
</svg>
"""


def _ordered(rows: list[list[str]], graph: Arrows) -> list[list[str]]:
    """Each row so that a room stands about under those that import it."""
    middle: dict[str, float] = {}
    for row in rows:
        above = {
            room: [middle[name] for name in graph if name in middle and room in graph[name]]
            for room in row
        }
        row.sort(key=lambda room: (sum(above[room]) / max(len(above[room]), 1), room))
        middle |= {room: place - (len(row) - 1) / 2 for place, room in enumerate(row)}
    return rows


def _box(room: str, middle: float, top: float) -> str:
    return (
        f'<rect x="{middle - _WIDTH / 2:g}" y="{top:g}" width="{_WIDTH}" height="{_HEIGHT}" '
        'rx="8" fill="#ffffff" stroke="#2f6fa3" stroke-width="1.5"/>'
        f'<text x="{middle:g}" y="{top + 27:g}" font-size="15" font-weight="600" '
        f'fill="#12212f">{escape(title(room))}</text>'
    )


def _line(points: list[tuple[float, float]]) -> str:
    x, y = points[0][0], points[0][1] + _HEIGHT
    steps = [f"M{x:g} {y:g}"]
    for place, (to_x, to_y) in enumerate(points[1:], start=2):
        last = place == len(points)
        to_y -= 2 if last else 0
        bend = (to_y - y) / 2
        steps.append(f"C{x:g} {y + bend:g} {to_x:g} {to_y - bend:g} {to_x:g} {to_y:g}")
        x, y = to_x, to_y
        if not last:
            y += _HEIGHT
            steps.append(f"L{x:g} {y:g}")
    return (
        f'<path d="{"".join(steps)}" fill="none" stroke="#5b6b7b" stroke-width="1.5" '
        'marker-end="url(#tip)"/>'
    )


def page() -> str:
    """Every module with the first line of its docstring, by room."""
    parts = [
        "# Modules\n",
        "Every file of `xraylib` and its first sentence, from the top down; "
        "[the map](../map.md) shows who imports whom.\n",
    ]
    doors = [[DOOR]] if any(room_of(file) == DOOR for file in modules()) else []
    for row in [*doors, *storeys(arrows())]:
        for room in sorted(row):
            files = [file for file in modules() if room_of(file) == room]
            start = PACKAGE / room / "__init__.py"
            parts.append(heading(2, title(room), f"room-{room}"))
            if start.exists():
                parts.append(sentence(start).replace("``", "`") + "\n")
            rows = [
                [f"`{file.relative_to(PACKAGE).as_posix()}`", sentence(file).replace("``", "`")]
                for file in files
                if file.stem != "__init__"
            ]
            parts.append(table(["module", "what it is"], rows))
    return "\n".join(parts)
