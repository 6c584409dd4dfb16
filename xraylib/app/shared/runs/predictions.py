"""What the Results page reads of a run: evaluations, images and their pictures, kept once read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from xraylib.app.shell.pictures import encode_jpeg, shrink
from xraylib.audit.store import AUDIT_FILE
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.root import image_file
from xraylib.datasets.source import folder_home
from xraylib.errors import DatasetError, ImageError, PathError, RunError
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.evaluation.external import external_evaluations, external_folder
from xraylib.evaluation.run_evaluation import RunEvaluation
from xraylib.evaluation.run_temperature import FILE, run_temperature, shown_predictions
from xraylib.evaluation.stored_predictions import (
    JudgedImages,
    image_sums,
    images_root,
    stored_predictions,
)
from xraylib.images.radiograph import Radiograph
from xraylib.images.sandbox.shared import read_image, read_known
from xraylib.metrics.evaluation import Evaluation
from xraylib.regular import changed_at
from xraylib.training.run.kept import RunList, kept_runs
from xraylib.training.run.results import predictions_file
from xraylib.training.run.runs import Run
from xraylib.training.run.test_lock import is_closed
from xraylib.workspace import Workspace

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
        shows: Of a run of findings, those that it is known to show; ``truth`` has them in words.
        flagged: Likewise those that were flagged; ``called`` has them in words.
    """

    path: str
    truth: str
    called: str
    patient: str
    probabilities: Mapping[str, float]
    shows: tuple[str, ...] = ()
    flagged: tuple[str, ...] = ()

    @property
    def confidence(self) -> float:
        """Probability of the class it was called; of findings the highest."""
        return self.probabilities.get(self.called, max(self.probabilities.values(), default=0.0))


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


def judged_runs(workspace: Workspace) -> RunList:
    """The runs that have results, newest first."""
    return kept_runs(workspace=workspace).where(ended_at)


def ended_at(run: Run) -> int:
    """When its results were written, in nanoseconds; 0 before."""
    return changed_at(run.folder / "evaluation.json")


def predicted_at(run: Run) -> int:
    """When its own predictions were written, in nanoseconds; 0 where there are none."""
    file = predictions_file(run.folder)
    return 0 if file is None else changed_at(file)


def splits_judged(run: Run) -> list[str]:
    """The splits that the run was judged on at its end, and the keys of what was judged later."""
    found: dict[str, int] = _sizes(str(run.folder), changed_at(run.folder / "evaluation.json"))
    closed = is_closed(run.folder)
    own = [split for split, images in found.items() if images and not (closed and split == "test")]
    return own + [one.key for one in external_evaluations(run) if one.images]


def evaluation_of(run: Run, split: str) -> RunEvaluation:
    """How good the run is on these images, by the probabilities that Classify would show.

    Where its predictions are gone, what its end said of the network's own probabilities.

    Raises:
        DatasetError: code ``no-films``.
        RunError: code ``no-predictions``.
    """
    found: RunEvaluation = _evaluation(
        str(run.folder), split, judged_at(run, split), chosen_at(run)
    )
    return found


def temperature_of(run: Run) -> float:
    """The run's temperature, worked out once."""
    found: float = _temperature(str(run.folder), judged_at(run, "val"), chosen_at(run))
    return found


def chosen_at(run: Run) -> tuple[int, ...]:
    """When temperature and thresholds were chosen, and an audit kept; for what is kept by it."""
    audit = run.folder.parent.parent / "datasets" / run.data.name / "audit.json"
    return changed_at(run.folder / FILE), changed_at(run.folder / "audit.json"), changed_at(audit)


def judged_images(run: Run, split: str) -> JudgedImages | None:
    """The images of ``split`` with the probabilities that Classify would show, in columns.

    None where there are none.

    Shared by all who look: never change its arrays.
    """
    return _judged_images(str(run.folder), split, judged_at(run, split), chosen_at(run))


def judged_at(run: Run, split: str) -> int:
    """When the predictions of these images were written, for what is kept by it; 0 for never."""
    if split == "test" and is_closed(run.folder):
        return 0
    later = external_folder(run, split)
    file = predictions_file(run.folder if later is None else later)
    return changed_at(file)


def audited_at(run: Run) -> tuple[int, ...]:
    """When the audits were written that tell which of its images training knew; 0 for never."""
    workspace = Workspace(run.folder.parent.parent)
    homes = (
        workspace.datasets / run.data.name,
        folder_home(run.data.root, workspace=workspace),
        run.folder,  # publishing keeps its own
    )
    return tuple(changed_at(home / AUDIT_FILE) for home in homes)


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
def _sizes(folder: str, mtime_ns: int) -> dict[str, int]:  # noqa: ARG001
    return {split: one.n for split, one in (Run(Path(folder)).evaluation() or {}).items()}


@st.cache_data(max_entries=32, show_spinner="Judging …")
def _evaluation(folder: str, split: str, judged: int, chosen: tuple[int, ...]) -> RunEvaluation:  # noqa: ARG001
    run = Run(Path(folder))
    try:
        return stored_evaluation(run, split=split)
    except (DatasetError, RunError, PathError):  # the predictions are gone: what was kept of them
        kept = (run.evaluation() or {}).get(split)
        if not isinstance(kept, Evaluation):  # nothing was kept, or findings
            raise
        return RunEvaluation.of(kept, run=run.id, split=split, data="", source="stored")


@st.cache_data(max_entries=64, show_spinner=False)
def _temperature(folder: str, judged: int, chosen: tuple[int, ...]) -> float:  # noqa: ARG001
    return run_temperature(Run(Path(folder)))


@st.cache_resource(max_entries=16, show_spinner=False)
def _judged_images(
    folder: str,
    split: str,
    mtime_ns: int,  # noqa: ARG001
    chosen: tuple[int, ...],  # noqa: ARG001
) -> JudgedImages | None:
    run = Run(Path(folder))
    try:
        return shown_predictions(run, split=split, temperature=temperature_of(run))
    except (DatasetError, RunError):  # none of this split, or none at all
        return None


def known_sum(run: Run, split: str, path: str) -> str:
    """SHA-256 that an image of the run had when it was judged; empty where the run knows none.

    Raises:
        PathError: The run's index cannot be read.
    """
    later = external_folder(run, split) is not None
    paths, sums = _sums(str(run.folder), split if later else "", judged_at(run, split))
    try:
        place = pc.index(paths, path).as_py()
    except UnicodeEncodeError:  # a name that is no text is none of an index
        return ""
    return "" if place < 0 else sums[place].as_py() or ""


@st.cache_resource(max_entries=8, show_spinner=False)
def _sums(folder: str, later: str, judged: int) -> tuple[pa.Array, pa.Array]:  # noqa: ARG001
    run = Run(Path(folder))
    if not later:
        images = DatasetIndex.load(run.folder / "index.parquet").table
        return images["path"], images["sha256"]
    paths = stored_predictions(run, split=later).paths
    return pa.array(paths, pa.string()), image_sums(run, later, paths)


def read_judged(file: Path, known: str) -> Radiograph:
    """The image in ``file``; one that was judged must still be what it was then.

    Args:
        file: The image.
        known: What `known_sum` says of it.

    Raises:
        ImageError: It cannot be read, or code ``changed``.
    """
    return read_known(file, known) if known else read_image(file)


def image_picture(run: Run, path: str, split: str = "test") -> bytes | str:
    """A small JPEG of an image that the run was judged on, or the reason why there is none."""
    try:
        file = image_file(images_root(run, split), path)
        facts = file.stat()
        known = known_sum(run, split, path)
        return _small_jpeg(str(file), facts.st_mtime_ns, facts.st_size, known)
    except (ImageError, PathError) as error:
        return error.message
    except OSError:
        return "The X-ray is no longer where it was."


@st.cache_data(max_entries=2000, show_spinner=False)
def _small_jpeg(file: str, mtime_ns: int, size: int, known: str) -> bytes:  # noqa: ARG001
    # Images of a data set on this machine, never an upload; a changed file is read again.
    return encode_jpeg(shrink(read_judged(Path(file), known).as_uint8(), _THUMBNAIL), quality=88)
