"""The lines of ``metrics.jsonl``, as the trainer writes them and everybody reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, TypedDict, cast

from xraylib.records import damaged, reading
from xraylib.regular import open_regular
from xraylib.type_hints import is_a

_PIECE: Final = 64 * 2**20  # bytes that are read at once; no line is so long
_STEP_NUMBERS: Final = ("epoch", "step", "steps", "loss", "accuracy", "learning_rate")
_SHARES: Final = ("accuracy", "auc", "val_accuracy", "val_auc")
_MOST: Final = 1e300


class WrongImage(TypedDict, total=False):
    """A validation image that was taken for another class, or had a finding missed or made up."""

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
    val_aucs: dict[str, float | None]
    val_wrong: list[WrongImage]
    notes: list[str]
    rss_bytes: int | None
    rss_anon_bytes: int | None
    cpu_percent: float | None


def read_events(file: Path, after_byte: int = 0) -> tuple[list[Event], int]:
    """The events written after ``after_byte``, and the place to go on reading from.

    A last line that is still being written is left for the next call; one that is no event, torn
    by a power cut, is passed over: the lines around it are good.

    Raises:
        PathError: codes ``missing`` and ``damaged``: it is no file, or has no lines.
    """
    events: list[Event] = []
    with reading(file), open_regular(file) as stream:
        stream.seek(after_byte)
        while piece := stream.read(_PIECE):
            complete = piece[: piece.rfind(b"\n") + 1]
            if not complete and len(piece) == _PIECE:
                raise damaged(file, f"it has a line of more than {_PIECE:,} bytes")
            events += [event for line in complete.splitlines() if (event := _event(line))]
            after_byte += len(complete)
            if len(piece) < _PIECE:
                break
            stream.seek(after_byte)
    return events, after_byte


def _event(line: bytes) -> Event | None:
    """The event of a line, if all that is relied on is there and makes sense."""
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        return None
    if event["event"] == "step":
        return cast(Event, event) if all(map(_is_number, map(event.get, _STEP_NUMBERS))) else None
    if not is_a(event, Event) or not all(
        _is_number(value) for value in event.values() if isinstance(value, int | float)
    ):
        return None
    shares = [event.get(name) for name in _SHARES]
    shares += (event.get("val_recall") or {}).values()
    if not all(share is None or 0 <= share <= 1 for share in shares):
        return None
    if event["event"] == "epoch" and not 1 <= event.get("epoch", 0) <= _MOST:
        return None
    wrong = event.get("val_wrong") or ()
    needed = WrongImage.__annotations__.keys() - {"place"}
    return cast(Event, event) if all(needed <= one.keys() for one in wrong) else None


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and -_MOST < value < _MOST)
