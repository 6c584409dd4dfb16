"""A model published by version 0.1.0 is listed, verified and says today what it said then."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from before import MODEL, RUN, recorded, restore

from xraylib.cli import main
from xraylib.errors import BundleError
from xraylib.images.decode import read_image
from xraylib.models.catalog import find_model, list_models
from xraylib.models.classify.classifier import Classifier
from xraylib.models.verify import verify_bundle
from xraylib.settings import SAMPLE_DATA
from xraylib.workspace import Workspace


@pytest.fixture
def folder(workspace: Workspace) -> Path:
    """Of the model of before, in a workspace of this test's own."""
    restore(workspace.root, SAMPLE_DATA)
    return workspace.models / MODEL / "1"


@pytest.mark.usefixtures("folder")
def test_it_is_listed(workspace: Workspace) -> None:
    (record,) = (found for found in list_models(workspace=workspace) if found.name == MODEL)
    assert record.problem is None
    assert record.in_use is True
    assert record.run == RUN
    assert record.classes == ("Covid", "Normal", "Pneumonia")
    assert record.accuracy == 14 / 60
    assert record.synthetic is True


def test_it_is_still_exactly_what_was_published(folder: Path) -> None:
    assert set(verify_bundle(folder).files) == {
        "bundle.json", "inside.json", "inside.tflite", "model.tflite", "model_card.md", "ood.json"
    }  # fmt: skip
    card = folder / "model_card.md"
    card.write_bytes(card.read_bytes().replace(b"712", b"713"))
    with pytest.raises(BundleError):
        verify_bundle(folder)


@pytest.mark.usefixtures("folder")
def test_it_says_of_each_image_what_it_said_then(capsys: pytest.CaptureFixture[str]) -> None:
    then = recorded("classify")
    files = [str(SAMPLE_DATA / said["file"]) for said in then]
    assert main(["classify", *files, "--model", MODEL, "--json"]) == 0
    now = json.loads(capsys.readouterr().out)
    assert [said["file"] for said in now] == files
    for before, today in zip(then, now, strict=True):
        assert before.keys() <= today.keys()
        assert today["probabilities"] == pytest.approx(before["probabilities"], abs=1e-6)
        for key in ("status", "label", "uncertain", "flagged", "error"):
            assert today[key] == before[key], key
        assert [w["code"] for w in today["warnings"]] == [w["code"] for w in before["warnings"]]


def test_its_card_is_shown_as_it_was_written(folder: Path, workspace: Workspace) -> None:
    card = find_model(MODEL, workspace=workspace).card
    assert card == (folder / "model_card.md").read_text(encoding="utf-8")
    assert card.startswith("# before-model, version 1\n")
    assert "a film of a patient" in card


@pytest.mark.usefixtures("folder")
def test_it_shows_its_maps_and_where_it_looked(workspace: Workspace) -> None:
    classifier = Classifier(find_model(MODEL, workspace=workspace))
    image = read_image(SAMPLE_DATA / "test" / "Covid" / "p001_1.png")
    told = classifier.classify(image)
    assert told.heat_map is not None
    assert told.heat_map.shape == (256, 256)
    inside = classifier.inside()
    assert inside is not None
    maps = inside.maps(classifier.prepare(image))
    assert {name: found.shape for name, found in maps.items()} == {
        "02_conv2d": (84, 84, 5),
        "04_conv2d": (14, 14, 3),
    }


def test_it_is_used_from_a_folder_of_its_own(folder: Path, tmp_path: Path) -> None:
    carried = shutil.copytree(folder, tmp_path / "carried" / "1")
    assert verify_bundle(carried).name == MODEL
