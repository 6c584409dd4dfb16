"""A kind of thing is added by adding its file."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from xraylib.discovery import declared, names_in
from xraylib.errors import ConfigError
from xraylib.models.exporters import EXPORTERS


@dataclass(frozen=True)
class Kind:
    name: str


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "things"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "things"]:
        monkeypatch.delitem(sys.modules, name)
    return folder


def _write(folder: Path, module: str, *lines: str) -> None:
    head = f"from {__name__} import Kind\n"
    (folder / f"{module}.py").write_text(head + "\n".join(lines), encoding="utf-8")


def test_every_value_of_the_kind_counts_once_by_module(folder: Path) -> None:
    _write(folder, "b", "ONE = Kind('one')", "TWO = Kind('two')", "OTHER = 'one'")
    _write(folder, "a", "from things.b import TWO", "THREE = Kind('three')")
    found = declared("things", Kind, name="name")
    assert [one.name for one in found] == ["two", "three", "one"]


def test_an_empty_folder_declares_nothing(folder: Path) -> None:
    assert folder.is_dir()
    assert declared("things", Kind, name="name") == ()


def test_two_of_one_name_are_refused_with_both_places(folder: Path) -> None:
    _write(folder, "a", "ONE = Kind('one')")
    _write(folder, "b", "ONE = Kind('one')")
    with pytest.raises(ConfigError) as refused:
        declared("things", Kind, name="name")
    assert refused.value.code == "declared-twice"
    assert refused.value.message == (
        "Both things.a and things.b declare the Kind 'one'. Expected another name for each Kind. "
        "Do this: give one of them another name, or remove its file."
    )


def test_names_of_modules_are_told() -> None:
    assert names_in("xraylib.models.exporters") == tuple(sorted(EXPORTERS))
    assert names_in("xraylib.no_such_room") == ()
