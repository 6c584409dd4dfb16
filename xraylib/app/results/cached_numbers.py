"""What the Results page asks of a run again and again, worked out once for all who look.

Everything is kept by the run's folder and the times of the files it came from, so that a new
choice or a new judgement is seen at once. Arrays are shared: nobody may change them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from xraylib.app.results.curve_charts import precision_recall_spec, roc_spec
from xraylib.app.shared.runs.predictions import audited_at, chosen_at, ended_at, judged_at
from xraylib.app.shell.charts import Spec
from xraylib.errors import DatasetError, RunError
from xraylib.evaluation.operating import RunOperating
from xraylib.evaluation.run_calibration import RunCalibration, calibrate_run
from xraylib.evaluation.run_compare import RunComparison, compare_runs
from xraylib.evaluation.run_temperature import FILE
from xraylib.evaluation.run_thresholds import read_operating
from xraylib.evaluation.sides.aspects import run_aspects
from xraylib.evaluation.sides.run_points import saved_points
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.metrics.curves import precision_recall_points, roc_points
from xraylib.metrics.populations.aspect import Aspect
from xraylib.models.before_publishing import PublishWarning, publishing_warnings
from xraylib.regular import changed_at
from xraylib.training.run.kept import RunList
from xraylib.training.run.runs import Run, open_run
from xraylib.workspace import Workspace


def operating(run: Run) -> RunOperating:
    """The run's temperature and thresholds, as saved or by default."""
    found: RunOperating = _operating(
        str(run.folder), changed_at(run.folder / FILE), judged_at(run, "test")
    )
    return found


def calibrated(run: Run) -> RunCalibration | str:
    """What ``calibrate_run`` says, or why it says nothing."""
    return _calibrated(str(run.folder), judged_at(run, "test"))


def aspects(run: Run, split: str) -> tuple[Aspect, ...]:
    """Its classes or findings on the images of a split, as Classify shows their probabilities.

    None of them where there are no predictions of these images.

    Shared by all who look: never change their arrays.
    """
    found: tuple[Aspect, ...] = _aspects(
        str(run.folder), split, judged_at(run, split), chosen_at(run)
    )
    return found


def aspect(run: Run, split: str, name: str) -> Aspect | None:
    """One of them; None where there are no predictions of these images."""
    return next((one for one in aspects(run, split) if one.name == name), None)


def points(run: Run) -> Mapping[str, ChosenPoint]:
    """The thresholds that were saved, by class or finding."""
    found: Mapping[str, ChosenPoint] = _points(
        str(run.folder), changed_at(run.folder / FILE), judged_at(run, "test")
    )
    return found


def curves(run: Run, split: str, name: str) -> tuple[Spec, Spec] | str:
    """ROC and precision-recall of one class or finding, thinned and drawn; or why not."""
    return _curves(str(run.folder), split, name, judged_at(run, split), chosen_at(run))


def to_know(run: Run) -> tuple[PublishWarning, ...]:
    """What one must know of the run before it is published.

    Raises:
        RunError: code ``no-predictions``.
        ConfigError, PathError: Its operating points cannot be read.
    """
    found: tuple[PublishWarning, ...] = _to_know(
        str(run.folder), judged_at(run, "test"), (*chosen_at(run), *audited_at(run))
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


@st.cache_resource(max_entries=16, show_spinner=False)
def _aspects(
    folder: str,
    split: str,
    judged: int,  # noqa: ARG001
    chosen: tuple[int, ...],  # noqa: ARG001
) -> tuple[Aspect, ...]:
    try:
        return run_aspects(Run(Path(folder)), split=split)[1]
    except (DatasetError, RunError):  # none of this split, or none at all
        return ()


@st.cache_data(max_entries=64, show_spinner=False)
def _points(folder: str, saved: int, judged: int) -> Mapping[str, ChosenPoint]:  # noqa: ARG001
    return dict(saved_points(Run(Path(folder))))


@st.cache_resource(max_entries=64, show_spinner=False)
def _curves(
    folder: str,
    split: str,
    name: str,
    judged: int,  # noqa: ARG001
    chosen: tuple[int, ...],  # noqa: ARG001
) -> tuple[Spec, Spec] | str:
    one = aspect(Run(Path(folder)), split, name)
    if one is None:
        return "There are no predictions of these X-rays."
    try:
        return (
            roc_spec(roc_points(one.positive, one.scores).thinned()),
            precision_recall_spec(
                precision_recall_points(one.positive, one.scores).thinned(),
                float(one.positive.mean()),
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
