"""Draw phantoms with several findings and their table: ``python -m xraylib.samples.several OUT``.

Covid- and Pneumonia-like lesions come each by chance, so both may be in one X-ray. The table
``labels.csv`` says 1, 0, -1 (uncertain) or nothing (unknown), with patients, splits and metadata
beside them; ``truth.csv`` says what was drawn. Sex, age and scanner have nothing to do with it.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image as PillowImage
from PIL.PngImagePlugin import PngInfo

from xraylib.images.png import DRAWN
from xraylib.samples.body import Body, draw_body
from xraylib.samples.exposure import SIZE
from xraylib.samples.generate import SEED, Patient, draw_image
from xraylib.samples.lesions import Lesion, at_course, draw_plan

FINDINGS: Final = ("Covid", "Pneumonia")
LABELS: Final = "labels.csv"
TRUTH: Final = "truth.csv"
_FIRST: Final = 1001  # numbers of patients that the sample data do not have
_PREVALENCE: Final = 0.4
_UNCERTAIN: Final = 0.04
_SPLITS: Final = (("train", 0.6), ("val", 0.8), ("test", 1.0))
_HEAD: Final = ("file", "patient", "split", "sex", "age", "view", "scanner", *FINDINGS)


@dataclass(frozen=True, kw_only=True)
class Ill:
    """A patient who may have both diseases.

    Attributes:
        patient: Number, split and the lesions of each image.
        has: ``{finding: whether it is there}``.
        sex: ``"F"`` or ``"M"``.
        age: In years.
        scanner: Which of two made the images.
    """

    patient: Patient
    has: Mapping[str, bool]
    sex: str
    age: int
    scanner: str


def draw_ill(patients: int = 60, *, seed: int = SEED) -> Iterator[Ill]:
    """The patients in the order of their numbers.

    Args:
        patients: How many; each has two or three images. Three fifths train, a fifth each
            validates and tests.
        seed: Of everything.
    """
    for place in range(patients):
        number = _FIRST + place
        rng = np.random.default_rng([seed, number, 6])
        body = draw_body(seed, number)
        has = {name: bool(rng.random() < _PREVALENCE) for name in FINDINGS}
        plan = [lesion for name in FINDINGS if has[name] for lesion in draw_plan(rng, body, name)]
        images = tuple(_course(plan, rng) for _ in range(2 + place % 2))
        share = (place * 7 % 10) / 10  # spread evenly, and the same for more patients
        split = next(name for name, upto in _SPLITS if share < upto)
        yield Ill(
            patient=Patient(number=number, label="", split=split, images=images),
            has=has,
            sex=_sex(body),
            age=int(rng.integers(19, 91)),
            scanner=str(rng.choice(["Alba 3", "Corona"])),
        )


def _course(plan: list[Lesion], rng: np.random.Generator) -> tuple[Lesion, ...]:
    return tuple(at_course(lesion, rng) for lesion in plan)


def _sex(body: Body) -> str:
    return "F" if body.breasts > 0 else "M"


def write_several(
    out: Path,
    *,
    patients: int = 60,
    unknown: float = 0.3,
    size: int = SIZE,
    seed: int = SEED,
) -> None:
    """Writes ``images/``, ``labels.csv`` and ``truth.csv`` below a folder.

    Args:
        out: The folder.
        patients: See `draw_ill`.
        unknown: Fraction of the labels that the table does not tell, each by chance.
        size: Of the images, in pixels.
        seed: Of everything; the images do not depend on ``unknown``.
    """
    note = PngInfo()
    note.add_text("Description", DRAWN)
    (out / "images").mkdir(parents=True, exist_ok=True)
    told, true = [], []
    for ill in draw_ill(patients, seed=seed):
        rng = np.random.default_rng([seed, ill.patient.number, 7])
        for image in range(len(ill.patient.images)):
            name = f"p{ill.patient.number}_{image + 1}.png"
            pixels, _ = draw_image(ill.patient, image, seed=seed, size=size)
            drawn = PillowImage.fromarray(pixels.astype(np.uint8), mode="L")
            drawn.save(out / "images" / name, optimize=True, pnginfo=note)
            who = f"p{ill.patient.number}"
            about = (name, who, ill.patient.split, ill.sex, ill.age, "PA", ill.scanner)
            chances = rng.random(len(FINDINGS))
            told.append((*about, *(_told(ill, chances, unknown))))
            true.append((*about, *(int(ill.has[finding]) for finding in FINDINGS)))
    for file, rows in ((LABELS, told), (TRUTH, true)):
        with (out / file).open("w", newline="", encoding="utf-8") as stream:
            table = csv.writer(stream, lineterminator="\n")
            table.writerow(_HEAD)
            table.writerows(rows)


def _told(ill: Ill, chances: np.ndarray, unknown: float) -> Iterator[str]:
    """What the table says of each finding."""
    for finding, chance in zip(FINDINGS, chances.tolist(), strict=True):
        if chance < unknown:
            yield ""
        elif chance > 1 - _UNCERTAIN and unknown:
            yield "-1"
        else:
            yield str(int(ill.has[finding]))


def main() -> None:
    """Read the command line and write the set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("out", type=Path, help="the folder")
    parser.add_argument("--patients", type=int, default=60, help="how many; 60")
    parser.add_argument("--unknown", type=float, default=0.3, help="fraction of labels; 0.3")
    given = parser.parse_args()
    write_several(given.out, patients=given.patients, unknown=given.unknown)


if __name__ == "__main__":
    main()
