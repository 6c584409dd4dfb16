"""Patients in two splits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from xraylib.audit.check import Check
from xraylib.audit.copies import MOST_PAIRS, pairs_across
from xraylib.audit.report import Finding, several
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.image_row import ImageRow


def patient_findings(index: DatasetIndex) -> list[Finding]:
    """Patients whose name was read from the file and who are in two splits."""
    rows = index.rows()
    by_patient: dict[str, list[ImageRow]] = defaultdict(list)
    for image in index.images(rows):
        if image.patient != image.path:
            by_patient[image.patient].append(image)
    leaking = {
        patient: images
        for patient, images in sorted(by_patient.items())
        if len({image.split for image in images}) > 1
    }
    if not leaking:
        return []
    described = [f"{patient} ({_split_counts(images)})" for patient, images in leaking.items()]
    count = len(leaking)
    return [
        CHECK.finding(
            message=(
                f"{count} of {len(by_patient)} patients "
                f"{'has' if count == 1 else 'have'} images in more than one split: "
                f"{several(described)}. A network may know the patient rather than the disease."
            ),
            remedy=(
                "Divide the images again by patient, so that all images of a patient stand in the "
                "split that has most of them; if these are no patients, change the patient pattern"
            ),
            paths=tuple(image.path for images in leaking.values() for image in images),
            pairs=tuple(pairs_across(images, "split")[0] for images in leaking.values())[
                :MOST_PAIRS
            ],
            action={"split": "by-patient"},
            numbers={"patients": {p: _splits(images) for p, images in leaking.items()}},
        )
    ]


def _splits(images: Sequence[ImageRow]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for image in images:
        counts[image.split] += 1
    return dict(counts)


def _split_counts(images: Sequence[ImageRow]) -> str:
    return ", ".join(f"{count} in {split}" for split, count in _splits(images).items())


CHECK = Check(
    code="patient-leak",
    title="Patients in two splits",
    says="a patient has images in two splits",
    remedy="divide again by patient",
    severity="error",
    order=20,
    find=lambda subject: patient_findings(subject.index),
)
