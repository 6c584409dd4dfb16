"""The arrows between rooms, read from every import statement, those inside functions too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from xraylib.settings import PROJECT

PACKAGE: Final = PROJECT / "xraylib"
MOST_MODULES: Final = 20

LEVELS: Final[tuple[tuple[str, ...], ...]] = (
    ("version", "errors", "json_values", "type_hints"),
    ("settings", "arguments", "notebook"),
    ("workspace",),
    ("images", "augmentation", "metrics"),
    ("datasets", "networks"),
    ("audit", "loading", "ood"),
    ("training",),
    ("evaluation",),
    ("models",),
    ("reports",),
    ("app", "cli"),
    ("__main__", ""),
)
"""From the bottom up; a room imports only from rooms below its own. ``""`` is the package itself,
whose lazy table of public names nobody inside may use."""

APP_LEVELS: Final[tuple[tuple[str, ...], ...]] = (
    ("shell",),
    ("shared",),
    ("home", "dataset", "architecture", "training", "results", "classify"),
    ("server",),
)

HEAVY: Final = {
    "streamlit": ("app",),
    "altair": ("app",),
    "plotly": ("app",),
    "keras": (
        "evaluation.explain.gradients",
        "models.exporters",
        "networks.render",
        "networks.weights",
        "ood.network_features",
        "training.loop.network",
    ),
    "tensorflow": (
        "evaluation.explain.gradients",
        "evaluation.predict",
        "ood.network_features",
        "training.loop.network",
    ),
    "h5py": ("networks.weights",),
    "PIL": ("images",),
    "gdcm": ("images",),
    "sklearn": (),
    "scipy": (),
    "pandas": ("app",),
    "typer": ("cli",),
    "pydicom": ("images",),
}
"""Packages that are slow, large or belong to one room, and the only places that may name them."""


@cache
def sources() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    return {
        ".".join(file.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in PACKAGE.rglob("*.py")
    }


def imports(module: str) -> Iterator[tuple[str, int]]:
    """What a module imports, wherever it stands in it, as dotted names, and the line."""
    for node in ast.walk(ast.parse(sources()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: a relative import"
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield (whole if whole in sources() else str(node.module)), node.lineno


@cache
def inside() -> dict[str, frozenset[str]]:
    """Which modules of the package each module imports."""
    return {
        module: frozenset(name for name, _ in imports(module) if name in sources()) - {module}
        for module in sources()
    }


def _level(levels: tuple[tuple[str, ...], ...], room: str) -> int:
    (place,) = [number for number, rooms in enumerate(levels) if room in rooms]
    return place


def _part(module: str, number: int) -> str:
    return [*module.split("."), "", ""][number]


@pytest.mark.parametrize("module", sources())
def test_a_module_imports_only_from_rooms_below_its_own(module: str) -> None:
    own = _part(module, 1)
    for name in inside()[module]:
        room = _part(name, 1)
        assert room == own or _level(LEVELS, room) < _level(LEVELS, own), name


@pytest.mark.parametrize("module", [name for name in sources() if name.startswith("xraylib.app.")])
def test_a_page_imports_no_other_page(module: str) -> None:
    own = _part(module, 2)
    for name in inside()[module]:
        if not name.startswith("xraylib.app."):
            continue
        room = _part(name, 2)
        assert room == own or _level(APP_LEVELS, room) < _level(APP_LEVELS, own), name


def test_no_files_import_each_other_in_a_circle() -> None:
    left = {module: set(names) for module, names in inside().items()}
    while free := [module for module, names in left.items() if not names]:
        for module in free:
            del left[module]
        for names in left.values():
            names.difference_update(free)
    assert not left


@pytest.mark.parametrize("module", sources())
def test_a_heavy_package_is_named_only_where_it_may_be(module: str) -> None:
    for name, line in imports(module):
        places = HEAVY.get(name.partition(".")[0])
        if places is not None:
            allowed = any(f"{module}.".startswith(f"xraylib.{place}.") for place in places)
            assert allowed, f"{module}:{line} imports {name}"


@pytest.mark.parametrize(
    "folder", sorted({file.parent for file in sources().values()}), ids=lambda path: path.name
)
def test_a_folder_is_small_enough_to_look_through(folder: Path) -> None:
    modules = [file for file in folder.glob("*.py") if file.name != "__init__.py"]
    assert len(modules) <= MOST_MODULES
