"""Numbers, keys and their order are those that evaluations had before metrics became a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from random_predictions import SETS

from xraylib.metrics.evaluation import Evaluation, evaluate_predictions

GOLDEN: Final = json.loads(
    (Path(__file__).parent / "golden" / "evaluations.json").read_text(encoding="utf-8")
)
_TOLD_BETTER: Final = "too few images for an interval"
"""A reason that was given too often: now it is said what there are too few of."""


def _same(found: Any, before: Any, place: str) -> None:
    if isinstance(before, dict):
        # A number that came later may stand between those of before.
        assert [key for key in found if key in before] == list(before), place
        for key in before:
            _same(found[key], before[key], f"{place}.{key}")
    elif isinstance(before, list):
        assert len(found) == len(before), place
        for number, (one, other) in enumerate(zip(found, before, strict=True)):
            _same(one, other, f"{place}[{number}]")
    elif isinstance(before, float):  # the last digit of a sum may differ between processors
        assert found == pytest.approx(before, rel=1e-12, abs=0), place
    else:
        assert (found, type(found)) == (before, type(before)), place


@pytest.mark.parametrize("name", SETS)
def test_an_evaluation_is_what_it_was(name: str) -> None:
    found = json.loads(json.dumps(evaluate_predictions(**SETS[name]()).to_json(), allow_nan=False))
    before = dict(GOLDEN[name])
    reasons, told = found.pop("undefined"), before.pop("undefined")
    _same(found, before, name)
    assert reasons.keys() >= told.keys()
    for key, reason in told.items():
        assert reasons[key] == reason or (reason == _TOLD_BETTER and reasons[key]), key


@pytest.mark.parametrize("name", SETS)
def test_an_evaluation_of_before_is_read_and_written_as_it_was(name: str) -> None:
    before = GOLDEN[name]
    assert json.loads(json.dumps(Evaluation.from_json(before).to_json())) == before
