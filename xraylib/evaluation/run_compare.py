"""Runs compared on the images that all of them were judged on. No TensorFlow.

Always in the comparison: naming the most frequent class every time, and the lesson's feed-forward
network where the workspace has one that was judged on the same images.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xraylib.arguments import checked, refused_argument
from xraylib.errors import DatasetError, PathError
from xraylib.evaluation.run_temperature import shown_predictions
from xraylib.evaluation.several.designs import designs_of
from xraylib.evaluation.stored_predictions import image_sums
from xraylib.json_values import JsonObject
from xraylib.metrics.compare import Comparison, Entry, compare_predictions
from xraylib.training.run.results import predictions_file
from xraylib.workspace import Workspace, WorkspaceLike

if TYPE_CHECKING:
    import pyarrow as pa

    from xraylib.training.run.runs import Run

BASELINE = "lesson-dense"


@dataclass(frozen=True, kw_only=True)
class RunEntry(Entry):
    """A run that is compared, or naming the most frequent class every time.

    Attributes:
        run: The run's id; None of the most frequent class.
        label: What it is called for people; several runs may be called the same.
    """

    run: str | None
    label: str

    def to_json(self) -> JsonObject:
        return {**super().to_json(), "run": self.run, "label": self.label}


@dataclass(frozen=True, kw_only=True)
class RunComparison(Comparison):
    """Runs against each other, by their ids.

    Attributes:
        split: What they were judged on.
        baseline: The run of the feed-forward network, or None.
        left_out: Images that not all of the runs were judged on.
    """

    entries: tuple[RunEntry, ...]
    split: str
    baseline: str | None
    left_out: int

    @property
    def labels(self) -> dict[str, str]:
        """By ``Entry.name`` what each is called, told apart by the ends of their ids."""
        told = [entry.label for entry in self.entries]
        return {
            entry.name: entry.label
            if told.count(entry.label) == 1
            else f"{entry.label} ({entry.name[-6:]})"
            for entry in self.entries
        }

    def to_json(self) -> JsonObject:
        return {
            **super().to_json(),
            "split": self.split,
            "baseline": self.baseline,
            "left_out": self.left_out,
        }


@checked
def compare_runs(
    runs: Sequence[Run], *, split: str = "test", workspace: WorkspaceLike | None = None
) -> RunComparison:
    """Runs against each other, the majority class and the feed-forward baseline. No TensorFlow.

    Args:
        runs: One or more that have ended. They are compared on the images that all of them were
            judged on: the same path, the same bytes, the same class.
        split: ``"test"`` or ``"val"``.
        workspace: Where to look for a run of the lesson's feed-forward network; it is not looked
            for if not given.

    Raises:
        RunError: codes ``no-predictions``: a run has not ended, and ``several-findings``.
        DatasetError: codes ``no-films`` and ``nothing-in-common``.
        ConfigError: code ``argument``: there is no run.
    """
    import pyarrow as pa

    if not runs:
        raise refused_argument("runs", runs, "at least one run", of="compare_runs")
    workspace = None if workspace is None else Workspace.open(workspace)

    unique = list({run.id: run for run in runs}.values())
    judged = {run.id: _keyed(run, split) for run in unique}
    common = _common(list(judged.values()))
    if not len(common) or len({tuple(run.classes) for run in unique}) > 1:
        raise DatasetError(
            f"The runs were not judged on the same {split} images",
            expected="runs of one data set with the same classes",
            remedy="choose runs of the same data set, or train one of them again on it",
            code="nothing-in-common",
        )
    baseline = _baseline(unique, common, split, workspace)
    if baseline is not None and baseline.id not in judged:
        unique.append(baseline)
        judged[baseline.id] = _keyed(baseline, split)
    first = judged[unique[0].id]
    mine = first.rows(common)
    found = compare_predictions(
        first.true[mine],
        {run.id: judged[run.id].probabilities[judged[run.id].rows(common)] for run in unique},
        list(unique[0].classes),
        np.asarray(first.patients, dtype=str)[mine].tolist(),
        designs=designs_of(unique),
    )
    names = {run.id: run.name or run.spec.name for run in unique}
    notes = list(found.notes)
    if found.patients < found.n and not first.patients_told:
        notes = [
            f"no name or table tells the patients; sure copies are compared as one, the {found.n} "
            f"images as {found.patients}"
        ]
    if baseline is None:
        notes.append(
            f"no {BASELINE} was judged on these images: train one to see what the lesson's "
            "feed-forward network reaches"
        )
    every = pa.chunked_array([one.keys for one in judged.values()]).unique()
    return RunComparison(
        n=found.n,
        patients=found.patients,
        classes=found.classes,
        entries=tuple(
            RunEntry(
                **vars(entry),
                run=entry.name if entry.name in judged else None,
                label=names.get(entry.name, entry.name),
            )
            for entry in found.entries
        ),
        pairs=found.pairs,
        designs=found.designs,
        notes=tuple(notes),
        split=split,
        baseline=baseline.id if baseline else None,
        left_out=len(every) - len(common),
    )


@dataclass(frozen=True, kw_only=True)
class _Keyed:
    """What a run said, by image: the same path, the same bytes, the same class."""

    keys: pa.StringArray
    true: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    patients: tuple[str, ...]
    patients_told: bool

    def rows(self, keys: pa.StringArray) -> NDArray[np.int64]:
        """Where these images are; -1 where one is not."""
        import pyarrow.compute as pc

        places = pc.fill_null(pc.index_in(keys, value_set=self.keys), -1)
        return np.asarray(places).astype(np.int64)


def _keyed(run: Run, split: str) -> _Keyed:
    import pyarrow as pa
    import pyarrow.compute as pc

    found = shown_predictions(run, split=split)
    labels = pa.array(run.classes, pa.string()).take(pa.array(found.labels))
    sums = pc.fill_null(image_sums(run, split, found.paths), "")
    return _Keyed(
        keys=pc.binary_join_element_wise(pa.array(found.paths), sums, labels, "\0"),
        true=found.labels,
        probabilities=found.probabilities,
        patients=found.people or found.patients,  # the people of the headline, too
        patients_told=found.told != 0,
    )


def _common(judged: Sequence[_Keyed]) -> pa.StringArray:
    """The images that all of them have, sorted."""
    import pyarrow.compute as pc

    keys = judged[0].keys
    for other in judged[1:]:
        keys = keys.filter(pc.is_in(keys, value_set=other.keys))
    return keys.take(pc.sort_indices(keys))


def _baseline(
    runs: Sequence[Run], common: pa.StringArray, split: str, workspace: Workspace | None
) -> Run | None:
    """The newest run of the feed-forward network that was judged on all these images."""
    from xraylib.training.run.check import usable_runs

    own = [run for run in runs if run.spec.name == BASELINE]
    if own or workspace is None:
        return own[0] if own else None
    for run in usable_runs(workspace=workspace):
        same = run.data.same_lesson == runs[0].data.same_lesson
        if not same or run.spec.name != BASELINE or predictions_file(run.folder) is None:
            continue
        try:
            judged = _keyed(run, split)
        except (DatasetError, PathError):  # it has no images of this split, or is damaged
            continue
        if (judged.rows(common) >= 0).all():
            return run
    return None
