"""Whether a run's probability of a finding can be taken at its word. No TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xraylib.errors import DatasetError
from xraylib.evaluation.findings.run_findings import stored_findings
from xraylib.evaluation.run_calibration import RunCalibration
from xraylib.metrics.calibration import calibration, with_temperature
from xraylib.metrics.findings.predictions import two_columns
from xraylib.metrics.temperature import choose_temperature

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


def calibrate_finding(run: Run, name: str) -> RunCalibration:
    """Temperature of a finding from validation images; calibration before and after.

    Presence and absence are the two classes; what is not known counts nothing.

    Args:
        run: A run of findings that has ended.
        name: One of its findings.

    Raises:
        RunError: codes ``no-predictions`` and ``no-findings``.
        DatasetError: codes ``no-films``: the run has no validation images, and ``class``.
    """
    if name not in run.classes:
        raise DatasetError(
            f"The run {run.id} has no finding {name!r}",
            expected="one of " + ", ".join(run.classes),
            remedy="choose one of them",
            code="class",
        )
    said, present, groups = stored_findings(run, split="val").known(name)
    choice = choose_temperature(present.astype(np.int64), two_columns(said), groups)
    temperature = 1.0 if choice.fitted is None else choice.fitted
    split, notes = "test", []
    try:
        said, present, groups = stored_findings(run, split="test").known(name)
    except DatasetError:
        split = "val"
        notes.append(
            "there are no test images: before and after are of the validation images that the "
            "temperature was fitted on, and are likely too good"
        )
    if not len(said):
        raise DatasetError(
            f"Of no {split} image it is known whether it shows {name}",
            expected="images of which it is known",
            remedy="add labels to the table, or choose another finding",
            code="no-films",
        )
    labels, own = present.astype(np.int64), two_columns(said)
    classes = (f"no {name}", name)
    return RunCalibration(
        run=run.id,
        temperature=temperature,
        choice=choice,
        images=choice.images,
        split=split,
        n=len(labels),
        before=calibration(labels, own, groups=groups, classes=classes),
        after=calibration(
            labels, with_temperature(own, temperature), groups=groups, classes=classes
        ),
        notes=tuple(notes),
    )
