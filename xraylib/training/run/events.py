"""The lines of ``metrics.jsonl``, as the trainer writes them and everybody reads them."""

from __future__ import annotations

from typing import TypedDict


class WrongImage(TypedDict, total=False):
    """A validation image that was taken for another class."""

    place: int
    path: str
    label: str
    predicted: str
    probability: float


class Event(TypedDict, total=False):
    """One line: a step, an epoch, or an end; keys that do not belong to its kind are absent.

    ``event`` is ``"step"``, ``"epoch"``, ``"started"``, ``"resumed"`` or ``"finished"``; ``epoch``
    counts from 1 and ``time`` is in seconds since 1970. What cannot be said is None, for example
    the ``val_`` numbers without validation images.
    """

    event: str
    run: str
    status: str
    time: float
    epoch: int
    step: int
    steps: int
    images: int
    loss: float
    accuracy: float
    auc: float | None
    val_loss: float | None
    val_accuracy: float | None
    val_auc: float | None
    seconds: float
    val_seconds: float
    learning_rate: float
    val_recall: dict[str, float | None]
    val_wrong: list[WrongImage]
    notes: list[str]
    rss_bytes: int | None
    rss_anon_bytes: int | None
    cpu_percent: float | None
