"""What the points of a map are told apart by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xraylib.app.shared.runs.predictions import judged_at, judged_images
from xraylib.app.shell.charts import OKABE_ITO, SPLIT_NAMES, class_name
from xraylib.audit import AuditReport, check_of
from xraylib.datasets.scan import DatasetIndex
from xraylib.datasets.summary import label_words
from xraylib.training.run.runs import Run

COLOURINGS: Final = ("Class", "Split", "Patient", "Audit", "Right or wrong")
FINDINGS: Final = "Findings"
OTHERS: Final = "others"
_SAID: Final = {1: "shown", 0: "not shown", -1: "not known", -2: "uncertain"}
_MOST: Final = len(OKABE_ITO)


def groups_of(
    colouring: str,
    index: DatasetIndex,
    rows: NDArray[np.int64],
    *,
    report: AuditReport | None,
    run: Run | None,
) -> list[str]:
    """The group of each image, at most seven and ``others``.

    Args:
        colouring: One of `colourings`.
        index: The data set.
        rows: Of the images.
        report: Its last audit, for ``"Audit"``: the gravest finding that names an image.
        run: For ``"Right or wrong"``, on the images that judged it.
    """
    if colouring == "Split":
        return [SPLIT_NAMES.get(name, name) for name in _column(index, "split", rows)]
    paths = _column(index, "path", rows)
    if colouring == "Patient":
        patients = index.patients(rows)
        told = [
            "not told" if patient == path else patient
            for patient, path in zip(patients, paths, strict=True)
        ]
        return _largest(told)
    if colouring == "Audit":
        found: dict[str, str] = {}
        for finding in report.findings if report is not None else ():
            for path in finding.paths:
                found.setdefault(path, check_of(finding).title)
        return _largest([found.get(path, "none") for path in paths])
    if colouring == "Right or wrong" and run is not None:
        judged = _judged(run)
        return [judged.get(path, "not judged") for path in paths]
    several = index.multilabel
    if several is not None and colouring in several.names:
        values = several.values[rows, several.names.index(colouring)].tolist()
        return [_SAID[value] for value in values]
    if several is not None:
        return _largest([label_words(index, row, most=9) for row in rows.tolist()])
    return _largest([class_name(label) for label in _column(index, "label", rows)])


def colourings(index: DatasetIndex, run: Run | None) -> tuple[str, ...]:
    """What there is to colour by: where images may have several findings, each of them too."""
    several = index.multilabel
    judged = run is not None and several is None
    offered = [name for name in COLOURINGS if name != "Right or wrong" or judged]
    if several is not None:
        offered[:1] = [FINDINGS, *several.names]
    return tuple(offered)


def _column(index: DatasetIndex, name: str, rows: NDArray[np.int64]) -> list[str]:
    found: list[str] = index.table[name].take(pa.array(rows, pa.int64())).to_pylist()
    return found


def _largest(names: Sequence[str]) -> list[str]:
    """The names, with all but the most frequent as others."""
    counts = Counter(names)
    if len(counts) <= _MOST:
        return list(names)
    kept = {name for name, _ in counts.most_common(_MOST - 1)}
    return [name if name in kept else OTHERS for name in names]


def _judged(run: Run) -> dict[str, str]:
    """``{path: "right" or "wrong"}``; locked test images are not judged, as far as one may see."""
    found = {}
    for split in SPLIT_NAMES:
        images = judged_images(run, split) if judged_at(run, split) else None
        if images is not None and images.labels.ndim == 1:  # one class an image, not findings
            for path, right in zip(images.paths, images.called == images.labels, strict=True):
                found[path] = "right" if right else "wrong"
    return found
