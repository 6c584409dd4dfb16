"""What the Results page reads of a run: evaluations, images and their pictures, kept once read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from xraylib.app.shell.pictures import encode_jpeg, shrink
from xraylib.errors import DatasetError, ImageError, PathError, RunError
from xraylib.evaluation.evaluate import JudgedImages, images_root, stored_predictions
from xraylib.evaluation.external import external_evaluations, external_folder
from xraylib.images.decode import read_image
from xraylib.metrics.evaluation import Evaluation
from xraylib.training.run.results import predictions_file
from xraylib.training.run.runs import Run, list_runs
from xraylib.workspace import Workspace, read_json, resolve_inside

SPLIT_NAMES = {"test": "Test X-rays", "val": "Validation X-rays", "train": "Training X-rays"}
_THUMBNAIL = 256


@dataclass(frozen=True, kw_only=True)
class JudgedImage:
    """An image and what the run said about it.

    Attributes:
        path: Below the data set's folder.
        truth: Its class.
        called: The class with the highest probability.
        probabilities: By class.
    """

    path: str
    truth: str
    called: str
    patient: str
    probabilities: Mapping[str, float]

    @property
    def confidence(self) -> float:
        """Probability of the class it was called."""
        return self.probabilities[self.called]


def split_title(run: Run, split: str) -> str:
    """What images of a split, or those kept under a key, are called."""
    if split in SPLIT_NAMES:
        return SPLIT_NAMES[split]
    for one in external_evaluations(run):
        if one.key == split:
            part = "" if one.split == "all" else f", {one.split}"
            return f"{one.data}{part}"
    return split


def cell_name(truth: str, called: str) -> str:
    """How a cell of the confusion matrix is called in words and in the address."""
    return f"{truth} called {called}"


def judged_runs(workspace: Workspace) -> list[Run]:
    """The runs that have results, newest first."""
    return [
        run for run in list_runs(workspace=workspace) if (run.folder / "evaluation.json").exists()
    ]


def evaluations(run: Run) -> dict[str, Evaluation]:
    """What the run's end said about each split that has images, and what was judged later."""
    found: dict[str, Evaluation | None] = _evaluations(
        str(run.folder), (run.folder / "evaluation.json").stat().st_mtime_ns
    )
    for one in external_evaluations(run):
        found = {**found, one.key: _kept_evaluation(str(run.folder), one.key, one.when)}
    return {split: value for split, value in found.items() if value and value.n}


def judged_images(run: Run, split: str) -> JudgedImages | None:
    """The images of ``split`` with their probabilities, in columns; None where there are none.

    Shared by all who look: never change its arrays.
    """
    return _judged_images(str(run.folder), split, judged_at(run, split))


def judged_at(run: Run, split: str) -> int:
    """When the predictions of these images were written, for what is kept by it; 0 for never."""
    later = external_folder(run, split)
    file = predictions_file(run.folder if later is None else later)
    return file.stat().st_mtime_ns if file else 0


def images_at(
    judged: JudgedImages | None, classes: Sequence[str], places: Sequence[int]
) -> list[JudgedImage]:
    """The images at these places, one by one."""
    if judged is None:
        return []
    called = judged.called
    return [
        JudgedImage(
            path=judged.paths[i],
            truth=classes[judged.labels[i]],
            called=classes[called[i]],
            patient=judged.patients[i],
            probabilities=dict(zip(classes, judged.probabilities[i].tolist(), strict=True)),
        )
        for i in places
    ]


def places_of_cell(judged: JudgedImages | None, classes: Sequence[str], cell: str) -> list[int]:
    """Where the images of one cell of the matrix are, the most confident first."""
    if judged is None:
        return []
    for i, truth in enumerate(classes):
        for j, called in enumerate(classes):
            if cell_name(truth, called) == cell:
                return judged.most_confident((judged.labels == i) & (judged.called == j))
    return []


@st.cache_data(max_entries=32, show_spinner=False)
def _evaluations(folder: str, mtime_ns: int) -> dict[str, Evaluation | None]:  # noqa: ARG001
    return {**(Run(Path(folder)).evaluation() or {})}


@st.cache_data(max_entries=32, show_spinner=False)
def _kept_evaluation(folder: str, key: str, when: float) -> Evaluation | None:  # noqa: ARG001
    later = external_folder(Run(Path(folder)), key)
    try:
        return Evaluation.from_json(read_json(later / "evaluation.json")) if later else None
    except (PathError, DatasetError):
        return None


@st.cache_resource(max_entries=16, show_spinner=False)
def _judged_images(folder: str, split: str, mtime_ns: int) -> JudgedImages | None:  # noqa: ARG001
    try:
        return stored_predictions(Run(Path(folder)), split=split)
    except (DatasetError, RunError):  # none of this split, or none at all
        return None


def image_picture(run: Run, path: str, split: str = "test") -> bytes | str:
    """A small JPEG of an image that the run was judged on, or the reason why there is none."""
    try:
        file = resolve_inside(images_root(run, split), path)
        facts = file.stat()
        return _small_jpeg(str(file), facts.st_mtime_ns, facts.st_size)
    except (ImageError, PathError) as error:
        return error.message
    except OSError:
        return "The X-ray is no longer where it was."


@st.cache_data(max_entries=2000, show_spinner=False)
def _small_jpeg(file: str, mtime_ns: int, size: int) -> bytes:  # noqa: ARG001
    # Images of a data set on this machine, never an upload; a changed file is read again.
    return encode_jpeg(shrink(read_image(Path(file)).as_uint8(), _THUMBNAIL), quality=88)
