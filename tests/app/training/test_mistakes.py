"""What stands below a picture that the network got wrong, of classes and of findings."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.app.training.epochs_panel import mistake_words
from xraylib.training.loop.epoch_metrics import FindingMetrics


def test_of_findings_the_probability_of_the_finding_is_told_whichever_way_it_is_wrong() -> None:
    metrics = FindingMetrics(2, 2)
    metrics.add(np.array([[1, 0], [0, -1]]), np.zeros(2), np.array([[0.2, 0.1], [0.7, 0.9]]))
    told = [
        {"label": one.label, "predicted": one.predicted, "probability": one.probability}
        for one in metrics.mistakes(9, ("Effusion", "Mass"))
    ]
    words = [mistake_words(one, several=True) for one in told]
    assert words == ["Effusion missed (0.20)", "Effusion made up (0.70)"]


@pytest.mark.parametrize("label", ["Covid", "no Covid"])
def test_a_class_is_taken_for_another(label: str) -> None:
    one = {"label": label, "predicted": "Normal", "probability": 0.71}
    assert mistake_words(one, several=False) == f"{label}, taken for Normal (0.71)"
