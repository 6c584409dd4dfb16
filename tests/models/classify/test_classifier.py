"""From an image to a prediction, with networks whose answers can be calculated by hand."""

from __future__ import annotations

import csv
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from serving_bundles import SIZE, facts, write_bundle

from xraylib.errors import BundleError, ImageError
from xraylib.images.decode import Radiograph
from xraylib.models.bundle import open_bundle
from xraylib.models.classify.batch import classify_files, classify_stream
from xraylib.models.classify.classified_image import ClassifiedImage
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.table import predictions_csv

pytestmark = pytest.mark.xdist_group("tensorflow")


def _image(pixels: Any, *, bit_depth: int = 8) -> Radiograph:
    return Radiograph(pixels=pixels, bit_depth=bit_depth, mode="L", format="PNG", attributes={})


def _halves(left: int, right: int, size: int = SIZE) -> Any:
    pixels = np.full((size, size), left, np.uint8)
    pixels[:, size // 2 :] = right
    return pixels


def _png(pixels: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_probabilities_are_those_calculated_by_hand(halves: Path) -> None:
    prediction = Classifier(open_bundle(halves)).classify(_image(_halves(51, 102)))
    expected = 1 / (1 + np.exp(-10 * (102 - 51) / 255))
    assert prediction.label == "Right"
    assert list(prediction.probabilities) == ["Left", "Right"]
    assert prediction.probabilities["Right"] == pytest.approx(expected, abs=1e-6)
    assert sum(prediction.probabilities.values()) == pytest.approx(1, abs=1e-6)
    assert prediction.warnings == ()
    assert prediction.prepared.shape == (SIZE, SIZE, 1)
    assert prediction.milliseconds > 0


def test_one_sigmoid_unit_gives_two_probabilities(bright: Path) -> None:
    classifier = Classifier(open_bundle(bright))
    prediction = classifier.classify(_image(_halves(200, 210)))
    expected = 1 / (1 + np.exp(-8 * (205 / 255 - 0.5)))
    assert prediction.label == "Bright"
    assert prediction.probabilities["Bright"] == pytest.approx(expected, abs=1e-6)
    assert prediction.probabilities["Dark"] == pytest.approx(1 - expected, abs=1e-6)
    assert classifier.classify(_image(_halves(40, 50))).label == "Dark"


def test_sixteen_bit_images_are_judged_like_the_same_image_in_eight(halves: Path) -> None:
    classifier = Classifier(open_bundle(halves))
    small = classifier.classify(_image(_halves(51, 102)), heat_map=False)
    deep = _halves(51, 102).astype(np.uint16) * 257
    large = classifier.classify(_image(deep, bit_depth=16), heat_map=False)
    assert large.probabilities == pytest.approx(small.probabilities, abs=1e-6)


def test_the_map_lies_where_the_network_looked_for_every_class(halves: Path, bright: Path) -> None:
    classifier = Classifier(open_bundle(halves))
    prediction = classifier.classify(_image(_halves(60, 180)))
    assert prediction.heat_map_method == "occlusion"
    assert prediction.heat_map is not None
    assert prediction.heat_map[:, SIZE // 2 + 4 :].mean() > 0.9
    assert prediction.heat_map[:, : SIZE // 2 - 4].mean() < 0.1
    spot = np.full((SIZE, SIZE), 30, np.uint8)
    spot[8:12, 20:24] = 255
    pooled = Classifier(open_bundle(bright))
    found = pooled.classify(_image(spot))
    assert (found.label, found.heat_map_method) == ("Dark", "cam")
    other = pooled.heat_map(found.prepared, "Bright")
    row, column = np.unravel_index(other.argmax(), other.shape)
    assert 8 <= row < 12
    assert 20 <= column < 24
    assert found.heat_map is not None
    assert found.heat_map[9, 21] < 0.1
    assert found.heat_map.shape == (SIZE, SIZE)
    assert found.heat_map.max() == 1


def test_without_a_map_none_is_computed(halves: Path) -> None:
    prediction = Classifier(open_bundle(halves)).classify(_image(_halves(1, 200)), heat_map=False)
    assert prediction.heat_map is None
    assert prediction.heat_map_method == ""


def test_many_threads_get_the_answers_of_their_own_images(halves: Path) -> None:
    classifier = Classifier(open_bundle(halves), workers=3)
    start = threading.Barrier(8)

    def work(seed: int) -> float:
        rng = np.random.default_rng(seed)
        start.wait()
        worst = 0.0
        for _ in range(30):
            left, right = (int(v) for v in rng.integers(0, 256, 2))
            n = int(rng.integers(1, 5))
            rows = classifier.probabilities(np.stack([_halves(left, right)[..., None]] * n))
            expected = 1 / (1 + np.exp(-10 * (right - left) / 255))
            worst = max(worst, float(np.abs(rows[:, 1] - expected).max()))
        return worst

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(work, range(8))) < 1e-4  # single precision
    assert len(classifier._idle) <= 3


@pytest.mark.parametrize(
    ("pixels", "code", "message"),
    [
        (
            _halves(10, 200, 16),
            "low-resolution",
            "The picture has only 16 × 16 pixels, the network looks at 32 × 32: fine signs are "
            "missing. Use the original X-ray, not a preview of it.",
        ),
        (
            _halves(10, 200, 8),
            "too-small",
            "The picture has only 8 × 8 pixels, and the network looks at 32 × 32: what it goes by "
            "is no longer there. Use the original X-ray, not a preview of it.",
        ),
        (
            _halves(10, 200, 9),
            "low-resolution",
            "The picture has only 9 × 9 pixels, the network looks at 32 × 32: fine signs are "
            "missing. Use the original X-ray, not a preview of it.",
        ),
        (
            np.tile(np.arange(100, dtype=np.uint8), (50, 1)),
            "shape",
            "The picture is 100 × 50 pixels, far from the shape of a frontal chest X-ray. Cut it "
            "to the chest.",
        ),
        (
            np.full((64, 64), 77, np.uint8),
            "no-contrast",
            "The picture has almost the same grey everywhere: there is nothing to judge. Check "
            "the export of the X-ray, above all its window.",
        ),
        (
            np.stack([_halves(10, 200, 64)] + [_halves(10, 100, 64)] * 2, axis=2),
            "colour",
            "50% of the picture is in colour, and X-rays are grey. If it is a photograph "
            "or a marked copy, use the original X-ray.",
        ),
    ],
)
def test_a_doubtful_picture_has_a_warning_and_an_empty_one_no_answer(
    halves: Path, pixels: Any, code: str, message: str
) -> None:
    prediction = Classifier(open_bundle(halves)).classify(_image(pixels), heat_map=False)
    assert [(w.code, w.message) for w in prediction.warnings] == [(code, message)]
    assert prediction.status == ("cannot-judge" if code in ("no-contrast", "too-small") else "ok")


def _written_on(
    left: int, right: int, colour: tuple[int, int, int], share: float = 0.09
) -> Radiograph:
    """Halves with a coloured bar of such a share of the picture on the left one."""
    pixels = np.repeat(_halves(left, right, 96)[:, :, None], 3, axis=2)
    pixels[8 : 8 + round(share * 96**2 / 36), 6:42] = colour
    return _image(pixels)


@pytest.mark.parametrize("share", [0.09, 0.15, 0.3])
def test_an_answer_that_comes_from_coloured_marks_is_none(halves: Path, share: float) -> None:
    classifier = Classifier(open_bundle(halves))
    written = _written_on(20, 40, (255, 255, 0), share)
    prediction = classifier.classify(written, heat_map=False)
    assert prediction.likeliest == "Left"  # the mark is bright
    assert prediction.status == "cannot-judge"
    assert [w.code for w in prediction.warnings] == ["marks", "colour"]
    assert "would say Left, without them Right" in prediction.warnings[0].message


def test_marks_that_change_no_answer_leave_it(halves: Path) -> None:
    classifier = Classifier(open_bundle(halves))
    prediction = classifier.classify(_written_on(20, 200, (255, 255, 0)), heat_map=False)
    assert (prediction.label, prediction.status) == ("Right", "ok")
    assert [w.code for w in prediction.warnings] == ["colour"]


def test_a_file_that_says_that_a_program_made_it_is_for_models_of_such_files(
    halves: Path, bright: Path
) -> None:
    image = Radiograph(
        pixels=_halves(20, 200, 64),
        bit_depth=8,
        mode="L",
        format="DICOM",
        attributes={"SyntheticData": "YES"},
    )
    of_patients = Classifier(open_bundle(halves)).classify(image, heat_map=False)
    assert ([w.code for w in of_patients.warnings], of_patients.label) == (["synthetic"], None)
    assert Classifier(open_bundle(bright)).classify(image, heat_map=False).status == "ok"


def test_files_are_classified_in_order_and_a_bad_one_stops_nothing(
    halves: Path, tmp_path: Path
) -> None:
    (tmp_path / "left.png").write_bytes(_png(_halves(200, 10)))
    (tmp_path / "text.png").write_text("not a picture")
    sources: list[Any] = [
        tmp_path / "left.png",
        tmp_path / "text.png",
        ("right.png", _png(_halves(10, 200))),
        str(tmp_path / "gone.png"),
    ]
    steps: list[tuple[int, int]] = []
    classifier = Classifier(open_bundle(halves))
    results = classify_files(
        sources, classifier, progress=lambda done, all_: steps.append((done, all_))
    )
    assert [r.status for r in results] == ["ok", "refused", "ok", "refused"]
    assert [r.label for r in results] == ["Left", None, "Right", None]
    assert results[2].file == "right.png"
    assert results[0].error is None
    assert results[1].probabilities == {}
    assert (results[1].error or {})["code"] == "not-an-image"
    assert (results[3].error or {})["code"] == "missing"
    values = [result.to_json() for result in results]
    keys = ["file", "status", "label", "probabilities", "uncertain", "flagged", "warnings", "error",
            "would_have_said"]  # fmt: skip
    assert [list(value) for value in values] == [keys] * 4
    sent = json.loads(json.dumps(values, allow_nan=False))
    assert [ClassifiedImage.from_json(value) for value in sent] == results
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert list(classify_stream(sources, classifier)) == results


def test_a_given_decoder_gets_the_bytes_and_its_refusals_are_told(
    halves: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(b"slow")

    class Slow:
        seen: list[bytes] = []  # noqa: RUF012

        def decode(self, data: bytes) -> Radiograph:
            self.seen.append(data)
            raise ImageError("slow", expected="a", remedy="b", code="too-slow")

    results = classify_files(
        [tmp_path / "a.png", ("b.png", b"slower")], Classifier(open_bundle(halves)), decoder=Slow()
    )
    assert [(r.error or {})["code"] for r in results] == ["too-slow", "too-slow"]
    assert Slow.seen == [b"slow", b"slower"]


def test_the_table_names_model_and_notice_in_every_row_and_runs_no_formula(bright: Path) -> None:
    bundle = open_bundle(bright)
    results = classify_files(
        [("=cmd()|x.png", _png(_halves(200, 255))), ("bad.png", b"?")], Classifier(bundle)
    )
    rows = list(csv.DictReader(io.StringIO(predictions_csv(results, bundle))))
    assert rows[0]["file"] == "'=cmd()|x.png"
    assert rows[0]["more_like"] == "Bright"
    assert float(rows[0]["p_Bright"]) == pytest.approx(results[0].probabilities["Bright"], 1e-4)
    assert rows[1]["status"] == "refused"
    assert rows[1]["p_Bright"] == ""
    assert rows[1]["error"].startswith("The file")
    assert {row["notice"] for row in rows} == {"Research and education only, not a medical device."}
    assert {(row["model"], row["version"], row["trained_on_synthetic_films"]) for row in rows} == {
        ("bright", "1", "yes")
    }


def test_a_network_that_does_not_fit_its_description_is_refused(
    halves: Path, tmp_path: Path
) -> None:
    model = open_bundle(halves).model
    for number, (content, raw) in enumerate(
        [
            (facts(["A", "B", "C"]), model),
            (
                facts(
                    ["A", "B"],
                    input_shape=[16, 16, 1],
                    preparation={"image_size": [16, 16]},
                ),
                model,
            ),
            (facts(["A", "B"]), b"no network at all"),
            (facts(["A", "B"]), model[: len(model) // 2]),
            (facts(["A", "B"], explain={"method": "cam"}), model),
        ]
    ):
        folder = write_bundle(tmp_path / str(number) / "1", raw, content)
        with pytest.raises(BundleError) as caught:
            Classifier(open_bundle(folder))
        assert caught.value.code == "damaged"
