"""What a finished run has come to, in words, and what to do next with the reason for it.

Everything is read from validation images and curves: test images are for the end of all choices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from xraylib.metrics.evaluation import Evaluation
from xraylib.metrics.findings.evaluation import FindingsEvaluation
from xraylib.training.run.runs import Run

Kind = Literal["more-epochs", "augmentation", "network", "more-images"]

_FEW_EPOCHS: Final = 5
"""Fewer say nothing about a trend."""
_ROSE: Final = 1.15
_STAYS: Final = 3
"""The validation loss has risen if it was so many times its lowest in each of the last so many
epochs: it jumps from one to the next where few images validate."""
_STILL: Final = 0.9
"""A best epoch after this part of all means that more of them may be better."""
_APART: Final = 2.0
"""Validation loss over training loss from which on a run knows its images by heart."""
_LITTLE: Final = 0.15
"""Above what naming the most frequent class reaches, less than this is little."""
_MOST_TOLD: Final = 2
"""Pairs of classes that are confused as often, of which each is told."""


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """Something to try.

    Attributes:
        kind: What.
        reason: Why, a sentence.
        epochs: In all, of more epochs.
    """

    kind: Kind
    reason: str
    epochs: int = 0


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What a run has come to.

    Attributes:
        sentences: What it learnt, what it confuses, whether it overfits.
        steps: Two or three, the most promising first.
    """

    sentences: tuple[str, ...]
    steps: tuple[NextStep, ...]


def ending(run: Run) -> Ending | None:
    """The words for a run that has finished and was validated; None for any other.

    Raises:
        PathError: A record of the run is damaged.
    """
    if run.status().state != "finished":
        return None
    validated = (run.evaluation() or {}).get("val")
    epochs = [one for one in run.epochs() if one.get("val_loss") is not None]
    if validated is None or len(epochs) < _FEW_EPOCHS:
        return None
    sentences: list[str] = []
    little = False
    if isinstance(validated, Evaluation):
        sentences += [_learnt(validated), _confused(validated)]
        always = validated.majority.accuracy
        value = validated.accuracy.value
        little = None not in (always, value) and float(value) - float(always) < _LITTLE  # type: ignore[arg-type]
    elif told := _told_best(validated):
        sentences.append(told)
    trend, steps = _trend(epochs, run)
    sentences.append(trend)
    if little:
        steps.insert(
            0,
            NextStep(
                kind="network",
                reason="It is hardly better than naming the most frequent class every time: this "
                "network may be too small, or too coarse, for these images.",
            ),
        )
    return Ending(sentences=tuple(sentences), steps=tuple(_filled(steps)[:3]))


def _learnt(found: Evaluation) -> str:
    right = sum(row[place] for place, row in enumerate(found.confusion))
    most = max(sum(row) for row in found.confusion)
    return (
        f"It tells {right} of {found.n} validation images rightly; naming the most frequent class "
        f"every time would be right for {most}."
    )


def _told_best(found: FindingsEvaluation) -> str:
    """Which finding it tells best, and which worst; nothing where no AUC is defined."""
    areas = {
        name: float(own.auc.value)
        for name, own in found.per_finding.items()
        if own.auc.value is not None
    }
    if not areas:
        return ""
    best, worst = max(areas, key=areas.__getitem__), min(areas, key=areas.__getitem__)
    one = found.per_finding
    return (
        f"On {found.n} validation images the AUC is {found.auc:.2f}, mean of the findings (0.50 is "
        f"what chance reaches)"
        + (
            f"; best {best} with {one[best].auc:.2f}, last {worst} with {one[worst].auc:.2f}."
            if best != worst
            else "."
        )
    )


def _confused(found: Evaluation) -> str:
    pairs = [
        (number, sum(row), true, called)
        for true, row in zip(found.classes, found.confusion, strict=True)
        for called, number in zip(found.classes, row, strict=True)
        if true != called
    ]
    number = max((pair[0] for pair in pairs), default=0)
    if not number:
        return "It takes no class for another."
    # Of the rarest class first: there as many mistakes weigh most.
    most = sorted((pair for pair in pairs if pair[0] == number), key=lambda pair: pair[1])
    told = [f"{true} for {called}: {number} of {of}" for _, of, true, called in most[:_MOST_TOLD]]
    more = f"; {len(most) - _MOST_TOLD} more like these" if len(most) > _MOST_TOLD else ""
    return f"{'It' if len(most) > 1 else 'Most often it'} takes {'; '.join(told)}{more}."


def _trend(epochs: Sequence[Mapping[str, Any]], run: Run) -> tuple[str, list[NextStep]]:
    last = epochs[-1]
    best = min(epochs, key=lambda one: float(one["val_loss"]))
    lowest, end = float(best["val_loss"]), float(last["val_loss"])
    at_end = "" if best is last else f", {end:.2f} at the end"
    numbers = (
        f"validation loss {lowest:.2f} at epoch {best['epoch']}{at_end}; training loss "
        f"{float(last['loss']):.2f}"
    )
    longer = NextStep(
        kind="more-epochs",
        epochs=2 * run.train.epochs,
        reason="Its validation loss was still falling when it ended."
        if best is last
        else f"Its validation loss was lowest in epoch {best['epoch']} of {last['epoch']}, so near "
        "the end that it may fall further.",
    )
    varied = NextStep(
        kind="augmentation",
        reason="Images that are turned, moved and scaled a little more are harder to learn by "
        "heart.",
    )
    after = [float(one["val_loss"]) for one in epochs[epochs.index(best) + 1 :]][-_STAYS:]
    rose = len(after) == _STAYS and min(after) > _ROSE * lowest
    if rose and float(last["loss"]) < float(best["loss"]):
        return (
            f"From epoch {best['epoch']} on it learnt the training images by heart ({numbers}).",
            [varied, _more_images()],
        )
    if best["epoch"] >= _STILL * last["epoch"]:
        late = "was still getting better when it ended" if best is last else "was best near its end"
        if end > _APART * float(last["loss"]):
            return (
                f"It {late}, and knows the training images much better than others ({numbers}).",
                [longer, varied],
            )
        return f"It {late} ({numbers}).", [longer]
    if end > _APART * float(last["loss"]):
        return (
            f"It knows the training images much better than others ({numbers}).",
            [varied, _more_images()],
        )
    return f"It has levelled off, and does not overfit ({numbers}).", [_more_images()]


def _more_images() -> NextStep:
    return NextStep(
        kind="more-images",
        reason="A learning curve tells whether more images would help, before anybody collects "
        "them.",
    )


def _filled(steps: Sequence[NextStep]) -> list[NextStep]:
    """With what may always be tried, each kind once, so that there are at least two."""
    network = NextStep(
        kind="network",
        reason="More filters, or one more convolution, may see what this network does not.",
    )
    found: dict[str, NextStep] = {}
    for one in steps:
        found.setdefault(one.kind, one)
    for one in (network, _more_images()):
        if len(found) < 2:
            found.setdefault(one.kind, one)
    return list(found.values())
