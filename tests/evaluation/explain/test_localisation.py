"""Distances to lesions and deletion curves, against figures worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xraylib.errors import PathError
from xraylib.evaluation.explain.localisation import (
    best_fixed_point,
    deletion_curve,
    distance,
    hit_rates,
    hottest,
    insertion_curve,
    random_point,
    reached,
    read_outlines,
)

SQUARE = np.array([[10, 10], [20, 10], [20, 20], [10, 20]], np.float32)


def test_the_distance_is_to_the_nearest_edge_and_nothing_inside() -> None:
    assert distance((15, 15), [SQUARE]) == 0
    assert distance((25, 15), [SQUARE]) == 5
    assert distance((23, 24), [SQUARE]) == 5  # 3 right of and 4 below the corner
    assert distance((25, 15), [SQUARE, SQUARE + 20]) == 5
    assert distance((25, 15), []) == float("inf")


def test_what_counts_as_a_hit_is_the_lesion_and_a_seam_around_it() -> None:
    hit = reached((64, 64), [SQUARE], reach=3)
    for x, y in ((15, 15), (23, 15), (24, 15), (22, 22), (23, 23), (40, 40)):
        assert bool(hit[y, x]) == (distance((x, y), [SQUARE]) <= 3), (x, y)


def test_the_hottest_point_is_given_as_x_and_y() -> None:
    heat = np.zeros((8, 12), np.float32)
    heat[3, 10] = 1
    assert hottest(heat) == (10, 3)


def test_a_fixed_point_and_a_random_one_are_worth_what_the_areas_say() -> None:
    left, right, both = (np.zeros((2, 4), np.float32) for _ in range(3))
    left[:, 0] = right[:, 3] = both[:, 0] = both[:, 3] = 1
    assert best_fixed_point([left, right, both]) == pytest.approx(2 / 3)
    everywhere, half = np.ones((2, 4), np.float32), np.zeros((2, 4), np.float32)
    half[:, :2] = 1
    assert random_point([left, both], [everywhere, half]) == pytest.approx((1 / 4 + 1 / 2) / 2)


def test_hit_rates_are_counted_by_class() -> None:
    gaps = {"a": ("Covid", 0.0), "b": ("Covid", 8.0), "c": ("Covid", 8.5), "d": ("Pneumonia", 3.0)}
    every, classes = hit_rates(gaps)
    assert every == pytest.approx(3 / 4)
    assert classes == {"Covid": pytest.approx(2 / 3), "Pneumonia": 1.0}


def test_outlines_are_read_by_image(tmp_path: Path) -> None:
    file = tmp_path / "lesions.csv"
    file.write_text("path,class,lesion,outline\na.png,Covid,1,1 2;3 4;5 6.5\na.png,Covid,2,0 0\n")
    found = read_outlines(file)
    assert [one.tolist() for one in found["a.png"]] == [[[1, 2], [3, 4], [5, 6.5]], [[0, 0]]]


@pytest.mark.parametrize(
    "row", ["1 2;3", "1 2;x y", "", "nan 1", "1e9 1", "1 2 3;4 5 6", '"' + "1 2;" * 50_000]
)
def test_outlines_that_are_none_are_named(row: str, tmp_path: Path) -> None:
    file = tmp_path / "lesions.csv"
    file.write_text(f"path,outline\na.png,{row}\n")
    with pytest.raises(PathError, match=r"^lesions\.csv is damaged"):
        read_outlines(file)


def test_another_s_table_tells_no_outlines(tmp_path: Path) -> None:
    file = tmp_path / "lesions.csv"
    file.write_text("image;lesion\na.png;1\n")
    assert read_outlines(file) == {}


def _corner(batch: Any) -> Any:
    """The probability of class 1 is the mean brightness of the upper left quarter."""
    p = batch[:, :4, :4].mean(axis=(1, 2, 3)) / 255
    return np.stack([1 - p, p], axis=1)


def test_a_true_map_deletes_early_and_inserts_early() -> None:
    pixels = np.zeros((8, 8, 1), np.uint8)
    pixels[:4, :4] = 255
    true, false = np.zeros((8, 8), np.float32), np.zeros((8, 8), np.float32)
    true[:4, :4] = false[4:, 4:] = 1
    good = deletion_curve(_corner, pixels, true, 1, steps=4)
    assert good.shares.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert good.probabilities[0] == 1
    # Mean 255 / 4 minus a standard deviation of 255 · √3 / 4 is below 0: black. The quarter is gone
    # after one step.
    assert good.probabilities[1:].tolist() == [0, 0, 0, 0]
    assert good.area == pytest.approx(0.25 / 2)
    assert deletion_curve(_corner, pixels, false, 1, steps=4).area > good.area
    inserted = insertion_curve(_corner, pixels, true, 1, steps=4)
    assert inserted.probabilities[1] == 1
    assert inserted.probabilities[0] < 1
    assert insertion_curve(_corner, pixels, false, 1, steps=4).area < inserted.area
