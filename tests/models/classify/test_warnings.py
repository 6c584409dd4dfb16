"""What an image gives away by itself: views from the side, and text in the picture."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from xraylib.images.decode import read_image
from xraylib.images.prepare import Preparation, prepare
from xraylib.images.radiograph import Radiograph
from xraylib.models.classify.warnings import image_warnings
from xraylib.settings import SAMPLE_DATA

LATERAL = (
    "The file says that this is a view from the side, and the network was made for views from the "
    "front or the back. Use the frontal X-ray."
)
TEXT = (
    "There is text in the picture itself. A network can take it for a sign of disease, and it may "
    "name the patient. Export the X-ray without text."
)


def phantom() -> NDArray[np.uint8]:
    file = sorted((SAMPLE_DATA / "test" / "Normal").glob("*.png"))[0]
    return read_image(file).as_uint8()


def image(pixels: NDArray[Any] | None = None, bit_depth: int = 8, **attributes: str) -> Radiograph:
    return Radiograph(
        pixels=phantom() if pixels is None else pixels,
        bit_depth=bit_depth,
        mode="L",
        format="PNG",
        attributes=attributes,
    )


def found(radiograph: Radiograph) -> dict[str, str]:
    warnings = image_warnings(radiograph, prepare(radiograph, Preparation()))
    return {warning.code: warning.message for warning in warnings}


@pytest.mark.parametrize("view", ["lateral", "lateral portable"])
def test_a_view_from_the_side_is_told_by_the_files_own_words(view: str) -> None:
    assert found(image(View=view)) == {"lateral": LATERAL}


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"ViewPosition": "PA"},
        {"ViewPosition": "AP", "PatientOrientation": "L\\F"},
        {"ViewPosition": "LLD"},  # lying on the left side, seen from the front
        {"PatientOrientation": "L\\F"},
    ],
)
def test_a_frontal_view_gets_no_warning(attributes: dict[str, str]) -> None:
    assert found(image(**attributes)) == {}


def lettered(text: str, *, factor: int = 1) -> NDArray[np.uint8]:
    pixels = cv2.resize(phantom(), None, fx=2 * factor, fy=2 * factor)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(pixels, text, (20 * factor, 40 * factor), font, 0.6 * factor, 255, factor)
    return pixels


@pytest.mark.parametrize("factor", [1, 4])
def test_text_in_the_picture_is_seen_at_any_size(factor: int) -> None:
    assert found(image(lettered("SMITH JOHN", factor=factor))) == {"burned-in-text": TEXT}


def test_text_is_seen_in_twelve_bits() -> None:
    deep = lettered("SMITH JOHN").astype(np.uint16) * 16
    assert set(found(image(deep, bit_depth=12))) == {"burned-in-text"}


def test_a_side_marker_is_no_text() -> None:
    assert found(image(lettered("L"))) == {}


@pytest.mark.parametrize("deviation", [8, 16, 25, 32])
def test_noise_is_no_text_but_a_page_full_of_print_is(deviation: int) -> None:
    noise = np.random.default_rng(0).normal(0, deviation, phantom().shape)
    assert "burned-in-text" not in found(image((phantom() + noise).clip(0, 255).astype(np.uint8)))
    full = phantom().copy()
    for line in range(20, 250, 14):
        place = (2, line)
        cv2.putText(full, "DOE J 1953-02-11 PA SUPINE", place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, 255)
    assert "burned-in-text" in found(image(full))


def test_a_file_that_says_it_has_text_is_believed() -> None:
    assert set(found(image(BurnedInAnnotation="YES"))) == {"burned-in-text"}
    assert found(image(BurnedInAnnotation="NO")) == {}


def test_no_warning_claims_a_hundred_percent() -> None:
    red = np.zeros((256, 256, 3), np.uint8)
    red[..., 0] = np.random.default_rng(0).integers(100, 255, (256, 256))
    assert found(image(red))["colour"].startswith("99% of the picture is in colour")
