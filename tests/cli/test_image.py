"""``xraylib image``: what is known of one file, and its picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from made_images import dicom, encoded, picture

import xraylib
from xraylib.cli import main
from xraylib.images.decode import read_image
from xraylib.images.grey_range import GreyRange
from xraylib.images.notes import NOTES
from xraylib.images.prepare import Preparation, prepare
from xraylib.settings import SAMPLE_DATA

pytestmark = pytest.mark.usefixtures("workspace")
RAMP = np.arange(64 * 96, dtype=np.uint16).reshape(64, 96) % 4096


def call(capsys: pytest.CaptureFixture[str], *words: str | Path, code: int = 0) -> tuple[str, str]:
    assert main(["image", *(str(word) for word in words)]) == code
    said = capsys.readouterr()
    return said.out, said.err


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A DICOM file of 12 bits with a window narrower than the linear function allows."""
    path = tmp_path / "chest.dcm"
    path.write_bytes(
        dicom(
            RAMP,
            photometric="MONOCHROME1",
            RescaleSlope="0.5",
            RescaleIntercept="-10",
            WindowCenter="400",
            WindowWidth="0.5",
            ViewPosition="PORTABLE AP",
            PresentationLUTShape="IDENTITY",
        )
    )
    return path


def test_all_that_is_known_of_a_file_is_said(
    capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    out, _ = call(capsys, file)
    lines = [line.split(maxsplit=1) for line in out.splitlines()]
    assert ["View", "AP portable"] in lines
    assert ["Shown", "window 400/0.5 LINEAR"] in lines
    assert ["format", "DICOM MONOCHROME1, grey"] in lines
    assert ["size", "96 × 64 pixels"] in lines
    assert ["depth", "12 bit"] in lines
    assert ["PhotometricInterpretation", "MONOCHROME1"] in lines
    for name in ("window-narrow", "presentation-shape"):
        assert f"note: {name}: {NOTES[name].message}" in out.splitlines()
    assert "Secret" not in out
    assert "4711" not in out


def test_programs_get_the_same_as_json(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    told: dict[str, Any] = json.loads(call(capsys, file, "--json")[0])
    image = read_image(file)
    assert (told["format"], told["mode"]) == ("DICOM", "DICOM MONOCHROME1")
    assert (told["width"], told["height"], told["bit_depth"], told["channels"]) == (96, 64, 12, 1)
    assert (told["lowest"], told["highest"]) == (image.pixels.min(), image.pixels.max())
    assert told["bytes"] == file.stat().st_size
    assert told["view"] == "AP portable"
    assert [note["name"] for note in told["notes"]] == ["window-narrow", "presentation-shape"]
    assert told["attributes"] == dict(image.attributes)
    assert told["warnings"] == []
    assert told["preparation"] is None


@pytest.mark.parametrize("colour", [False, True])
def test_the_picture_is_written_as_people_see_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, colour: bool
) -> None:
    source = tmp_path / "source.png"
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (20, 30, 3), dtype=np.uint8) if colour else RAMP * 16
    source.write_bytes(encoded(pixels))
    call(capsys, source, "--out", tmp_path / "seen.png")
    seen = cv2.imread(str(tmp_path / "seen.png"), cv2.IMREAD_UNCHANGED)
    by_hand = pixels[:, :, ::-1] if colour else np.floor(pixels / 65535 * 255 + 0.5)
    np.testing.assert_array_equal(seen, by_hand)


@pytest.mark.parametrize(
    ("options", "preparation"),
    [
        ((), Preparation()),
        (("--size", "40,30", "--fit", "pad"), Preparation(image_size=(40, 30), fit="pad")),
        (("--grey-range", "12:100:2000"),
         Preparation(grey_range=GreyRange(bits=12, low=100, high=2000))),
        (("--color-mode", "rgb", "--size", "32"),
         Preparation(image_size=(32, 32), color_mode="rgb")),
    ],
)  # fmt: skip
def test_the_picture_is_written_as_a_network_gets_it(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    file: Path,
    options: tuple[str, ...],
    preparation: Preparation,
) -> None:
    out, _ = call(capsys, file, "--out", tmp_path / "p.png", "--prepared", *options, "--json")
    assert json.loads(out)["preparation"] == preparation.to_json()
    seen = cv2.imread(str(tmp_path / "p.png"), cv2.IMREAD_UNCHANGED)
    wanted = prepare(read_image(file), preparation)
    np.testing.assert_array_equal(seen.reshape(wanted.shape), wanted)


def test_a_model_says_how_it_is_prepared_and_what_it_doubts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    phantom = sorted((SAMPLE_DATA / "test").rglob("*.png"))[0]
    options = ("--model", "phantom-demo", "--prepared", "--out", tmp_path / "p.png")
    call(capsys, phantom, *options)
    model = xraylib.Classifier(xraylib.find_model("phantom-demo"))
    seen = cv2.imread(str(tmp_path / "p.png"), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(seen, model.prepare(read_image(phantom))[:, :, 0])
    strange = tmp_path / "noise.png"
    strange.write_bytes(encoded(np.random.default_rng(0).integers(0, 256, (256, 256), np.uint8)))
    told = json.loads(call(capsys, strange, "--model", "phantom-demo", "--json")[0])
    warned = model.classify(read_image(strange)).warnings
    assert [one["code"] for one in told["warnings"]] == [one.code for one in warned] != []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "missing"),
        (b"", "empty"),
        (b"I am text", "not-an-image"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
    ],
)
def test_a_file_that_is_no_image_is_refused_with_its_code(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes | None, code: str
) -> None:
    file = tmp_path / "odd.png"
    if content is not None:
        file.write_bytes(content)
    out, err = call(capsys, file, code=1)
    assert out == ""
    assert err.startswith(f"error[{code}]: ")


@pytest.mark.parametrize(
    "words",
    [
        ("--prepared",),
        ("--model", "phantom-demo", "--size", "64"),
        ("--out", "chest.jpg"),
        ("--out", "chest.png"),
    ],
)
def test_what_makes_no_sense_together_is_refused_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("chest.png").write_bytes(encoded(picture()))
    _, err = call(capsys, "chest.png", *words, code=1)
    assert err.startswith("error[image-what]: ")
    assert err.endswith(
        "Do this: write for example xraylib image FILE --out prepared.png --prepared --size "
        "256,256.\n"
    )
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["chest.png"]
    assert Path("chest.png").read_bytes() == encoded(picture())


def test_in_python_the_facts_are_a_value(file: Path) -> None:
    facts = xraylib.image_facts(file)
    assert facts.view == "AP portable"
    assert [note.name for note in facts.notes] == ["window-narrow", "presentation-shape"]
    assert facts.prepared is None
