"""What is told of a run: its settings, its curves, its figures, what it took wrongly, its files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.errors import XrayError
from xraylib.networks.trace import trace

if TYPE_CHECKING:
    from xraylib.training.run.events import Event
    from xraylib.training.run.runs import Run
    from xraylib.training.run.status import RunStatus

MOST_IMAGES: Final = 16
_CURVES: Final = ("loss", "accuracy", "auc")
_BY_NAME: Final = {"val_recall": "recall", "val_aucs": "auc"}
_SPLITS: Final = {"train": "training", "val": "validation", "test": "test"}
_OTHER: Final = re.compile(r"[^\w .-]")

Value = str | int | float | bool
FILES: Final = ("spec.json", "train.json", "environment.json", "model.py", "evaluation.json")
"""Of the run's folder: those that hold no X-ray, no path of the images and no patient."""


class Logger(Protocol):
    """Where a run is told; every run has one of its own."""

    def epoch(self, event: Event, at: float) -> None:
        """Tells an epoch that ended ``at`` seconds since 1970."""

    def end(self, status: RunStatus, last: Event | None) -> None:
        """Tells what the run came to; ``last`` is the epoch that the model is of, if any."""


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A validation image that was taken wrongly.

    Attributes:
        words: What it is and what it was taken for.
        png: The image as the network sees it.
        size: Its height and width in pixels.
    """

    words: str
    png: bytes
    size: tuple[int, int]


def settings_of(run: Run) -> dict[str, Value]:
    """All settings of a run by dotted names: what somebody would compare runs by."""
    told: dict[str, Value] = {
        "network.name": run.spec.name,
        "network.parameters": trace(run.spec).total_params,
        "data.name": run.data.name,
        "data.fingerprint": run.data.fingerprint,
        "data.classes": ", ".join(run.classes),
    }
    for split, counts in run.data.counts.items():
        told[f"data.{_SPLITS.get(split, split)}"] = sum(counts.values())
    parts: dict[str, Any] = {
        "train": run.train,
        "augment": run.augment,
        "preparation": run.preparation,
    }
    for name, part in parts.items():
        told |= _flat(name, part.to_json())
    return told


def curves_of(event: Event) -> dict[str, dict[str, float]]:
    """``{"training": {measure: value}, "validation": {...}}`` of one epoch."""
    values: Mapping[str, Any] = event
    training = {name: values.get(name) for name in (*_CURVES, "learning_rate")}
    validation = {name: values.get(f"val_{name}") for name in _CURVES}
    for key, measure in _BY_NAME.items():
        for name, value in (values.get(key) or {}).items():
            validation[f"{measure}/{safe(name)}"] = value
    return {"training": _known(training), "validation": _known(validation)}


def figures_of(run: Run) -> dict[str, float]:
    """What a run's end says of its images: ``{"test/auc": …, "test/auc_low": …}``.

    Nothing of test images that are locked.
    """
    told: dict[str, float] = {}
    for split, evaluation in (run.evaluation() or {}).items():
        values: dict[str, Any] = evaluation.to_json()
        for name, value in values.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                told[f"{_SPLITS[split]}/{name}"] = float(value)
            elif name.endswith("_ci") and isinstance(value, list | tuple):
                for end, bound in zip(("low", "high"), value, strict=True):
                    told[f"{_SPLITS[split]}/{name.removesuffix('_ci')}_{end}"] = float(bound)
    return told


def wrong_images(run: Run, event: Event | None) -> Iterator[Wrong]:
    """The validation images that an epoch took wrongly, at most `MOST_IMAGES`; those that are gone
    from the data set are passed over."""
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.datasets.query import rows_of
    from xraylib.images.prepare import prepare

    wrong = (event or {}).get("val_wrong") or []
    if not wrong:
        return
    index = DatasetIndex.load(run.folder / "index.parquet")
    for one in wrong[:MOST_IMAGES]:
        try:
            (row,) = rows_of(index, [one["path"]]).tolist()
            pixels = prepare(index.read(row), run.preparation)
        except (XrayError, ValueError):
            continue
        yield Wrong(
            words=f"{one['label']} taken for {one['predicted']} "
            f"({one['probability']:.2f}), {one['path'].rpartition('/')[2]}",
            png=_png(pixels),
            size=(int(pixels.shape[0]), int(pixels.shape[1])),
        )


def safe(name: str) -> str:
    """A name in letters, digits and ``_ . -`` and blanks, which all such notebooks take."""
    return _OTHER.sub("_", name)


def _known(values: Mapping[str, float | None]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items() if value is not None}


def _flat(prefix: str, values: Mapping[str, Any]) -> dict[str, Value]:
    told: dict[str, Value] = {}
    for name, value in values.items():
        key = f"{prefix}.{safe(str(name))}"
        if isinstance(value, Mapping):
            told |= _flat(key, value)
        elif isinstance(value, str | int | float | bool):
            told[key] = value
        else:  # None and lists
            told[key] = "none" if value is None else ", ".join(map(str, value))
    return told


def _png(pixels: NDArray[np.uint8]) -> bytes:
    bgr = pixels if pixels.shape[-1] == 1 else pixels[..., ::-1]
    return bytes(cv2.imencode(".png", bgr)[1])
