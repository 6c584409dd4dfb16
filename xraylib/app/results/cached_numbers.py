"""What the Results page asks of a run again and again, worked out once for all who look.

Everything is kept by the run's folder and the times of the files it came from, so that a new
choice or a new judgement is seen at once. Arrays are shared: nobody may change them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from xraylib.app.results.curve_charts import precision_recall_spec, roc_spec
from xraylib.app.shared.run_predictions import chosen_at, ended_at, judged_at, judged_images
from xraylib.app.shell.charts import Spec
from xraylib.errors import DatasetError, RunError
from xraylib.evaluation.judged import JudgedImages
from xraylib.evaluation.operating import RunOperating
from xraylib.evaluation.run_calibration import RunCalibration, calibrate_run
from xraylib.evaluation.run_compare import RunComparison, compare_runs
from xraylib.evaluation.run_temperature import FILE
from xraylib.evaluation.run_thresholds import read_operating
from xraylib.metrics.curves import precision_recall_points, roc_points
from xraylib.models.before_publishing import PublishWarning, publishing_warnings
from xraylib.training.run.kept import RunList
from xraylib.training.run.runs import Run, open_run
from xraylib.workspace import Workspace


def operating(run: Run) -> RunOperating:
    """The run's temperature and thresholds, as saved or by default."""
    found: RunOperating = _operating(
        str(run.folder), _time(run.folder / FILE), judged_at(run, "test")
    )
    return found


def calibrated(run: Run) -> RunCalibration | str:
    """What ``calibrate_run`` says, or why it says nothing."""
    return _calibrated(str(run.folder), judged_at(run, "test"))


def scaled(run: Run, split: str) -> tuple[JudgedImages, NDArray[np.float64]] | None:
    """The images of a split, and their probabilities after the temperature."""
    images = judged_images(run, split)
    return None if images is None else (images, images.probabilities)


def curves(run: Run, split: str, name: str) -> tuple[Spec, Spec] | str:
    """ROC and precision-recall of one class, thinned and drawn; or why there is none."""
    temperature = operating(run).temperature
    return _curves(str(run.folder), split, name, judged_at(run, split), temperature)


def to_know(run: Run) -> tuple[PublishWarning, ...]:
    """What one must know of the run before it is published.

    Raises:
        RunError: code ``no-predictions``.
        ConfigError, PathError: Its operating points cannot be read.
    """
    found: tuple[PublishWarning, ...] = _to_know(
        str(run.folder), judged_at(run, "test"), chosen_at(run)
    )
    return found


def compared(
    workspace: Workspace, runs: tuple[str, ...], split: str, judged: RunList
) -> RunComparison:
    """What ``compare_runs`` says. Any of the runs ``judged`` may be the baseline.

    Raises:
        DatasetError: codes ``no-films`` and ``nothing-in-common``.
    """
    times = tuple(judged_at(open_run(run, workspace=workspace), split) for run in runs)
    known = hash(tuple(judged.each(ended_at)))
    found: RunComparison = _compared(str(workspace.root), runs, split, times, known)
    return found


def _time(file: Path | None) -> int:
    try:
        return file.stat().st_mtime_ns if file is not None else 0
    except OSError:
        return 0


@st.cache_data(max_entries=64, show_spinner=False)
def _operating(folder: str, saved: int, judged: int) -> RunOperating:  # noqa: ARG001
    return read_operating(Run(Path(folder)))


@st.cache_data(max_entries=32, show_spinner=False)
def _to_know(folder: str, judged: int, chosen: tuple[int, ...]) -> tuple[PublishWarning, ...]:  # noqa: ARG001
    return publishing_warnings(Run(Path(folder)))


@st.cache_data(max_entries=32, show_spinner="Calibrating …")
def _calibrated(folder: str, judged: int) -> RunCalibration | str:  # noqa: ARG001
    try:
        return calibrate_run(Run(Path(folder)))
    except (DatasetError, RunError) as error:
        return error.message


@st.cache_resource(max_entries=64, show_spinner=False)
def _curves(
    folder: str,
    split: str,
    name: str,
    judged: int,  # noqa: ARG001
    temperature: float,  # noqa: ARG001
) -> tuple[Spec, Spec] | str:
    run = Run(Path(folder))
    found = scaled(run, split)
    if found is None:
        return "There are no predictions of these X-rays."
    images, p = found
    place = run.classes.index(name)
    positive = images.labels == place
    try:
        return (
            roc_spec(roc_points(positive, p[:, place]).thinned()),
            precision_recall_spec(
                precision_recall_points(positive, p[:, place]).thinned(), float(positive.mean())
            ),
        )
    except DatasetError as error:
        return error.message


@st.cache_data(max_entries=32, show_spinner="Comparing X-ray by X-ray …")
def _compared(
    root: str,
    runs: tuple[str, ...],
    split: str,
    times: tuple[int, ...],  # noqa: ARG001
    known: int,  # noqa: ARG001
) -> RunComparison:
    workspace = Workspace(Path(root))
    return compare_runs(
        [open_run(run, workspace=workspace) for run in runs], split=split, workspace=workspace
    )
