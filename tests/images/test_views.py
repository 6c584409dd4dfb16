"""From which side a chest was taken, in every usual spelling."""

from __future__ import annotations

import numpy as np
import pytest
from made_images import dicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.sr import _cid_dict, _concepts_dict, _snomed_dict

from xraylib.images.decode import read_image
from xraylib.images.views import view_of

RAMP = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64)


@pytest.mark.parametrize(
    ("position", "view"),
    [
        *((name, "lateral") for name in ("LL", "RL", "LLAT", "RLAT", "LAT", "LATERAL", "L LAT")),
        *((name, "lateral") for name in ("LEFT LATERAL", "XTABLE LATERAL", "Right-Lateral")),
        *((name, "lateral") for name in ("LATERAL LEFT", "X-TABLE LAT", "CROSS TABLE LATERAL")),
        *((name, "AP") for name in ("AP", "ap", "A.P", "A/P", "ANTERO-POSTERIOR", "AP SUPINE")),
        *((name, "PA") for name in ("PA", "P/A", "postero-anterior", "PA ERECT")),
        *((name, "AP portable") for name in ("PORTABLE AP", "AP PORTABLE", "AP BEDSIDE")),
        ("PORTABLE", "portable"),
        # A patient who lies on a side, and oblique views: not from the side.
        *((name, "") for name in ("LLD", "RLD", "LEFT LATERAL DECUBITUS", "LAO", "RLO", "LLO")),
        ("AP LEFT LATERAL DECUBITUS", "AP"),
        *((name, "") for name in ("", "PLATE", "LATERALITY", "APEX", "OTHER", "LATERAL OBLIQUE")),
    ],
)
def test_a_view_position_in_any_spelling(position: str, view: str) -> None:
    assert view_of(position, ()) == view


def known_codes(name: str) -> set[str]:
    """Of both generations, as pydicom's own tables of PS3.16 have them."""
    (new,) = _concepts_dict.concepts["SCT"][name]
    return {new, _snomed_dict.mapping["SCT"][new]}


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("LateralProjection", "lateral"),
        ("LeftLateral", "lateral"),
        ("RightLateral", "lateral"),
        ("MedioLateralProjection", "lateral"),
        ("LateralMedial", "lateral"),
        ("Sagittal", "lateral"),
        ("AnteroPosterior", "AP"),
        ("PosteroAnterior", "PA"),
    ],
)
def test_a_view_code_of_either_generation_tells_it_without_words(name: str, view: str) -> None:
    for code in known_codes(name):
        assert view_of("", [(code, "")]) == view


def test_no_other_code_of_that_list_is_a_view_we_name() -> None:
    named = {"AnteroPosterior", "PosteroAnterior", "LeftLateral", "RightLateral", "LateralMedial"}
    named |= {"LateralProjection", "MedioLateralProjection", "Sagittal"}
    for name in set(_cid_dict.cid_concepts[4010]["SCT"]) - named:
        assert [view_of("", [(code, "")]) for code in known_codes(name)] == ["", ""], name


def test_a_code_goes_before_a_word_and_words_before_the_orientation() -> None:
    assert view_of("PA", [("399173006", "")]) == "lateral"
    assert view_of("", [], "P") == "lateral"
    assert view_of("", [], "AR") == "lateral"
    assert view_of("PA", [], "P") == "PA"
    assert view_of("SWIMMERS", [], "P") == ""
    assert view_of("", [], "L") == ""
    assert view_of("", [("1", "portable")], "L") == "portable"


def coded(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", meaning
    return item


def test_the_view_is_an_attribute_of_the_picture() -> None:
    view = coded("272479007", "postero-anterior")
    image = read_image(dicom(RAMP, ViewPosition="", ViewCodeSequence=Sequence([view])))
    assert image.attributes["View"] == "PA"
    assert image.attributes["ViewCode"] == "postero-anterior"
    assert read_image(dicom(RAMP, PatientOrientation=["P", "F"])).attributes["View"] == "lateral"
    assert "View" not in read_image(dicom(RAMP)).attributes
