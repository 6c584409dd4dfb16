"""Whether a run has judged its test images: the trials of a search do so only when asked to."""

from __future__ import annotations

from xraylib.errors import DatasetError
from xraylib.records import read_if_kept
from xraylib.training.run.results import predictions_file
from xraylib.training.run.runs import Run
from xraylib.training.run.test_lock import is_closed


def has_judged_test(run: Run) -> bool:
    """Whether anything says how the run judges its test images, however many there are.

    Raises:
        PathError: A record is damaged.
    """
    if predictions_file(run.folder) is None:
        return False
    if run.origin.kind != "trial":
        return True
    return bool(read_if_kept(run.folder / "evaluation.json", lambda value: "test" in value))


def is_withheld(run: Run) -> bool:
    """Whether nothing may look at the run's test images: locked, or of a trial not chosen yet."""
    return why_withheld(run) is not None


def why_withheld(run: Run) -> tuple[str, str] | None:
    """Why nothing may look at the run's test images, and what lets one; None where one may."""
    if is_closed(run.folder):
        return (
            "The test images are locked until somebody opens them, once",
            f"xraylib test-set {run.id} --open, when all is chosen",
        )
    if run.origin.kind == "trial" and not has_judged_test(run):
        return (
            "The test images wait until one trial of the search is chosen",
            f"xraylib test-set {run.id} --judge, when this is the one",
        )
    return None


def unjudged_error(run: Run) -> DatasetError:
    """What is said to who asks a trial of a search for figures of test images."""
    return DatasetError(
        f"The run {run.id} is a trial of a search and has not judged its test images",
        expected="validation images until one trial is chosen",
        remedy="choose by validation images (the split val); then let the chosen run judge the "
        "test images, once, by the command test-set --judge or on the Training page",
        code="test-unjudged",
    )
