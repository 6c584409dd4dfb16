"""What a run said about the images of a split, as it was kept. No TensorFlow.

Probabilities are those of the network, before any temperature;
:func:`xraylib.evaluation.run_temperature.shown_predictions` gives those that Classify would show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xraylib.audit.store import copies_of
from xraylib.errors import DatasetError, PathError, RunError
from xraylib.evaluation.external import external_folder, read_source
from xraylib.evaluation.leakage import stored_report
from xraylib.metrics.checked_images import patient_numbers
from xraylib.records import damaged
from xraylib.training.run.results import PREDICTIONS, predictions_file, read_predictions
from xraylib.training.run.test_lock import closed_error, is_closed
from xraylib.training.run.test_use import has_judged_test, unjudged_error

if TYPE_CHECKING:
    import pyarrow as pa

    from xraylib.datasets.image_row import ImageRow
    from xraylib.training.run.runs import Run


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The images of one split that a run judged at its end, whatever it said.

    Attributes:
        paths: ``n`` paths, relative to the data set's folder.
        patients: Whose images they are; the path where no name or table tells.
        people: The same, but sure copies of one picture are of one patient; by default
            ``patients``.
    """

    paths: tuple[str, ...]
    patients: tuple[str, ...]
    people: tuple[str, ...] = ()

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """``(n,)`` patient of each image, numbered from 0; sure copies have one."""
        return patient_numbers(self.people or self.patients, len(self.patients))

    @cached_property
    def told(self) -> int:
        """Images whose patient a name or a table tells."""
        return sum(who != path for who, path in zip(self.patients, self.paths, strict=True))


@dataclass(frozen=True, kw_only=True)
class JudgedImages(Judged):
    """What a run said about the images of one split at its end.

    Attributes:
        labels: ``(n,)`` true classes, positions in the run's classes.
        probabilities: ``(n, classes)``.
        temperature: What is applied in ``probabilities``; 1 for the network's own.
    """

    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    temperature: float = 1.0

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
        RunError: codes ``no-predictions`` and ``several-findings``: an image may show several of
            the run's findings, so none of them is its class.
        DatasetError: codes ``no-films``: the run has none of this split, ``test-locked``, and
            ``test-unjudged``: it is a trial of a search that was not chosen yet.
    """
    refuse_findings(run)
    return _judged(stored_table(run, split), run, split)


def refuse_findings(run: Run) -> None:
    """Refuses a run of findings where something is about the one class of an image.

    Raises:
        RunError: code ``several-findings``.
    """
    if run.data.several:
        raise RunError(
            f"The run {run.id} tells several findings of an image, and this is about the one class "
            "of an image",
            expected="a run of the class mode categorical, sparse or binary",
            remedy="use what is told of each finding: xraylib evaluate, calibrate, publish and "
            "classify",
            code="several-findings",
        )


def stored_images(run: Run, *, split: str = "test") -> Judged:
    """Which images the run judged, without what it said: of classes and of findings.

    Raises:
        RunError, DatasetError: As `stored_predictions`, but never ``several-findings``.
    """
    return images_of_table(stored_table(run, split), run, split)


def stored_table(run: Run, split: str) -> pa.Table:
    """The rows of the predictions that are of one split, at least one.

    Raises:
        RunError, DatasetError: As `stored_images`.
    """
    import pyarrow.compute as pc

    if split == "test" and is_closed(run.folder):
        raise closed_error(run.folder)
    if split == "test" and run.origin.kind == "trial" and not has_judged_test(run):
        raise unjudged_error(run)
    later = external_folder(run, split)
    file = predictions_file(run.folder if later is None else later)
    if file is None:
        raise RunError(
            f"The run {run.id} has no predictions",
            expected="a run that finished, or was stopped after its first steps",
            remedy="wait until it has ended, or train it again",
            code="no-predictions",
        )
    table = read_predictions(file, run.classes)
    chosen = table.filter(pc.equal(table["split"], split))
    if not len(chosen):
        raise no_images(split, run.data.name, run)
    return chosen


def images_of_table(chosen: pa.Table, run: Run, split: str) -> Judged:
    """Which images the rows of one split are about."""
    paths, patients = chosen["path"].to_pylist(), chosen["patient"].to_pylist()
    people = _people(run, paths, patients, external_folder(run, split))
    return Judged(paths=tuple(paths), patients=tuple(patients), people=people)


def image_sums(
    run: Run, split: str, paths: Sequence[str], images: pa.Table | None = None
) -> pa.Array:
    """SHA-256 of each judged image, null where the run's index does not know it.

    Args:
        run: The run.
        split: As for :func:`stored_predictions`.
        paths: ``JudgedImages.paths``.
        images: ``path`` and ``sha256`` of the run's own images, where they are at hand.
    """
    later = external_folder(run, split)
    return _own_sums(run, paths, images) if later is None else _later_sums(later)


def _later_sums(later: Path) -> pa.Array:
    import pyarrow as pa

    return pa.array(read_source(later).sums, pa.string())


def _own_sums(run: Run, paths: Sequence[str], images: pa.Table | None = None) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if images is None:
        from xraylib.datasets.dataset import DatasetIndex

        images = DatasetIndex.load(run.folder / "index.parquet").table
    rows = pc.index_in(pa.array(paths, pa.string()), value_set=images["path"])
    sums = images["sha256"].take(rows)
    return sums.combine_chunks() if isinstance(sums, pa.ChunkedArray) else sums


def images_root(run: Run, split: str) -> Path:
    """The folder that the paths of :func:`stored_predictions` are below."""
    later = external_folder(run, split)
    if later is None:
        return run.data.root
    return read_source(later).root


def one_person_each(
    patients: Sequence[str], sums: Sequence[str | None], copies: Sequence[tuple[int, int]] = ()
) -> tuple[str, ...]:
    """Patients by image, where images of the same bytes, and ``copies``, are of one.

    Args:
        patients: Of each image.
        sums: SHA-256 of each image, None where it is not known.
        copies: Pairs of places that are the same picture.
    """
    first: dict[str, str] = {}
    leader = {who: who for who in patients}

    def find(who: str) -> str:
        while leader[who] != who:
            leader[who] = leader[leader[who]]
            who = leader[who]
        return who

    def join(one: str, two: str) -> None:
        low, high = sorted((find(one), find(two)))
        leader[high] = low

    for who, content in zip(patients, sums, strict=True):
        if content is not None:
            join(who, first.setdefault(content, who))
    for one, two in copies:
        join(patients[one], patients[two])
    return tuple(find(who) for who in patients)


def no_images(split: str, where: str, run: Run) -> DatasetError:
    """The error for a split without images."""
    return DatasetError(
        f"There are no {split} images in {where}",
        expected="labelled images of the classes " + ", ".join(run.data.classes),
        remedy="choose another split or folder",
        code="no-films",
    )


def _judged(chosen: pa.Table, run: Run, split: str) -> JudgedImages:
    """The rows of one split as arrays."""
    import pyarrow as pa
    import pyarrow.compute as pc

    labels = pc.index_in(chosen["label"], value_set=pa.array(run.classes, pa.string()))
    if labels.null_count:
        raise damaged(run.folder / PREDICTIONS, "it has images of classes that the run has not")
    return JudgedImages(
        **vars(images_of_table(chosen, run, split)),
        labels=labels.to_numpy().astype(np.int64),
        probabilities=np.stack([chosen[f"p_{name}"].to_numpy() for name in run.classes], axis=1),
    )


def person_numbers(run: Run, images: Sequence[ImageRow]) -> NDArray[np.int64]:
    """``(n,)`` person of each of a run's own images from 0; sure copies are of one."""
    people = _people(run, [one.path for one in images], [one.patient for one in images])
    return patient_numbers(people, len(people))


def patients_are_told(images: Sequence[ImageRow]) -> bool:
    """Whether a name or a table tells the patient of any; each counts as one of its own else."""
    return any(image.patient != image.path for image in images)


def _people(
    run: Run, paths: list[str], patients: list[str], later: Path | None = None
) -> tuple[str, ...]:
    """The person of each image, of the run's own or of those of a later judgement."""
    try:
        sums = _later_sums(later) if later else _own_sums(run, paths)
        report = None if later else stored_report(run)
    except (PathError, DatasetError, OSError, KeyError):  # what tells them is gone
        return tuple(patients)
    copies = copies_of(report, judged=paths, among=paths) if report else {}
    place = {path: at for at, path in enumerate(paths)}
    pairs = [(place[path], place[other]) for path, same in copies.items() for other in same]
    return one_person_each(patients, sums.to_pylist(), pairs)
