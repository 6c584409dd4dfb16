"""What a run of findings said of its validation and test images, kept in the published model.

No path and no name: images are numbers, and numbers stand for patients. With it every figure of
the card can be computed anew by whoever has the model.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from xraylib.errors import DatasetError
from xraylib.evaluation.findings.run_findings import RunFindings, stored_findings
from xraylib.json_values import JsonObject

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


@dataclass(frozen=True, kw_only=True)
class KeptFindings:
    """Judged images of a published model by split, ``"val"`` and ``"test"`` where there are any."""

    splits: Mapping[str, RunFindings]

    def to_json(self) -> JsonObject:
        """By split: ``truth``, ``people``, ``told`` and the network's own ``probabilities``."""
        return {
            split: {
                "truth": judged.truth.tolist(),
                "people": judged.groups.tolist(),
                "told": judged.told,
                "probabilities": judged.probabilities.tolist(),
            }
            for split, judged in self.splits.items()
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], names: tuple[str, ...]) -> Self:
        """From :meth:`to_json`.

        Raises:
            KeyError, TypeError, ValueError: It is none.
        """
        return cls(splits={split: _judged(one, names) for split, one in value.items()})


def kept_findings(run: Run) -> KeptFindings:
    """What is kept of a run of findings when it is published."""
    found = {}
    for split in ("val", "test"):
        with contextlib.suppress(DatasetError):
            found[split] = stored_findings(run, split=split)
    return KeptFindings(splits=found)


def _judged(value: Mapping[str, Any], names: tuple[str, ...]) -> RunFindings:
    truth = np.asarray(value["truth"], np.int8)
    probabilities = np.asarray(value["probabilities"], np.float64)
    if truth.ndim != 2 or truth.shape != probabilities.shape or truth.shape[1] != len(names):
        raise ValueError("labels and probabilities of other shapes")
    if not np.isin(truth, (1, 0, -1)).all():
        raise ValueError("labels other than 1, 0 and -1")
    width = len(str(len(truth)))  # so that names sort as the numbers do
    people = tuple(f"person {int(who):0{width}d}" for who in value["people"])
    paths = tuple(f"image {place}" for place in range(len(truth)))
    told = int(value["told"])
    return RunFindings(
        paths=paths,
        patients=(*people[:told], *paths[told:]),
        people=people,
        truth=truth,
        probabilities=probabilities,
        names=names,
    )
