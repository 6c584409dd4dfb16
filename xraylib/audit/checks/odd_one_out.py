"""Images that do not belong: colour among grey, negatives, pictures unlike all others."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from xraylib.audit.check import Check
from xraylib.audit.descriptors import Descriptors
from xraylib.audit.report import Finding, several
from xraylib.datasets.dataset import DatasetIndex

_COLOUR: Final = 0.03
_NEIGHBOURS: Final = 5
# Below so many images nobody can say what is usual.
_FEWEST: Final = 30
_SAMPLE: Final = 3000


def odd_findings(index: DatasetIndex, descriptors: Descriptors, *, seed: int = 0) -> list[Finding]:
    """One finding a kind: colour among grey, inverted images, pictures unlike all others."""
    if len(descriptors.rows) < _FEWEST:
        return []
    findings = []
    seen = descriptors.varied
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
    return CHECK.finding(
        message=f"{several(paths)} {verb} {text[2]}.",
        remedy="Look at them, and leave out what does not belong to this data set",
        paths=paths,
        action={"exclude": list(paths)},
        numbers={"kind": kind, "films": len(paths)},
    )


CHECK = Check(
    code="odd-one-out",
    title="Odd one out",
    says="colour among grey, a negative, or a picture unlike all others",
    remedy="look, and leave out",
    severity="warning",
    order=40,
    find=lambda subject: odd_findings(subject.index, subject.descriptors, seed=subject.seed),
)
