"""Whether a run has judged its test images: the trials of a search do so only when asked to."""

from __future__ import annotations

from xraylib.errors import DatasetError
from xraylib.records import read_if_kept
from xraylib.training.run.results import predictions_file
from xraylib.training.run.runs import Run


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


def unjudged_error(run: Run) -> DatasetError:
    """What is said to who asks a trial of a search for figures of test images."""
    return DatasetError(
        f"The run {run.id} is a trial of a search and has not judged its test images",
        expected="validation images until one trial is chosen",
        remedy="choose by validation images (the split val); then let the chosen run judge the "
        "test images, once, by the command test-set --judge or on the Results page",
        code="test-unjudged",
    )
