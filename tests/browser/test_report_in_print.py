"""The report of one image on paper: one sheet, however much there is to say."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
from judged_point import POINT
from playwright.sync_api import Browser

from xraylib.images.radiograph import Radiograph
from xraylib.models.catalog import find_model
from xraylib.models.classify.classified_image import ClassifiedImage
from xraylib.models.classify.warnings import image_warnings, strange
from xraylib.ood.familiarity import Verdict
from xraylib.reports.image import ImageDocument
from xraylib.workspace import Workspace


def test_an_image_with_every_kind_of_doubt_is_told_on_one_sheet(
    tmp_path: Path, browser: Browser
) -> None:
    bundle = find_model("phantom-demo", workspace=Workspace(tmp_path / "workspace"))
    small = Radiograph(
        pixels=np.tile(np.arange(100, dtype=np.uint8), (100, 1)),
        bit_depth=8,
        mode="DICOM MONOCHROME2",
        format="DICOM",
        attributes={"View": "lateral", "BurnedInAnnotation": "YES"},
    )
    verdict = Verdict(score=2.0, threshold=1.9, reason="too-dark", refuses=False)
    found = (
        *image_warnings(small, np.eye(256, dtype=np.uint8)[:, :, None] * 255),
        strange(verdict, synthetic=True),
    )
    codes = [warning.code for warning in found]
    assert codes == ["low-resolution", "lateral", "burned-in-text", "too-dark"]
    warnings = tuple(replace(warning, refuses=False) for warning in found)
    picture = cv2.imencode(".jpg", np.full((512, 512), 90, np.uint8))[1].tobytes()
    document = ImageDocument(
        result=ClassifiedImage(
            file="a name that is as long as names of exported X-rays often are.dcm",
            label="Covid",
            probabilities=dict.fromkeys(bundle.classes, 1 / 3),
            uncertain=True,
            warnings=warnings,
        ),
        operating=dict.fromkeys(bundle.classes, POINT),
        facts="DICOM, 12 bit, 2,048 × 2,048 pixels",
        sha256="ab" * 32,
        image=picture,
        overlay=picture,
        method="cam",
        judged=datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
        card_address="https://xrays.example.org/Model_card?model=phantom-demo",
    )
    file = tmp_path / "report.html"
    file.write_text(document.to_html(bundle), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    assert sheets(page.pdf(prefer_css_page_size=True)) == 1
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1032})  # A4 within its margins
    for above, below in (("figure", "table"), ("ul.warnings", "dl")):
        upper, lower = (page.locator(part).first.bounding_box() for part in (above, below))
        assert upper is not None
        assert lower is not None
        assert upper["y"] + upper["height"] <= lower["y"]
    image, overlay = (picture.bounding_box() for picture in page.locator("img").all())
    assert image is not None
    assert overlay is not None
    assert (image["width"], image["height"]) == (overlay["width"], overlay["height"])
    page.evaluate("document.body.append(document.querySelector('main').cloneNode(true))")
    assert sheets(page.pdf(prefer_css_page_size=True)) == 2
    refused = ClassifiedImage(
        file="knee.png", warnings=found, would_have_said=dict.fromkeys(bundle.classes, 1 / 3)
    )
    none = replace(document, result=refused, operating=None, overlay=None)
    file.write_text(none.to_html(bundle), encoding="utf-8")
    page.goto(file.as_uri())
    assert page.locator("h1").inner_text() == "This model cannot judge this picture"
    assert sheets(page.pdf(prefer_css_page_size=True)) == 1
    page.close()


def sheets(pdf: bytes) -> int:
    """Pages of a document that Chromium printed."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))
