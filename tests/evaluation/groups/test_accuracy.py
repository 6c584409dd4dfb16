"""Performance by column: a table about images, what files say, and groups counted by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xraylib.errors import DatasetError
from xraylib.evaluation.groups.accuracy import by_value
from xraylib.evaluation.groups.columns import NO_VALUE, file_columns, read_metadata
from xraylib.evaluation.stored_predictions import JudgedImages
from xraylib.metrics.intervals import wilson_interval
from xraylib.metrics.uncertainty.shares import exact_interval


def _judged(labels: Any, called: Any) -> JudgedImages:
    p = np.full((len(labels), 2), 0.1)
    p[np.arange(len(labels)), called] = 0.9
    return JudgedImages(
        paths=tuple(f"test/A/{i}.png" for i in range(len(labels))),
        labels=np.asarray(labels),
        probabilities=p,
        patients=tuple(f"p{i}" for i in range(len(labels))),
    )


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_is_read_whatever_separates_it(mark: str) -> None:
    rows = [["path", "view", "age"], ["test/A/0.png", "PA", "61"], ["1.png", "AP", ""]]
    table = read_metadata("\n".join(mark.join(row) for row in rows).encode("utf-8-sig"))
    assert list(table.columns) == ["view", "age"]
    paths = ["test/A/0.png", "test/A/1.png", "test/A/2.png"]
    assert table.values("view", paths) == ["PA", "AP", NO_VALUE]
    assert table.values("age", paths) == ["61", NO_VALUE, NO_VALUE]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"name,age\nx,3\n", "it has no column called path, file, filename or image"),
        (b"", "it has no column called path, file, filename or image"),
        (b'path,age\n"x,3\n', "unexpected end of data"),
        ("path,größe\n".encode("latin-1"), "it is no text in UTF-8"),
    ],
)
def test_what_is_no_table_about_images_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(DatasetError) as caught:
        read_metadata(data)
    assert str(caught.value) == (
        f"The table about the images cannot be used: {why}. Expected a CSV in UTF-8 with a header, "
        "a column path and any others. Do this: correct the table and save it as CSV in UTF-8."
    )


def test_groups_are_counted_and_one_that_fares_worse_is_named() -> None:
    labels = [0] * 40 + [1] * 40
    called = [0] * 40 + [1] * 8 + [0] * 32
    rows, notes = by_value(_judged(labels, called), ["one"] * 40 + ["two"] * 40, ("A", "B"))
    one, two = rows
    assert (one.value, one.images, one.right, one.accuracy) == ("one", 40, 40, 1.0)
    assert (two.right, two.accuracy, two.too_few) == (8, 0.2, False)
    assert (one.below, two.below) == (False, True)
    assert one.auc.value is None  # one class alone
    # Wilson of 8 of 40: centre (0.2 + 1.9207 / 40) / 1.09604 = 0.2263, half 0.1213
    assert two.interval == pytest.approx((0.1050, 0.3476), abs=2e-4)
    assert notes == [
        "With 2 groups one may look worse by chance alone; what matters is whether it does so "
        "again on other images"
    ]


def test_of_many_equal_groups_seldom_one_is_called_worse() -> None:
    rng = np.random.default_rng(0)
    called = 0
    for _ in range(150):
        judged = _judged(np.zeros(480, np.int64), (rng.random(480) < 0.2).astype(int))
        rows, _ = by_value(judged, [str(place % 12) for place in range(480)], ("A", "B"))
        called += any(row.below for row in rows)
        asked = [row.against for row in rows]
        assert all(one is not None and one.p <= one.p_holm for one in asked)
    assert called <= 0.08 * 150  # one of 12 in 45 of 100 tables without the correction


def test_a_group_of_nine_patients_is_too_few_to_tell_and_one_of_ten_is_not() -> None:
    judged = _judged([0] * 100, [1] * 20 + [0] * 80)
    small, large = by_value(judged, ["one"] * 9 + ["two"] * 91, ("A", "B"))[0]
    assert small.too_few
    assert (small.accuracy, small.below, small.against) == (0.0, False, None)
    assert small.to_json()["against"] is None
    assert large.too_few  # with whom would it be compared?
    small, large = by_value(judged, ["one"] * 10 + ["two"] * 90, ("A", "B"))[0]
    assert (small.too_few, small.below, large.below) == (False, True, False)
    # Nineteen images of nine patients and a half, by Kish, are too few as well.
    twice = replace(judged, patients=tuple(f"p{place // 2}" for place in range(100)))
    assert by_value(twice, ["one"] * 19 + ["two"] * 81, ("A", "B"))[0][0].too_few


def test_of_two_groups_one_question_is_asked() -> None:
    judged = _judged([0] * 100, ([1, 0, 0, 0] * 15 + [1] + [0] * 39))
    one, two = (row.against for row in by_value(judged, ["one"] * 60 + ["two"] * 40, "AB")[0])
    assert one is not None
    assert two is not None
    assert one.p_holm == one.p == two.p_holm
    assert one.difference == -two.difference == pytest.approx(45 / 60 - 39 / 40)
    # Newcombe's tenth method by hand: Wilson of 45 of 60 and of 39 of 40.
    first, second = wilson_interval(45, 60), wilson_interval(39, 40)
    low = -0.225 - ((0.75 - first.low) ** 2 + (second.high - 0.975) ** 2) ** 0.5
    assert one.interval.low == pytest.approx(low)


def test_images_of_one_patient_in_a_group_do_not_count_as_independent() -> None:
    # Ten patients with three images each; the network is right on all of a patient's or on none.
    labels, right = np.zeros(30, np.int64), np.repeat([1, 1, 1, 0, 0, 1, 1, 1, 1, 0], 3)
    judged = replace(
        _judged(labels, 1 - right), patients=tuple(f"p{image // 3}" for image in range(30))
    )
    first, second = by_value(judged, ["one"] * 15 + ["two"] * 15, ("A", "B"))[0]
    assert (first.images, first.right) == (15, 9)
    # Wilson's for 3 of 5 is 0.23 to 0.88, for 9 of 15 it is 0.36 to 0.80.
    low, high = first.interval
    assert low < 0.27
    assert high > 0.86
    assert second.interval[0] < 0.41
    (alone,) = by_value(judged, ["one"] * 30, ("A", "B"))[0]
    assert alone.interval[0] == pytest.approx(wilson_interval(7, 10)[0], abs=0.03)


def test_the_images_of_a_single_patient_are_worth_one() -> None:
    judged = replace(_judged([0] * 6, [0, 1, 1, 0, 0, 0]), patients=("a", "a", "a", "b", "c", "d"))
    first = by_value(judged, ["one"] * 3 + ["two"] * 3, ("A", "B"))[0][0]
    assert first.accuracy == pytest.approx(1 / 3)
    assert first.interval == pytest.approx(exact_interval(1 / 3, 1))


def test_the_auc_of_a_group_is_scikit_learns() -> None:
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(0)
    judged = _judged(rng.integers(0, 2, 60), rng.integers(0, 2, 60))
    values = ["x" if i % 2 else "y" for i in range(60)]
    rows, _ = by_value(judged, values, ("A", "B"))
    own = np.array([value == "x" for value in values])
    expected = roc_auc_score(judged.labels[own], judged.probabilities[own, 1])
    assert rows[0].auc.value == pytest.approx(expected)
    assert rows[0].auc.interval is not None
    assert rows[0].auc.interval.low < expected <= rows[0].auc.interval.high
    assert rows[0].to_json()["auc_ci"] == [*rows[0].auc.interval]


def test_many_numbers_are_cut_into_four_parts_and_many_words_keep_the_most_frequent() -> None:
    judged = _judged([0, 1] * 40, [0, 1] * 40)
    rows, notes = by_value(judged, [str(age) for age in range(80)], ("A", "B"))
    assert [row.images for row in rows] == [20, 20, 20, 20]
    assert rows[0].value == "0 to under 19.75"
    assert rows[-1].value == "59.25 to 79"
    assert notes[0] == "80 different numbers are cut into parts of about equal size"
    words = [f"s{min(i, 30)}" for i in range(80)]
    rows, notes = by_value(judged, words, ("A", "B"))
    assert len(rows) == 13
    assert notes[0] == "the 12 most frequent of 31 values are shown"
    assert sum(row.images for row in rows) == 80


def test_the_files_own_columns_are_those_that_differ(tmp_path: Path) -> None:
    from PIL import Image

    from xraylib.datasets.scan import scan

    (tmp_path / "A").mkdir()
    for number, size in enumerate([(30, 20), (40, 20), (40, 20)]):
        Image.new("L", size, 10 * number).save(tmp_path / "A" / f"{number}.png")
    found = file_columns(scan(tmp_path))
    assert set(found.columns) == {"Size in pixels", "Mean grey level"}
    assert found.values("Size in pixels", ["A/0.png", "A/1.png"]) == ["30 × 20", "40 × 20"]
