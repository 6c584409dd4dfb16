"""Words about images: the full sentences, and no certainty."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from xraylib.evaluation.known_images import KnownImages
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.models.classify.classified_image import ClassifiedImage
from xraylib.models.classify.prediction import Flag
from xraylib.models.classify.warnings import ImageWarning
from xraylib.models.wording import (
    as_phantoms,
    as_xrays,
    headline,
    how_good,
    leading,
    share,
    threshold_words,
    undecided_words,
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
        ("images/a.png and old/images/b.png, images", "images/a.png and old/images/b.png, X-rays"),
        ("x/image.png is an image.", "x/image.png is an X-ray."),
    ],
)
def test_a_sentence_of_the_library_speaks_of_xrays_on_a_page(said: str, shown: str) -> None:
    assert as_xrays(said) == shown


def said(uncertain: bool = False, **shares: float) -> ClassifiedImage:
    label = max(shares, key=shares.__getitem__)
    return ClassifiedImage(file="image.png", label=label, probabilities=shares, uncertain=uncertain)


def flag(*, flagged: bool = True, uncertain: bool = False, **more: object) -> Flag:
    point = ChosenPoint.from_json({"threshold": 0.42, **more})
    return Flag(point=point, flagged=flagged, uncertain=uncertain)


def test_a_class_that_stands_out_is_what_an_image_is_more_like() -> None:
    assert headline(said(Covid=0.99, Normal=0.01)) == "More like Covid than the others"
    assert leading(said(Covid=0.99, Normal=0.01)) == ("Covid",)


def test_undecided_is_said_and_not_in_the_words_of_a_clear_answer() -> None:
    told = said(uncertain=True, Covid=0.25, Normal=0.41, Pneumonia=0.34)
    assert headline(told) == "Undecided: Normal 0.41, Pneumonia 0.34"
    assert leading(told) == ("Normal", "Pneumonia")
    assert undecided_words(told, None) == (
        "Normal is less than 0.20 ahead of Pneumonia. Somebody who reads X-rays should decide."
    )


def test_why_an_image_is_undecided_is_told() -> None:
    assert undecided_words(said(Covid=0.99, Normal=0.01), None) == ""
    spread = said(uncertain=True, Covid=0.55, Normal=0.3, Pneumonia=0.15)
    assert undecided_words(spread, None) == (
        "No class reaches 0.60. Somebody who reads X-rays should decide."
    )
    banded = {"Covid": flag(uncertain=True, band=[0.3, 0.7])}
    assert undecided_words(spread, banded) == (
        "0.55 for Covid lies in its uncertain band, 0.30 to 0.70. Somebody who reads X-rays should "
        "decide."
    )


def test_what_cannot_be_judged_has_no_class_in_its_headline() -> None:
    refused = ImageWarning(code="lateral", message="A view from the side.", refuses=True)
    told = ClassifiedImage(
        file="a.png", warnings=(refused,), would_have_said={"Covid": 0.99, "Normal": 0.01}
    )
    assert headline(told) == "This model cannot judge this picture"
    assert leading(told) == ()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            {"chosen_by": "sensitivity 0.90", "rests_on": 22, "too_few": True,
             "flagged_right": [15, 22]},
            "The threshold for Covid is 0.42 (chosen on 22 X-rays, which are few, so that 0.90 of "
            "those who have it reach it); this X-ray reaches it. In testing 22 X-rays reached it, "
            "15 rightly.",
        ),
        (
            {"chosen_by": "specificity 0.95", "rests_on": 80, "flagged_right": [9, 9]},
            "The threshold for Covid is 0.42 (chosen on 80 X-rays, so that 0.95 of the others do "
            "not); this X-ray reaches it. In testing 9 X-rays reached it, all rightly.",
        ),
        (
            {"chosen_by": "cost 5 to 1", "rests_on": 80, "flagged_right": [0, 1]},
            "The threshold for Covid is 0.42 (chosen on 80 X-rays, by what a missed one and a "
            "false alarm cost); this X-ray reaches it. In testing 1 X-ray reached it, "
            "wrongly.",
        ),
        (
            {"flagged_right": [0, 0], "flagged_split": "val"},
            "The threshold for Covid is 0.42; this X-ray reaches it. In validation no X-ray "
            "reached it.",
        ),
    ],
)  # fmt: skip
def test_a_threshold_is_told_in_words(more: dict[str, object], told: str) -> None:
    assert threshold_words("Covid", flag(**more)) == told
    below = told.replace("this X-ray reaches it", "this X-ray does not reach it")
    assert threshold_words("Covid", flag(flagged=False, **more)) == below
    drawn = told.replace("this X-ray", "this picture").replace("X-ray", "phantom")
    assert threshold_words("Covid", flag(**more), synthetic=True) == drawn


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("An X-ray is flagged; an X-ray is not.", "A phantom is flagged; a phantom is not."),
        ("On 60 test X-rays of 24 patients", "On 60 test phantoms of 24 patients"),
        ("frontal chest X-rays, of an X-ray", "frontal chest phantoms, of a phantom"),
        ("of an X-ray of a patient means nothing", "of an X-ray of a patient means nothing"),
        ("not on X-rays of patients", "not on X-rays of patients"),
        ("On X-rays from another hospital", "On X-rays from another hospital"),
        ("came with X-ray Lab", "came with X-ray Lab"),
        ("X-rays/a.png, X-rays", "X-rays/a.png, phantoms"),
    ],
)
def test_a_model_of_phantoms_speaks_of_phantoms_and_of_patients_x_rays_as_such(
    words: str, told: str
) -> None:
    assert as_phantoms(words) == told
    assert as_phantoms(told) == told


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


def test_a_threshold_tells_how_many_of_the_class_it_found_in_testing() -> None:
    """All 15 that reached it were Covid, and 11 of 26 were missed: only the first is flattering."""
    test = {"found": [15, 26], "sensitivity": 15 / 26, "sensitivity_ci": [0.39, 0.74],
            "passed": [40, 40], "specificity": 1.0, "specificity_ci": [0.91, 1.0]}  # fmt: skip
    told = threshold_words("Covid", flag(flagged_right=[15, 15], test=test))
    assert told.endswith(
        "In testing 15 X-rays reached it, all rightly. Of 26 X-rays of Covid in testing 15 "
        "reached it, sensitivity 0.58 (0.39 to 0.74; 95 % interval)."
    )


def test_what_is_reached_without_anatomy_stands_beside_how_good_a_model_is() -> None:
    known = KnownImages(
        images=66, same_bytes=5, changed=2, same_patient=0, audited=True, shortcut=0.79
    )
    metrics = {"n": 66, "split": "test", "accuracy": 0.91, "accuracy_ci": [0.81, 0.96],
               "known": 7, "known_images": known.to_json()}  # fmt: skip
    assert how_good(metrics, synthetic=False).endswith(
        "(5 byte for byte, 2 changed copies): expect less. 0.79 is reached on such X-rays without "
        "looking at the anatomy: it may tell classes by what has nothing to do with disease"
    )
    known = replace(known, shortcut=None)
    without = {**metrics, "known_images": known.to_json()}
    assert how_good(without, synthetic=False).endswith("expect less")
