"""The heat maps of the shipped model lie on lesions whose outlines are known.

``benchmarks/heat_map_truth.py`` measures five seeds and four methods; this is one model and the
cheapest of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

from xraylib.evaluation.explain.localisation import (
    best_fixed_point,
    deletion_curve,
    distance,
    hit_rates,
    hottest,
    insertion_curve,
    random_point,
    reached,
    read_outlines,
)
from xraylib.evaluation.explain.maps import scaled_map
from xraylib.images.decode import read_image
from xraylib.models.bundle import open_bundle
from xraylib.models.classify.classifier import Classifier
from xraylib.samples.lungs import lungs_of
from xraylib.settings import SAMPLE_DATA, SHIPPED_MODELS

SIZE = (256, 256)


class Seen(NamedTuple):
    """A correctly classified abnormal image with its map."""

    path: str
    label: str
    pixels: Any
    heat: Any
    lesions: Any


@pytest.fixture(scope="module")
def model() -> Classifier:
    return Classifier(open_bundle(SHIPPED_MODELS / "phantom-demo" / "1"), workers=1)


@pytest.fixture(scope="module")
def seen(model: Classifier) -> list[Seen]:
    found = []
    for path, lesions in read_outlines(SAMPLE_DATA / "lesions.csv").items():
        if not path.startswith("test/"):
            continue
        prediction = model.classify(read_image(SAMPLE_DATA / path))
        label = path.split("/")[1]
        if prediction.label == label:
            found.append(Seen(path, label, prediction.prepared, prediction.heat_map, lesions))
    assert len(found) >= 36
    return found


def test_the_hottest_point_lies_in_the_lesion_or_within_eight_pixels(seen: list[Seen]) -> None:
    gaps = {one.path: (one.label, distance(hottest(one.heat), one.lesions)) for one in seen}
    every, classes = hit_rates(gaps)
    assert every >= 0.85
    assert set(classes) == {"Covid", "Pneumonia"}
    assert min(classes.values()) >= 0.75
    hits = [reached(SIZE, one.lesions) for one in seen]
    assert every >= 2 * best_fixed_point(hits)
    assert every >= 2 * random_point(hits, [lungs_of(one.path) for one in seen])


def test_a_class_that_is_not_there_has_another_map(seen: list[Seen], model: Classifier) -> None:
    one = next(image for image in seen if image.label == "Covid")
    assert np.abs(model.heat_map(one.pixels, "Normal") - one.heat).max() > 0.5


@pytest.mark.slow
def test_hiding_what_the_map_shows_costs_more_than_hiding_other_places(
    seen: list[Seen], model: Classifier
) -> None:
    rng = np.random.default_rng(0)
    areas = []
    for one in seen[::5]:
        place = model.classes.index(one.label)
        other = scaled_map(rng.permutation(64).reshape(8, 8).astype(np.float32), SIZE)
        areas.append(
            [
                curve(model.probabilities, one.pixels, heat, place, steps=12).area
                for curve in (deletion_curve, insertion_curve)
                for heat in (one.heat, other)
            ]
        )
    deleted, deleted_other, inserted, inserted_other = np.mean(areas, axis=0)
    assert deleted < deleted_other
    assert inserted > inserted_other


@pytest.mark.xdist_group("tensorflow")
def test_with_random_weights_the_maps_lose_it(seen: list[Seen]) -> None:
    from xraylib.evaluation.explain.gradients import gradient_maps
    from xraylib.networks.presets import preset
    from xraylib.networks.render.keras_model import build

    shares = []
    for seed in (1, 2, 3):
        model = build(preset("small-cnn", input_shape=(*SIZE, 1), standardise=True), seed=seed)
        maps = gradient_maps(model, np.stack([one.pixels for one in seen]), "gradcam")
        gaps = {
            one.path: (
                one.label,
                distance(
                    hottest(scaled_map(maps[i, 0 if one.label == "Covid" else 2], SIZE)),
                    one.lesions,
                ),
            )
            for i, one in enumerate(seen)
        }
        shares.append(hit_rates(gaps)[0])
    trained = np.mean([distance(hottest(one.heat), one.lesions) <= 8 for one in seen])
    assert np.median(shares) <= trained / 2
