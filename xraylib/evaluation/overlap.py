"""Which images that a run is judged on did its training know already?

The same bytes, and patients who stand on both sides, are found from what the run kept of its own
images, in milliseconds. Copies that were changed (another size, contrast, frame) are found by the
data set's audit, where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from xraylib.audit.checks import CHECKS
from xraylib.errors import XrayError
from xraylib.evaluation.known_images import (
    KnownImages,
    areas_without_anatomy,
    reached_without_anatomy,
)
from xraylib.evaluation.leakage import leakage_of, stored_report
from xraylib.evaluation.run_temperature import shown_predictions
from xraylib.evaluation.stored_predictions import image_sums, stored_images
from xraylib.metrics.evaluation import Evaluation, evaluate_predictions

if TYPE_CHECKING:
    import pyarrow as pa

    from xraylib.audit.report import AuditReport
    from xraylib.training.run.runs import Run


_TOUCHING: Final = frozenset(check.code for check in CHECKS if check.touches_figures)


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """Judged images that training knew.

    Attributes:
        images: How many were judged.
        same_bytes: ``(n,)``: the very file is in training too.
        same_picture: ``(n,)``: so is the same picture, changed, by the audit.
        same_patient: ``(n,)``: so is another image of the patient, where the patient is known.
        in_validation: ``(n,)``: training knew it in no way, but validation does.
        audited: Whether an audit of these images is there.
        findings: Other findings of the audit that touch the numbers, in words.
        shortcut: The accuracy that the audit reached without looking at the anatomy, or None.
        shortcut_words: That finding; empty without one.
        shortcuts: As in `KnownImages`.
    """

    images: int
    same_bytes: NDArray[np.bool_]
    same_picture: NDArray[np.bool_]
    same_patient: NDArray[np.bool_]
    in_validation: NDArray[np.bool_]
    audited: bool
    findings: tuple[str, ...]
    shortcut: float | None = None
    shortcut_words: str = ""
    shortcuts: Mapping[str, float] = field(default_factory=dict)

    @property
    def known(self) -> NDArray[np.bool_]:
        """``(n,)``: the same file or picture is in training."""
        return self.same_bytes | self.same_picture

    @property
    def counts(self) -> KnownImages:
        """How many of each kind: the same numbers wherever they are told."""
        only_patient = self.same_patient & ~self.known
        return KnownImages(
            images=self.images,
            same_bytes=int(self.same_bytes.sum()),
            changed=int((self.same_picture & ~self.same_bytes).sum()),
            same_patient=int(only_patient.sum()),
            audited=self.audited,
            shortcut=self.shortcut,
            shortcuts=self.shortcuts,
            validated=int(self.in_validation.sum()),
        )


def overlap(run: Run, split: str = "test", *, report: AuditReport | None = None) -> Overlap:
    """What training knew of the images of one split, or of images kept under a key.

    Args:
        run: The run.
        split: The split, or the key.
        report: An audit of the run's images; by default the one that the workspace keeps.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: codes ``no-films`` and ``index``.
        PathError: A file that would tell is damaged or of a newer version.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    judged = stored_images(run, split=split)
    table = _images(run)
    trained = table.filter(pc.equal(table["split"], "train"))
    n = len(judged.paths)
    sums = image_sums(run, split, judged.paths, table)
    none = np.zeros(n, bool)
    if split == "train":
        return Overlap(images=n, same_bytes=none, same_picture=none, same_patient=none,
                       in_validation=none, audited=True, findings=())  # fmt: skip
    same_bytes = _is_in(sums, trained["sha256"])
    patients = pa.array(judged.patients, pa.string())
    same_patient = _is_in(patients, _told(trained))
    watched = table.filter(pc.equal(table["split"], "" if split == "val" else "val"))
    leakage = leakage_of(run, split, report=report) if split in ("val", "test") else None
    paths = pa.array(judged.paths, pa.string())
    same_picture = _is_in(paths, _texts(leakage.copies if leakage else ())) & ~same_bytes
    in_validation = (
        _is_in(sums, watched["sha256"])
        | _is_in(patients, _told(watched))
        | _is_in(paths, _texts(leakage.validated if leakage else ()))
    )
    return Overlap(
        images=n,
        same_bytes=same_bytes,
        same_picture=same_picture,
        same_patient=same_patient,
        in_validation=in_validation & ~(same_bytes | same_picture | same_patient),
        audited=leakage is not None,
        findings=tuple(
            finding.message
            for finding in (leakage.findings if leakage else ())
            if finding.code in _TOUCHING and finding.code != "shortcut"
        ),
        shortcut_words=next(
            (
                one.message
                for one in (leakage.findings if leakage else ())
                if one.code == "shortcut"
            ),
            "",
        ),
        shortcut=reached_without_anatomy(leakage.findings) if leakage else None,
        shortcuts=areas_without_anatomy(leakage.findings) if leakage else {},
    )


def known_images(
    run: Run, split: str = "test", *, report: AuditReport | None = None
) -> KnownImages | None:
    """What :func:`overlap` counts; None where that cannot be told any more.

    Args:
        run: The run.
        split: As for :func:`overlap`.
        report: As for :func:`overlap`.

    Raises:
        PathError: The audit that would tell is damaged or of a newer version.
    """
    report = report or stored_report(run)
    try:
        return overlap(run, split, report=report).counts
    except XrayError:
        return None


def without_known(run: Run, split: str, found: Overlap, *, patients: bool = False) -> Evaluation:
    """How good the run is without what training or validation knew, as Classify would show it.

    Args:
        run: The run.
        split: As for :func:`overlap`.
        found: What it returned.
        patients: Also without images of patients who are in training.
    """
    judged = shown_predictions(run, split=split)
    people = judged.people or judged.patients
    keep = ~(found.known | found.in_validation | (found.same_patient if patients else False))
    return evaluate_predictions(
        judged.labels[keep],
        judged.probabilities[keep],
        list(run.classes),
        [who for who, stays in zip(people, keep, strict=True) if stays],
    )


def _images(run: Run) -> pa.Table:
    """``path, split, patient, sha256`` of the run's own images."""
    import pyarrow.compute as pc

    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.split_table import read_table

    split = read_table(run.folder / "split.csv").select(["path", "split", "patient"])
    index = DatasetIndex.load(run.folder / "index.parquet").table
    rows = pc.index_in(split["path"], value_set=index["path"])
    return split.append_column("sha256", index["sha256"].take(rows)).combine_chunks()


def _told(rows: pa.Table) -> pa.ChunkedArray:
    """The patients of images that a name or a table tells."""
    import pyarrow.compute as pc

    return rows.filter(pc.not_equal(rows["patient"], rows["path"]))["patient"]


def _texts(names: Iterable[str]) -> pa.Array:
    import pyarrow as pa

    return pa.array(sorted(names), pa.string())


def _is_in(values: Any, among: Any) -> NDArray[np.bool_]:
    import pyarrow.compute as pc

    return np.asarray(pc.is_in(values, value_set=among)).astype(bool)
