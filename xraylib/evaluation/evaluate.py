"""How good a run is on any labelled images.

A run that has ended carries its own predictions for validation and test images; while its data
are the question, they answer it at once and TensorFlow is not loaded. For other images its
network predicts in this process, which is why the pages start a child for that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xraylib.arguments import PathLike, as_path, checked
from xraylib.errors import DatasetError, RunError
from xraylib.evaluation.external import external_folder, keep_evaluation, key_of
from xraylib.evaluation.run_evaluation import RunEvaluation
from xraylib.metrics.evaluation import evaluate_predictions
from xraylib.metrics.predictions import patient_numbers
from xraylib.training.run.results import PREDICTIONS, read_predictions
from xraylib.workspace import read_json

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from xraylib.datasets.scan import DatasetIndex
    from xraylib.training.run.runs import Run

SPLITS = ("train", "val", "test")


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
) -> RunEvaluation:
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

    Raises:
        RunError: code ``no-predictions``: the run has not ended.
        DatasetError: codes ``split`` and ``no-films``.
    """
    if split not in SPLITS:
        raise DatasetError(
            f"There is no split called {split!r}",
            expected="train, val or test",
            remedy="choose one of them",
            code="split",
        )
    if data is None and split != "train":
        return stored_evaluation(run, split=split)
    from xraylib.datasets.scan import scan

    root = run.data.root if data is None else as_path(data, "data").absolute()
    if index is None:
        index = scan(root, patient_pattern=run.data.patient_pattern)
    if data is not None and split != "train" and index.fingerprint == run.data.fingerprint:
        return replace(stored_evaluation(run, split=split), data=str(root))
    rows, left_out, used = _rows(run, index, split, own=data is None)
    if not len(rows):
        raise _no_images(used, f"{root.name}, of a class that the run knows", run)
    from xraylib.evaluation.predict import predict

    images = index.images(rows)
    classes = list(run.data.classes)
    probabilities = predict(run, index, rows, progress)
    result = RunEvaluation.of(
        evaluate_predictions(
            [classes.index(image.label) for image in images],
            probabilities,
            classes,
            [image.patient for image in images],
        ),
        run=run.id,
        split=used,
        data=str(root),
        source="predicted",
        left_out=left_out,
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
    )
    return replace(result, kept=key)


@dataclass(frozen=True, kw_only=True)
class JudgedImages:
    """What a run said about the images of one split at its end.

    Attributes:
        paths: ``n`` paths, relative to the data set's folder.
        labels: ``(n,)`` true classes, positions in the run's classes.
        probabilities: ``(n, classes)``.
        patients: Whose images they are.
    """

    paths: tuple[str, ...]
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    patients: tuple[str, ...]

    @cached_property
    def called(self) -> NDArray[np.int64]:
        """``(n,)`` classes of the highest probability, the first of equals."""
        places: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return places

    @cached_property
    def confidence(self) -> NDArray[np.float64]:
        """``(n,)`` the highest probability of each image."""
        highest: NDArray[np.float64] = self.probabilities.max(axis=1)
        return highest

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """``(n,)`` patient of each image, numbered from 0."""
        return patient_numbers(self.patients, len(self.patients))

    def most_confident(self, chosen: NDArray[np.bool_]) -> list[int]:
        """Places of the chosen images, highest confidence first, in their order where equal."""
        places = np.flatnonzero(chosen)
        order: list[int] = places[np.argsort(-self.confidence[places], kind="stable")].tolist()
        return order


def stored_predictions(run: Run, *, split: str = "test") -> JudgedImages:
    """The predictions that the run wrote at its end, or later. No TensorFlow.

    Args:
        run: The run.
        split: ``"val"``, ``"test"``, or the key of images that it was judged on later.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: code ``no-films``: the run has none of this split.
    """
    later = external_folder(run, split)
    table = run.predictions() if later is None else read_predictions(later / PREDICTIONS)
    if table is None:
        raise RunError(
            f"The run {run.id} has no predictions",
            expected="a run that finished, or was stopped after its first steps",
            remedy="wait until it has ended, or train it again",
            code="no-predictions",
        )
    return _judged(table, run, split)


def stored_evaluation(run: Run, *, split: str = "test") -> RunEvaluation:
    """:func:`evaluate_run` from the predictions that the run wrote at its end. No TensorFlow.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: code ``no-films``: the run has none of this split.
    """
    judged = stored_predictions(run, split=split)
    found = evaluate_predictions(
        judged.labels, judged.probabilities, list(run.data.classes), judged.patients
    )
    return RunEvaluation.of(
        found, run=run.id, split=split, data=str(images_root(run, split)), source="stored"
    )


def image_sums(
    run: Run, split: str, judged: JudgedImages, images: pa.Table | None = None
) -> pa.Array:
    """SHA-256 of each judged image, null where the run's index does not know it.

    Args:
        run: The run.
        split: As for :func:`stored_predictions`.
        judged: What that returned.
        images: ``path`` and ``sha256`` of the run's own images, where they are at hand.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    later = external_folder(run, split)
    if later is not None:
        return pa.array(read_json(later / "source.json")["sha256"], pa.string())
    if images is None:
        from xraylib.datasets.dataset import DatasetIndex

        images = DatasetIndex.load(run.folder / "index.parquet").table
    rows = pc.index_in(pa.array(judged.paths, pa.string()), value_set=images["path"])
    sums = images["sha256"].take(rows)
    return sums.combine_chunks() if isinstance(sums, pa.ChunkedArray) else sums


def images_root(run: Run, split: str) -> Path:
    """The folder that the paths of :func:`stored_predictions` are below."""
    later = external_folder(run, split)
    if later is None:
        return run.data.root
    return Path(str(read_json(later / "source.json")["root"]))


def _rows(run: Run, index: DatasetIndex, split: str, *, own: bool) -> tuple[list[int], int, str]:
    """Rows to predict, how many images were left out, and what the rows are called."""
    if own:  # its own training images: those that it did not keep for validation
        from xraylib.datasets.split import from_csv

        table = from_csv(run.folder / "split.csv")
        places = dict(zip(table.path, table.split, strict=True))
        every = index.rows()
        rows = [
            int(row)
            for row, image in zip(every, index.images(every), strict=True)
            if places.get(image.path) == split
        ]
    else:
        whole = not any((index.root / name).is_dir() for name in (*SPLITS, "validation"))
        split = "all" if whole else split
        rows = index.rows(None if whole else split).tolist()
    known = set(run.data.classes)
    fitting = [
        row for row, image in zip(rows, index.images(rows), strict=True) if image.label in known
    ]
    return fitting, len(rows) - len(fitting), split


def _judged(table: pa.Table, run: Run, split: str) -> JudgedImages:
    """The rows of one split as arrays."""
    import pyarrow as pa
    import pyarrow.compute as pc

    chosen = table.filter(pc.equal(table["split"], split))
    if not len(chosen):
        raise _no_images(split, run.data.name, run)
    labels = pc.index_in(chosen["label"], value_set=pa.array(run.classes, pa.string()))
    return JudgedImages(
        paths=tuple(chosen["path"].to_pylist()),
        labels=labels.to_numpy().astype(np.int64),
        probabilities=np.stack([chosen[f"p_{name}"].to_numpy() for name in run.classes], axis=1),
        patients=tuple(chosen["patient"].to_pylist()),
    )


def _no_images(split: str, where: str, run: Run) -> DatasetError:
    return DatasetError(
        f"There are no {split} images in {where}",
        expected="labelled images of the classes " + ", ".join(run.data.classes),
        remedy="choose another split or folder",
        code="no-films",
    )
