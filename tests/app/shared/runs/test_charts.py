"""Curves of runs: what is drawn for which events."""

from __future__ import annotations

import json
from typing import Any

import pytest

from xraylib.app.shared.runs.charts import (
    MAX_POINTS,
    History,
    curve_rows,
    curve_spec,
    curve_summary,
)


def epoch(number: int, **values: float) -> dict[str, Any]:
    return {
        "event": "epoch",
        "epoch": number,
        "loss": 1 / number,
        "accuracy": 0.5,
        "val_loss": 2 / number,
        "val_accuracy": 0.4,
        **values,
    }


def step(number: int, of: int, place: int) -> dict[str, Any]:
    return {
        "event": "step",
        "epoch": number,
        "step": place,
        "steps": of,
        "loss": float(place),
        "accuracy": 0.1 * place,
    }


def history(*events: dict[str, Any]) -> History:
    made = History()
    made.add(events)
    return made


def points(rows: Any, series: str) -> list[tuple[float, float]]:
    return [(r["x"], r["value"]) for r in rows.to_pylist() if r["series"] == series]


def test_each_epoch_gives_a_point_for_training_and_one_for_validation() -> None:
    rows = curve_rows({"a": history(epoch(1), epoch(2))}, measure="loss", by="epoch", best={"a": 2})
    assert points(rows, "Training") == [(1.0, 1.0), (2.0, 0.5)]
    assert points(rows, "Validation") == [(1.0, 2.0), (2.0, 1.0)]


def test_only_the_best_epoch_on_the_validation_curve_is_marked() -> None:
    rows = curve_rows(
        {"a": history(epoch(1), epoch(2), epoch(3))}, measure="loss", by="epoch", best={"a": 2}
    ).to_pylist()
    assert [(r["series"], r["x"]) for r in rows if r["best"]] == [("Validation", 2.0)]


def test_without_validation_images_the_best_epoch_is_marked_on_the_training_curve() -> None:
    events = [{**epoch(n), "val_loss": None} for n in (1, 2)]
    rows = curve_rows({"a": history(*events)}, measure="loss", by="epoch", best={"a": 1})
    assert [(r["series"], r["x"]) for r in rows.to_pylist() if r["best"]] == [("Training", 1.0)]


def test_steps_stand_inside_their_epoch() -> None:
    told = history(step(1, 4, 1), step(1, 4, 4), step(2, 4, 2))
    rows = curve_rows({"a": told}, measure="loss", by="step", best={"a": None})
    assert points(rows, "Training") == [(0.25, 1.0), (1.0, 4.0), (1.5, 2.0)]


def test_a_hundred_thousand_steps_become_500_means_that_end_at_the_last_step() -> None:
    told = history(*(step(n // 100 + 1, 100, n % 100 + 1) for n in range(100_000)))
    found = points(curve_rows({"a": told}, measure="loss", by="step", best={}), "Training")
    assert len(found) == MAX_POINTS
    assert found[-1][0] == 1000.0
    # Each point is the mean of 200 steps whose losses are 1, 2, … 100, twice over.
    assert found[0][1] == pytest.approx(50.5)


def test_thinning_keeps_the_best_epoch() -> None:
    told = history(*(epoch(n) for n in range(1, 5001)))
    rows = curve_rows({"a": told}, measure="loss", by="epoch", best={"a": 4321})
    marked = [r["x"] for r in rows.to_pylist() if r["best"]]
    assert marked == [4321.0]
    assert len(points(rows, "Validation")) <= MAX_POINTS


def test_epochs_that_a_resumed_run_computed_again_replace_the_first_ones() -> None:
    told = history(epoch(1), epoch(2, loss=9.0), epoch(3), epoch(2, loss=7.0))
    rows = curve_rows({"a": told}, measure="loss", by="epoch", best={})
    assert points(rows, "Training") == [(1.0, 1.0), (2.0, 7.0)]


def test_add_says_whether_a_curve_has_grown() -> None:
    told = History()
    assert told.add([epoch(1)])
    assert not told.add([{"event": "finished", "run": "x", "status": "finished"}])
    assert not told.add([])


def test_the_figure_does_not_depend_on_the_numbers() -> None:
    first = curve_spec("loss", by="epoch", epochs=60, runs=["a"])
    second = curve_spec("loss", by="epoch", epochs=60, runs=["b"])
    assert json.dumps(first) == json.dumps(second)
    assert "datasets" not in first


def test_several_runs_are_coloured_by_run_and_dashed_by_images() -> None:
    spec = json.dumps(curve_spec("loss", by="epoch", epochs=60, runs=["a", "b"]))
    assert '"field": "run"' in spec
    assert '"strokeDash"' in spec


def test_the_summary_says_the_last_values() -> None:
    assert curve_summary("loss", {"a": history(epoch(1), epoch(2))}) == (
        "Loss by epoch. a: after epoch 2 training 0.500, validation 1.000."
    )
    assert curve_summary("auc", {"a": History()}) == "AUC by epoch. No epoch has ended yet."


def test_smoothing_starts_at_the_first_value_and_follows_slowly() -> None:
    told = history(epoch(1, loss=4.0), epoch(2, loss=0.0), epoch(3, loss=0.0))
    rows = curve_rows({"a": told}, measure="loss", by="epoch", best={}, smoothing=0.5)
    # Weights 1; 1/2, 1; 1/4, 1/2, 1: 4, then 2 / 1.5, then 1 / 1.75.
    assert [value for _, value in points(rows, "Training")] == pytest.approx([4.0, 4 / 3, 4 / 7])


def test_the_learning_rate_of_steps_stands_inside_the_epochs() -> None:
    told = history(
        {**step(1, 2, 1), "learning_rate": 0.5}, {**step(1, 2, 2), "learning_rate": 0.25}
    )
    rows = curve_rows({"a": told}, measure="learning_rate", by="step", best={"a": None})
    assert points(rows, "Training") == [(0.5, 0.5), (1.0, 0.25)]


def test_the_learning_rate_has_one_curve() -> None:
    told = history(epoch(1, learning_rate=0.1), epoch(2, learning_rate=0.05))
    rows = curve_rows({"a": told}, measure="learning_rate", by="step", best={"a": 2})
    assert points(rows, "Training") == [(1.0, 0.1), (2.0, 0.05)]
    assert points(rows, "Validation") == []
