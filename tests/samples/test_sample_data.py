"""The phantoms are what their README says: counted, drawn by us, without a shortcut."""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest

from xraylib.images.decode import read_image
from xraylib.settings import PROJECT, SAMPLE_DATA

sys.path.insert(0, str(PROJECT / "benchmarks"))
import sample_figures

IMAGES = sorted(
    path for split in ("train", "test") for path in SAMPLE_DATA.glob(f"{split}/*/*.png")
)


def _patient(path: Path) -> str:
    match = re.match(r"(?P<patient>p\d+)_", path.name)
    assert match is not None
    return match["patient"]


def test_there_are_eighty_and_twenty_images_of_each_class() -> None:
    counts = Counter((path.parts[-3], path.parts[-2]) for path in IMAGES)
    names = ("Covid", "Normal", "Pneumonia")
    assert counts == {(s, c): n for s, n in (("train", 80), ("test", 20)) for c in names}


def test_every_image_is_256_pixels_wide_grey_and_8_bit_and_the_whole_is_small() -> None:
    for path in IMAGES:
        pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert (pixels.shape, pixels.dtype) == ((256, 256), np.uint8)
    whole = [path for path in SAMPLE_DATA.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in whole) < 14_000_000


def test_a_patient_has_several_images_in_one_split_and_one_class() -> None:
    places: dict[str, set[tuple[str, str]]] = {}
    for path in IMAGES:
        places.setdefault(_patient(path), set()).add((path.parts[-3], path.parts[-2]))
    assert all(len(place) == 1 for place in places.values())
    assert max(Counter(map(_patient, IMAGES)).values()) > 1


def test_abnormal_images_and_no_others_have_lesions_inside_the_picture() -> None:
    with (SAMPLE_DATA / "lesions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    abnormal = {p.relative_to(SAMPLE_DATA).as_posix() for p in IMAGES if p.parts[-2] != "Normal"}
    assert {row["path"] for row in rows} == abnormal
    for row in rows:
        numbers = [float(n) for point in row["outline"].split(";") for n in point.split()]
        assert len(numbers) >= 6
        assert all(-0.5 <= n <= 255.5 for n in numbers)
        assert row["class"] == row["path"].split("/")[1]


def test_a_covid_phantom_has_lesions_on_both_sides_and_a_pneumonia_on_one() -> None:
    sides: dict[str, set[bool]] = {}
    with (SAMPLE_DATA / "lesions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            xs = [float(point.split()[0]) for point in row["outline"].split(";")]
            sides.setdefault(row["path"], set()).add(sum(xs) / len(xs) < 128)
    for path, found in sides.items():
        assert len(found) == (2 if "/Covid/" in path else 1), path


def test_the_histogram_does_not_give_the_class_away() -> None:
    assert sample_figures.histogram_accuracy() < 0.50


def test_no_fixed_point_hits_more_than_a_third_of_the_lesions() -> None:
    assert sample_figures.best_fixed_point()[0] <= 1 / 3


@pytest.mark.parametrize("kind", ["MONOCHROME1", "MONOCHROME2"])
def test_the_dicom_phantoms_have_12_bits_and_say_that_they_are_synthetic(kind: str) -> None:
    (file,) = (SAMPLE_DATA / "dicom").glob(f"*_{kind.lower()}.dcm")
    image = pydicom.dcmread(file)
    assert image.PhotometricInterpretation == kind
    assert (image.BitsStored, image.pixel_array.ndim) == (12, 2)
    assert "synthetic" in str(image).lower()
    assert read_image(file).attributes["SyntheticData"] == "YES"


@pytest.mark.slow
def test_drawing_again_gives_the_same_pixels() -> None:
    from xraylib.samples.generate import draw_image, draw_patients

    left = {"Covid", "Normal", "Pneumonia"}
    for patient in draw_patients():
        if not left:
            break
        left -= {patient.label}
        pixels, _ = draw_image(patient, 0)
        pinned = cv2.imread(str(SAMPLE_DATA / patient.paths()[0]), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(pixels, pinned), patient.paths()[0]
