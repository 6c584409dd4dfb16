"""What somebody must know of a run before it goes out as a model, each thing in a sentence.

The page and the command show it and ask; the model card begins with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xraylib.errors import DatasetError
from xraylib.evaluation.evaluate import stored_evaluation
from xraylib.evaluation.known_images import KnownImages, surely_above
from xraylib.evaluation.operating import RunOperating
from xraylib.evaluation.overlap import known_images
from xraylib.evaluation.own_images import images_in
from xraylib.evaluation.run_evaluation import RunEvaluation, of_patients
from xraylib.evaluation.run_thresholds import read_operating
from xraylib.json_values import JsonObject
from xraylib.metrics.thresholds import FEW
from xraylib.models.classify.warnings import is_drawn
from xraylib.models.findings.warnings import findings_warnings
from xraylib.rounding import rounded
from xraylib.settings import SAMPLE_DATA
from xraylib.training.run.test_use import why_withheld

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

FEW_IMAGES: Final = 300
"""Patients, or images where nothing tells them, under which values alone mislead."""
_UNTOLD_APART: Final = "not distinguishable from"
_HALF: Final = 0.5
_LOOKED_AT: Final = 4
"""Training images, spread evenly, that are asked whether a program drew them."""


@dataclass(frozen=True, kw_only=True)
class PublishWarning:
    """One thing to know before publishing.

    Attributes:
        code: Short and stable.
        grave: Whether the model may do harm where nobody knows of it.
        message: A sentence that speaks of images.
    """

    code: str
    grave: bool
    message: str

    def to_json(self) -> JsonObject:
        """The fields."""
        return {**vars(self)}


def publishing_warnings(run: Run) -> tuple[PublishWarning, ...]:
    """What to know before the run is published, the grave things first. No TensorFlow.

    Raises:
        RunError: code ``no-predictions``.
        ConfigError, PathError: Its operating points cannot be read.
    """
    found = [*_data(run)]
    if run.data.several:
        told = findings_warnings(run, few_images=FEW_IMAGES)
        found += [
            PublishWarning(code=code, grave=is_grave, message=m) for code, is_grave, m in told
        ]
        return tuple(sorted(found, key=lambda one: not one.grave))
    evaluation = _evaluation(run)
    if evaluation is None:
        found.append(_grave("untested", "It was never tested: there are no images to judge it by"))
    else:
        found += _tested(run, evaluation)
        found += _known(known_images(run, evaluation.split), evaluation)
    found += _operating(read_operating(run), run.classes)
    return tuple(sorted(found, key=lambda one: not one.grave))


def is_synthetic(run: Run) -> bool:
    """Whether it learned from phantoms: the project's own, or files that say so themselves."""
    resolved, shipped = run.data.root.resolve(), SAMPLE_DATA.resolve()
    if resolved == shipped or shipped in resolved.parents:
        return True
    index, rows = images_in(run, "train", most=_LOOKED_AT)
    return bool(rows) and all(is_drawn(index.read(row)) for row in rows)


def _evaluation(run: Run) -> RunEvaluation | None:
    for split in ("test", "val"):
        try:
            return stored_evaluation(run, split=split)
        except DatasetError:
            continue
    return None


def _data(run: Run) -> list[PublishWarning]:
    if not is_synthetic(run):
        return []
    return [
        _grave(
            "synthetic",
            "It learned from synthetic phantoms: what it says about an image of a patient means "
            "nothing",
        )
    ]


def validation_only(run: Run, n: int) -> str:
    """That figures are of ``n`` validation images, and why not of test images."""
    withheld = why_withheld(run)
    why = withheld[0] if withheld else "There are no test images"
    return (
        f"{why}: its figures are of the {n} validation images by which its training was watched, "
        "and too good"
    )


def _tested(run: Run, evaluation: RunEvaluation) -> list[PublishWarning]:
    found = []
    n, score, most = evaluation.n, evaluation.accuracy, evaluation.majority
    if evaluation.split == "val":
        found.append(_grave("validation-only", validation_only(run, n)))
    compared = most.words
    if not compared and score.interval and most.accuracy is not None:  # of an earlier version
        compared = "better than" if score.interval.low > most.accuracy else _UNTOLD_APART
    if compared not in ("", "better than"):
        found.append(
            _grave(
                "no-better-than-guessing",
                f"Its accuracy, {score}, is {compared} always saying {most.class_name} "
                f"({rounded(most.accuracy)})",
            )
        )
    for name, own in evaluation.per_class.items():
        recall = own.recall
        if recall.value is not None and recall.value < _HALF:
            hits = round(recall.value * own.support)
            found.append(
                _grave(
                    "low-recall",
                    f"It misses most images of {name}: {hits} of {own.support} were called so, "
                    f"{recall}",
                )
            )
        if not own.support:
            found.append(_grave("class-untested", f"There was no image of {name} to test it on"))
    few = {name: own.support for name, own in evaluation.per_class.items() if 0 < own.support < FEW}
    if few:
        told = ", ".join(f"{support} of {name}" for name, support in few.items())
        found.append(_note("few-of-class", f"It was tested on few images of a class: {told}"))
    if evaluation.patients < FEW_IMAGES:
        whose = of_patients(n, evaluation.patients, told=evaluation.patients_told != 0)
        tested = f"It was tested on {n} images{whose}: read the intervals, not the values"
        found.append(_note("few-images", tested))
    if evaluation.patients_told == 0:
        found.append(
            _note(
                "patients-untold",
                "Nothing tells the patients: images of one may be in training and in the test",
            )
        )
    return found


def _known(known: KnownImages | None, evaluation: RunEvaluation) -> list[PublishWarning]:
    if known is None:
        return [_note("overlap-unknown", "It cannot be told which test images training knew")]
    found = []
    accuracy = evaluation.accuracy
    if reached := known.shortcut_words(accuracy):
        make = _note if surely_above(accuracy, known.shortcut or 0.0) else _grave
        found.append(
            make("shortcut", f"{reached}: an accuracy up to there says nothing about disease")
        )
    if known.touched:
        told = known.words(f"the {known.images} images that it was judged on")
        make = _grave if known.known else _note
        found.append(make("known-images", f"{told}. Its figures are likely too good"))
    if not known.audited:
        found.append(
            _note("not-audited", "Changed copies of its training images were not looked for")
        )
    return found


def _operating(operating: RunOperating, classes: tuple[str, ...]) -> list[PublishWarning]:
    if not operating.classes:
        return [
            _note(
                "no-operating-point",
                "No threshold was chosen: the class with the highest probability counts, however "
                "low that is",
            )
        ]
    found = []
    without = [name for name in classes if name not in operating.classes]
    if without:
        found.append(
            _note("no-operating-point", f"No threshold was chosen for {', '.join(without)}")
        )
    for name, point in operating.classes.items():
        tested = point.tested
        if tested is None:
            message = f"The threshold of {name} was never measured on test images"
            found.append(_grave("untested-threshold", message))
        elif tested.found / tested.positives < _HALF:
            found.append(
                _grave(
                    "low-sensitivity",
                    f"Its threshold of {name} misses most of them in testing: it flags "
                    f"{tested.found} of {tested.positives}, {tested.sensitivity:.2f}",
                )
            )
    return found


def _grave(code: str, message: str) -> PublishWarning:
    return PublishWarning(code=code, grave=True, message=message)


def _note(code: str, message: str) -> PublishWarning:
    return PublishWarning(code=code, grave=False, message=message)
