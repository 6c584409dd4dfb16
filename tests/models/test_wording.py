"""Words about images: the full sentences, and no certainty."""

from __future__ import annotations

from typing import Any

import pytest

from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.models.classify.classifier import Flag
from xraylib.models.wording import (
    as_xrays,
    few_words,
    flag_frequency,
    how_good,
    image_sentence,
    share,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, "< 0.01"),
        (0.0049, "< 0.01"),
        (0.005, "0.01"),
        (0.876, "0.88"),
        (0.9949, "0.99"),
        (0.995, "> 0.99"),
        (1.0, "> 0.99"),
    ],
)
def test_a_share_never_claims_certainty(value: float | None, text: str) -> None:
    assert share(value) == text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("60 images come from 24 patients", "60 X-rays come from 24 patients"),
        ("there is only one image", "there is only one X-ray"),
        ("Reading images", "Reading X-rays"),
        ("no interval for an image or its imagery", "no interval for an X-ray or its imagery"),
    ],
)
def test_a_sentence_of_the_library_speaks_of_xrays_on_a_page(said: str, shown: str) -> None:
    assert as_xrays(said) == shown


def point(right: int, images: int, **more: object) -> ChosenPoint:
    return ChosenPoint.from_json({"threshold": 0.42, "flagged_right": [right, images], **more})


def flag(right: int, images: int, *, flagged: bool = True) -> Flag:
    return Flag(point=point(right, images), flagged=flagged, uncertain=False)


def test_a_flag_is_told_in_natural_frequencies_with_its_interval() -> None:
    # Wilson by hand for 84 of 100: centre (0.84 + 1.9207/100) / (1 + 3.8415/100) = 0.8274,
    # half width 1.96 × sqrt(0.84 × 0.16/100 + 3.8415/40000) / 1.038415 = 0.0716.
    told = "84 of 100 such X-rays in testing were (76 to 90; 100 X-rays)"
    assert flag_frequency(point(84, 100)) == told
    assert image_sentence("Pneumonia", {"Pneumonia": flag(84, 100)}) == (
        f"More like Pneumonia than the others; at this threshold (0.42) {told}."
    )


def test_the_interval_of_a_flag_is_the_published_one_where_there_is_one() -> None:
    assert flag_frequency(point(20, 22, flagged_ci=[0.57, 0.984])) == (
        "91 of 100 such X-rays in testing were (57 to 98; 22 X-rays)"
    )
    assert flag_frequency(point(19, 19, flagged_ci=[0.676, 1.0])) == (
        "all of the 19 such X-rays in testing were (that can mean as few as 68 of 100)"
    )


def test_a_threshold_that_rests_on_few_images_says_so() -> None:
    assert few_words(point(9, 10, too_few=True, rests_on=15)) == (
        "Chosen on only 15 X-rays: take it with care."
    )
    assert few_words(point(9, 10, too_few=False, rests_on=30)) == ""


def test_all_right_is_no_hundred_of_a_hundred() -> None:
    # Wilson's lower end for 20 of 20 is 20 / (20 + 3.8415) = 0.839.
    assert flag_frequency(point(20, 20)) == (
        "all of the 20 such X-rays in testing were (that can mean as few as 84 of 100)"
    )


def test_nearly_all_right_is_not_rounded_to_a_hundred() -> None:
    assert flag_frequency(point(999, 1000)) == (
        "99 of 100 such X-rays in testing were (99 to 99; 1000 X-rays)"
    )


def test_a_class_that_was_never_flagged_says_so() -> None:
    assert flag_frequency(point(0, 0, flagged_split="val")) == (
        "no X-ray in validation was flagged, so nothing is known of such X-rays"
    )


def test_an_image_below_its_threshold_is_not_counted_as_its_class() -> None:
    assert image_sentence("Covid", {"Covid": flag(9, 10, flagged=False)}) == (
        "More like Covid than the others, but below its threshold (0.42): in testing such an X-ray "
        "was not counted as Covid."
    )


@pytest.mark.parametrize("operating", [None, {}, {"Normal": flag(1, 2)}])
def test_without_an_operating_point_only_the_likeness_is_said(operating: object) -> None:
    assert image_sentence("Covid", operating) == "More like Covid than the others."  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("metrics", "told"),
    [
        (
            {"n": 60, "accuracy": 0.9833, "accuracy_ci": [0.911, 0.9971], "known": 0},
            "Accuracy 0.98 (0.91 to > 0.99; 95 % interval) on 60 test X-rays that it had not seen",
        ),
        ({"n": 3, "accuracy": 1.0, "known": None}, "Accuracy > 0.99 on 3 test X-rays"),
        (
            {"n": 66, "accuracy": 0.75, "split": "test", "known": 9},
            "Accuracy 0.75 on 66 test X-rays, 9 of which its training knew: expect less",
        ),
        (
            {"n": 50, "accuracy": 0.75, "split": "val", "known": 0},
            "Accuracy 0.75 on 50 validation X-rays, by which its training was watched: expect less",
        ),
        ({"n": 0, "accuracy": None}, "It was never tested on X-rays of its own"),
        ({}, "It was never tested on X-rays of its own"),
    ],
)
def test_how_good_a_model_is_never_claims_certainty(metrics: dict[str, Any], told: str) -> None:
    assert how_good(metrics, synthetic=False) == told
    synthetic = told.replace(" test X-rays", " test phantoms (synthetic)")
    synthetic = synthetic.replace(" validation X-rays", " validation phantoms (synthetic)")
    assert how_good(metrics, synthetic=True) == synthetic
