"""The stress test of a run: the same images, changed step by step, and what it says of them then.

Kept as ``stress.json`` in the run's folder. Making it needs TensorFlow, reading it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import ConfigError, PathError
from xraylib.evaluation.judged import refuse_findings
from xraylib.evaluation.own_images import judged_rows
from xraylib.evaluation.stress.changes import CHANGES, Change
from xraylib.json_values import JsonObject
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score
from xraylib.metrics.predictions import patient_numbers
from xraylib.metrics.resampling import share_interval
from xraylib.records import read_json
from xraylib.workspace import write_json

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

FILE: Final = "stress.json"
MOST: Final = 300
"""Images that are looked at by default; of more, as many spread evenly."""
TOLERATED: Final = 0.1
"""The share of flipped answers up to which a step counts as borne."""

Says = Callable[[NDArray[np.uint8]], NDArray[np.float64]]


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
        """The step at which most answers flip."""
        return max(self.steps, key=lambda one: one.flipped)

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
        return f"{'down' if ends[0].step < self.neutral else 'up'} to {ends[0].label}"

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
    """

    split: str
    images: int
    of: int
    patients: int
    curves: tuple[StressCurve, ...]

    def to_json(self) -> JsonObject:
        """The fields in their order."""
        return {**vars(self), "curves": [one.to_json() for one in self.curves]}

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
        )


def stress_curve(
    change: Change,
    pixels: Sequence[NDArray[np.uint8]],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    says: Says,
    unchanged: NDArray[np.int64],
    progress: Callable[[], None] | None = None,
) -> StressCurve:
    """One change, at each of its steps.

    Args:
        change: What is done to the images.
        pixels: ``n`` prepared images, ``(height, width, channels)``.
        labels: ``(n,)`` true classes.
        groups: ``(n,)`` patient of each image, numbered from 0.
        says: From ``(m, height, width, channels)`` to probabilities ``(m, classes)``.
        unchanged: ``(n,)`` what the unchanged images are called.
        progress: Called after each step.
    """
    every = np.ones(len(labels), bool)
    steps = []
    for step in sorted((*change.steps, change.neutral)):
        called = unchanged
        if step != change.neutral:
            called = _called(
                says, [change.change(one, step, place) for place, one in enumerate(pixels)]
            )
            if progress is not None:
                progress()
        right, flipped = called == labels, called != unchanged
        steps.append(
            Step(
                step=float(step),
                label=change.told(step),
                accuracy=float(right.mean()),
                accuracy_interval=share_interval(right, every, groups) or Interval(0.0, 1.0),
                flipped=float(flipped.mean()),
                flipped_interval=share_interval(flipped, every, groups) or Interval(0.0, 1.0),
            )
        )
    return StressCurve(
        name=change.name, title=change.title, neutral=change.neutral, steps=tuple(steps)
    )


def run_stress(
    run: Run,
    *,
    split: str = "test",
    most: int = MOST,
    only: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> StressTest:
    """Changes a run's images step by step, asks its network each time, and keeps the outcome.

    Args:
        run: A run that has ended and has weights.
        split: ``"test"`` or ``"val"``; where a run has no test images, ``"val"``.
        most: Images at most, spread evenly.
        only: Names of changes; all if empty. A part of them is not kept.
        progress: Called with (steps done, steps in all).

    Raises:
        RunError: codes ``no-weights`` and ``several-findings``.
        DatasetError: code ``no-films``: none of these images is where it was.
        ConfigError: code ``stress``: no such change, or fewer than one image.
    """
    refuse_findings(run)
    chosen = _chosen(only)
    if most < 1:
        raise ConfigError(
            f"{most} images are to be looked at",
            expected="1 or more",
            remedy="leave it out to look at 300",
            code="stress",
        )
    from xraylib.evaluation.predict import load_network
    from xraylib.images.prepare import prepare

    split, index, rows = judged_rows(run, split, most=most)
    network = load_network(run)
    pixels = [prepare(index.read(row), run.preparation) for row in rows]
    images = index.images(rows)
    labels = np.array([run.classes.index(image.label) for image in images], np.int64)
    groups = patient_numbers([image.patient for image in images], len(images))
    says = _says(network)
    unchanged = _called(says, pixels)
    done, total = 0, sum(len(change.steps) for change in chosen)

    def tell() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    found = StressTest(
        split=split,
        images=len(rows),
        of=run.data.images_in(split),
        patients=int(groups.max()) + 1,
        curves=tuple(
            stress_curve(change, pixels, labels, groups, says, unchanged, tell) for change in chosen
        ),
    )
    if not only:
        write_json(run.folder / FILE, found.to_json())
    return found


def kept_stress(run: Run) -> StressTest | None:
    """What was kept for the weights that the run has, or None. No TensorFlow."""
    file = run.folder / FILE
    try:
        if file.stat().st_mtime_ns < run.weights_file.stat().st_mtime_ns:
            return None
        return StressTest.from_json(read_json(file))
    except (OSError, PathError, KeyError, TypeError, ValueError):
        return None


def _chosen(only: Sequence[str]) -> tuple[Change, ...]:
    names = [change.name for change in CHANGES]
    for name in only:
        if name not in names:
            raise ConfigError(
                f"There is no change called {name!r}",
                expected="one of " + ", ".join(names),
                remedy="choose among these, or leave it out to try all",
                code="stress",
            )
    return tuple(change for change in CHANGES if not only or change.name in only)


def _says(network: Any) -> Says:
    from xraylib.evaluation.predict import BATCH, keras_probabilities

    def says(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
        parts = [
            keras_probabilities(network, pixels[start : start + BATCH])
            for start in range(0, len(pixels), BATCH)
        ]
        return np.concatenate(parts)

    return says


def _called(says: Says, pixels: Sequence[NDArray[np.uint8]]) -> NDArray[np.int64]:
    places: NDArray[np.int64] = says(np.stack(pixels)).argmax(axis=1)
    return places
