"""What a run said about its validation and test images, kept in the published model.

``predictions.json`` holds labels, numbers that stand for patients, and the network's own
probabilities, before any temperature; no path and no name. With it every figure of the card can be
computed anew by whoever has the model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from xraylib.errors import DatasetError
from xraylib.evaluation.stored_predictions import JudgedImages, stored_predictions
from xraylib.json_values import JsonObject
from xraylib.models.manifest import PREDICTIONS, read_checked, refused

if TYPE_CHECKING:
    from xraylib.models.bundle import Bundle
    from xraylib.training.run.runs import Run


@dataclass(frozen=True, kw_only=True)
class KeptPredictions:
    """Judged images of a published model by split, ``"val"`` and ``"test"`` where there are any.

    Paths are numbers; ``patients`` and ``people`` are numbers that stand for them, equal for images
    of one patient. An image whose patient is not told has its own path as patient.
    """

    splits: Mapping[str, JudgedImages]

    def to_json(self) -> JsonObject:
        """By split: ``labels``, ``people``, ``told`` and ``probabilities``."""
        return {
            split: {
                "labels": judged.labels.tolist(),
                "people": judged.groups.tolist(),
                "told": judged.told,
                "probabilities": judged.probabilities.tolist(),
            }
            for split, judged in self.splits.items()
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`.

        Raises:
            KeyError, TypeError, ValueError: It is none.
        """
        return cls(splits={split: _judged(one) for split, one in value.items()})


def kept_predictions(run: Run) -> KeptPredictions:
    """What is kept of a run when it is published."""
    found = {}
    for split in ("val", "test"):
        try:
            found[split] = stored_predictions(run, split=split)
        except DatasetError:
            continue
    return KeptPredictions(splits=found)


def read_kept(bundle: Bundle) -> KeptPredictions:
    """What a published model keeps.

    Raises:
        BundleError: code ``no-predictions``: it was published before they were kept; or what
            :func:`xraylib.models.manifest.read_checked` raises.
    """
    if not (bundle.folder / PREDICTIONS).exists():
        raise refused(
            "no-predictions", "keeps no predictions: it is of an older version", "publish it again"
        )
    data = read_checked(bundle.folder, PREDICTIONS)[PREDICTIONS]
    try:
        return KeptPredictions.from_json(json.loads(data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise refused(
            "schema", f"has a {PREDICTIONS} that does not fit", "publish it again"
        ) from None


def _judged(value: Mapping[str, Any]) -> JudgedImages:
    labels = np.asarray(value["labels"], np.int64)
    probabilities = np.asarray(value["probabilities"], np.float64)
    if labels.ndim != 1 or probabilities.ndim != 2 or len(labels) != len(probabilities):
        raise ValueError("labels and probabilities of other lengths")
    width = len(str(len(labels)))  # so that names sort as the numbers do, for the same draws
    people = tuple(f"person {int(who):0{width}d}" for who in value["people"])
    paths = tuple(f"image {place}" for place in range(len(labels)))
    told = int(value["told"])
    return JudgedImages(
        paths=paths,
        labels=labels,
        probabilities=probabilities,
        patients=(*people[:told], *paths[told:]),
        people=people,
    )
