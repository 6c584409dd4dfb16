"""What a stress test found: each change step by step, with intervals by patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from xraylib.json_values import JsonObject
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score

TOLERATED: Final = 0.1
"""The share of flipped answers up to which a step counts as borne."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What a run says of images that were changed by one step.

    Attributes:
        step: How much, in the change's unit.
        label: The same in words.
        accuracy: Share of the images that got their own class.
        accuracy_interval: Of that, 95 %, by patient.
        flipped: Share of the images that got another class than unchanged.
        flipped_interval: Of that, 95 %, by patient.
    """

    step: float
    label: str
    accuracy: float
    accuracy_interval: Interval
    flipped: float
    flipped_interval: Interval

    @property
    def told(self) -> tuple[str, str]:
        """Accuracy and flipped answers with their intervals: ``0.71 (0.59 to 0.81)``."""
        return (
            str(Score(self.accuracy, self.accuracy_interval)),
            str(Score(self.flipped, self.flipped_interval)),
        )

    def to_json(self) -> JsonObject:
        """Intervals as ``accuracy_ci`` and ``flipped_ci``."""
        return {
            "step": self.step,
            "label": self.label,
            "accuracy": self.accuracy,
            "accuracy_ci": list(self.accuracy_interval),
            "flipped": self.flipped,
            "flipped_ci": list(self.flipped_interval),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`."""
        return cls(
            step=float(value["step"]),
            label=str(value["label"]),
            accuracy=float(value["accuracy"]),
            accuracy_interval=Interval(*map(float, value["accuracy_ci"])),
            flipped=float(value["flipped"]),
            flipped_interval=Interval(*map(float, value["flipped_ci"])),
        )


@dataclass(frozen=True, kw_only=True)
class StressCurve:
    """One change, step by step, the unchanged images among them.

    Attributes:
        name: Of the change.
        title: For people.
        neutral: The step that changes nothing.
        steps: Ascending.
    """

    name: str
    title: str
    neutral: float
    steps: tuple[Step, ...]

    @property
    def worst(self) -> Step:
        """The step at which most answers flip; where none does, the furthest one."""
        changed = [one for one in self.steps if one.step != self.neutral]
        return max(changed, key=lambda one: (one.flipped, abs(one.step - self.neutral)))

    @property
    def borne(self) -> tuple[Step, ...]:
        """The steps around the unchanged images at which at most a tenth of the answers flip."""
        place = [one.step for one in self.steps].index(self.neutral)
        first = last = place
        while first > 0 and self.steps[first - 1].flipped <= TOLERATED:
            first -= 1
        while last + 1 < len(self.steps) and self.steps[last + 1].flipped <= TOLERATED:
            last += 1
        return self.steps[first : last + 1]

    @property
    def borne_words(self) -> str:
        """``−5° to +10°``, ``all steps`` or ``none``."""
        borne = self.borne
        if len(borne) == len(self.steps):
            return "all steps"
        ends = [one for one in (borne[0], borne[-1]) if one.step != self.neutral]
        if not ends:
            return "none"
        if len(ends) == 2 and ends[0] != ends[1]:
            return f"{ends[0].label} to {ends[1].label}"
        first, last = borne[0].label, borne[-1].label
        return f"{first} to {last}"

    def to_json(self) -> JsonObject:
        """The fields, and ``borne`` in words."""
        return {
            "name": self.name,
            "title": self.title,
            "neutral": self.neutral,
            "borne": self.borne_words,
            "steps": [one.to_json() for one in self.steps],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`."""
        return cls(
            name=str(value["name"]),
            title=str(value["title"]),
            neutral=float(value["neutral"]),
            steps=tuple(Step.from_json(one) for one in value["steps"]),
        )


@dataclass(frozen=True, kw_only=True)
class StressTest:
    """How a run bears changes of its images.

    Attributes:
        split: Whose images, ``"test"`` or ``"val"``.
        images: How many were looked at.
        of: How many the split has.
        patients: Whose they are.
        curves: One a change.
        findings: Of a run of findings, how many: an answer is whether one of them is flagged. 0
            of a run of classes, where an answer is the class.
        patients_told: Whether a name or a table tells any patient.
    """

    split: str
    images: int
    of: int
    patients: int
    curves: tuple[StressCurve, ...]
    findings: int = 0
    patients_told: bool = True

    def to_json(self) -> JsonObject:
        """The fields in their order; ``findings`` only where there are any."""
        told: JsonObject = {"findings": self.findings} if self.findings else {}
        fields = {name: one for name, one in vars(self).items() if name != "findings"}
        return {**fields, **told, "curves": [one.to_json() for one in self.curves]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`.

        Raises:
            KeyError, TypeError, ValueError: It is none.
        """
        return cls(
            split=str(value["split"]),
            images=int(value["images"]),
            of=int(value["of"]),
            patients=int(value["patients"]),
            curves=tuple(StressCurve.from_json(one) for one in value["curves"]),
            findings=int(value.get("findings", 0)),
            patients_told=bool(value.get("patients_told", True)),
        )
