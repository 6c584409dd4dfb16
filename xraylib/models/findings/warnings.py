"""What somebody must know of a run of findings before it goes out as a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from xraylib.evaluation.findings.operating import read_findings_operating
from xraylib.evaluation.known_images import KnownImages, surely_above
from xraylib.evaluation.overlap import known_images
from xraylib.metrics.thresholds import FEW
from xraylib.models.findings.record import published_points, tested_findings

if TYPE_CHECKING:
    from xraylib.evaluation.findings.evaluation import RunFindingsEvaluation
    from xraylib.training.run.runs import Run

_HALF: Final = 0.5

Warned = tuple[str, bool, str]
"""Code, whether it is grave, and message of a `PublishWarning`."""


def findings_warnings(run: Run, *, few_images: int) -> Iterator[Warned]:
    """What is true of its figures and thresholds; in no order.

    Args:
        run: A run of findings that has ended.
        few_images: Test images under which intervals are so wide that values alone mislead.

    Raises:
        RunError: code ``no-predictions``.
        PathError: What was chosen cannot be read.
    """
    evaluation = tested_findings(run)
    if evaluation is None:
        yield _grave("untested", "It was never tested: there are no images to judge it by")
    else:
        yield from _tested(evaluation, few_images)
        yield from _known(known_images(run, evaluation.split), evaluation)
    operating = read_findings_operating(run)
    left = [name for name in run.classes if name not in operating.classes]
    if left:
        yield _note(
            "no-operating-point",
            f"No threshold was chosen for {', '.join(left)}: flagged from 0.5 on",
        )
    for name, point in published_points(run, operating).items():
        tested = point.tested
        if tested is None and name in left:
            continue
        if tested is None:
            words = f"The threshold of {name} was never measured on test images"
            yield _grave("untested-threshold", words)
        elif tested.found / tested.positives < _HALF:
            yield _grave(
                "low-sensitivity",
                f"Its threshold of {name} misses most of them in testing: it flags {tested.found} "
                f"of {tested.positives}, {tested.sensitivity:.2f}",
            )


def _tested(evaluation: RunFindingsEvaluation, few_images: int) -> Iterator[Warned]:
    if evaluation.split == "val":
        yield _grave(
            "validation-only",
            f"There are no test images: its figures are of the {evaluation.n} validation images by "
            "which its training was watched, and too good",
        )
    for name, own in evaluation.per_finding.items():
        if not own.present:
            yield _grave("class-untested", f"There was no image that shows {name} to test it on")
        elif not own.absent:
            yield _grave("class-untested", f"There was no image without {name} to test it on")
        elif own.auc.interval and own.auc.interval.low <= _HALF:
            worse = own.auc.interval.high < _HALF
            than = "worse than" if worse else "not distinguishable from"
            yield _grave(
                "no-better-than-guessing", f"Its AUC of {name}, {own.auc}, is {than} guessing (0.5)"
            )
    few = {name: own.present for name, own in evaluation.per_finding.items()}
    told = ", ".join(f"{n} with {name}" for name, n in few.items() if 0 < n < FEW)
    if told:
        yield _note("few-of-class", f"It was tested on few images of a finding: {told}")
    if evaluation.patients < few_images:
        tested = f"It was tested on {evaluation.n} images{evaluation.whose}"
        yield _note("few-images", f"{tested}: read the intervals, not the values")
    if evaluation.patients_told == 0:
        yield _note(
            "patients-untold",
            "Nothing tells the patients: images of one may be in training and in the test",
        )


def _known(known: KnownImages | None, evaluation: RunFindingsEvaluation) -> Iterator[Warned]:
    if known is None:
        yield _note("overlap-unknown", "It cannot be told which test images training knew")
        return
    areas = {name: own.auc for name, own in evaluation.per_finding.items()}
    for name, words in known.shortcuts_words(areas).items():
        make = _note if surely_above(areas[name], known.shortcuts[name]) else _grave
        yield make("shortcut", f"{words}: an AUC up to there says nothing about {name}")
    if known.touched:
        told = known.words(f"the {known.images} images that it was judged on")
        make = _grave if known.known else _note
        yield make("known-images", f"{told}. Its figures are likely too good")
    if not known.audited:
        yield _note("not-audited", "Changed copies of its training images were not looked for")


def _grave(code: str, message: str) -> Warned:
    return code, True, message


def _note(code: str, message: str) -> Warned:
    return code, False, message
