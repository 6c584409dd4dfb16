"""Dealing out images with several labels: shares, patients, rare labels, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.datasets.labels.stratify import stratify
from xraylib.errors import ConfigError, DatasetError

pytestmark = pytest.mark.fast


def _drawn(seed: int, patients: int = 300) -> tuple[np.ndarray, list[str]]:
    """Labels of very different prevalence that go together, and patients with 1 to 6 images."""
    rng = np.random.default_rng(seed)
    whose = np.repeat(np.arange(patients), rng.integers(1, 7, patients))
    ill = rng.normal(size=patients)[whose]
    cuts = np.array([0.2, 1.0, 1.6, 2.3])
    present = ill[:, None] + 0.7 * rng.normal(size=(len(whose), 4)) > cuts
    return present, [f"p{number}" for number in whose]


def test_every_part_gets_its_share_of_every_label_and_of_all_images() -> None:
    present, patients = _drawn(1)
    part = stratify(present, patients, (0.7, 0.2, 0.1))
    for place, share in enumerate((0.7, 0.2, 0.1)):
        here = part == place
        largest = 6
        assert abs(here.sum() - share * len(part)) <= largest
        for label in range(4):
            off = present[here, label].sum() - share * present[:, label].sum()
            assert abs(off) <= largest, (place, label, off)


def test_the_images_of_a_patient_stay_together() -> None:
    present, patients = _drawn(2)
    part = stratify(present, patients, (0.5, 0.5))
    of = {}
    for who, place in zip(patients, part, strict=True):
        assert of.setdefault(who, place) == place


def test_labels_are_held_closer_to_their_shares_than_by_drawing_patients() -> None:
    def furthest(part: np.ndarray, present: np.ndarray) -> float:
        shares = [present[part == place].mean(axis=0) for place in range(5)]
        return float((np.abs(shares - present.mean(axis=0)) / present.mean(axis=0)).max())

    mine, drawn = [], []
    for seed in range(5):
        present, patients = _drawn(seed)
        mine.append(furthest(stratify(present, patients, (0.2,) * 5), present))
        names, whose = np.unique(patients, return_inverse=True)
        luck = np.random.default_rng(seed).permutation(len(names)) % 5
        drawn.append(furthest(luck[whose], present))
    assert np.mean(mine) < 0.5 * np.mean(drawn)


def test_the_example_of_the_paper_leaves_no_part_without_a_rare_label() -> None:
    """With two images of the rarest label of two parts each gets one, whatever else they show."""
    present = np.zeros((40, 3), bool)
    present[:30, 0] = True
    present[10:20, 1] = True
    present[[3, 17], 2] = True
    for seed in range(10):
        part = stratify(present, [str(i) for i in range(40)], (0.5, 0.5), seed=seed)
        assert present[part == 0].sum(axis=0).tolist() == [15, 5, 1]


def test_a_small_part_gets_one_of_a_label_that_two_patients_have() -> None:
    present = np.zeros((100, 2), bool)
    present[:40, 0] = True
    present[[50, 60], 1] = True
    part = stratify(present, [str(i) for i in range(100)], (0.9, 0.1))
    assert present[part == 1, 1].sum() == 1
    assert present[part == 0, 1].sum() == 1


def test_the_seed_changes_the_division_and_the_order_of_the_images_does_not() -> None:
    present, patients = _drawn(3)
    first = stratify(present, patients, (0.8, 0.2), seed=1)
    assert (first == stratify(present, patients, (0.8, 0.2), seed=1)).all()
    assert (first != stratify(present, patients, (0.8, 0.2), seed=2)).any()
    shuffled = np.random.default_rng(0).permutation(len(present))
    again = stratify(present[shuffled], [patients[i] for i in shuffled], (0.8, 0.2), seed=1)
    assert (again == first[shuffled]).all()


def test_images_without_labels_are_divided_by_size_alone() -> None:
    part = stratify(np.zeros((50, 3), bool), [str(i) for i in range(50)], (0.8, 0.2))
    assert np.bincount(part).tolist() == [40, 10]


def test_what_cannot_be_divided_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least two numbers above 0 that sum to 1") as shares:
        stratify([[True], [False]], ["a", "b"], (0.5, 0.6))
    assert shares.value.code == "shares"
    with pytest.raises(DatasetError, match="a row of labels and a patient for each image") as shape:
        stratify([[True]], ["a", "b"], (0.5, 0.5))
    assert shape.value.code == "labels"
    with pytest.raises(DatasetError, match=r"are of 1 patient\(s\)") as few:
        stratify([[True], [False]], ["a", "a"], (0.5, 0.5))
    assert few.value.code == "too-few-patients"
