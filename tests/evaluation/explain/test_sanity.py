"""Whether heat maps fall apart: the likeness of maps, and a real network's."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr
from skimage.metrics import structural_similarity as skimage_similarity

from xraylib.cli import main
from xraylib.evaluation.explain.run_sanity import kept_sanity, run_sanity
from xraylib.evaluation.explain.sanity import Likeness, MapSanity, likeness, sanity_words
from xraylib.evaluation.explain.similarity import rank_correlation, structural_similarity


def drawn(seed: int) -> np.ndarray:
    """A smooth map from 0 to 1, 64 × 64."""
    from xraylib.evaluation.explain.maps import scaled_map

    return scaled_map(np.random.default_rng(seed).random((8, 8), np.float32), (64, 64))


def test_likeness_is_scipys_and_scikit_images() -> None:
    for one, other in ((drawn(0), drawn(1)), (drawn(2), np.sqrt(drawn(2)))):
        assert rank_correlation(one, other) == pytest.approx(
            spearmanr(one.ravel(), other.ravel()).statistic, abs=1e-9
        )
        assert structural_similarity(one, other) == pytest.approx(
            skimage_similarity(
                one, other, data_range=1.0, gaussian_weights=True, sigma=1.5, win_size=11,
                use_sample_covariance=False,
            ),
            abs=1e-3,
        )  # fmt: skip
    assert rank_correlation(drawn(0), np.zeros((64, 64), np.float32)) is None
    assert rank_correlation(drawn(3), drawn(3) ** 3) == pytest.approx(1)


def test_the_same_maps_do_not_fall_apart_and_unrelated_ones_do() -> None:
    groups = np.arange(20)
    same = likeness("same", [[(drawn(n), drawn(n))] for n in range(20)], groups)
    assert same.falls_apart == "no"
    assert same.rank.value == pytest.approx(1)
    other = likeness("other", [[(drawn(n), drawn(n + 100))] for n in range(20)], groups)
    assert other.falls_apart == "yes"
    few = likeness("few", [[(drawn(n), drawn(n + 100))] for n in range(5)], np.arange(5))
    assert few.falls_apart == "cannot-tell"
    blank = likeness(
        "blank", [[(drawn(n), np.zeros((64, 64), np.float32))] for n in range(12)], groups[:12]
    )
    assert (blank.blank, blank.rank.value) == (12, 0)


def test_images_of_one_patient_make_the_interval_wider() -> None:
    pairs = [[(drawn(n // 4), drawn(n // 4 + 100 * (n // 4 % 2)))] for n in range(40)]
    alone, together = (likeness("", pairs, g) for g in (np.arange(40), np.arange(40) // 4))
    assert alone.rank.interval is not None
    assert together.rank.interval is not None
    assert together.rank.interval.low < alone.rank.interval.low - 0.1


def of_twelve(part: Likeness) -> MapSanity:
    """A test of 12 images of as many patients, of which every part came out alike."""
    return MapSanity(
        method="gradcam",
        split="test",
        images=12,
        without=0,
        patients=12,
        others=part,
        layers=(part,),
        shuffled=None,
        shuffled_words="it was not asked for",
    )


def test_maps_that_show_nothing_are_told_beside_those_that_fall_apart() -> None:
    rng = np.random.default_rng(3)
    own = [rng.random((16, 16)).astype(np.float32) for _ in range(12)]
    blank = np.zeros((16, 16), np.float32)
    drawn = [
        [(one, blank)] if place < 4 else [(one, own[place - 1])] for place, one in enumerate(own)
    ]
    gone = likeness("all layers drawn anew", drawn, np.arange(12))
    found = of_twelve(gone)
    assert (gone.blank, gone.falls_apart) == (4, "yes")
    assert (
        "For 4 of these 12 images at least one network drawn anew has nothing that speaks for the "
        "class, so no map to compare: it counts as not alike"
    ) in sanity_words(found)


@pytest.mark.xdist_group("tensorflow")
def test_a_run_tells_whether_its_maps_fall_apart(
    bars: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XRAYLIB_WORKSPACE", str(bars.place.root))
    assert kept_sanity(bars.run) is None
    steps: list[tuple[int, int]] = []
    found = run_sanity(bars.run, progress=lambda *done: steps.append(done))
    assert steps[-1][0] == steps[-1][1] == len(steps)
    assert found == kept_sanity(bars.run)
    assert found.images + found.without == 15
    assert found.drawn_anew.what == "all layers drawn anew"
    # The last layer alone changes the maps less than all of them.
    assert found.layers[0].rank.value > found.drawn_anew.rank.value
    assert found.shuffled is not None
    assert found.shuffled_words.startswith("trained on 24 images with shuffled labels for 2 epochs")
    assert sanity_words(found).endswith(")")
    assert main(["sanity", bars.run.id, "--no-shuffled", "--json"]) == 0
    told = MapSanity.from_json(json.loads(capsys.readouterr().out))
    assert told.shuffled is None
    assert "Shuffled labels were not tried: it was not asked for" in sanity_words(told)
    assert told.layers == found.layers  # the same weights are drawn again
    (bars.run.folder / "sanity.json").unlink()


def test_images_without_a_map_are_told_and_that_no_name_tells_the_patients_is_kept() -> None:
    one = np.random.default_rng(3).random((16, 16)).astype(np.float32)
    same = likeness("all layers drawn anew", [[(one, one)]] * 12, np.arange(12))
    found = replace(of_twelve(same), without=18, patients_told=False)
    assert "18 more images have no map and are not among them" in sanity_words(found)
    assert not MapSanity.from_json(found.to_json()).patients_told
    older = {name: value for name, value in found.to_json().items() if name != "patients_told"}
    assert MapSanity.from_json(older).patients_told
