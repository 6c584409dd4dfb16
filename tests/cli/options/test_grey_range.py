"""The range that the values of a set need, from the folder to the published model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from made_images import dicom as dicom_file
from made_images import encoded, make_folder, picture

import xraylib
from xraylib.cli import main
from xraylib.datasets.catalog import find_dataset
from xraylib.images.grey_range import GreyRange

pytestmark = [pytest.mark.usefixtures("workspace"), pytest.mark.xdist_group("trainer")]

TWELVE = GreyRange(bits=16, low=0, high=4095)


def deep(seed: int, top: int = 4000) -> np.ndarray:
    return (picture(seed, (64, 64)).astype(np.uint32) * top // 255).astype(np.uint16)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """12-bit values in 16-bit PNG files of two classes."""
    names = [
        f"{split}/{label}/p{number}{split[1]}{label}_1.png"
        for split, count in (("train", 6), ("test", 2))
        for label in ("bright", "dark")
        for number in range(count)
    ]
    return make_folder(
        tmp_path / "chests",
        {
            name: encoded(deep(seed, 4000 if "bright" in name else 900))
            for seed, name in enumerate(names)
        },
    )


def call(capsys: pytest.CaptureFixture[str], *words: object, code: int = 0) -> str:
    assert main([str(word) for word in words]) == code
    said = capsys.readouterr()
    return said.out if code == 0 else said.err


def told(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    return json.loads(call(capsys, *words, "--json").splitlines()[-1])


def test_a_scan_says_the_range_in_words_and_keeps_it_where_that_is_asked_for(
    capsys: pytest.CaptureFixture[str], images: Path
) -> None:
    text = call(capsys, "scan", images)
    assert "note: low-range: test/bright/p0ebright_1.png, " in text
    assert "the values of all images need 0 to 4,095 of 16 bits: train with --grey-range" in text
    kept = told(capsys, "scan", images, "--grey-range", "needed")
    assert kept["chosen"]["grey_range"] == TWELVE.to_json()
    assert find_dataset(kept["dataset"]).curation.grey_range == TWELVE
    assert told(capsys, "scan", images)["notes"]["low-range"]["images"] == 16
    again = told(capsys, "scan", images, "--grey-range", "announced")
    assert again["dataset"] == kept["dataset"]
    assert find_dataset(kept["dataset"]).curation.grey_range is None


@pytest.mark.parametrize("text", ["low", "16:0", "16:9:1", "8:0:255", "16:-1:5"])
def test_a_range_that_cannot_be_is_refused(
    capsys: pytest.CaptureFixture[str], images: Path, text: str
) -> None:
    error = call(capsys, "scan", images, f"--grey-range={text}", code=1)
    assert error.startswith("error[grey-range]: ")


def test_a_set_that_needs_no_range_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    root = make_folder(tmp_path / "plain", {f"a/{n}.png": encoded(picture(n)) for n in range(3)})
    error = call(capsys, "scan", root, "--grey-range", "needed", code=1)
    assert error.startswith("error[grey-range]: There is no smaller range")


@pytest.mark.slow
def test_training_judging_publishing_and_classifying_all_follow_it(
    capsys: pytest.CaptureFixture[str], images: Path, tmp_path: Path
) -> None:
    name = told(capsys, "scan", images, "--grey-range", "needed")["dataset"]
    options = ("--model", "lesson-cnn", "--epochs", 1, "--image-size", "64,64")
    run = told(capsys, "train", name, *options)["run"]
    assert xraylib.open_run(run).preparation.grey_range == TWELVE
    told(capsys, "evaluate", run)
    told(capsys, "publish", run, "ranged")
    model = xraylib.Classifier(xraylib.find_model("ranged"))
    assert model.preparation.grey_range == TWELVE

    # As the network gets it: the values over 4095, whichever way they are stored.
    stored = sorted(images.glob("test/bright/*.png"))[0]
    values = cv2.imread(str(stored), cv2.IMREAD_UNCHANGED)
    reference = tmp_path / "reference.dcm"
    reference.write_bytes(dicom_file(values, bits=12))
    for file in (stored, reference):
        call(capsys, "image", file, "--model", "ranged", "--prepared", "--out", tmp_path / "s.png")
        seen = cv2.imread(str(tmp_path / "s.png"), cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(seen, np.floor(values / 4095 * 255 + 0.5))
    answers = told(capsys, "classify", stored, reference, "--model", "ranged")
    assert answers[0]["probabilities"] == answers[1]["probabilities"]
    assert "low-range" not in {warning["code"] for warning in answers[0]["warnings"]}
    call(capsys, "classify", images, "--model", "ranged", "--out", tmp_path / "r.csv")
    assert "low-range" not in (tmp_path / "r.csv").read_text()
    # Of patients, which a model of phantoms cannot judge.
    call(capsys, "classify", images, "--model", "phantom-demo", "--out", tmp_path / "p.csv", code=1)
    assert (tmp_path / "p.csv").read_text().count("low-range") == 16

    # An option of one run goes before what the data set keeps.
    other = told(capsys, "train", name, *options, "--grey-range", "announced")["run"]
    assert xraylib.open_run(other).preparation.grey_range is None
    folder = told(capsys, "train", images, *options, "--grey-range", "16:0:1023")["run"]
    assert xraylib.open_run(folder).preparation.grey_range == GreyRange(bits=16, low=0, high=1023)
