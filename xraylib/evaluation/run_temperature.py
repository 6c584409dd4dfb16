"""The temperature that belongs to a run, and predictions as Classify would show them.

Everything that is told of a run is about these: what is published, its card, its report and every
page show probabilities after the temperature, so that they are those of the Classify page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from xraylib.errors import DatasetError
from xraylib.evaluation.stored_predictions import JudgedImages, refuse_findings, stored_predictions
from xraylib.metrics.calibration import with_temperature
from xraylib.metrics.temperature import TemperatureChoice, choose_temperature
from xraylib.records import read_if_kept

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

FILE: Final = "operating.json"
CHOOSE_AGAIN: Final = f"choose it again on the Results page, or delete {FILE}"


def fitted_temperature(run: Run) -> TemperatureChoice:
    """What the run's validation images say of a temperature.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: code ``no-films``: the run has no validation images.
    """
    judged = stored_predictions(run, split="val")
    return choose_temperature(judged.labels, judged.probabilities, judged.groups)


def run_temperature(run: Run) -> float:
    """What the logits of the run are divided by, in its published models and wherever it is shown.

    What was saved with its operating points; else what its validation images settle, which is 1
    where they are few or a temperature does not help on images held out.

    Raises:
        RunError: codes ``no-predictions``: nothing was saved and the run has not ended, and
            ``several-findings``: each finding has its own.
        PathError: codes ``damaged`` and ``newer-version``: what was saved cannot be used.
    """
    refuse_findings(run)
    chosen = read_if_kept(run.folder / FILE, _temperature_in, remedy=CHOOSE_AGAIN)
    if chosen is not None:
        return chosen
    try:
        return fitted_temperature(run).applied
    except DatasetError:  # it has no validation images
        return 1.0


def _temperature_in(value: Mapping[str, Any]) -> float:
    temperature = float(value["temperature"])
    with_temperature([[0.5, 0.5]], temperature)
    return temperature


def shown_predictions(
    run: Run, *, split: str = "test", temperature: float | None = None
) -> JudgedImages:
    """:func:`xraylib.evaluation.stored_predictions.stored_predictions` after the run's temperature.

    Args:
        run: The run.
        split: As there.
        temperature: That of the run, where it is at hand.

    Raises:
        RunError: code ``no-predictions``.
        DatasetError: code ``no-films``.
    """
    judged = stored_predictions(run, split=split)
    factor = run_temperature(run) if temperature is None else temperature
    if factor == 1.0:
        return judged
    scaled = with_temperature(judged.probabilities, factor)
    return replace(judged, probabilities=scaled, temperature=factor)
