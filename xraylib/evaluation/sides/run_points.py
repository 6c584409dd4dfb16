"""Chosen thresholds of a run, of classes or of findings, asked and changed in one way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xraylib.evaluation.findings.operating import (
    forget_finding_choice,
    read_findings_operating,
    save_finding_choices,
)
from xraylib.evaluation.operating import Choice
from xraylib.evaluation.run_thresholds import forget_choice, read_operating, save_choice
from xraylib.metrics.chosen_point import ChosenPoint

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


def saved_points(run: Run) -> Mapping[str, ChosenPoint]:
    """What was chosen, by class or finding.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
        RunError: code ``no-predictions``.
    """
    return (read_findings_operating(run) if run.data.several else read_operating(run)).classes


def save_point(run: Run, name: str, choice: Choice) -> None:
    """Chooses the threshold of one class or finding on validation images, and keeps it.

    Raises:
        ConfigError: codes ``share``, ``cost``, ``class`` and ``band``.
        DatasetError: codes ``one-sided`` and ``no-films``.
        RunError: code ``no-predictions``.
        PathError: code ``cannot-write``.
    """
    if run.data.several:
        save_finding_choices(run, {name: choice})
    else:
        save_choice(run, name, choice)


def forget_point(run: Run, name: str) -> None:
    """Removes the chosen threshold of one class or finding.

    Raises:
        PathError: code ``cannot-write``.
    """
    if run.data.several:
        forget_finding_choice(run, name)
    else:
        forget_choice(run, name)
