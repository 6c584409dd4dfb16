"""What the images that a run learned from look like: fitted at its end, kept in its folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import DatasetError, PathError
from xraylib.json_values import JsonObject
from xraylib.metrics.resampling import share_interval
from xraylib.ood.familiarity import FEWEST, FORMAT, Familiar, fit_familiar
from xraylib.ood.image_features import Described, Floats, Pixels, describe_images
from xraylib.ood.network_features import feature_means
from xraylib.records import read_record
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

FILE: Final = "ood.json"
MOST: Final = {"train": 800, "val": 400, "test": 400}
"""Images of each split that are looked at, spread evenly."""
_BATCH: Final = 32

Rows = NDArray[np.int64]


def familiar_of(
    model: Any,
    rows: Mapping[str, Sequence[int] | Rows],
    patients: Mapping[str, Sequence[str] | NDArray[np.int32]],
    read: Callable[[Any], Pixels],
) -> JsonObject | None:
    """:class:`xraylib.ood.familiarity.Familiar` as JSON; None with too few images.

    Beside it ``"test"``: how many test images, which had no part in it, it calls strange:
    ``{"images", "strange", "interval", "patients", "strange_patients"}``, the interval Wilson's of
    what the images of so many patients are worth; None without test images.

    Args:
        model: The trained Keras model.
        rows: Which images train, which validate, and which test.
        patients: Whose images they are.
        read: Prepared pixels ``(n, height, width, channels)`` of some of these rows.
    """
    if len(rows["train"]) < FEWEST:
        return None
    described = {
        split: describe_images(
            _images(model, _spread(rows[split], most), read), _spread(patients[split], most)
        )
        for split, most in MOST.items()
    }
    held_out: Described | None = described["val"] if len(described["val"]) >= FEWEST else None
    try:
        familiar = fit_familiar(described["train"], held_out)
    except DatasetError:  # too few images to say what is usual
        return None
    return {**familiar.to_json(), "test": _measured(familiar, described["test"])}


def keep_familiar(run: Run, value: Mapping[str, Any]) -> None:
    """Keeps it in the run's folder."""
    write_atomic(run.folder / FILE, json.dumps(value, separators=(",", ":")))


def kept_familiar(run: Run) -> JsonObject | None:
    """What was kept, in this format, of the weights that the run has now, or None."""
    try:
        if (run.folder / FILE).stat().st_mtime_ns < run.weights_file.stat().st_mtime_ns:
            return None
        value: JsonObject = read_record(run.folder / FILE, _fitting, schema=FORMAT, key="format")
    except (OSError, PathError):  # what is not there, or cannot be used, is fitted again
        return None
    return value


def _fitting(value: dict[str, Any]) -> JsonObject:
    value["format"] = FORMAT
    Familiar.from_json(value)
    familiar_facts(value)
    return value


def familiar_facts(value: Mapping[str, Any] | None) -> JsonObject | None:
    """What a model card tells of :func:`familiar_of`."""
    keys = ("n_train", "n_held_out", "held_out", "quantile", "confidence", "test")
    return None if value is None else {key: value[key] for key in keys}


def _measured(familiar: Familiar, images: Described) -> JsonObject | None:
    if not len(images):
        return None
    strange = familiar.strange(images)
    return {
        "films": len(images),
        "strange": int(strange.sum()),
        "interval": list(share_interval(strange, np.ones_like(strange), images.patients) or ()),
        "patients": len(np.unique(images.patients)),
        "strange_patients": len(np.unique(images.patients[strange])),
    }


def _spread(rows: Any, most: int) -> Any:
    return rows[:: max(1, -(-len(rows) // most))]


def _images(
    model: Any, rows: Any, read: Callable[[Any], Pixels]
) -> Iterator[tuple[Pixels, Floats | None]]:
    for start in range(0, len(rows), _BATCH):
        pixels = read(rows[start : start + _BATCH])
        features = feature_means(model, pixels)
        for place, image in enumerate(pixels):
            yield image, None if features is None else features[place]
