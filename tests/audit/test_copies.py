"""Descriptors, the search for candidates, and laying one image over the other."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from audited_images import cropped, framed, grey, jpeg, phantoms, sized, tones
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.linear_model import Ridge
from sklearn.metrics import balanced_accuracy_score

from xraylib.audit.alignment import compare
from xraylib.audit.candidates import candidate_pairs, centred
from xraylib.audit.probe import cross_validated
from xraylib.images.burned_in_text import count_letters
from xraylib.images.descriptors import Descriptor, content_box, describe, detail

pytestmark = pytest.mark.slow

CHANGES = {
    "half size": lambda image: sized(image, 128),
    "double size": lambda image: sized(image, 512),
    "JPEG 30": lambda image: jpeg(image, 30),
    "JPEG 95": lambda image: jpeg(image, 95),
    "flatter": lambda image: tones(image, 0.6),
    "steeper": lambda image: tones(image, 1.4),
    "brighter": lambda image: tones(image, offset=40),
    "gamma": lambda image: tones(image, gamma=1.7),
    "cropped": lambda image: cropped(image, 0.03, 0.03, 0.03, 0.03),
    "cropped at a corner": lambda image: cropped(image, 0.03, 0.03, 0, 0),
    "black frame": lambda image: framed(image, 0.05, 0),
    "white frame": lambda image: framed(image, 0.05, 255),
}


@pytest.fixture(scope="module")
def images() -> list[np.ndarray]:
    """One image each of 36 patients."""
    return [grey(p) for c in ("Covid", "Normal", "Pneumonia") for p in phantoms("train", c, 12)]


def agree(one: np.ndarray, two: np.ndarray) -> bool:
    return compare(detail(one), detail(two), content_box(one), content_box(two)).is_copy


def test_changed_copies_are_found_among_other_patients_and_nothing_else(
    images: list[np.ndarray],
) -> None:
    originals = range(0, len(images), 12)
    made = [(at, change(images[at])) for at in originals for change in CHANGES.values()]
    pool = images + [image for _, image in made]
    origin = [*range(len(images)), *(at for at, _ in made)]
    looks, details = [describe(image) for image in pool], [detail(image) for image in pool]
    pairs = {
        (one, two)
        for one, two in candidate_pairs(np.stack([look.views for look in looks])).tolist()
        if compare(details[one], details[two], looks[one].box, looks[two].box).is_copy
    }
    found = sum((at, len(images) + place) in pairs for place, (at, _) in enumerate(made))
    assert found / len(made) >= 0.98
    assert all(origin[one] == origin[two] for one, two in pairs)


def test_a_turned_image_or_another_patient_is_no_copy(images: list[np.ndarray]) -> None:
    turn = cv2.getRotationMatrix2D((128, 128), 2.0, 1.0)
    turned = cv2.warpAffine(images[0], turn, (256, 256), borderMode=cv2.BORDER_REPLICATE)
    assert agree(images[0], images[0])
    assert not agree(images[0], turned)
    assert not agree(images[0], images[1])
    assert not agree(images[0], 255 - images[0])


@settings(max_examples=60, deadline=None)
@given(
    arrays.arrays(
        np.uint8,
        st.one_of(
            st.tuples(st.integers(1, 40), st.integers(1, 40)),
            st.tuples(st.integers(1, 40), st.integers(1, 40), st.just(3)),
        ),
    )
)
def test_any_pixels_have_a_descriptor_and_are_like_themselves(pixels: np.ndarray) -> None:
    look = describe(pixels)
    left, top, right, bottom = look.box
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1
    assert 0 <= look.mean <= 255
    again = Descriptor.from_bytes(look.to_bytes())
    assert np.array_equal(again.views, look.views)
    assert again.letters == look.letters
    picture = detail(pixels)
    assert picture.shape == (128, 128)
    compare(picture, picture, look.box, look.box)  # whatever it says, it does not fail


def test_a_frame_is_cut_off_where_it_ends(images: list[np.ndarray]) -> None:
    inside = np.array(content_box(images[0])) * 256
    outside = np.array(content_box(np.pad(images[0], 32, constant_values=200))) * 320 - 32
    assert np.abs(inside - outside).max() <= 2.5


def test_rows_of_letters_count_and_single_markers_do_not(images: list[np.ndarray]) -> None:
    image = images[3].copy()
    assert count_letters(image) < 5
    cv2.putText(image, "L", (20, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (255.0,), 2)
    assert count_letters(image) < 5
    for at, size in ((30, 0.4), (120, 0.5)):
        named = image.copy()
        cv2.putText(named, "AP ERECT 1948", (60, at), cv2.FONT_HERSHEY_SIMPLEX, size, (255.0,), 1)
        assert count_letters(named) >= 5


def test_the_search_in_blocks_finds_what_a_plain_search_finds() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(3000, 120)) * 30
    vectors[1500:] = vectors[:1500] + rng.normal(size=(1500, 120)) * 9
    views = np.repeat(vectors[:, None, :], 3, axis=1).clip(-127, 127).astype(np.int8)
    pairs = {tuple(pair) for pair in candidate_pairs(views).tolist()}
    unit = centred(views)[0]
    cosine = unit @ unit.T
    wanted = {(i, j) for i, j in zip(*np.nonzero(np.triu(cosine > 0.6, 1)), strict=True)}
    assert pairs == wanted
    assert {(i, i + 1500) for i in range(1500)} <= pairs


def test_few_images_are_all_compared_and_images_without_content_never() -> None:
    views = np.ones((5, 3, 120), dtype=np.int8)
    views[2] = 0
    pairs = candidate_pairs(views).tolist()
    assert pairs == [[0, 1], [0, 3], [0, 4], [1, 3], [1, 4], [3, 4]]


def test_cross_validation_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 150)
    table = rng.normal(size=(150, 6)) + labels[:, None] * np.array([0.8, 0, 0, -0.5, 0, 0])
    table = (table - table.mean(axis=0)) / table.std(axis=0)
    folds = np.arange(150) % 5
    guesses = np.empty(150, dtype=int)
    for fold in range(5):
        known = folds != fold
        prior = np.array([(labels[known] == label).mean() for label in range(3)])
        target = np.eye(3)[labels[known]] - prior
        ridge = Ridge(alpha=0.03 * known.sum(), fit_intercept=False).fit(table[known], target)
        guesses[~known] = ((ridge.predict(table[~known]) + prior) / prior).argmax(axis=1)
    shuffled = np.column_stack([labels, *(rng.permutation(labels) for _ in range(20))])
    result = cross_validated(table, folds, shuffled)
    assert result["balanced"] == pytest.approx(balanced_accuracy_score(labels, guesses))
    assert result["p"] == pytest.approx(1 / 21)
