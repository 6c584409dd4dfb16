"""Values and keys are those that evaluations had before metrics became a table.

Intervals are not: those of before were too narrow where a class or patients were few, and were
missing at 0 and 1. The tests of intervals hold them against second sources and simulations.
"""

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


def _same(found: Any, before: Any, place: str) -> None:
    if isinstance(before, dict):
        assert before.keys() <= found.keys(), place
        for key in before:
            if key in ("precision", "npv", "precision_ci", "npv_ci") and found[key] is None:
                # of a class that has none or all of the images it was 0 or 1 in any case
                assert found["support"] == 0 or found["specificity"] is None, place
            elif key == "methods" or key.endswith("_ci"):
                assert isinstance(found[key], type(before[key])) or before[key] is None, place
            else:
                _same(found[key], before[key], f"{place}.{key}")
    elif isinstance(before, list):
        assert len(found) == len(before), place
        for number, (one, other) in enumerate(zip(found, before, strict=True)):
            _same(one, other, f"{place}[{number}]")
    elif isinstance(before, float):  # the last digit of a sum may differ between processors
        assert found == pytest.approx(before, rel=1e-12, abs=0), place
    else:
        if isinstance(before, str):  # a sentence that said how, where there are several ways
            before = before.replace(": whole patients are drawn", ": intervals count patients")
        assert (found, type(found)) == (before, type(before)), place


@pytest.mark.parametrize("name", SETS)
def test_an_evaluation_is_what_it_was(name: str) -> None:
    found = json.loads(json.dumps(evaluate_predictions(**SETS[name]()).to_json(), allow_nan=False))
    before = dict(GOLDEN[name])
    reasons, told = found.pop("undefined"), before.pop("undefined")
    _same(found, before, name)
    for key, reason in told.items():
        assert key.endswith("_ci") or reasons[key] == reason, key


@pytest.mark.parametrize("name", SETS)
def test_an_evaluation_of_before_is_read_and_written_as_it_was(name: str) -> None:
    before = GOLDEN[name]
    assert json.loads(json.dumps(Evaluation.from_json(before).to_json())) == before
