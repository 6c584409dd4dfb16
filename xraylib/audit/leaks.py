"""Copies and patients that stand where they should not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from xraylib.audit.copies import Copies
from xraylib.audit.report import AuditReport, Finding, ordered, several
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.image_row import ImageRow

# The split whose images stay when copies stand in several.
_KEEP_FIRST: Final = ("test", "val", "train")
_MOST_PAIRS: Final = 24
_CHANGED: Final = "changed in size, contrast, frame or compression"


def copy_findings(index: DatasetIndex, copies: Sequence[Copies]) -> list[Finding]:
    """``label-conflict``, ``split-leak``, ``exact-duplicate`` and ``near-duplicate``."""
    findings = []
    for group in copies:
        images = index.images(group.rows)
        contents = dict(zip((image.path for image in images), group.contents, strict=True))
        if len({image.label for image in images}) > 1:
            findings.append(_label_conflict(images, contents))
        if len({image.split for image in images}) > 1:
            findings.append(_split_leak(images, contents))
        places: dict[tuple[str, str], list[ImageRow]] = defaultdict(list)
        for image in images:
            places[image.split, image.label].append(image)
        for together in places.values():
            findings += _duplicates(together, contents)
    return findings


def _label_conflict(images: Sequence[ImageRow], contents: dict[str, int]) -> Finding:
    labels = sorted({image.label for image in images})
    paths = tuple(image.path for image in images)
    return Finding(
        code="label-conflict",
        severity="error",
        message=(
            f"{several(paths)} are {_how_alike(images, contents)}, but in the classes "
            f"{several(labels)}. At most one of them can be right."
        ),
        remedy=(
            "Find out which class is right and leave the other copies out; "
            "until then, leave all of them out"
        ),
        paths=paths,
        pairs=_pairs(images, "label"),
        action={"exclude": list(paths)},
    )


def _split_leak(images: Sequence[ImageRow], contents: dict[str, int]) -> Finding:
    kept = min((image.split for image in images), key=_KEEP_FIRST.index)
    stay = [image.path for image in images if image.split == kept]
    leave = [image.path for image in images if image.split != kept]
    from_where = several(sorted({image.split for image in images if image.split != kept}))
    return Finding(
        code="split-leak",
        severity="error",
        message=(
            f"{_leak_in_words(stay, leave, contents)} What was seen in {from_where} is asked "
            f"again in {kept}, so a right answer there proves nothing."
        ),
        remedy=f"Leave the copies in {from_where} out and train again",
        paths=(*stay, *leave),
        pairs=_pairs(images, "split"),
        action={"exclude": leave},
    )


def _leak_in_words(stay: list[str], leave: list[str], contents: dict[str, int]) -> str:
    sentences = []
    told: set[str] = set()
    for content in sorted({contents[path] for path in stay}):
        here = [path for path in stay if contents[path] == content]
        there = [path for path in leave if contents[path] == content]
        if there:
            sentences.append(
                f"{several(here)} {_be(here)} the same file, byte for byte, as {several(there)}."
            )
            told |= {*here, *there}
    rest = [path for path in (*stay, *leave) if path not in told]
    if not sentences:
        return f"{several(stay)} {_be(stay)} the same picture as {several(leave)}, {_CHANGED}."
    if rest:
        sentences.append(f"{several(rest)} {_be(rest)} the same picture, {_CHANGED}.")
    elif len({contents[path] for path in told}) > 1:
        sentences.append(f"All of them are the same picture, {_CHANGED}.")
    return " ".join(sentences)


def _be(paths: Sequence[str]) -> str:
    return "is" if len(paths) == 1 else "are"


def _how_alike(images: Sequence[ImageRow], contents: dict[str, int]) -> str:
    if len({contents[image.path] for image in images}) == 1:
        return "the same file, byte for byte"
    return f"the same picture, {_CHANGED}"


def _duplicates(images: Sequence[ImageRow], contents: dict[str, int]) -> list[Finding]:
    """Of images of one split and class."""
    findings = []
    same: dict[int, list[ImageRow]] = defaultdict(list)
    for image in images:
        same[contents[image.path]].append(image)
    for equal in same.values():
        if len(equal) > 1:
            paths = tuple(image.path for image in equal)
            findings.append(
                Finding(
                    code="exact-duplicate",
                    severity="warning",
                    message=(
                        f"{several(paths)} are the same file, byte for byte. It counts "
                        f"{len(paths)} times in {equal[0].split}."
                    ),
                    remedy=f"Keep {paths[0]} and leave the others out",
                    paths=paths,
                    pairs=tuple((paths[0], path) for path in paths[1:])[:_MOST_PAIRS],
                    action={"exclude": list(paths[1:])},
                )
            )
    if len(same) > 1:
        different = [equal[0] for equal in same.values()]
        best = max(different, key=lambda image: (image.width * image.height, image.bytes))
        others = [image.path for image in different if image is not best]
        findings.append(
            Finding(
                code="near-duplicate",
                severity="warning",
                message=(
                    f"{several([image.path for image in different])} are the same picture, "
                    f"{_CHANGED}. It counts {len(images)} times in {best.split}."
                ),
                remedy=f"Keep {best.path} and leave the others out",
                paths=tuple(image.path for image in different),
                pairs=tuple((best.path, path) for path in others)[:_MOST_PAIRS],
                action={"exclude": others},
            )
        )
    return findings


def _pairs(images: Sequence[ImageRow], by: str) -> tuple[tuple[str, str], ...]:
    """Pairs that differ in split or class."""
    found = [
        (one.path, two.path)
        for number, one in enumerate(images)
        for two in images[number + 1 :]
        if getattr(one, by) != getattr(two, by)
    ]
    return tuple(found[:_MOST_PAIRS])


def with_patient_findings(report: AuditReport, index: DatasetIndex) -> AuditReport:
    """The report with the patients of this index: what to do after they are told in another way."""
    others = [finding for finding in report.findings if finding.code != "patient-leak"]
    return replace(report, findings=ordered([*others, *patient_findings(index)]))


def patient_findings(index: DatasetIndex) -> list[Finding]:
    """``patient-leak``: patients whose name was read from the file and who are in two splits."""
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
        Finding(
            code="patient-leak",
            severity="error",
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
            pairs=tuple(_pairs(images, "split")[0] for images in leaking.values())[:_MOST_PAIRS],
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
