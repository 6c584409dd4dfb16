"""What a published model adds to its probabilities: temperature, thresholds, and "not my kind"."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from serving_bundles import SIZE, changed_bundle

from xraylib.errors import BundleError
from xraylib.images.decode import Radiograph
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.models.bundle import open_bundle
from xraylib.models.classify.batch import classify_files
from xraylib.models.classify.classified_image import ClassifiedImage
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.prediction import Flag, is_uncertain
from xraylib.models.classify.table import predictions_csv
from xraylib.ood.fit import fit_familiar
from xraylib.ood.image_features import describe_images

pytestmark = pytest.mark.xdist_group("tensorflow")

POINT = {
    "threshold": 0.4,
    "band": [0.3, 0.5],
    "chosen_by": "sensitivity 0.90",
    "rests_on": 22,
    "too_few": True,
    "sensitivity": 0.9,
    "sensitivity_ci": [0.7, 0.97],
    "specificity": 0.8,
    "specificity_ci": [0.6, 0.9],
}


def _image(left: int, right: int) -> Radiograph:
    pixels = np.full((SIZE, SIZE), left, np.uint8)
    pixels[:, SIZE // 2 :] = right
    return Radiograph(pixels=pixels, bit_depth=8, mode="L", format="PNG", attributes={})


def _classifier(original: Path, folder: Path, **changes: Any) -> Classifier:
    return Classifier(open_bundle(changed_bundle(original, folder, **changes)))


def test_the_temperature_divides_the_logits(halves: Path, tmp_path: Path) -> None:
    classifier = _classifier(halves, tmp_path / "1", calibration={"temperature": 2.5})
    image = _image(51, 102)  # logits 10 · 51 / 255 and 10 · 102 / 255, half of it each side
    prediction = classifier.classify(image)
    expected = 1 / (1 + np.exp(-(10 * (102 - 51) / 255) / 2.5))
    assert prediction.probabilities["Right"] == pytest.approx(expected, abs=1e-6)
    many = classifier.probabilities(np.stack([prediction.prepared] * 3))
    assert many[:, 1] == pytest.approx([expected] * 3, abs=1e-6)


def test_the_temperature_of_a_sigmoid_unit(bright: Path, tmp_path: Path) -> None:
    classifier = _classifier(bright, tmp_path / "1", calibration={"temperature": 4.0})
    prediction = classifier.classify(_image(200, 210))
    expected = 1 / (1 + np.exp(-8 * (205 / 255 - 0.5) / 4))
    assert prediction.probabilities["Bright"] == pytest.approx(expected, abs=1e-6)


def test_without_operating_points_an_image_is_uncertain_where_nothing_stands_out(
    halves: Path,
) -> None:
    classifier = Classifier(open_bundle(halves))
    assert classifier.classify(_image(100, 105)).uncertain  # 0.55
    assert not classifier.classify(_image(100, 200)).uncertain
    assert classifier.classify(_image(100, 105)).operating is None


def test_two_classes_that_are_close_are_uncertain_whatever_the_operating_points_say() -> None:
    point = Flag(point=ChosenPoint.from_json(POINT), flagged=True, uncertain=False)
    close, clear = {"A": 0.41, "B": 0.34, "C": 0.25}, {"A": 0.56, "B": 0.35, "C": 0.09}
    for operating in (None, {}, {"A": point}):
        assert is_uncertain(close, operating)
    assert is_uncertain(clear, None)  # none reaches 0.6
    assert not is_uncertain(clear, {"A": point})
    assert is_uncertain(clear, {"A": replace(point, uncertain=True)})
    assert not is_uncertain({"A": 0.6, "B": 0.4}, None)
    assert is_uncertain({"A": 0.59, "B": 0.41}, {"A": point})


@pytest.mark.parametrize(
    ("right", "flagged", "uncertain"),
    [(0.2, False, False), (0.35, False, True), (0.45, True, True), (0.9, True, False)],
)
def test_a_threshold_flags_and_its_band_asks_a_human(
    halves: Path, tmp_path: Path, right: float, flagged: bool, uncertain: bool
) -> None:
    classifier = _classifier(halves, tmp_path / "1", operating={"Right": POINT})
    gap = np.log(right / (1 - right)) * 255 / 10
    prediction = classifier.classify(_image(100, round(100 + gap)))
    assert prediction.probabilities["Right"] == pytest.approx(right, abs=0.02)
    assert prediction.operating is not None
    assert set(prediction.operating) == {"Right"}
    assert prediction.operating["Right"].flagged is flagged
    assert prediction.operating["Right"].point.sensitivity.interval == (0.7, 0.97)
    assert prediction.uncertain is uncertain


def _ood() -> Any:
    """Images of which one half is a little brighter than the other, around grey 100."""
    rng = np.random.default_rng(0)
    images = []
    for _ in range(80):
        pixels = rng.normal(100, 6, (SIZE, SIZE, 1))
        pixels[:, : SIZE // 2] += rng.normal(10, 2)
        images.append((np.clip(pixels, 0, 255).astype(np.uint8), None))
    return fit_familiar(describe_images(images[:60]), describe_images(images[60:])).to_json()


def test_an_image_of_another_kind_has_a_warning_on_the_page_and_in_the_command(
    halves: Path, tmp_path: Path
) -> None:
    classifier = _classifier(halves, tmp_path / "1", ood=_ood())
    noise = np.random.default_rng(5).normal(100, 6, (SIZE, SIZE))
    noise[:, : SIZE // 2] += 10
    usual = np.clip(noise, 0, 255).astype(np.uint8)
    strange = np.zeros((SIZE, SIZE), np.uint8)
    strange[::4] = 255
    files = []
    for name, pixels in (("usual", usual), ("strange", strange)):
        files.append(tmp_path / f"{name}.png")
        Image.fromarray(pixels).save(files[-1])
    first, second = classify_files(files, classifier)
    assert first.warnings == ()
    assert [warning.code for warning in second.warnings] == ["unlike-training"]
    image = Radiograph(pixels=strange, bit_depth=8, mode="L", format="PNG", attributes={})
    prediction = classifier.classify(image)
    (warning,) = prediction.warnings
    assert warning == second.warnings[0]
    assert warning.refuses
    assert warning.message == (
        "The picture is like none of the X-rays that this model learned from, in layout, edges and "
        "greys: it may be no such X-ray at all. Use an original X-ray of the kind that the model "
        "card names."
    )
    assert (prediction.status, prediction.label) == ("cannot-judge", None)
    assert (prediction.probabilities, prediction.flagged) == ({}, None)
    assert prediction.heat_map is None
    assert not prediction.uncertain
    assert second.would_have_said == prediction.would_have_said
    assert sum(second.would_have_said.values()) == pytest.approx(1)
    assert second.why_not == warning.message
    told = second.to_json()
    assert (told["status"], told["label"], told["probabilities"]) == ("cannot-judge", None, {})
    assert ClassifiedImage.from_json(json.loads(json.dumps(told))) == second
    (line,) = csv.DictReader(io.StringIO(predictions_csv([second], classifier.bundle)))
    assert (line["status"], line["more_like"], line["p_Left"]) == ("cannot-judge", "", "")
    assert float(line["would_have_said_p_Left"]) == pytest.approx(
        second.would_have_said["Left"], abs=1e-6
    )
    assert line["error"] == warning.message
    explained = classifier.explained(prediction)
    assert explained.heat_map is not None
    assert explained.status == "cannot-judge"


def test_a_damaged_description_of_the_training_images_is_refused(
    halves: Path, tmp_path: Path
) -> None:
    with pytest.raises(BundleError) as caught:
        _classifier(halves, tmp_path / "1", ood={"threshold": 1})
    assert caught.value.code == "damaged"
    assert caught.value.message == (
        "The published model has an ood.json that does not fit. Expected a network that fits its "
        "description. Do this: publish the run again."
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"calibration": {"temperature": 0}},
        {"calibration": {"temperature": "warm"}},
        {"operating": {"Middle": POINT}},
        {"operating": {"Left": {**POINT, "threshold": -1}}},
        {"operating": {"Left": {**POINT, "band": [0.9, 0.1]}}},
        {"operating": {"Left": {**POINT, "flagged_right": [3]}}},
    ],
    ids=lambda changes: json.dumps(changes)[:40],
)
def test_nonsense_in_the_new_parts_is_refused(
    halves: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    with pytest.raises(BundleError) as caught:
        open_bundle(changed_bundle(halves, tmp_path / "1", **changes))
    assert caught.value.code == "schema"
