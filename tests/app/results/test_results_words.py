"""Words and tables of the Results page, with numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xraylib.app.results import results_words
from xraylib.metrics.evaluation import Evaluation, evaluate_predictions

CLASSES = ["Covid", "Normal"]


def evaluation(right: int, wrong: int, *, majority: int | None = None) -> Evaluation:
    """``right`` + ``wrong`` images, ``majority`` of them Covid (half if not given)."""
    n = right + wrong
    covid = n // 2 if majority is None else majority
    truth = [0] * covid + [1] * (n - covid)
    called = [t if i >= wrong else 1 - t for i, t in enumerate(truth)]
    return evaluate_predictions(truth, [[0.9, 0.1] if c == 0 else [0.2, 0.8] for c in called],
                                CLASSES)  # fmt: skip


def _figure(found: Evaluation, *, dark: bool, chosen: str | None = None) -> Any:
    return results_words.confusion_figure(found.classes, found.confusion, dark=dark, chosen=chosen)


def test_the_verdict_counts_gives_the_interval_and_compares_with_the_majority() -> None:
    # Wilson's interval of 50 of 60: centre (0.8333 + 1.9207 / 60) / 1.0640 = 0.8133, half 0.0943.
    assert results_words.verdict(evaluation(50, 10)) == (
        "**50 of 60 right**: accuracy 0.83 (0.72 to 0.91, 95 % interval). "
        "Better than always saying Covid (0.50)."
    )


def test_what_disagrees_as_often_one_way_as_the_other_is_not_distinguishable() -> None:
    words = results_words.verdict(evaluation(50, 10, majority=50))
    assert words.endswith("Not distinguishable from always saying Covid (0.83) on these 60 X-rays.")


def test_one_image_is_not_called_images() -> None:
    alone = evaluate_predictions([0], [[0.9, 0.1]], CLASSES)
    assert results_words.verdict(alone).endswith("(1.00) on this one X-ray.")
    assert results_words.split_words("test", 1) == "1 test X-ray"
    assert results_words.split_words("", 1_200) == "1,200 X-rays"


def test_a_score_below_the_majority_is_worse() -> None:
    words = results_words.verdict(evaluation(20, 40, majority=50))
    assert words.endswith("Worse than always saying Covid (0.83).")


def test_an_undefined_figure_is_a_dash_and_its_reason_is_listed() -> None:
    found = evaluate_predictions([0, 0], [[0.9, 0.1], [0.8, 0.2]], CLASSES)
    table = results_words.class_table(found)
    assert table.loc["Normal", "Recall"] == "–"
    assert "no image is truly Normal" in results_words.undefined_reasons(found)


def test_cells_list_the_mistakes_first() -> None:
    assert results_words.cells(CLASSES, [[20, 3], [4, 33]]) == {
        "Normal called Covid": 4,
        "Covid called Normal": 3,
        "Normal called Normal": 33,
        "Covid called Covid": 20,
    }


def test_of_a_class_without_images_the_matrix_has_no_shares() -> None:
    found = evaluate_predictions([0, 0], [[0.9, 0.1], [0.2, 0.8]], CLASSES)
    figure = _figure(found, dark=False)
    shown = [annotation.text for annotation in figure.layout.annotations]
    assert ["50%" in text for text in shown] == [True, True, False, False]
    assert all("–" in text and "%" not in text for text in shown[2:])
    assert figure.data[1].hovertext[2] == "Normal called Covid: 0 X-rays, – of the true class"


def test_a_cell_of_the_matrix_can_be_clicked_and_knows_its_name() -> None:
    figure = _figure(evaluation(50, 10), dark=False)
    points, annotations = figure.data[1], figure.layout.annotations
    assert list(points.customdata) == [
        "Covid called Covid",
        "Covid called Normal",
        "Normal called Covid",
        "Normal called Normal",
    ]
    texts = [annotation.text for annotation in annotations]
    assert [(one.y, one.x) for one in annotations[1:3]] == [
        ("Covid", "Normal"),
        ("Normal", "Covid"),
    ]
    assert [text.split("<")[0] for text in texts] == ["20", "10", "0", "30"]
    assert [text.split(">")[2].split("<")[0] for text in texts] == ["67%", "33%", "0%", "100%"]
    assert (points.mode, points.text) == ("markers", None)  # a click fades the points' own text
    assert points.hovertext[1] == "Covid called Normal: 10 X-rays, 33% of the true class"


def luminance(colour: str | tuple[float, ...]) -> float:
    """Of sRGB, 0..1 (WCAG 2.2)."""
    if isinstance(colour, str):
        colour = tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))
    linear = [
        v / 12.92 if (v := value / 255) <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
        for value in colour
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("share", [0, 0.3, 0.55, 0.61, 0.63, 0.7, 0.79, 0.81, 0.9, 1])
def test_the_numbers_stand_out_from_every_cell(share: float, *, dark: bool) -> None:
    right = round(100 * share)
    figure = results_words.confusion_figure("AB", [[right, 100 - right], [0, 100]], dark=dark)
    low, high = (
        [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
        for _, colour in figure.data[0].colorscale
    )
    cell = luminance(tuple(a + (b - a) * share for a, b in zip(low, high, strict=True)))
    words = luminance(figure.layout.annotations[0].font.color)
    contrast = (max(cell, words) + 0.05) / (min(cell, words) + 0.05)
    assert contrast > 4.4, f"{contrast:.1f}"


def test_the_cell_whose_images_are_on_show_has_a_frame() -> None:
    plain = _figure(evaluation(50, 10), dark=True)
    assert plain.layout.shapes == ()
    framed = _figure(evaluation(50, 10), dark=True, chosen="Covid called Normal")
    (frame,) = framed.layout.shapes
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (0.5, 1.5, -0.5, 0.5)  # row 0, column 1


def test_the_matrix_is_told_to_those_who_cannot_see_it() -> None:
    assert results_words.matrix_summary(evaluation(50, 10)) == (
        "Confusion matrix: of 30 Covid X-rays 20 were called Covid; "
        "of 30 Normal X-rays 30 were called Normal."
    )


@pytest.mark.slow
def test_many_classes_with_long_names_keep_the_matrix_readable() -> None:
    classes = [f"<b>finding</b> number {n}" for n in range(14)]
    figure = results_words.confusion_figure(classes, np.eye(14, dtype=int).tolist(), dark=False)
    assert not results_words.shares_fit(classes)
    assert {annotation.text for annotation in figure.layout.annotations} == {"0", "1"}
    assert figure.layout.height < 600
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        # As written, and no longer than a line: Plotly would take the marks for HTML.
        assert axis.ticktext[0] == "&lt;b&gt;finding&lt;/b&gt; …"
        assert list(axis.tickvals) == classes
    assert figure.data[1].hovertext[0].startswith("&lt;b&gt;finding&lt;/b&gt; number 0 called")
    assert figure.data[1].customdata[1] == f"{classes[0]} called {classes[1]}"
