"""Files and images that do not belong, and classes that are too few."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.audit.descriptors import Descriptors
from xraylib.audit.report import Finding, several, share
from xraylib.datasets.dataset import DatasetIndex

# Letters in a row: four may be ribs, five never were.
_TEXT: Final = 5
_CONSTANT_SD: Final = 1.0
_COLOUR: Final = 0.03
_NEIGHBOURS: Final = 5
# Below so many images nobody can say what is usual.
_FEWEST: Final = 30
_SAMPLE: Final = 3000


def file_findings(index: DatasetIndex, descriptors: Descriptors) -> list[Finding]:
    """``unreadable``, one finding a reason, and ``constant-image``."""
    findings = []
    by_code: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for image in index.unreadable():
        by_code[image.error_code].append((image.path, image.error_reason))
    for row in descriptors.gone.tolist():
        path = index.image(row).path
        by_code["changed"].append((path, "The file was readable before and is not any more."))
    for _, images in sorted(by_code.items()):
        paths = tuple(path for path, _ in images)
        verb = "is" if len(paths) == 1 else "are"
        findings.append(
            Finding(
                code="unreadable",
                severity="warning",
                message=f"{several(paths)} {verb} passed over. {images[0][1]}",
                remedy="Export or copy these images again, or remove the files",
                paths=paths,
            )
        )
    flat = descriptors.rows[descriptors.sd < _CONSTANT_SD]
    if flat.size:
        paths = tuple(image.path for image in index.images(flat))
        findings.append(
            Finding(
                code="constant-image",
                severity="warning",
                message=(
                    f"{several(paths)} {'shows' if len(paths) == 1 else 'show'} one grey value "
                    "everywhere. There is nothing to learn from it but its class."
                ),
                remedy="Leave these images out and look at where they came from",
                paths=paths,
                action={"exclude": list(paths)},
            )
        )
    return findings


def text_findings(index: DatasetIndex, descriptors: Descriptors) -> list[Finding]:
    """``burned-in-text``."""
    rows = descriptors.rows[descriptors.letters >= _TEXT]
    if not rows.size:
        return []
    images = index.images(rows)
    paths = tuple(image.path for image in images)
    by_class = {
        label: sum(image.label == label for image in images)
        for label in index.classes
        if any(image.label == label for image in images)
    }
    where = several([f"{count} in {label or 'the set'}" for label, count in by_class.items()])
    return [
        Finding(
            code="burned-in-text",
            severity="info",
            message=(
                f"{len(paths)} {'image has' if len(paths) == 1 else 'images have'} text printed "
                "into "
                f"the picture ({where}): {several(paths)}. It may name a patient, and a network "
                "may read the hospital from it."
            ),
            remedy="Look at the text; leave images with names or dates out, or cover them at "
            "source",
            paths=paths,
            action={"exclude": list(paths)},
            numbers={"films": by_class},
        )
    ]


def outlier_findings(
    index: DatasetIndex, descriptors: Descriptors, *, seed: int = 0
) -> list[Finding]:
    """``odd-one-out``: colour among grey, inverted images, pictures unlike all others."""
    if len(descriptors.rows) < _FEWEST:
        return []
    findings = []
    seen = descriptors.sd >= _CONSTANT_SD
    coloured = (descriptors.chroma > _COLOUR) & seen
    if coloured.any() and coloured.mean() < 0.1:
        text = ("is in colour", "are in colour", "while the others are grey")
        findings.append(_outlier(index, descriptors.rows[coloured], text, "colour"))
    rest = np.flatnonzero(seen & ~coloured)
    images = descriptors.views[rest, 0].astype(np.float32)
    images /= np.maximum(np.linalg.norm(images, axis=1, keepdims=True), 1e-6)
    inverted = _inverted(images)
    if inverted.any():
        text = ("looks like a negative", "look like negatives", "of the others")
        findings.append(_outlier(index, descriptors.rows[rest[inverted]], text, "inverted"))
    upright, rest = images[~inverted], rest[~inverted]
    different = _different(upright, np.random.default_rng([seed, 1]))
    if different.any():
        text = ("looks", "look", "unlike all others: another body part, view or quality")
        findings.append(_outlier(index, descriptors.rows[rest[different]], text, "different"))
    return findings


def _inverted(images: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Images that are like the negative of most images, and unlike most images."""
    usual = images.mean(axis=0)
    length = float(np.linalg.norm(usual))
    if length < 0.1:
        return np.zeros(len(images), dtype=np.bool_)
    like = images @ (usual / length)
    middle = float(np.median(like))
    inverted: NDArray[np.bool_] = (like < -0.6 * middle) & (middle > 0.2)
    return inverted


def _different(images: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Images whose nearest neighbours are far away, leaving out those of their own small cluster.

    A dozen knees among chests are near to each other, so the neighbours that count are outside
    the cluster that an image is in, if that is small. Measured against up to 3,000 images.
    """
    if len(images) < _FEWEST:
        return np.zeros(len(images), dtype=np.bool_)
    sample = np.arange(len(images))
    if len(images) > _SAMPLE:
        sample = np.sort(rng.choice(len(images), _SAMPLE, replace=False))
    others = images[sample]
    among = others @ others.T
    np.fill_diagonal(among, -2.0)
    cluster = _clusters(among)
    small = np.bincount(cluster)[cluster] <= max(3, 0.08 * len(sample))
    near = np.empty(len(images))
    own_place = np.full(len(images), -1)
    own_place[sample] = np.arange(len(sample))
    for start in range(0, len(images), 1024):
        block = images[start : start + 1024] @ others.T
        own = own_place[start : start + len(block)]
        block[own >= 0, own[own >= 0]] = -2.0
        mine = np.where(own >= 0, own, block.argmax(axis=1))
        block[small[mine, None] & (cluster[mine, None] == cluster[None, :])] = -2.0
        near[start : start + len(block)] = np.partition(block, -_NEIGHBOURS, axis=1)[
            :, -_NEIGHBOURS:
        ].mean(axis=1)
    middle = float(np.median(near))
    spread = 1.4826 * float(np.median(np.abs(near - middle)))
    far = (middle - near) / max(spread, 0.02)
    different: NDArray[np.bool_] = ((near < 0.4) & (far > 3.0)) | ((near < 0.6) & (far > 8.0))
    return different if different.mean() < 0.15 else np.zeros(len(images), dtype=np.bool_)


def _clusters(among: NDArray[np.float32], nearest: int = 8) -> NDArray[np.int64]:
    """Components of the graph in which two images are linked if each is near to the other."""
    count = len(among)
    nearest = min(nearest, count - 1)
    near = np.argpartition(-among, nearest - 1, axis=1)[:, :nearest]
    linked = np.zeros((count, count), dtype=np.bool_)
    linked[np.arange(count)[:, None], near] = True
    linked &= linked.T
    number = np.full(count, -1)
    found = 0
    for start in range(count):
        if number[start] >= 0:
            continue
        number[start] = found
        waiting = [start]
        while waiting:
            fresh = np.flatnonzero(linked[waiting.pop()] & (number < 0))
            number[fresh] = found
            waiting += fresh.tolist()
        found += 1
    return number


def _outlier(
    index: DatasetIndex, rows: NDArray[np.int64], text: tuple[str, str, str], kind: str
) -> Finding:
    paths = tuple(image.path for image in index.images(rows))
    verb = text[0] if len(paths) == 1 else text[1]
    return Finding(
        code="odd-one-out",
        severity="warning",
        message=f"{several(paths)} {verb} {text[2]}.",
        remedy="Look at them, and leave out what does not belong to this data set",
        paths=paths,
        action={"exclude": list(paths)},
        numbers={"kind": kind, "films": len(paths)},
    )


def imbalance_findings(index: DatasetIndex) -> list[Finding]:
    """``imbalance`` of the training images: three times as many is info, ten a warning."""
    counts: dict[str, int] = index.counts().get("train", {})
    if len(counts) < 2:
        return []
    ranked = sorted(counts.items(), key=lambda item: (item[1], item[0]))
    (rare, few), (common, many) = ranked[0], ranked[-1]
    if many < 3 * few:
        return []
    total = sum(counts.values())
    ratio = "none" if few == 0 else f"{many / few:.1f} times fewer"
    return [
        Finding(
            code="imbalance",
            severity="warning" if many >= 10 * few else "info",
            message=(
                f"{common} has {many} of {total} training images, {rare} has {few} ({ratio}). "
                f"Always saying {common} would be right in {share(many / total)} of them."
            ),
            remedy=(
                "Turn on class weights in training, and judge by recall of each class and AUC, "
                "not by accuracy"
            ),
            paths=(),
            numbers={"counts": dict(counts)},
        )
    ]
