"""The arrows between rooms, read from every import wherever it stands, and the sizes of rooms."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from house import House

from xraylib.settings import PROJECT

MOST_MODULES: Final = 20
MOST_LINES: Final = 330

LEVELS: Final[tuple[tuple[str, ...], ...]] = (
    ("version", "errors", "json_values", "markup", "rounding", "type_hints", "variables"),
    ("presets", "regular", "settings", "discovery", "extras", "arguments", "notebook"),
    ("records", "onednn", "parquet"),
    ("workspace",),
    ("images", "augmentation", "metrics"),
    ("datasets", "networks"),
    ("audit", "loading", "ood", "layers"),
    ("training",),
    ("evaluation",),
    ("models", "maps"),
    ("loggers", "lesson"),
    ("reports",),
    ("app", "cli", "samples"),
    ("__main__", ""),
)
"""From the bottom up; a room imports only from rooms below its own. ``""`` is the package itself,
whose lazy table of public names nobody inside may use."""

APP_LEVELS: Final[tuple[tuple[str, ...], ...]] = (
    ("",),
    ("shell",),
    ("shared",),
    ("home", "dataset", "architecture", "training", "results", "classify", "lesson"),
    ("server",),
)

HEAVY: Final = {
    "streamlit": ("app", "cli.ui"),
    "altair": ("app",),
    "plotly": ("app",),
    "keras": (
        "evaluation.explain.gradients",
        "models.conversion",
        "networks.declaration",
        "networks.layers",
        "networks.render",
        "networks.weights",
        "ood.network_features",
        "training.loop.fixed_part",
        "training.loop.losses",
        "training.loop.network",
    ),
    "tensorflow": (
        "evaluation.explain.gradients",
        "evaluation.predict",
        "ood.network_features",
        "training.loop.fixed_part",
        "training.loop.losses",
        "training.loop.network",
    ),
    "h5py": ("networks.weights",),
    "onnx": ("models.conversion",),
    "tf2onnx": ("models.conversion",),
    "optuna": ("training.search.study",),
    "mlflow": ("loggers.to_mlflow",),
    "tensorboard": ("loggers.to_tensorboard",),
    "PIL": ("images", "samples"),
    "gdcm": ("images",),
    "sklearn": ("maps.placing",),
    "scipy": (),
    "pandas": ("app",),
    "typer": ("cli",),
    "ray": ("training.cluster",),
    "fsspec": ("models.classify.image_source",),
    "pydicom": ("images", "samples"),
}
"""Packages that are slow, large or belong to one room, and the only places that may name them."""


HOUSE: Final = House(PROJECT)


def test_a_module_uses_only_rooms_below_its_own() -> None:
    assert HOUSE.backward(LEVELS) == []


def test_a_page_uses_no_other_page() -> None:
    assert HOUSE.backward(APP_LEVELS, "xraylib.app") == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert HOUSE.circles() == []


def test_a_heavy_package_is_named_only_where_it_may_be() -> None:
    assert HOUSE.misplaced(HEAVY) == []


def test_every_import_says_the_whole_name() -> None:
    assert HOUSE.relative() == []


def test_a_folder_is_small_enough_to_look_through() -> None:
    assert HOUSE.crowded(MOST_MODULES) == []


def test_a_module_is_short_enough_to_read() -> None:
    assert HOUSE.long(MOST_LINES) == []


def test_nothing_is_put_off() -> None:
    assert HOUSE.unfinished() == []


def test_nothing_but_the_pages_imports_streamlit() -> None:
    # HEAVY says it of the package; benchmarks open pages as tests do.
    for folder in ("scripts", "sample_data"):
        assert House(PROJECT, folder).misplaced({"streamlit": ()}) == []


# Sources that are made up, so that each of these is seen to fail.

SMALL_LEVELS: Final = (("errors",), ("images",), ("datasets",), ("app",), ("",))


def made(folder: Path, **sources: str) -> House:
    """A package of these modules: ``datasets__scan`` is ``xraylib/datasets/scan.py``."""
    for name, text in sources.items():
        file = folder / "xraylib" / f"{name.replace('__', '/')}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        for parent in (file.parent, folder / "xraylib"):
            (parent / "__init__.py").touch()
    return House(folder)


@pytest.mark.parametrize(
    "text",
    [
        "import xraylib.datasets.scan",
        "from xraylib.datasets import scan",
        "from xraylib.datasets.scan import DatasetIndex",
        "from xraylib import datasets",
        "import xraylib",
        "def read():\n    from xraylib.datasets.scan import scan\n    return scan",
        "class Lazy:\n    def open(self):\n        import xraylib.datasets.scan as s\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import xraylib.datasets.scan",
        "try:\n    import xraylib.datasets.scan\nexcept ImportError:\n    pass",
        "import importlib\nimportlib.import_module('xraylib.datasets.scan')",
        "from importlib import import_module\nimport_module(name='xraylib.datasets')",
        "__import__('xraylib.datasets.scan')",
        "import runpy\nrunpy.run_module('xraylib.datasets.scan')",
        "HOMES = {'scan': 'xraylib.datasets.scan'}",
        "import sys\nCOMMAND = [sys.executable, '-P', '-m', 'xraylib.datasets.scan']",
        "COMMAND = 'python -m xraylib.datasets.scan folder'",
        "CHILD = 'import sys\\nfrom xraylib.datasets.scan import scan\\n'",
    ],
)
def test_an_arrow_that_runs_back_is_found(tmp_path: Path, text: str) -> None:
    house = made(tmp_path, images__decode=text, datasets__scan="DatasetIndex = scan = None")
    found = house.backward(SMALL_LEVELS)
    assert {line.split(":")[0] for line in found} == {"xraylib.images.decode"}


@pytest.mark.parametrize(
    "text",
    [
        "import xraylib.errors",
        "from xraylib.images.png import read",
        "from xraylib import errors",
        '"""Not `xraylib.datasets.scan`, which reads whole folders."""',
        "import xraylibrary.datasets.scan",
        "REMEDY = 'call xraylib.datasets.scan.scan for a folder'",
    ],
)
def test_an_arrow_that_runs_down_or_none_at_all_is_no_fault(tmp_path: Path, text: str) -> None:
    house = made(tmp_path, images__decode=text, images__png="", errors="", datasets__scan="")
    assert house.backward(SMALL_LEVELS) == []


def test_a_room_without_a_level_is_found(tmp_path: Path) -> None:
    house = made(tmp_path, cellar__wine="import xraylib.errors", errors="")
    assert house.backward(SMALL_LEVELS) == [
        "xraylib.cellar.wine:1 xraylib.errors: a room without a level"
    ]


def test_a_page_that_uses_another_page_is_found(tmp_path: Path) -> None:
    house = made(tmp_path, app__home="from xraylib.app import results", app__results="")
    assert house.backward((("home", "results"),), "xraylib.app") == [
        "xraylib.app.home:1 xraylib.app.results"
    ]
    assert house.backward(SMALL_LEVELS) == []


def test_a_circle_is_found_however_long_and_late(tmp_path: Path) -> None:
    house = made(
        tmp_path,
        images__a="import xraylib.images.b",
        images__b="def late():\n    from xraylib.images import c\n",
        images__c="from importlib import import_module\nimport_module('xraylib.images.a')",
        images__d="import xraylib.images.a",
        images__e="",
    )
    assert house.circles() == [f"xraylib.images.{name}" for name in "abcd"]


def test_a_process_that_is_started_closes_no_circle(tmp_path: Path) -> None:
    house = made(
        tmp_path,
        images__decoder="COMMAND = ('python', '-m', 'xraylib.images.child')",
        images__child="import xraylib.images.decoder",
    )
    assert house.circles() == []


@pytest.mark.parametrize(
    "text",
    [
        "import tensorflow as tf",
        "def f():\n    from tensorflow.data import Dataset\n",
        "import importlib\nimportlib.import_module('tensorflow')",
    ],
)
def test_a_heavy_package_in_the_wrong_place_is_found(tmp_path: Path, text: str) -> None:
    house = made(tmp_path, images__decode=text, training__loop=text)
    found = house.misplaced({"tensorflow": ("training.loop",)})
    assert [line.split(":")[0] for line in found] == ["xraylib.images.decode"]


@pytest.mark.parametrize(
    "text",
    [
        "from . import png",
        "from ..errors import XrayError",
        "__import__(f'xraylib.{name}')",
        "import_module('xraylib.' + name)",
    ],
)
def test_an_import_that_hides_its_name_is_found(tmp_path: Path, text: str) -> None:
    assert len(made(tmp_path, images__decode=text).relative()) == 1


def test_the_twenty_first_module_of_a_folder_is_found(tmp_path: Path) -> None:
    modules = {f"images__m{number}": "" for number in range(MOST_MODULES)}
    assert made(tmp_path, **modules).crowded(MOST_MODULES) == []
    assert made(tmp_path, images__last="").crowded(MOST_MODULES) == ["xraylib/images: 21"]


def test_a_long_module_is_found(tmp_path: Path) -> None:
    line = "x = 1\n"
    house = made(tmp_path, images__a=line * MOST_LINES, images__b=line * (MOST_LINES + 1))
    assert house.long(MOST_LINES) == [f"xraylib.images.b: {MOST_LINES + 1}"]


@pytest.mark.parametrize("word", ["TODO", "FIXME"])
def test_what_is_put_off_is_found(tmp_path: Path, word: str) -> None:
    house = made(tmp_path, images__a=f"x = 1  # {word} better\n", images__b="METHODOLOGY = 1")
    (tmp_path / "xraylib" / "page.html").write_text(f"<p>\n<!-- {word} -->", encoding="utf-8")
    assert house.unfinished() == ["xraylib/images/a.py:1", "xraylib/page.html:2"]
