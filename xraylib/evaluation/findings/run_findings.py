"""What a run said of the findings of images, as it was kept. No TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import RunError
from xraylib.evaluation.stored_predictions import Judged, images_of_table, stored_table
from xraylib.metrics.findings.temperatures import at_temperatures
from xraylib.records import damaged
from xraylib.training.run.results import PREDICTIONS

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


@dataclass(frozen=True, kw_only=True)
class RunFindings(Judged):
    """What a run said of the findings of one split's images.

    Attributes:
        truth: ``(n, findings)`` int8: 1, 0, or -1 where it is not known.
        probabilities: ``(n, findings)``.
        names: Of the findings.
        temperatures: What is applied in ``probabilities``, by finding; 1 where it has none.
    """

    truth: NDArray[np.int8]
    probabilities: NDArray[np.float64]
    names: tuple[str, ...]
    temperatures: Mapping[str, float] = field(default_factory=dict)

    def known(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
        """Probabilities, presence and patients of a finding on the images of which it is known."""
        place = self.names.index(name)
        told = self.truth[:, place] >= 0
        groups = np.unique(self.groups[told], return_inverse=True)[1].astype(np.int64)
        return self.probabilities[told, place], self.truth[told, place] == 1, groups

    def at(self, temperatures: Mapping[str, float]) -> RunFindings:
        """The same after temperatures, by finding; these are the network's own probabilities."""
        p = at_temperatures(self.probabilities, self.names, temperatures)
        return replace(self, probabilities=p, temperatures=dict(temperatures))


def stored_findings(run: Run, *, split: str = "test") -> RunFindings:
    """The network's own probabilities of the findings of one split. No TensorFlow.

    Args:
        run: The run.
        split: ``"val"`` or ``"test"``.

    Raises:
        RunError: codes ``no-predictions`` and ``no-findings``: it tells one class an image.
        DatasetError: codes ``no-films`` and ``test-locked``.
        PathError: code ``damaged``.
    """
    if not run.data.several:
        raise RunError(
            f"The run {run.id} tells one class of an image",
            expected="a run of the class mode multilabel",
            remedy="train one with a table of findings (xraylib train DIR --labels TABLE "
            "--class-mode multilabel)",
            code="no-findings",
        )
    chosen = stored_table(run, split)
    try:
        truth = np.stack([chosen[f"y_{name}"].to_numpy() for name in run.classes], axis=1)
    except (KeyError, ValueError):
        raise damaged(run.folder / PREDICTIONS, "it does not tell the findings") from None
    if not np.isin(truth, (1, 0, -1)).all():
        raise damaged(run.folder / PREDICTIONS, "it has labels other than 1, 0 and -1")
    return RunFindings(
        **vars(images_of_table(chosen, run, split)),
        truth=truth.astype(np.int8),
        probabilities=np.stack([chosen[f"p_{name}"].to_numpy() for name in run.classes], axis=1),
        names=run.classes,
    )
