"""The report of one image: complete by itself, and nothing of the image's text as markup."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from judged_point import POINT

from xraylib.models.bundle import Bundle
from xraylib.models.catalog import find_model
from xraylib.models.classify.classified_image import ClassifiedImage
from xraylib.models.classify.warnings import ImageWarning
from xraylib.reports.image import ImageDocument
from xraylib.workspace import Workspace

HOSTILE = '"><script>alert(1)</script><img src=http://example.org/x.png>.png'


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return find_model("phantom-demo", workspace=Workspace(tmp_path / "workspace"))


def document(**changes: Any) -> ImageDocument:
    said: dict[str, Any] = {
        "file": "image.png",
        "label": "Pneumonia",
        "probabilities": {"Covid": 0.0001, "Normal": 0.0, "Pneumonia": 0.9999},
        "uncertain": False,
        "warnings": (),
        "would_have_said": {},
    }
    fields: dict[str, Any] = {
        "operating": None,
        "facts": "DICOM, 12 bit, 256 × 256 pixels",
        "sha256": "ab" * 32,
        "image": b"\xff\xd8film",
        "overlay": b"\xff\xd8overlay",
        "method": "cam",
        "judged": datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
        "card_address": "https://lab.example.org/Model_card?model=phantom-demo",
    }
    said |= {key: changes.pop(key) for key in list(changes) if key in said}
    return ImageDocument(result=ClassifiedImage(**said), **{**fields, **changes})


class Page(HTMLParser):
    """Tags with their attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_it_holds_image_map_probabilities_model_card_and_notice(bundle: Bundle) -> None:
    page = Page(document().to_html(bundle))
    text = page.text
    assert "Research and education only, not a medical device." in text
    assert "More like Pneumonia than the others" in text
    assert "Pneumonia > 0.99" in text
    assert "Normal < 0.01" in text
    assert f"phantom-demo, version {bundle.version}" in text
    assert "DICOM, 12 bit, 256 × 256 pixels" in text
    assert "ab" * 32 in text
    assert "2026-03-04 05:06 UTC" in text
    assert "This model learned from synthetic phantoms only" in text
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert [picture["alt"] for picture in pictures] == [
        "The X-ray image.png",
        "The same X-ray with a heat map of what speaks for Pneumonia",
    ]
    (card,) = [attributes for tag, attributes in page.tags if tag == "a"]
    assert card["href"] == "https://lab.example.org/Model_card?model=phantom-demo"


def test_it_needs_nothing_else_and_runs_nothing(bundle: Bundle) -> None:
    html = document(operating={"Pneumonia": POINT}).to_html(bundle)
    page = Page(html)
    assert not {"script", "link", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    sources = [a.get("src") or "" for _, a in page.tags if "src" in a]
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    assert "url(" not in html
    assert "@import" not in html
    (policy,) = [a["content"] for _, a in page.tags if a.get("http-equiv")]
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def test_no_number_claims_certainty(bundle: Bundle) -> None:
    text = Page(document().to_html(bundle)).text
    assert not re.search(r"\b1\.0+\b|\b0\.0+\b|100 ?%", text)


def test_the_operating_point_is_marked_and_told_in_words_once(bundle: Bundle) -> None:
    page = Page(document(operating={"Pneumonia": POINT}).to_html(bundle))
    told = (
        "The threshold for Pneumonia is 0.42 (chosen on 22 phantoms, which are few); this picture "
        "reaches it. In testing 100 phantoms reached it, 84 rightly."
    )
    assert page.text.count(told) == 1
    (mark,) = [a for tag, a in page.tags if tag == "rect" and a["class"] == "mark"]
    assert mark["x"] == "83.0"  # 0.42 of 200, less half of its width


def test_doubt_is_told(bundle: Bundle) -> None:
    warning = ImageWarning(code="lateral", message="This is a lateral view. Use a frontal X-ray.")
    shares = {"Covid": 0.25, "Normal": 0.34, "Pneumonia": 0.41}
    text = Page(
        document(uncertain=True, probabilities=shares, warnings=(warning,)).to_html(bundle)
    ).text
    assert "Undecided: Pneumonia 0.41, Normal 0.34" in text
    assert "More like" not in text
    assert "Pneumonia is less than 0.20 ahead of Normal. Somebody who reads X-rays should" in text
    assert "Reasons for doubt This is a lateral view. Use a frontal X-ray." in text


def test_what_it_was_worth_in_testing_is_told_with_and_without_thresholds(bundle: Bundle) -> None:
    for operating in (None, {"Pneumonia": POINT}):
        text = Page(document(operating=operating).to_html(bundle)).text
        assert text.count("In testing it called 19 phantoms Pneumonia: all of them were.") == 1
        assert "Where 2 of 100 phantoms have it, at least " in text
    rare = Page(document(prevalence=0.005).to_html(bundle)).text
    assert "Where 5 of 1,000 phantoms have it" in rare


def test_an_acceptance_test_stands_before_the_answer(bundle: Bundle) -> None:
    line = "Tried on 60 X-rays of St <Elsewhere> (2026-12-01): Do not use here: it misses most."
    text = Page(document(tried=line).to_html(bundle)).text
    assert text.index(line) < text.index("More like Pneumonia than the others")
    assert "Do not use here" not in Page(document().to_html(bundle)).text


def test_an_image_that_cannot_be_judged_has_reasons_and_no_class(bundle: Bundle) -> None:
    warnings = (
        ImageWarning(code="lateral", message="A view from the side. Use another.", refuses=True),
        ImageWarning(code="colour", message="It is in colour."),
    )
    html = document(
        label=None,
        probabilities={},
        warnings=warnings,
        would_have_said={"Covid": 0.0001, "Normal": 0.0, "Pneumonia": 0.9999},
    ).to_html(bundle)
    page = Page(html)
    assert page.text.index("This model cannot judge this picture") < page.text.index(
        "Why, and what to do A view from the side. Use another."
    )
    assert "Also It is in colour." in page.text
    assert not re.search("Covid|Pneumonia|In testing|0.99", html.partition("<dl>")[0])
    assert [tag for tag, _ in page.tags].count("img") == 1
    assert "table" not in {tag for tag, _ in page.tags}


def test_an_image_without_a_map_has_one_picture(bundle: Bundle) -> None:
    page = Page(document(overlay=None, method="", card_address=None).to_html(bundle))
    assert [tag for tag, _ in page.tags].count("img") == 1
    assert "Model card with the published model" in page.text


def test_names_and_messages_from_outside_stay_text(bundle: Bundle) -> None:
    warning = ImageWarning(code="x", message=HOSTILE)
    html = document(file=HOSTILE, facts=HOSTILE, warnings=(warning,)).to_html(bundle)
    page = Page(html)
    assert "script" not in {tag for tag, _ in page.tags}
    assert [tag for tag, _ in page.tags].count("img") == 2
    assert HOSTILE in page.text
