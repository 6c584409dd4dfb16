"""The threshold of one class as it was chosen, and what it was worth in testing. NumPy only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from xraylib.json_values import JsonObject, JsonValue
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score

_UNTOLD = Score(None)
NOBODY: Final = "nobody"
"""What ``ChosenPoint.chosen_by`` is of a threshold that counts because none was chosen."""


@dataclass(frozen=True, kw_only=True)
class TestedPoint:
    """What a chosen threshold did on test images, which had no say in choosing it.

    Attributes:
        found, positives: Images of the class that it flags, of how many.
        passed, negatives: Other images that it does not flag, of how many.
        sensitivity, specificity: Their shares, with 95 % intervals that know patients.
    """

    __test__ = False  # no test of pytest's, though its name begins so

    found: int
    positives: int
    passed: int
    negatives: int
    sensitivity: Score
    specificity: Score

    def to_json(self) -> JsonObject:
        """``found`` as [found, positives], ``passed`` as [passed, negatives], intervals as _ci."""
        return {
            "found": [self.found, self.positives],
            "sensitivity": self.sensitivity.value,
            "sensitivity_ci": [*(self.sensitivity.interval or ())],
            "passed": [self.passed, self.negatives],
            "specificity": self.specificity.value,
            "specificity_ci": [*(self.specificity.interval or ())],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: It is none.
        """
        found, positives = value["found"]
        passed, negatives = value["passed"]
        return cls(
            found=int(found),
            positives=int(positives),
            passed=int(passed),
            negatives=int(negatives),
            sensitivity=_rate(value, "sensitivity"),
            specificity=_rate(value, "specificity"),
        )


@dataclass(frozen=True, kw_only=True)
class ChosenPoint:
    """An operating point that was kept.

    What files of earlier versions do not say is None, 0 or has no value.

    Attributes:
        threshold: An image is flagged where its probability is at least this.
        band: Probabilities between which a human should decide, both included; None for none.
        chosen_by: How it was chosen, in words: ``sensitivity 0.90``.
        rests_on: Images that the choice rests on.
        too_few: Whether these are fewer than 30.
        positives, negatives: Images of the class, and others, that it was chosen on.
        sensitivity, specificity: On those images, with 95 % intervals; likely too good.
        tested: The same on test images; None where there were none.
        flagged_right: Images of the class among those flagged in testing.
        flagged: Images flagged in testing.
        flagged_interval: Of their quotient, 95 %.
        flagged_split: ``"test"`` or ``"val"``.
    """

    threshold: float
    band: tuple[float, float] | None = None
    chosen_by: str = ""
    rests_on: int = 0
    too_few: bool = False
    positives: int = 0
    negatives: int = 0
    sensitivity: Score = _UNTOLD
    specificity: Score = _UNTOLD
    flagged_right: int = 0
    flagged: int = 0
    flagged_interval: Interval | None = None
    flagged_split: str = "test"
    tested: TestedPoint | None = None

    @property
    def who_chose(self) -> str:
        """``a rule: sensitivity 0.90`` or ``a person, by hand``, and on how many images; or that
        nobody did.
        """
        if self.chosen_by == NOBODY:
            return f"nobody: {self.threshold:g} counts until somebody does"
        how = "a person, by hand" if self.chosen_by == "hand" else f"a rule: {self.chosen_by}"
        n = self.positives + self.negatives
        if not self.rests_on:
            return f"{how}, without validation images"
        few = " (too few)" if self.too_few else ""
        rests = f", of which it rests on {self.rests_on}{few}"
        return f"{how}, on {f'{n} ' if n else ''}validation images{rests}"

    def flags(self, probability: float) -> bool:
        """Whether an image of this probability is flagged."""
        return probability >= self.threshold

    def is_uncertain(self, probability: float) -> bool:
        """Whether a human should decide about an image of this probability."""
        return self.band is not None and self.band[0] <= probability <= self.band[1]

    def to_json(self) -> JsonObject:
        """Intervals as ``…_ci``, ``flagged_right`` as [right, flagged]."""
        band: JsonValue = None if self.band is None else [*self.band]
        return {
            "threshold": self.threshold,
            "sensitivity": self.sensitivity.value,
            "sensitivity_ci": [*(self.sensitivity.interval or ())],
            "specificity": self.specificity.value,
            "specificity_ci": [*(self.specificity.interval or ())],
            "positives": self.positives,
            "negatives": self.negatives,
            "rests_on": self.rests_on,
            "too_few": self.too_few,
            "band": band,
            "chosen_by": self.chosen_by,
            "flagged_right": [self.flagged_right, self.flagged],
            "flagged_ci": [*(self.flagged_interval or ())],
            "flagged_split": self.flagged_split,
            "test": None if self.tested is None else self.tested.to_json(),
        }

    def told(self) -> JsonObject:
        """What all are told: the threshold, who chose it on how many, and what it did in testing.

        Not what it did on the images that it was chosen on, which flatters.
        """
        kept = self.to_json()
        keys = ("threshold", "band", "chosen_by", "rests_on", "too_few", "test")
        return {key: kept[key] for key in keys}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`, also of earlier versions.

        Raises:
            KeyError, TypeError, ValueError, AttributeError: It is none.
        """
        band = value.get("band")
        right, flagged = value.get("flagged_right") or (0, 0)
        return cls(
            threshold=float(value["threshold"]),
            band=None if band is None else (float(band[0]), float(band[1])),
            chosen_by=str(value.get("chosen_by", "")),
            rests_on=int(value.get("rests_on", 0)),
            too_few=bool(value.get("too_few", False)),
            positives=int(value.get("positives", 0)),
            negatives=int(value.get("negatives", 0)),
            sensitivity=_rate(value, "sensitivity"),
            specificity=_rate(value, "specificity"),
            flagged_right=int(right),
            flagged=int(flagged),
            flagged_interval=_interval(value.get("flagged_ci")),
            flagged_split=str(value.get("flagged_split", "test")),
            tested=None if value.get("test") is None else TestedPoint.from_json(value["test"]),
        )


def _rate(value: Mapping[str, Any], name: str) -> Score:
    number = value.get(name)
    return Score(None if number is None else float(number), _interval(value.get(f"{name}_ci")))


def _interval(bounds: Any) -> Interval | None:
    return Interval(float(bounds[0]), float(bounds[1])) if bounds else None
