"""What is said of an image in the browser is what Python says: words and numbers."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from web_worker import WebWorker

from xraylib.evaluation.explain.maps import scaled_map
from xraylib.images.decode import read_image
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score
from xraylib.models.bundle import Bundle
from xraylib.models.classify.classified_image import ClassifiedImage
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.prediction import Flag, is_uncertain
from xraylib.models.classify.table import predictions_csv
from xraylib.models.classify.warnings import ImageWarning
from xraylib.models.track_record import TrackRecord
from xraylib.models.wording import headline, undecided_words
from xraylib.ood.image_features import describe_image
from xraylib.ood.marks import without_marks
from xraylib.settings import SAMPLE_DATA

pytestmark = pytest.mark.slow  # its tests take some seconds together


@pytest.fixture(scope="module")
def classifier(demo: Bundle) -> Classifier:
    return Classifier(demo, workers=1)


def _changed(pixels: np.ndarray) -> list[np.ndarray]:
    """The prepared pixels, and what a stranger would look like."""
    dark, noise = pixels // 6, np.random.default_rng(0).integers(0, 256, pixels.shape, np.uint8)
    half = np.tile(cv2.resize(pixels, (128, 128))[:, :, None], (2, 2, 1))
    grain = np.clip(pixels + np.random.default_rng(1).normal(0, 3, pixels.shape), 0, 255)
    return [pixels, 255 - pixels, np.rot90(pixels).copy(), pixels[::-1].copy(), dark, noise, half,
            pixels[:, ::-1].copy(), grain.astype(np.uint8)]  # fmt: skip


def test_strangers_are_noticed_by_the_same_numbers(
    worker: WebWorker, classifier: Classifier
) -> None:
    assert classifier.familiar is not None
    files = [min((SAMPLE_DATA / "test" / name).glob("*.png")) for name in classifier.classes]
    reasons = set()
    for pixels in [one for file in files for one in _changed(classifier.prepare(read_image(file)))]:
        _, features = classifier.probabilities_and_features(pixels[None])
        means = None if features is None else features[0]
        here = classifier.familiar.judge(pixels, means)
        there = worker.judge(pixels, means)
        described = describe_image(pixels)
        for key in ("layout", "edges", "greys", "noise"):
            assert there[key] == pytest.approx(getattr(described, key)[0], abs=2e-4), key
        verdict = there["verdict"]
        assert verdict["score"] == pytest.approx(here.score, rel=1e-4, abs=1e-5)
        assert (verdict["reason"], verdict["refuses"]) == (here.reason, here.refuses)
        reasons.add(here.reason)
    assert {"", "inverted", "rotated", "mirrored", "noisy"} <= reasons


@pytest.mark.parametrize("channels", [1, 3])
def test_marks_are_left_out_to_the_last_level(worker: WebWorker, channels: int) -> None:
    for seed, share in enumerate((0.0, 0.002, 0.05, 0.3, 1.0)):
        random = np.random.default_rng(seed)
        pixels = random.integers(0, 256, (45, 64, channels), np.uint8)
        marked = (random.random((45, 64)) < share).astype(np.uint8)
        assert (worker.filled(pixels, marked) == without_marks(pixels, marked)).all()


def test_a_heat_map_is_drawn_as_in_python(worker: WebWorker) -> None:
    for side in (3, 8, 16, 20):
        values = np.random.default_rng(side).normal(size=(side, side)).astype(np.float32)
        there = worker.ask("heat", values=values.ravel().tolist(), side=side, width=60, height=50)
        here = scaled_map(values, (50, 60))
        assert np.asarray(there).reshape(50, 60) == pytest.approx(here, abs=1e-4)


SHARES = st.lists(st.floats(0.001, 1), min_size=3, max_size=3).map(
    lambda parts: [part / sum(parts) for part in parts]
)


@settings(max_examples=150, deadline=None)
@given(
    shares=SHARES,
    band=st.none() | st.tuples(st.floats(0, 0.5), st.floats(0.5, 1)),
    threshold=st.floats(0, 1),
    points=st.booleans(),
    refuses=st.booleans(),
)
def test_answers_read_the_same(
    worker: WebWorker, demo: Bundle, shares: list[float], band: tuple[float, float] | None,
    threshold: float, points: bool, refuses: bool,
) -> None:  # fmt: skip
    outputs = dict(zip(demo.classes, shares, strict=True))
    point = ChosenPoint(threshold=threshold, band=band)
    warnings = (ImageWarning(code="shape", message="It is long.", refuses=refuses),)
    flags = None
    if points and not refuses:
        value = outputs["Covid"]
        flagged, uncertain = point.flags(value), point.is_uncertain(value)
        flags = {"Covid": Flag(point=point, flagged=flagged, uncertain=uncertain)}
    ranked = sorted(outputs, key=lambda name: -outputs[name])
    result = ClassifiedImage(
        file="x",
        label=None if refuses else ranked[0],
        probabilities={} if refuses else outputs,
        uncertain=not refuses and is_uncertain(outputs, flags),
        warnings=warnings,
    )
    table = {"operating": {"Covid": {**point.to_json(), "reached": "", "missed": ""}}}
    there = worker.ask(
        "answer", outputs=outputs, warnings=[one.to_json() for one in warnings],
        told=table if points else {"operating": None},
    )  # fmt: skip
    assert there["status"] == result.status
    assert there["headline"] == headline(result)
    assert there["why"] == undecided_words(result, flags)
    expected = None if flags is None else [name for name, flag in flags.items() if flag.flagged]
    assert there["flagged"] == expected


def _score(right: int, of: int) -> Score:
    return Score(right / of, Interval(max(0.0, right / of - 0.1), min(1.0, right / of + 0.07)))


@settings(max_examples=150, deadline=None)
@given(
    right=st.integers(0, 40),
    passed=st.integers(0, 60),
    prevalence=st.floats(0.0001, 0.9999),
    name=st.sampled_from(["Pneumonia", "Normal"]),
)
def test_what_an_answer_is_worth_reads_the_same(
    worker: WebWorker, right: int, passed: int, prevalence: float, name: str
) -> None:
    record = TrackRecord(
        name=name, split="test", n=1100, support=40, called={name: right},
        sensitivity=_score(right, 40), specificity=_score(passed, 60),
    )  # fmt: skip
    ends = {
        key: {"low": one.interval.low, "high": one.interval.high}
        for key in ("sensitivity", "specificity")
        if (one := getattr(record, key)).interval
    }
    told = {
        "begin": record.where("{people}"),
        "called": record.called_so,
        "others": f"{record.n - record.support:,}",
        **{key: getattr(record, key).value for key in ends},
        **{f"{key}_interval": value for key, value in ends.items()},
    }
    there = worker.ask("worth", record=told, prevalence=prevalence)
    assert there == record.at(prevalence)


def test_the_table_for_a_spreadsheet_is_the_same(worker: WebWorker, demo: Bundle) -> None:
    outputs = {"Covid": 0.4321987, "Normal": 0.5, "Pneumonia": 0.0678013}
    doubt = ImageWarning(code="shape", message='It is "long", says\nsomebody.')
    stop = ImageWarning(code="colour", message="=1+1 is no X-ray.", refuses=True)
    told = {"outputs": outputs, "likeliest": "Normal", "uncertain": True, "flagged": ["Covid"]}
    results = [
        ClassifiedImage(file="=a,b.png", label="Normal", probabilities=outputs, uncertain=True,
                        flagged=("Covid",), warnings=(doubt,)),
        ClassifiedImage(file="c\u2028d.png", warnings=(stop,), would_have_said=outputs),
        ClassifiedImage(file="-e.png", error={"code": "damaged", "message": "It is\r\nbroken."}),
    ]  # fmt: skip
    rows = [
        {"file": "=a,b.png", "error": "",
         "answer": {**told, "status": "ok", "warnings": [doubt.to_json()]}},
        {"file": "c\u2028d.png", "error": "",
         "answer": {**told, "status": "cannot-judge", "flagged": None,
                    "warnings": [stop.to_json()]}},
        {"file": "-e.png", "error": "It is\r\nbroken.", "answer": None},
    ]  # fmt: skip
    assert worker.ask("csv", rows=rows) == predictions_csv(results, demo)
