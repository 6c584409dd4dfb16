"""The temperature of a run, from its validation images, and what it does to others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xraylib.errors import DatasetError
from xraylib.evaluation.evaluate import stored_predictions
from xraylib.metrics.calibration import FEW, calibration, fit_temperature, with_temperature

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


def calibrate_run(run: Run) -> dict[str, Any]:
    """Temperature from a run's validation images; calibration before and after. No TensorFlow.

    Returns:
        ``run``, ``temperature`` (1 where the images do not settle it), ``images`` it was fitted
        on, ``too_few`` (under 30), ``split`` and ``n`` it is measured on (test images, else the
        validation images themselves), ``before`` and ``after`` (see :func:`calibration`) and
        ``notes``.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: code ``no-films``: the run has no validation images.
    """
    fitted = stored_predictions(run, split="val")
    found = fit_temperature(fitted.labels, fitted.probabilities)
    temperature = 1.0 if found is None else found
    n = len(fitted.labels)
    notes = []
    if found is None:
        notes.append(
            f"all {n} validation images were called right: they do not settle a temperature, and "
            "the probabilities stay as they are"
        )
    elif n < FEW:
        notes.append(f"{n} validation images are too few to rely on the temperature")
    split, judged = "test", fitted
    try:
        judged = stored_predictions(run, split="test")
    except DatasetError:
        split = "val"
        notes.append(
            "there are no test images: before and after are of the validation images that the "
            "temperature was fitted on, and are likely too good"
        )
    scaled = with_temperature(judged.probabilities, temperature)
    return {
        "run": run.id,
        "temperature": temperature,
        "films": n,
        "too_few": n < FEW,
        "split": split,
        "n": len(judged.labels),
        "before": calibration(judged.labels, judged.probabilities, groups=judged.groups),
        "after": calibration(judged.labels, scaled, groups=judged.groups),
        "notes": notes,
    }
