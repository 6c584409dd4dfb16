"""How good a run is on any labelled images.

A run that has ended carries its own predictions for validation and test images; while its data
are the question, they answer it at once and TensorFlow is not loaded. For other images its
network predicts in this process, which is why the pages start a child for that.

Every figure is of the probabilities that Classify would show: after the run's temperature.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from xraylib.arguments import PathLike, as_path, checked
from xraylib.errors import DatasetError
from xraylib.evaluation.elsewhere.names_read import NamesRead
from xraylib.evaluation.external import check_keepable, keep_evaluation, key_of
from xraylib.evaluation.findings.evaluation import RunFindingsEvaluation, findings_evaluation
from xraylib.evaluation.own_images import known_table, rows_in
from xraylib.evaluation.run_evaluation import RunEvaluation
from xraylib.evaluation.run_temperature import run_temperature, shown_predictions
from xraylib.evaluation.stored_predictions import JudgedImages as JudgedImages
from xraylib.evaluation.stored_predictions import image_sums as image_sums
from xraylib.evaluation.stored_predictions import images_root as images_root
from xraylib.evaluation.stored_predictions import no_images, one_person_each
from xraylib.evaluation.stored_predictions import stored_predictions as stored_predictions
from xraylib.metrics.calibration import with_temperature
from xraylib.metrics.evaluation import evaluate_predictions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xraylib.datasets.scan import DatasetIndex
    from xraylib.training.run.runs import Run

SPLITS = ("train", "val", "test")

AnyEvaluation = RunEvaluation | RunFindingsEvaluation
"""Of a run that tells one class an image, or of one that tells findings."""


@checked
def evaluate_run(
    run: Run,
    *,
    data: PathLike | None = None,
    split: str = "test",
    progress: Callable[[int, int], None] | None = None,
    index: DatasetIndex | None = None,
    name: str = "",
    keep_it: bool = False,
    renamed: Mapping[str, str] | None = None,
) -> AnyEvaluation:
    """How good ``run`` is on one split of a data set.

    Args:
        run: A run that has ended.
        data: Another folder of the same classes; by default the run's own. A folder without
            split folders is used whole, whatever ``split`` says.
        split: ``"train"``, ``"val"`` or ``"test"``.
        progress: Called with (images done, images in all) while the network predicts.
        index: Of ``data``, where it is at hand, for example without the images left out of it.
        name: What ``data`` is called; its folder's name if not given.
        keep_it: Keep what the network predicts in the run's folder; ``kept`` is its key then,
            which :func:`stored_predictions` and the Results page take as a split.
        renamed: ``{name of a class or finding there: the run's}``, which is kept with it.

    Raises:
        RunError: code ``no-predictions``: the run has not ended.
        DatasetError: codes ``split`` and ``no-films``; of a run of findings also ``no-findings``
            and ``nothing-in-common``.
    """
    if split not in SPLITS:
        raise DatasetError(
            f"There is no split called {split!r}",
            expected="train, val or test",
            remedy="choose one of them",
            code="split",
        )
    if run.data.several:
        other = None if data is None else as_path(data, "data").absolute()
        return findings_evaluation(
            run,
            split=split,
            root=other,
            index=index,
            progress=progress,
            name=name,
            keep_it=keep_it,
            renamed=renamed,
        )
    if data is None and split != "train":
        return stored_evaluation(run, split=split)
    from xraylib.datasets.scan import scan

    root = run.data.root if data is None else as_path(data, "data").absolute()
    if index is None:
        reading = run.data.curation.reading if data is None else None
        index = scan(root, patient_pattern=run.data.patient_pattern, reading=reading)
    if data is not None and split != "train" and index.fingerprint == run.data.fingerprint:
        return replace(stored_evaluation(run, split=split), data=str(root))
    rows, left_out, used = _rows(run, index, split, own=data is None)
    if not len(rows):
        raise no_images(used, f"{root.name}, of a class that the run knows", run)
    if keep_it:
        check_keepable(run)
    from xraylib.evaluation.predict import predict

    images = index.images(rows)
    classes = list(run.data.classes)
    probabilities = predict(run, index, rows, progress)
    temperature = run_temperature(run)
    patients = [image.patient for image in images]
    judged = JudgedImages(
        paths=tuple(image.path for image in images),
        labels=np.array([classes.index(image.label) for image in images], np.int64),
        probabilities=with_temperature(probabilities, temperature),
        patients=tuple(patients),
        people=one_person_each(patients, [image.sha256 for image in images]),
        temperature=temperature,
    )
    result = judged_evaluation(
        judged, run, split=used, data=str(root), source="predicted", left_out=left_out
    )
    if not keep_it:
        return result
    called = name or (run.data.name if data is None else root.name)
    key = key_of(called, root, used, own=data is None)
    keep_evaluation(
        run,
        key,
        data=called,
        root=root,
        split=used,
        images=[(image.path, image.label, image.patient) for image in images],
        sums=[image.sha256 for image in images],
        probabilities=probabilities,
        evaluation=result,
        names=NamesRead.of(classes, index.classes, renamed),
        known=known_table(index, rows),
    )
    return replace(result, kept=key)


def stored_evaluation(run: Run, *, split: str = "test") -> RunEvaluation:
    """:func:`evaluate_run` from the predictions that the run wrote at its end. No TensorFlow.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: code ``no-films``: the run has none of this split.
    """
    judged = shown_predictions(run, split=split)
    return judged_evaluation(
        judged, run, split=split, data=str(images_root(run, split)), source="stored"
    )


def judged_evaluation(
    judged: JudgedImages, run: Run, *, split: str, data: str, source: str, left_out: int = 0
) -> RunEvaluation:
    """How good a run is on images that it has judged, with what :class:`RunEvaluation` tells."""
    found = evaluate_predictions(
        judged.labels,
        judged.probabilities,
        list(run.data.classes),
        judged.people or judged.patients,
    )
    return RunEvaluation.of(
        found,
        run=run.id,
        split=split,
        data=data,
        source=source,
        left_out=left_out,
        temperature=judged.temperature,
        patients_told=judged.told,
    )


def _rows(run: Run, index: DatasetIndex, split: str, *, own: bool) -> tuple[list[int], int, str]:
    """Rows to predict, how many images were left out, and what the rows are called."""
    rows, split = rows_in(run, index, split, own=own)
    known = set(run.data.classes)
    fitting = [
        row for row, image in zip(rows, index.images(rows), strict=True) if image.label in known
    ]
    return fitting, len(rows) - len(fitting), split
