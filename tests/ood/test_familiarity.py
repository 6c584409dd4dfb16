"""Images of another kind are noticed, with the right reason; drawn images, whose truth is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
import scipy.stats
from drawn_chests import Pixels, image

from xraylib.errors import DatasetError
from xraylib.ood.conformal import conformal_threshold, tolerance_threshold
from xraylib.ood.familiarity import REASONS, REFUSED_BEYOND, Familiar, root_of_squares
from xraylib.ood.fit import fit_familiar
from xraylib.ood.image_features import Described, describe_images
from xraylib.ood.strangers import mirrored, parts_of

pytestmark = pytest.mark.slow


def _described(seeds: range, change: Callable[[Pixels], Pixels] = lambda p: p) -> Described:
    return describe_images((change(image(seed)), None) for seed in seeds)


@pytest.fixture(scope="module")
def familiar() -> Familiar:
    return fit_familiar(_described(range(120)), _described(range(200, 260)))


def _reasons(familiar: Familiar, change: Callable[[Pixels], Pixels]) -> list[str]:
    changed = [np.ascontiguousarray(change(image(seed))) for seed in range(300, 330)]
    return [familiar.judge(pixels, None).reason for pixels in changed]


def _with_a_heart(seed: int) -> Pixels:
    """A drawn chest in whose left half, right for who looks at it, something bright lies."""
    pixels, place = image(seed).copy(), 1 + seed % 3
    down, across = np.mgrid[: pixels.shape[0], : pixels.shape[1]] / pixels.shape[0]
    heart = np.hypot(down - 0.6 - 0.01 * place, 1.3 * (across - 0.6)) < 0.12 + 0.01 * place
    pixels[heart] = np.minimum(pixels[heart].astype(int) + 60, 255)
    return pixels


def _noise(pixels: Pixels) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, pixels.shape).astype(np.uint8)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda p: 255 - p, "inverted"),
        (lambda p: np.rot90(p), "rotated"),
        (lambda p: np.rot90(p, 2), "rotated"),
        (lambda p: (p * 0.1).astype(np.uint8), "too-dark"),
        (lambda p: (255 - (255 - p) * 0.1).astype(np.uint8), "too-bright"),
        (_noise, "unlike-training"),
    ],
    ids=["inverted", "on its side", "upside down", "dark", "bright", "noise"],
)
def test_a_changed_image_is_noticed_and_the_change_is_named(
    familiar: Familiar, change: Callable[[Pixels], Pixels], reason: str
) -> None:
    found = _reasons(familiar, change)
    assert found.count(reason) >= 0.9 * len(found)
    assert "" not in found


def test_a_part_of_an_image_is_told_to_be_cut_and_is_judged() -> None:
    parts = describe_images((part, None) for s in range(120) for part in parts_of(image(s), s))
    familiar = fit_familiar(_described(range(120)), _described(range(200, 260)), parts)
    lenient = replace(familiar, threshold=1e9, refused_beyond=1e9)
    again = Familiar.from_json(json.loads(json.dumps(lenient.to_json())))
    cut = [again.judge(parts_of(image(seed), 1)[0], None) for seed in range(300, 330)]
    assert [one.reason for one in cut].count("cut") >= 27
    assert not any(one.refuses for one in cut)
    whole = [again.judge(image(seed), None).reason for seed in range(300, 330)]
    assert whole.count("") >= 27
    assert fit_familiar(_described(range(120))).cut is None


def test_a_mirrored_image_is_told_to_be_and_is_judged() -> None:
    def of(seeds: range, change: Callable[[Pixels], Pixels] = lambda p: p) -> Described:
        return describe_images((change(_with_a_heart(seed)), None) for seed in seeds)

    familiar = fit_familiar(of(range(120)), of(range(200, 260)), None, of(range(120), mirrored))
    lenient = replace(familiar, threshold=1e9, refused_beyond=1e9, noisiest=None)
    again = Familiar.from_json(json.loads(json.dumps(lenient.to_json())))
    found = [again.judge(mirrored(_with_a_heart(seed)), None) for seed in range(300, 330)]
    assert [one.reason for one in found].count("mirrored") >= 27
    assert not any(one.refuses for one in found)
    whole = [again.judge(_with_a_heart(seed), None).reason for seed in range(300, 330)]
    assert whole.count("") >= 27
    assert fit_familiar(of(range(60))).mirrored is None


def test_where_left_and_right_are_alike_no_image_is_told_to_be_mirrored() -> None:
    def of(seeds: range) -> Described:
        either = (image(s) if s % 2 else mirrored(image(s)) for s in seeds)
        return describe_images((pixels, None) for pixels in either)

    turned = describe_images((mirrored(image(s) if s % 2 else mirrored(image(s))), None)
                             for s in range(120))  # fmt: skip
    familiar = replace(
        fit_familiar(of(range(120)), of(range(200, 260)), None, turned),
        threshold=1e9,
        noisiest=None,
    )
    found = [familiar.judge(image(seed), None).reason for seed in range(300, 340)]
    assert found.count("mirrored") <= 4


@pytest.mark.parametrize("sd", [2.0, 10.0, 25.0])
def test_noise_is_measured_as_it_was_made(sd: float) -> None:
    # On what is even, slopes and has an edge and letters; far from black and white.
    down, across = np.mgrid[:256, :256]
    picture = 60 + 0.3 * down + 0.15 * across + 30 * (across > 128)
    picture[20:40, 20:90:6] = 250
    noisy = picture + np.random.default_rng(0).normal(0, sd, picture.shape)
    pixels = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)[:, :, None]
    found = float(describe_images([(pixels, None)]).noise[0])
    assert found == pytest.approx(np.hypot(sd, np.sqrt(1 / 12)), rel=0.06, abs=0.15)


def test_a_noisy_image_is_told_to_be_and_is_judged(familiar: Familiar) -> None:
    rng = np.random.default_rng(0)
    lenient = replace(familiar, threshold=1e9, refused_beyond=1e9)
    again = Familiar.from_json(json.loads(json.dumps(lenient.to_json())))
    for seed in (300, 305):
        noisy = np.clip(image(seed) + rng.normal(0, 25, image(seed).shape), 0, 255).astype(np.uint8)
        verdict = again.judge(noisy, None)
        assert (verdict.reason, verdict.refuses) == ("noisy", False)
    assert [again.judge(image(seed), None).reason for seed in range(300, 330)].count("") >= 27
    for value in (float("nan"), float("inf"), "much"):
        with pytest.raises(ValueError, match=r"values do not fit|could not convert"):
            Familiar.from_json({**again.to_json(), "noisiest": value})


def test_images_of_the_same_kind_are_left_alone(familiar: Familiar) -> None:
    found = _reasons(familiar, lambda p: p)
    assert found.count("") >= 0.8 * len(found)


def test_other_parts_with_usual_greys_are_another_body_part(familiar: Familiar) -> None:
    # The halves of the image change places: the same greys elsewhere.
    found = _reasons(familiar, lambda p: np.roll(p, p.shape[1] // 2, axis=1))
    assert found.count("other-body-part") >= 0.9 * len(found)


def test_a_picture_that_fits_once_it_is_undone_is_refused_whatever_its_score(
    familiar: Familiar,
) -> None:
    lenient = replace(familiar, refused_beyond=1e9)
    for change, refused in ((lambda p: 255 - p, True), (lambda p: np.rot90(p, 2), True),
                            (lambda p: (p * 0.1).astype(np.uint8), False)):  # fmt: skip
        verdicts = [lenient.judge(np.ascontiguousarray(change(image(s))), None) for s in (300, 305)]
        assert [verdict.refuses for verdict in verdicts] == [refused] * 2


def test_images_between_the_limits_are_warned_about_and_judged(familiar: Familiar) -> None:
    assert familiar.refused_beyond >= familiar.threshold
    lenient = replace(familiar, refused_beyond=1e9)
    noise = lenient.judge(_noise(image(300)), None)
    assert (noise.reason, noise.refuses) == ("unlike-training", False)
    assert familiar.judge(_noise(image(300)), None).refuses


def test_few_images_of_the_same_kind_are_refused(familiar: Familiar) -> None:
    # Meant are 2 of 100; of 300 drawn chests no more than 15 with a chance of 0.999.
    images = _described(range(1000, 1300))
    refused = root_of_squares(familiar.beyond(images)) > familiar.refused_beyond
    assert refused.sum() <= 15
    assert refused.sum() <= familiar.strange(images).sum()


def test_a_model_of_before_has_a_limit_a_tenth_beyond_its_threshold(familiar: Familiar) -> None:
    value = {**familiar.to_json()}
    del value["refused_beyond"]
    earlier = Familiar.from_json(value)
    assert earlier.refused_beyond == pytest.approx(REFUSED_BEYOND * familiar.threshold)
    with pytest.raises(ValueError, match="values do not fit"):
        Familiar.from_json({**value, "refused_beyond": familiar.threshold / 2})


def test_the_networks_own_features_count_too() -> None:
    rng = np.random.default_rng(0)

    def described(seeds: range) -> Described:
        return describe_images((image(seed), rng.normal(5, 1, 8)) for seed in seeds)

    familiar = fit_familiar(described(range(100)), described(range(200, 240)))
    usual, far = rng.normal(5, 1, 8), np.full(8, 50.0)
    assert familiar.judge(image(301), usual).reason == ""
    strange = familiar.judge(image(301), far)
    assert strange.reason == "other-body-part"  # its picture is usual, what the network sees not
    assert strange.score > strange.threshold


def test_it_is_the_same_after_a_round_trip_through_json(familiar: Familiar) -> None:
    again = Familiar.from_json(json.loads(json.dumps(familiar.to_json())))
    for seed in (300, 301):
        first, second = familiar.judge(image(seed), None), again.judge(image(seed), None)
        assert second.score == pytest.approx(first.score, rel=1e-3, abs=1e-3)
        assert second.threshold == first.threshold


@pytest.mark.parametrize("key", ["usual", "scales", "threshold"])
def test_damaged_values_are_refused(familiar: Familiar, key: str) -> None:
    value = familiar.to_json()
    del value[key]
    with pytest.raises(KeyError):
        Familiar.from_json(value)
    wrong = json.loads(json.dumps(familiar.to_json()))
    wrong["usual"]["grey_mean"] = [0.0]
    with pytest.raises(ValueError, match="shapes do not fit"):
        Familiar.from_json(wrong)


def test_without_validation_images_a_fifth_of_the_training_images_gives_the_threshold() -> None:
    familiar = fit_familiar(_described(range(100)), _described(range(200, 205)))
    assert (familiar.held_out, familiar.n_held_out, familiar.n_train) == ("train", 20, 80)


def test_too_few_images_are_refused() -> None:
    with pytest.raises(DatasetError) as caught:
        fit_familiar(_described(range(22)))
    assert caught.value.code == "too-few"
    assert caught.value.message == (
        "22 training images are too few to say what is usual. Expected at least 20 training images "
        "and 20 validation images, or 25 training images. Do this: train with more images."
    )


def test_the_threshold_holds_for_further_images_on_average() -> None:
    # Exchangeable scores exceed it with probability 1 - place / (n + 1): with 39 the 38th is it.
    assert conformal_threshold(np.arange(1.0, 40.0)) == 38
    assert conformal_threshold(np.arange(1.0, 11.0)) == 10  # 10 images cannot do better
    rng = np.random.default_rng(1)
    beyond = [
        np.mean(rng.normal(size=200) > conformal_threshold(rng.normal(size=39)))
        for _ in range(1000)
    ]
    assert np.mean(beyond) == pytest.approx(2 / 40, abs=0.005)


@pytest.mark.parametrize("n", [45, 60, 93, 251, 2000])
def test_the_limit_of_tolerance_holds_with_its_confidence(n: int) -> None:
    # Second source: the binomial distribution of SciPy. With n images the limit is the k-th score.
    k = int(tolerance_threshold(np.arange(1.0, n + 1)))
    assert scipy.stats.binom.cdf(k - 1, n, 0.95) >= 0.9
    assert scipy.stats.binom.cdf(k - 2, n, 0.95) < 0.9


def test_a_few_scores_cannot_do_better_than_their_largest() -> None:
    assert tolerance_threshold(np.arange(1.0, 31.0)) == 30


def test_the_threshold_is_never_under_that_of_the_held_out_images() -> None:
    # Held-out images that are all far from the training images are not called strange themselves.
    noisy = _described(range(200, 260), lambda p: cv2.GaussianBlur(p, (9, 9), 0)[:, :, None])
    familiar = fit_familiar(_described(range(120)), noisy)
    assert familiar.strange(noisy).mean() <= 0.05


def test_images_of_a_patient_are_left_out_together() -> None:
    # Ten copies of each of twelve images: a copy left behind would make every distance 0.
    images = [(image(seed // 10), None) for seed in range(120)]
    together = fit_familiar(describe_images(images, [n // 10 for n in range(120)]))
    apart = fit_familiar(describe_images(images))
    assert min(middle for middle, _ in apart.scales.values()) < 1e-6
    assert min(middle for middle, _ in together.scales.values()) > 1e-3


@pytest.mark.parametrize("patients", [1, 4, 5])
def test_few_patients_are_enough_where_they_have_many_images(patients: int) -> None:
    images = describe_images(((image(seed), None) for seed in range(50)), np.arange(50) % patients)
    familiar = fit_familiar(images)
    assert (familiar.held_out, familiar.n_held_out) == ("train", 10)
    assert familiar.strange(_described(range(300, 330))).mean() <= 0.2


def test_many_images_at_once_are_judged_like_one(familiar: Familiar) -> None:
    images = _described(range(300, 330))
    one_by_one = [bool(familiar.judge(image(seed), None).reason) for seed in range(300, 330)]
    assert familiar.strange(images).tolist() == one_by_one


def test_the_layout_and_the_edges_do_not_depend_on_the_exposure() -> None:
    # Another window and another tone curve of the same image, against another image.
    pixels = image(0)
    curve = (255 * (np.arange(256) / 255) ** 0.6).astype(np.uint8)
    exposed = describe_images(
        (p, None) for p in (pixels, pixels // 2 + 20, curve[pixels], image(1))
    )
    for numbers in (exposed.layout, exposed.edges):
        window, tones, other = np.linalg.norm(numbers[1:] - numbers[0], axis=1)
        assert max(window, tones) < other / 2


def test_every_reason_ends_with_what_to_do() -> None:
    for text in REASONS.values():
        reason, remedy = text.removesuffix(".").rsplit(". ", 1)
        assert reason[0].isupper()
        assert remedy.split()[0] in ("Check", "Export", "Turn", "Use")
