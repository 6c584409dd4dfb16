"""What the charts of data sets and networks are drawn from, against counts by hand."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.app.shell import charts

COUNTS = {
    "train": {"Covid": 8, "Normal": 4, "Pneumonia": 2},
    "test": {"Covid": 1, "Normal": 1, "Pneumonia": 0},
}


def test_a_class_has_the_same_colour_whatever_else_is_shown() -> None:
    colours = charts.class_colours(["Covid", "Normal", "Pneumonia"])
    assert colours == {"Covid": "#0072b2", "Normal": "#d55e00", "Pneumonia": "#009e73"}
    assert charts.class_colours(["Covid", "Normal"])["Normal"] == colours["Normal"]


def test_more_classes_than_colours_still_have_one_each() -> None:
    assert len(charts.class_colours([f"c{n}" for n in range(20)])) == 20


def test_the_counts_table_has_shares_of_the_split() -> None:
    table = charts.counts_table(COUNTS)
    first = table.iloc[0]
    assert (first["Split"], first["Class"], first["X-rays"]) == ("Training", "Covid", 8)
    assert first["Share"] == pytest.approx(8 / 14)
    assert table["Share"].groupby(table["Split"]).sum().tolist() == pytest.approx([1, 1])


def test_images_outside_class_folders_are_named() -> None:
    assert charts.counts_table({"train": {"": 3}})["Class"].tolist() == ["(no class)"]


def test_the_class_chart_says_each_class_and_number_and_not_by_colour_alone() -> None:
    spec = charts.class_chart(COUNTS).to_dict()
    text = spec["layer"][1]
    assert text["mark"]["type"] == "text"
    assert "datum.Class" in text["transform"][0]["calculate"]
    assert "Training: Covid 8, Normal 4, Pneumonia 2; Test" in charts.counts_sentence(COUNTS)


def test_the_words_of_a_bar_stand_beside_it_however_many_classes_there_are() -> None:
    counts = {"train": {f"class {n}": n for n in range(1, 15)}, "test": {"class 3": 5}}
    spec = charts.class_chart(counts).to_dict()
    bars, words = spec["layer"]
    assert words["encoding"]["y"]["field"] == "Place"
    assert (bars["encoding"]["y"]["field"], bars["encoding"]["y2"]["field"]) == ("Top", "End")
    (rows,) = spec["datasets"].values()
    assert [row["Place"] for row in rows] == [*range(14), 15 + 2]
    assert all(row["Top"] + row["End"] == pytest.approx(2 * row["Place"]) for row in rows)
    axis = words["encoding"]["y"]["axis"]
    # One group's middle is between its seventh and its eighth bar; 15 rows lie between groups.
    assert axis["values"] == [6.5, 21.5]
    assert axis["labelExpr"] == '["Training", "Test"][floor(datum.value / 15)]'


def test_uneven_classes_are_named_with_what_always_guessing_would_give() -> None:
    assert charts.imbalance(COUNTS) == (
        "The classes are uneven: Covid has 4.0 times as many training X-rays as Pneumonia. "
        "Always answering Covid would be right in 57% of them."
    )


def test_even_or_single_classes_are_not_called_uneven() -> None:
    assert charts.imbalance({"train": {"a": 10, "b": 14}}) == ""
    assert charts.imbalance({"train": {"a": 10}}) == ""
    assert charts.imbalance({}) == ""


def test_the_histogram_counts_every_pixel_once() -> None:
    pixels = np.array([[0, 1, 3, 4], [255, 252, 251, 128]], np.uint8)
    table = charts.histogram_table(pixels)
    found = {int(row.Grey): row.Share * 8 for row in table.itertuples() if row.Share}
    assert found == {0: 3, 4: 1, 128: 1, 248: 1, 252: 2}
    assert (table["End"] - table["Grey"] == 4).all()


def test_a_black_border_does_not_press_the_rest_of_the_histogram_flat() -> None:
    pixels = np.zeros((100, 100), np.uint8)
    pixels[:50] = np.arange(100, dtype=np.uint8)
    chart = charts.histogram_chart(pixels)
    drawn = chart.data["Height"]
    assert drawn.max() < charts.histogram_table(pixels)["Share"].max() / 2


def test_the_histogram_in_words() -> None:
    pixels = np.array([[10, 20]], np.uint8)
    assert charts.histogram_sentence("As stored", pixels) == (
        "Grey levels, as stored: mean 15, spread 5, from 10 to 20."
    )


def test_sizes_are_counted_with_the_most_frequent_first() -> None:
    table = charts.sizes_table([10, 20, 20], [5, 6, 6])
    assert table.values.tolist() == [["20 × 6", 2], ["10 × 5", 1]]
