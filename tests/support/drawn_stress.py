"""A stress test with one change, made up."""

from __future__ import annotations

from xraylib.evaluation.stress.found import Step, StressCurve, StressTest
from xraylib.metrics.intervals import Interval


def drawn_stress() -> StressTest:
    """A stress test with one change, made up."""
    steps = [
        Step(
            step=step,
            label=label,
            accuracy=accuracy,
            accuracy_interval=Interval(accuracy - 0.1, accuracy + 0.1),
            flipped=flipped,
            flipped_interval=Interval(0.0, flipped + 0.1),
        )
        for step, label, accuracy, flipped in (
            (-5, "−5°", 0.6, 0.3),
            (0, "unchanged", 0.8, 0.0),
            (5, "+5°", 0.7, 0.1),
        )
    ]
    curve = StressCurve(name="rotation", title="Rotation", neutral=0, steps=tuple(steps))
    return StressTest(split="test", images=12, of=12, patients=12, curves=(curve,))
