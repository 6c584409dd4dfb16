"""Temperatures and thresholds of a run of findings: ``operating.json`` in its folder.

    {"kind": "multilabel", "temperature_by": "validation",
     "temperatures": {"Effusion": {"fitted": 1.3, "applied": 1.3, "images": 80, "reason": "", …}},
     "classes": {"Effusion": {"threshold": 0.31, "chosen_by": "sensitivity 0.90", …}}}

Each finding has a temperature of its own, fitted on the validation images of which it is known and
applied where it helps on such that are held out (:mod:`xraylib.metrics.temperature`). A finding
without a threshold is flagged from 0.5 on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from xraylib.errors import DatasetError
from xraylib.evaluation.findings.run_findings import RunFindings, stored_findings
from xraylib.evaluation.operating import NOT_WANTED, Choice, TemperatureBy
from xraylib.evaluation.run_temperature import CHOOSE_AGAIN, FILE
from xraylib.evaluation.run_thresholds import OneSide, check_point, chosen_point
from xraylib.json_values import JsonObject
from xraylib.metrics.calibration import with_temperature
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.metrics.findings.predictions import two_columns
from xraylib.metrics.temperature import TemperatureChoice, choose_temperature
from xraylib.records import read_if_kept
from xraylib.workspace import write_json

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


@dataclass(frozen=True, kw_only=True)
class FindingsOperating:
    """Temperatures and thresholds of findings.

    Attributes:
        temperature_by: ``"validation"``, or ``"none"`` where somebody wants none.
        temperatures: By finding; those without one are not there.
        classes: Chosen thresholds by finding; those without one are not there.
    """

    temperature_by: TemperatureBy = "validation"
    temperatures: Mapping[str, TemperatureChoice] = field(default_factory=dict)
    classes: Mapping[str, ChosenPoint] = field(default_factory=dict)

    @property
    def applied(self) -> dict[str, float]:
        """What each finding's logit is divided by."""
        return {name: choice.applied for name, choice in self.temperatures.items()}

    @property
    def thresholds(self) -> dict[str, float]:
        """The chosen ones, by finding."""
        return {name: point.threshold for name, point in self.classes.items()}

    def to_json(self) -> JsonObject:
        """See the module."""
        return {
            "kind": "multilabel",
            "temperature_by": self.temperature_by,
            "temperatures": {name: one.to_json() for name, one in self.temperatures.items()},
            "classes": {name: point.to_json() for name, point in self.classes.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: It is none.
        """
        if value["kind"] != "multilabel":
            raise ValueError("it is of classes, not of findings")
        if value["temperature_by"] not in ("validation", "none"):
            raise ValueError("it does not say what settles temperatures")
        fitted = value["temperatures"].items()
        return cls(
            temperature_by=value["temperature_by"],
            temperatures={name: TemperatureChoice(**one) for name, one in fitted},
            classes={name: ChosenPoint.from_json(one) for name, one in value["classes"].items()},
        )


def default_findings_operating(
    run: Run, temperature_by: TemperatureBy = "validation"
) -> FindingsOperating:
    """What holds while nobody has chosen: temperatures, and no thresholds.

    Raises:
        RunError: codes ``no-predictions`` and ``no-findings``.
    """
    try:
        judged = stored_findings(run, split="val")
    except DatasetError:  # it has no validation images
        why = "there are no validation images"
        one = TemperatureChoice(fitted=None, applied=1.0, images=0, reason=why)
        none = dict.fromkeys(run.classes, one)
        return FindingsOperating(temperature_by=temperature_by, temperatures=none)
    found = {}
    for name in run.classes:
        said, present, groups = judged.known(name)
        choice = choose_temperature(present.astype(np.int64), two_columns(said), groups)
        if temperature_by == "none":
            choice = replace(choice, applied=1.0, reason=NOT_WANTED)
        found[name] = choice
    return FindingsOperating(temperature_by=temperature_by, temperatures=found)


def read_findings_operating(run: Run) -> FindingsOperating:
    """What was saved for the run, or what holds while nobody has chosen.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
        RunError: codes ``no-predictions`` and ``no-findings``.
    """
    found = read_if_kept(
        run.folder / FILE,
        lambda value: _checked(run, FindingsOperating.from_json(value)),
        remedy=CHOOSE_AGAIN,
    )
    return default_findings_operating(run) if found is None else found


def choose_findings_operating(
    run: Run, choices: Mapping[str, Choice], *, temperature_by: TemperatureBy = "validation"
) -> FindingsOperating:
    """Temperatures, and the thresholds of these choices, measured on the test images. Not saved.

    Raises:
        ConfigError: codes ``share``, ``cost``, ``class`` and ``band``.
        DatasetError: codes ``one-sided`` and ``no-films``.
        RunError: codes ``no-predictions`` and ``no-findings``.
    """
    value = default_findings_operating(run, temperature_by)
    if not choices:
        return value
    validation = stored_findings(run, split="val").at(value.applied)
    tested, split = validation, "val"
    with contextlib.suppress(DatasetError):  # there are no test images
        tested, split = stored_findings(run, split="test").at(value.applied), "test"
    points = {}
    for name, choice in choices.items():
        check_point(run, name, ChosenPoint(threshold=choice.value))
        sides = OneSide(*validation.known(name)), OneSide(*tested.known(name))
        points[name] = chosen_point(choice, *sides, split=split)
    return _checked(run, replace(value, classes=points))


def save_finding_choices(
    run: Run, choices: Mapping[str, Choice], *, temperature: bool | None = None
) -> FindingsOperating:
    """Saves the thresholds of these findings, beside those of others; what is saved now.

    Thresholds are about probabilities after the temperature: those that were chosen at another one
    are dropped.

    Args:
        run: A run of findings that has ended.
        choices: By finding.
        temperature: Whether temperatures are applied where they help, or never; None as before.

    Raises:
        ConfigError, DatasetError, RunError: See :func:`choose_findings_operating`.
        PathError: code ``cannot-write``.
    """
    before = read_findings_operating(run)
    by = before.temperature_by
    if temperature is not None:
        by = "validation" if temperature else "none"
    made = choose_findings_operating(run, choices, temperature_by=by)
    left = {
        name: point
        for name, point in before.classes.items()
        if before.applied.get(name) == made.applied.get(name)
    }
    value = _checked(run, replace(made, classes={**left, **made.classes}))
    write_json(run.folder / FILE, value.to_json())
    return value


def forget_finding_choice(run: Run, name: str) -> None:
    """Removes the saved threshold of one finding: it is flagged from 0.5 on again.

    Raises:
        PathError: code ``cannot-write``.
    """
    value = read_findings_operating(run)
    left = {other: point for other, point in value.classes.items() if other != name}
    write_json(run.folder / FILE, replace(value, classes=left).to_json())


def shown_findings(run: Run, *, split: str = "test") -> RunFindings:
    """:func:`stored_findings` after the run's temperatures, as Classify would show them.

    Raises:
        RunError: codes ``no-predictions`` and ``no-findings``.
        DatasetError: code ``no-films``.
        PathError: code ``damaged``.
    """
    return stored_findings(run, split=split).at(read_findings_operating(run).applied)


def _checked(run: Run, value: FindingsOperating) -> FindingsOperating:
    for temperature in value.applied.values():
        with_temperature([[0.5, 0.5]], temperature)
    for name, point in value.classes.items():
        check_point(run, name, point)
    if not set(value.temperatures) <= set(run.classes):
        raise ValueError("it has temperatures of findings that the run has not")
    return value
