"""One count and one sentence for what training knew."""

from __future__ import annotations

import pytest

from xraylib.evaluation.known_images import KnownImages
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score


def _known(same: int = 0, changed: int = 0, patients: int = 0, **more: object) -> KnownImages:
    facts = {"audited": True, **more}
    return KnownImages(
        images=66,
        same_bytes=same,
        changed=changed,
        same_patient=patients,
        **facts,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (_known(5, 2), "7: 5 byte for byte, 2 changed copies"),
        (_known(0, 1), "1: 1 changed copy"),
        (_known(1, 0, 3), "4: 1 byte for byte, 3 of patients who are in training"),
        (_known(), "none"),
        (_known(5, audited=False), "5: 5 byte for byte (changed copies were not looked for)"),
        (_known(audited=False), "none (changed copies were not looked for)"),
        (
            _known(5, validated=2),
            "5: 5 byte for byte; validation, by which its training was watched, knew 2 more",
        ),
        (_known(validated=1), "none; validation, by which its training was watched, knew 1"),
    ],
)
def test_the_count_says_of_what_kind(found: KnownImages, told: str) -> None:
    assert found.counted == told
    assert found.words("66 test X-rays") == f"Of 66 test X-rays training knew {told}"
    assert KnownImages.from_json(found.to_json()) == found


def test_what_an_earlier_version_kept_knows_of_no_validation() -> None:
    told = _known(5, 2).to_json()
    del told["validated"]
    assert KnownImages.from_json(told) == _known(5, 2)


def test_an_accuracy_stands_beside_what_is_reached_without_anatomy() -> None:
    less = Score(0.742, Interval(0.62, 0.84))
    assert _known(shortcut=0.789).shortcut_words(less) == (
        "0.79 is reached without anatomy; this model has 0.74 (0.62 to 0.84)"
    )
    assert _known(5, shortcut=0.789).beside("66 images", less) == (
        "0.79 is reached without anatomy; this model has 0.74 (0.62 to 0.84). "
        "Of 66 images training knew 5: 5 byte for byte"
    )
    assert _known().shortcut_words(less) == ""
    assert _known(shortcut=0.789).shortcut_words(None) == ""
    assert _known(shortcut=0.789).shortcut_words(Score(None)) == ""


@pytest.mark.parametrize(
    ("score", "told"),
    [
        (Score(0.818, Interval(0.70, 0.90)), "0.82 (0.70 to 0.90), which is not surely more"),
        (Score(0.818), "0.82, which is not surely more"),
        (Score(0.940, Interval(0.85, 0.98)), "0.94 (0.85 to 0.98)"),
    ],
)
def test_more_than_is_reached_without_anatomy_is_sure_by_its_interval_alone(
    score: Score, told: str
) -> None:
    known = _known(shortcut=0.789, shortcuts={"Edema": 0.789})
    reached = f"0.79 is reached without anatomy; this model has {told}"
    assert known.shortcut_words(score) == reached
    assert known.shortcuts_words({"Edema": score}) == {"Edema": f"For Edema an AUC of {reached}"}
    assert known.shortcuts_words({"Edema": Score(None)}) == {}
