"""Images corrected, and placed on a map, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_images import make_images

from xraylib.cli import main
from xraylib.datasets.catalog import add_dataset
from xraylib.workspace import Workspace

ONE = "train/Bright/p00_1.png"


@pytest.fixture(autouse=True)
def images(tmp_path: Path, workspace: Workspace) -> None:
    add_dataset(make_images(tmp_path / "tiny", size=48), "tiny", workspace=workspace)


def call(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    assert main([*words]) == code
    said = capsys.readouterr()
    return said.out, said.err


def test_a_correction_is_obeyed_by_other_commands_and_taken_back(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    table = tmp_path / "corrected.csv"
    words = ("correct", "tiny", ONE, "--class", "Dark", "--why", "too dark", "--table", str(table))
    told = json.loads(call(capsys, *words, "--json")[0])
    assert told["corrections"] == [
        {"path": ONE, "label": "Dark", "was": "Bright", "why": "too dark"}
    ]
    assert told["splits"]["train"] == {"Bright": 4, "Dark": 6}
    assert f"{ONE},Dark,train,p00,class changed from Bright: too dark,Bright," in table.read_text()
    scanned = json.loads(call(capsys, "scan", "--dataset", "tiny", "--json")[0])
    assert scanned["splits"]["train"] == {"Bright": 4, "Dark": 6}
    assert "0 with another class" in call(capsys, "correct", "tiny", ONE, "--undo")[0]
    assert "error[usage]" in call(capsys, "correct", "tiny", ONE, code=1)[1]


def test_the_map_tells_where_each_image_stands(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(call(capsys, "map", "tiny", "--json")[0])
    assert (told["method"], told["by"], len(told["images"])) == ("pca", "looks", 14)
    assert set(told["images"][0]) == {"path", "x", "y"}
    assert "14 images were placed by pca" in call(capsys, "map", "tiny")[0]
