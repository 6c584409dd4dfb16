"""The stress test of a run: the same images, changed step by step, and what it says of them then.

Kept as ``stress.json`` in the run's folder. Making it needs TensorFlow, reading it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import ConfigError
from xraylib.evaluation.own_images import judged_rows
from xraylib.evaluation.sides.answers import decided_by, known_labels
from xraylib.evaluation.stored_predictions import patients_are_told, person_numbers
from xraylib.evaluation.stress.changes import CHANGES, Change
from xraylib.evaluation.stress.found import Step, StressCurve, StressTest
from xraylib.metrics.intervals import Interval
from xraylib.metrics.uncertainty.resampling import share_interval
from xraylib.records import read_if_kept
from xraylib.workspace import check_writable, write_json

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

FILE: Final = "stress.json"
MOST: Final = 300
"""Images that are looked at by default; of more, as many spread evenly."""

Says = Callable[[NDArray[np.uint8]], NDArray[np.float64]]
Decide = Callable[[NDArray[np.float64]], NDArray[np.int64]]


def stress_curve(
    change: Change,
    pixels: Sequence[NDArray[np.uint8]],
    labels: NDArray[np.int64],
    groups: NDArray[np.int64],
    says: Says,
    unchanged: NDArray[np.int64],
    progress: Callable[[], None] | None = None,
    *,
    decide: Decide | None = None,
) -> StressCurve:
    """One change, at each of its steps.

    Args:
        change: What is done to the images.
        pixels: ``n`` prepared images, ``(height, width, channels)``.
        labels: ``(n,)`` true classes, or ``(n, findings)`` of 1, 0 and -1 (not known).
        groups: ``(n,)`` patient of each image, numbered from 0.
        says: From ``(m, height, width, channels)`` to probabilities ``(m, classes)``.
        unchanged: What is said of the unchanged images, of the labels' shape.
        progress: Called after each step.
        decide: From probabilities to answers of the labels' shape; the class of the highest one if
            not given.
    """
    known = labels.ravel() >= 0
    every = np.ones(labels.size, bool)
    whose = groups if labels.ndim == 1 else np.repeat(groups, labels.shape[1])
    steps = []
    for step in sorted((*change.steps, change.neutral)):
        called = unchanged
        if step != change.neutral:
            changed = [change.change(one, step, place) for place, one in enumerate(pixels)]
            called = (decide or _highest)(says(np.stack(changed)))
            if progress is not None:
                progress()
        right = (called == labels).ravel()
        flipped = (called != unchanged).ravel()
        steps.append(
            Step(
                step=float(step),
                label=change.told(step),
                accuracy=float(right[known].mean()) if known.any() else 0.0,
                accuracy_interval=share_interval(right, known, whose) or Interval(0.0, 1.0),
                flipped=float(flipped.mean()),
                flipped_interval=share_interval(flipped, every, whose) or Interval(0.0, 1.0),
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
        RunError: code ``no-weights``.
        DatasetError: code ``no-films``: none of these images is where it was.
        ConfigError: code ``stress``: no such change, or fewer than one image.
        PathError: code ``cannot-write``.
    """
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

    if not only:
        check_writable(run.folder / FILE)
    split, index, rows = judged_rows(run, split, most=most)
    network = load_network(run)
    pixels = [prepare(index.read(row), run.preparation) for row in rows]
    images = index.images(rows)
    labels = known_labels(run, index, rows)
    decide = decided_by(run)
    groups = person_numbers(run, images)
    says = _says(network)
    unchanged = decide(says(np.stack(pixels)))
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
            stress_curve(change, pixels, labels, groups, says, unchanged, tell, decide=decide)
            for change in chosen
        ),
        findings=len(run.classes) if run.data.several else 0,
        patients_told=patients_are_told(images),
    )
    if not only:
        write_json(run.folder / FILE, found.to_json())
    return found


def kept_stress(run: Run) -> StressTest | None:
    """What was kept for the weights that the run has, or None. No TensorFlow.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
    """
    again = f"test it again (xraylib stress {run.id}), or delete {FILE}"
    return read_if_kept(run.folder / FILE, StressTest.from_json, of=run.weights_file, remedy=again)


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


def _highest(probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    places: NDArray[np.int64] = probabilities.argmax(axis=1)
    return places
