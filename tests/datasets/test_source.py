"""Images as commands name them: folders, data sets, and what was decided about them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from xraylib.cli import main
from xraylib.datasets.catalog import add_dataset, change_dataset, find_dataset
from xraylib.datasets.curation import Curation
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.source import keep_decisions, open_source
from xraylib.errors import DatasetError
from xraylib.images.sandbox.decoder import Decoder
from xraylib.workspace import Workspace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "images"
    for number in range(12):
        place = root / ("extra" if number % 4 == 3 else "train") / ("Dark", "Bright")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        pixels = np.full((8, 8), number, np.uint8)
        Image.fromarray(pixels).save(place / f"p{number:02}_1.png")
    return root


def scanned(capsys: pytest.CaptureFixture[str], *words: str | Path) -> dict[str, object]:
    assert main(["scan", *map(str, words), "--json"]) == 0
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def test_a_folder_that_is_a_data_set_is_read_as_was_decided_there(
    folder: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = scanned(capsys, folder)
    assert plain["splits"] == {"train": {"Bright": 3, "Dark": 6}}
    ref = add_dataset(folder, "mine", workspace=workspace)
    curation = Curation(
        excluded=("train/Dark/p00_1.png",), reading=ReadingChoice(splits={"extra": "test"})
    )
    change_dataset(ref.name, curation=curation, workspace=workspace)
    for words in ([folder], ["--dataset", "mine"]):
        told = scanned(capsys, *words)
        assert told["splits"] == {
            "train": {"Bright": 3, "Dark": 5},
            "test": {"Bright": 3, "Dark": 0},
        }
        assert told["left_out_by_hand"] == ["train/Dark/p00_1.png"]


def test_what_scan_decides_is_kept_with_the_data_set(
    folder: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    told = scanned(
        capsys, folder, "--split", "extra=val", "--classes", "Dark,Bright", "--name", "mine"
    )
    assert (told["dataset"], told["classes"]) == ("mine", ["Dark", "Bright"])
    scanned(capsys, "--dataset", "mine", "--leave-out", "train/Bright")
    kept = find_dataset("mine", workspace=workspace).curation.reading
    assert kept == ReadingChoice(
        splits={"extra": "val"}, order=("Dark", "Bright"), leave_out=("train/Bright",)
    )
    assert scanned(capsys, folder)["splits"] == {
        "train": {"Dark": 6, "Bright": 0},
        "val": {"Dark": 0, "Bright": 3},
    }


def test_an_order_that_leaves_a_class_out_is_refused(folder: Path, workspace: Workspace) -> None:
    decided = Curation(reading=ReadingChoice(order=("Dark", "Grey")))
    with pytest.raises(DatasetError) as caught:
        open_source(folder, decided=decided, workspace=workspace).whole  # noqa: B018
    assert caught.value.message == (
        "The order of the classes is Dark, Grey, and the classes are Bright, Dark. Expected each "
        "of the classes once. Do this: name all of them in the order that you want, for example "
        "--classes Bright,Dark."
    )


def test_a_folder_is_not_read_twice_and_a_changed_file_is(
    folder: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    whole = Decoder.file_stats

    def counted(self: Decoder, files: list[Path], *more: Any, **named: Any) -> object:
        read.extend(file.name for file in files)
        return whole(self, files, *more, **named)

    monkeypatch.setattr(Decoder, "file_stats", counted)
    first = open_source(folder, workspace=workspace)
    assert len(read) == len(first.whole) == 9
    read.clear()
    again = open_source(folder, workspace=workspace)
    assert read == []
    assert again.whole.same_as(first.whole)
    changed = folder / "train/Dark/p04_1.png"
    facts = changed.stat()
    changed.write_bytes((folder / "train/Dark/p08_1.png").read_bytes())
    assert changed.stat().st_size == facts.st_size  # the same size, but another time
    os.utime(changed, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))
    third = open_source(folder, workspace=workspace)
    assert read == ["p04_1.png"]
    assert third.whole.fingerprint != first.whole.fingerprint


def test_decisions_for_one_command_leave_the_data_set_as_it_is(
    folder: Path, workspace: Workspace
) -> None:
    add_dataset(folder, "mine", workspace=workspace)
    decided = Curation(reading=ReadingChoice(leave_out=("train/Bright",)))
    source = open_source("mine", decided=decided, workspace=workspace)
    assert (source.name, source.is_changed) == ("mine", True)
    assert source.chosen.classes == ("Dark",)
    assert open_source("mine", workspace=workspace).chosen.classes == ("Bright", "Dark")
    keep_decisions(source, workspace=workspace)
    assert open_source(folder, workspace=workspace).chosen.classes == ("Dark",)
