"""Draw the sample data: ``python -m xraylib.samples.generate [--out FOLDER]``.

Everything is drawn from `SEED`, so that a second run on the same machine and with the same
versions of NumPy and OpenCV gives the same pixels.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL.PngImagePlugin import PngInfo

from xraylib.images.png import DRAWN
from xraylib.samples.body import LEFT, RIGHT, Body, draw_body, draw_pose
from xraylib.samples.canvas import Image, Points, filled
from xraylib.samples.dicom import write_dicom
from xraylib.samples.exposure import SIZE, draw_exposure, exposed, same_tones, shrunk
from xraylib.samples.lesions import (
    CLASSES,
    Lesion,
    area_of,
    at_course,
    attenuation_of,
    draw_plan,
    outline_of,
)
from xraylib.samples.phantom import draw_chest, lung_outline
from xraylib.settings import SAMPLE_DATA

SEED = 2026
PATIENTS = {"train": 32, "test": 8}
"""Patients of each class; every other one has three images, the others two."""

REACH = 8
"""Pixels around a lesion in which a point still counts as a hit."""

_DRAFTS = 24
"""Plans of lesions of which the one that overlaps least with the other patients is kept."""


@dataclass(frozen=True, kw_only=True)
class Patient:
    """A synthetic patient: number, class, split, and the lesions of each image."""

    number: int
    label: str
    split: str
    images: tuple[tuple[Lesion, ...], ...]

    def paths(self) -> list[str]:
        """The images' paths below the data set's folder."""
        return [
            f"{self.split}/{self.label}/p{self.number:03d}_{image + 1}.png"
            for image in range(len(self.images))
        ]


def draw_patients(seed: int = SEED) -> Iterator[Patient]:
    """All patients in the order of their numbers, with lesions that spread over the lungs."""
    rng = np.random.default_rng([seed, 0])
    groups = [
        (label, split, images)
        for split, count in PATIENTS.items()
        for label in CLASSES
        for images in [2, 3] * (count // 2)
    ]
    numbers = rng.permutation(len(groups)) + 1
    hits = {(label, split): np.zeros((SIZE, SIZE)) for label, split, _ in groups}
    for number, (label, split, images) in sorted(zip(numbers.tolist(), groups, strict=True)):
        body = draw_body(seed, number)
        drafts = [_draft(seed, body, label, images, draft) for draft in range(_DRAFTS)]
        if label == "Normal":
            kept = drafts[0][0]
        else:
            here = hits[label, split]
            costs = [np.sum((here + hit) ** 6) for _, hit in drafts]
            kept, hit = drafts[int(np.argmin(costs))]
            here += hit
        yield Patient(number=number, label=label, split=split, images=kept)


def _draft(
    seed: int, body: Body, label: str, images: int, draft: int
) -> tuple[tuple[tuple[Lesion, ...], ...], NDArray[np.float64]]:
    """One possible plan of a patient's images, and how many of them hit each pixel (SIZE, SIZE)."""
    rng = np.random.default_rng([seed, body.patient, 5, draft])
    plan = draw_plan(rng, body, label)
    course = tuple(tuple(at_course(lesion, rng) for lesion in plan) for _ in range(images))
    hits = np.zeros((SIZE, SIZE))
    for image, lesions in enumerate(course):
        pose = draw_pose(seed, body, image)
        lungs = {sign: filled(pose.pixels(lung_outline(body, sign))) for sign in (RIGHT, LEFT)}
        areas = [shrunk(area_of(lesion, pose, lungs[lesion.side])) > 0.5 for lesion in lesions]
        if areas:
            hits += near(np.any(areas, axis=0))
    return course, hits


def near(mask: NDArray[np.bool_], reach: float = REACH) -> NDArray[np.bool_]:
    """Where a point lies in a mask or within `reach` pixels of it."""
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(away <= reach)


def draw_image(
    patient: Patient, image: int, *, seed: int = SEED, size: int = SIZE, bits: int = 8
) -> tuple[NDArray[np.uint16], list[Points]]:
    """One image (size, size) of a patient, and the outlines of its lesions in pixels of 256."""
    body = draw_body(seed, patient.number)
    pose = draw_pose(seed, body, image)
    chest = draw_chest(seed, body, pose)
    ill: Image = chest.attenuation.copy()
    outlines = []
    for lesion in patient.images[image]:
        area = area_of(lesion, pose, chest.lungs[lesion.side])
        ill += attenuation_of(lesion, area, pose)
        outlines.append(outline_of(area))
    healthy = shrunk(chest.attenuation, size)
    attenuation = same_tones(shrunk(ill, size), healthy) if outlines else healthy
    return exposed(attenuation, draw_exposure(seed, patient.number, image), bits=bits), outlines


def draw_all(seed: int = SEED) -> Iterator[tuple[str, str, NDArray[np.uint8], list[Points]]]:
    """Every image as (path, class, pixels (SIZE, SIZE), outlines)."""
    for patient in draw_patients(seed):
        for image, path in enumerate(patient.paths()):
            pixels, outlines = draw_image(patient, image, seed=seed)
            yield path, patient.label, pixels.astype(np.uint8), outlines


def write(out: Path) -> None:
    """Write the PNG files, ``lesions.csv`` and the two DICOM files below a folder."""
    note = PngInfo()
    note.add_text("Description", DRAWN)
    rows: list[list[str | int]] = []
    for path, label, pixels, outlines in draw_all():
        file = out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        PillowImage.fromarray(pixels, mode="L").save(file, optimize=True, pnginfo=note)
        for number, outline in enumerate(outlines, start=1):
            corners = ";".join(f"{x:.1f} {y:.1f}" for x, y in outline)
            rows.append([path, label, number, corners])
    rows.sort(key=lambda row: (str(row[0]), int(row[2])))
    with (out / "lesions.csv").open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["path", "class", "lesion", "outline"])
        table.writerows(rows)
    for number, label, photometric in ((901, "Pneumonia", 1), (902, "Covid", 2)):
        patient = extra_patient(number, label)
        deep, _ = draw_image(patient, 0, size=512, bits=12)
        file = out / "dicom" / f"phantom_{label.lower()}_monochrome{photometric}.dcm"
        file.parent.mkdir(parents=True, exist_ok=True)
        write_dicom(file, deep, patient=f"p{number}", inverted=photometric == 1)


def extra_patient(number: int, label: str, *, seed: int = SEED) -> Patient:
    """A patient of one image beside the data set, whose number is not used in it."""
    images, _ = _draft(seed, draw_body(seed, number), label, 1, 0)
    return Patient(number=number, label=label, split="extra", images=images)


def main() -> None:
    """Read the command line and write the set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=SAMPLE_DATA, help="the folder")
    write(parser.parse_args().out)


if __name__ == "__main__":
    main()
