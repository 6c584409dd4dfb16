"""What a threshold and its band do to images, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.app.results.curve_tables import band_words, matrix_table

POSITIVE = np.array([True, True, True, False, False, False])
SCORES = np.array([1.0, 0.8, 0.5, 0.7, 0.3, 0.0])


@pytest.mark.parametrize(
    ("band", "flagged", "unsure"),
    [
        (None, ["3 (100%)", "1 (33%)"], None),
        # Both ends belong to the band, as they do where a published model is asked.
        ((0.5, 0.7), ["2 (67%)", "0 (0%)"], ["1 (33%)", "1 (33%)"]),
        ((0.4, 1.0), ["0 (0%)", "0 (0%)"], ["3 (100%)", "1 (33%)"]),
    ],
)
def test_images_in_the_band_and_at_its_ends_are_uncertain(
    band: tuple[float, float] | None, flagged: list[str], unsure: list[str] | None
) -> None:
    table = matrix_table("Covid", POSITIVE, SCORES, 0.5, band)
    assert list(table["Flagged"]) == flagged
    assert ("Uncertain" in table.columns) == (unsure is not None)
    if unsure is not None:
        assert list(table["Uncertain"]) == unsure


def test_what_a_band_leaves_is_told_with_the_interval_of_independent_images() -> None:
    low, high = 0.025**0.25, 1.0  # of four of four, Clopper and Pearson
    assert band_words(POSITIVE, SCORES, 0.5, (0.5, 0.7), np.arange(6)) == (
        "2 of 6 X-rays lie from 0.50 to 0.70: uncertain, ask a human. Of the other 4, 4 are on the "
        f"right side: 1.00 ({low:.2f} to {high:.2f})."
    )


def test_what_a_band_leaves_counts_the_images_of_a_patient_for_what_they_are_worth() -> None:
    low, high = 0.025**0.5, 1.0  # of four of two patients
    told = band_words(POSITIVE, SCORES, 0.5, (0.5, 0.7), np.array([0, 0, 1, 2, 3, 3]))
    assert told.endswith(
        f"Of the other 4, 4 are on the right side: 1.00 ({low:.2f} to {high:.2f})."
    )


def test_a_band_over_all_images_leaves_none() -> None:
    told = band_words(POSITIVE, SCORES, 0.5, (0.0, 1.0), np.arange(6))
    assert told.startswith("6 of 6 X-rays lie from 0.00 to 1.00: uncertain, ask a human.")
    assert told.endswith("Of the other 0, 0 are on the right side: –.")
