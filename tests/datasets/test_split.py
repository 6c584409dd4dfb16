"""Validation images are chosen by patient, by class and by seed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_images import made_index
from PIL import Image
from published_tables import index_of

from xraylib.audit.pictures import same_pictures
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.join import label_images
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.scan import scan
from xraylib.datasets.split import Split, SplitPart, make_split
from xraylib.datasets.split_table import from_csv
from xraylib.errors import ConfigError, DatasetError, PathError
from xraylib.training.groups.divide import divide

# Class -> images of each of its patients; patient numbers run on, so patients have one class.
ONE_CLASS_EACH = st.dictionaries(
    st.sampled_from(["Covid", "Normal", "Pneumonia", "Ünsure"]),
    st.lists(st.integers(1, 6), min_size=2, max_size=40),
    min_size=1,
)
# Any rows at all: patients with images in several classes too.
ANY_ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from(["train", "test"]),
        st.integers(0, 12).map(lambda number: f"p{number}"),
    ),
    min_size=1,
    max_size=60,
)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def one_class_each(classes: dict[str, list[int]]) -> DatasetIndex:
    rows, patient = [], 0
    for label, sizes in classes.items():
        for size in sizes:
            rows += [(label, "train", f"p{patient}")] * size
            patient += 1
    return made_index(rows)


def rows_of(split: Split) -> list[int]:
    return sorted(np.concatenate([split.train, split.val, split.test]).tolist())


@quick
@given(classes=ONE_CLASS_EACH, seed=st.integers(0, 2**31))
def test_no_patient_stands_on_both_sides_and_every_image_stands_once(
    classes: dict[str, list[int]], seed: int
) -> None:
    index = one_class_each(classes)
    split = make_split(index, seed=seed)
    assert split.made_validation
    assert rows_of(split) == list(range(len(index)))
    assert not set(index.patients(split.train)) & set(index.patients(split.val))


@quick
@given(classes=ONE_CLASS_EACH, seed=st.integers(0, 2**31))
def test_each_class_gives_about_a_fifth(classes: dict[str, list[int]], seed: int) -> None:
    index = one_class_each(classes)
    counts = make_split(index, seed=seed).summary(index)
    for label, sizes in classes.items():
        taken, total = counts["val"].classes[label], sum(sizes)
        assert 0 < taken < total
        assert abs(taken - 0.2 * total) <= max(sizes)


@quick
@given(rows=ANY_ROWS, seed=st.integers(0, 99), share=st.sampled_from([0.1, 0.2, 0.5]))
def test_patients_with_images_in_several_classes_are_never_divided(
    rows: list[tuple[str, str, str]], seed: int, share: float
) -> None:
    index = made_index(rows)
    try:
        split = make_split(index, validation=share, seed=seed)
    except DatasetError:
        trained = [(label, patient) for label, split, patient in rows if split == "train"]
        patients_of = {label: {p for c, p in trained if c == label} for label, _ in trained}
        # Refused only where each patient is the only one of some class.
        needed = set().union(*(p for p in patients_of.values() if len(p) == 1))
        assert needed == {patient for _, patient in trained}
        return
    assert rows_of(split) == list(range(len(index)))
    assert not set(index.patients(split.train)) & set(index.patients(split.val))
    labels = index.label_numbers
    in_train_folder = index.rows("train")
    assert set(labels[split.train]) == set(labels[in_train_folder])
    assert {rows[row][1] for row in split.test} <= {"test"}


@quick
@given(classes=ONE_CLASS_EACH, seed=st.integers(0, 2**31))
def test_the_same_seed_makes_the_same_split(classes: dict[str, list[int]], seed: int) -> None:
    first, second = (make_split(one_class_each(classes), seed=seed) for _ in range(2))
    np.testing.assert_array_equal(first.val, second.val)


def test_another_seed_chooses_other_patients() -> None:
    index = one_class_each({"A": [1] * 50, "B": [1] * 50})
    chosen = {tuple(make_split(index, seed=seed).val.tolist()) for seed in range(10)}
    assert len(chosen) == 10


def test_the_choice_of_a_seed_is_the_same_on_every_machine() -> None:
    index = one_class_each({"A": [1] * 10, "B": [2] * 5})
    order = sorted(range(15), key=lambda p: hashlib.sha256(f"7:p{p}".encode()).hexdigest())
    first_two_of_a = sorted([p for p in order if p < 10][:2])
    first_of_b = next(p for p in order if p >= 10)
    images_of_b = [10 + 2 * (first_of_b - 10), 11 + 2 * (first_of_b - 10)]
    assert make_split(index, seed=7).val.tolist() == first_two_of_a + images_of_b


def test_single_images_give_exactly_a_fifth_of_each_class() -> None:
    index = one_class_each({"Covid": [1] * 111, "Normal": [1] * 70, "Pneumonia": [1] * 70})
    split = make_split(index, seed=1)
    assert split.summary(index) == {
        "train": SplitPart(
            images=201, patients=201, classes={"Covid": 89, "Normal": 56, "Pneumonia": 56}
        ),
        "val": SplitPart(
            images=50, patients=50, classes={"Covid": 22, "Normal": 14, "Pneumonia": 14}
        ),
        "test": SplitPart(images=0, patients=0, classes={"Covid": 0, "Normal": 0, "Pneumonia": 0}),
    }
    assert split.notes == ()


def test_a_validation_folder_is_used_as_it_is() -> None:
    index = made_index([("A", "train", "p1"), ("A", "val", "p2"), ("A", "test", "p3")])
    split = make_split(index)
    assert not split.made_validation
    assert (split.train.tolist(), split.val.tolist(), split.test.tolist()) == ([0], [1], [2])


def test_unreadable_images_take_no_part() -> None:
    index = made_index([("A", "train", f"p{n}") for n in range(10)], unreadable=[3, 4])
    assert set(rows_of(make_split(index))) == set(range(10)) - {3, 4}


def test_a_class_with_one_image_is_trained_on_and_the_split_says_so() -> None:
    index = one_class_each({"A": [1] * 10, "Rare": [1]})
    split = make_split(index)
    assert 10 in split.train
    assert split.notes == ("Rare has one patient to train on and none to validate on",)


def test_a_class_without_training_images_is_named() -> None:
    rows = [("A", "train", f"p{number}") for number in range(5)] + [("B", "test", "p9")]
    assert make_split(made_index(rows)).notes == ("B has no image to train on",)


def test_a_class_with_two_patients_has_one_on_each_side() -> None:
    index = one_class_each({"A": [1] * 10, "Rare": [1, 1]})
    assert make_split(index).summary(index)["val"].classes["Rare"] == 1


def test_no_validation_can_be_asked_for() -> None:
    index = one_class_each({"A": [1] * 10})
    split = make_split(index, validation=0)
    assert (len(split.train), len(split.val), split.made_validation) == (10, 0, False)


def test_one_patient_alone_cannot_be_split() -> None:
    with pytest.raises(DatasetError) as caught:
        make_split(one_class_each({"A": [7]}))
    assert caught.value.code == "too-few-patients"
    assert caught.value.message == (
        "All 7 training images are of one patient, 'p0'. Expected at least two patients, one to "
        "train on and one to validate on. Do this: check the patient pattern, or add a folder "
        "val/ with images of others."
    )


def test_one_image_in_each_class_cannot_be_split() -> None:
    with pytest.raises(DatasetError) as caught:
        make_split(one_class_each({"A": [1], "B": [1]}))
    assert caught.value.message == (
        "No patient can be taken from the 2 training images for validation. Expected a class with "
        "at least two patients. Do this: add images, or a folder val/ with images of other "
        "patients."
    )


def test_without_training_images_there_is_nothing_to_split() -> None:
    with pytest.raises(DatasetError) as caught:
        make_split(made_index([("A", "test", "p1")]))
    assert caught.value.code == "no-training-films"


@pytest.mark.parametrize("share", [-0.1, 0.51, float("nan")])
def test_a_share_that_makes_no_sense_is_refused(share: float) -> None:
    with pytest.raises(ConfigError) as caught:
        make_split(one_class_each({"A": [1, 1]}), validation=share)
    assert caught.value.code == "validation"


def test_a_split_is_written_and_read_again(tmp_path: Path) -> None:
    index = made_index(
        [("Ünsure, maybe", "train", f'p"{n}') for n in range(8)]
        + [("Icon\r", "train", f"a\nb{n}") for n in range(2)]  # a carriage return is a name's too
        + [("B", "test", "=p1")]
    )
    split = make_split(index)
    split.to_csv(index, tmp_path / "split.csv")
    table = from_csv(tmp_path / "split.csv")
    assert len(table) == 11
    assert list(table.path) == sorted(image.path for image in index.images(range(11)))
    written = dict(zip(table.path, table.split, strict=True))
    for name in ("train", "val", "test"):
        assert {path for path, where in written.items() if where == name} == {
            image.path for image in index.images(split.rows(name))
        }
    images = {image.path: image for image in index.images(range(11))}
    for path, label, patient in zip(table.path, table.label, table.patient, strict=True):
        assert (label, patient) == (images[path].label, images[path].patient)


def test_a_damaged_split_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PathError) as caught:
        from_csv(tmp_path / "split.csv")
    assert caught.value.code == "missing"
    for text in ("", "a,b\n1,2\n", "path,label,split,patient\nonly,three,fields\n"):
        (tmp_path / "split.csv").write_text(text)
        with pytest.raises(PathError) as caught:
            from_csv(tmp_path / "split.csv")
        assert caught.value.code == "damaged"


def test_equal_files_and_copies_stand_on_one_side(tmp_path: Path) -> None:
    for number in range(24):
        place = tmp_path / ("a", "b")[number % 2]
        place.mkdir(exist_ok=True)
        grey = number if number < 20 else number - 20  # the last four are equal to the first
        Image.fromarray(np.full((8, 8), grey, np.uint8)).save(place / f"p{number}_1.png")
    index = scan(tmp_path)
    paths = index.table["path"].to_pylist()
    equal = [{f"{'ab'[n % 2]}/p{n}_1.png", f"{'ab'[n % 2]}/p{n + 20}_1.png"} for n in range(4)]
    near = {"a/p6_1.png", "a/p8_1.png", "b/p1_1.png"}
    group = [row for row, path in enumerate(paths) if path in near]
    for seed in range(8):
        split = make_split(index, seed=seed, together=[group])
        folds = divide(index, index.rows(), 4, seed=seed, together=split.together)
        val = {paths[row] for row in split.val}
        for one in (*equal, near | equal[1]):
            assert len({path in val for path in one}) == 1
            assert len({folds[paths.index(path)] for path in one}) == 1


@pytest.mark.slow
def test_no_copy_of_the_lessons_set_stands_on_two_sides(real_data: Path) -> None:
    index = scan(real_data / "codecademy_covid19")
    copies = same_pictures(index)
    assert len(copies) > 5
    held = set(index.rows("train").tolist())
    crossed_without = 0
    for seed in range(6):
        split = make_split(index, seed=seed, together=[group.rows for group in copies])
        plain = make_split(index, seed=seed)
        folds = divide(index, split.train, 5, seed=seed, together=split.together)
        fold = dict(zip(split.train.tolist(), folds.tolist(), strict=True))
        for group in copies:
            inside = [row for row in group.rows if row in held]
            assert len({row in split.val for row in inside}) <= 1
            assert len({fold[row] for row in inside if row in fold}) <= 1
            crossed_without += len({row in plain.val for row in inside}) > 1
    assert crossed_without > 0  # else the test shows nothing


@pytest.mark.parametrize("seed", range(5))
def test_patients_of_several_named_splits_are_told(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "file": [f"{number:02}.png" for number in range(40)],
            "label": rng.choice(["A", "B"], 40),
            "who": rng.choice(["", *(f"P{number}" for number in range(12))], 40),
            "split": rng.choice(["train", "val", "test"], 40),
        }
    )
    (tmp_path / "t.csv").write_text(frame.to_csv(index=False))
    index = index_of(tmp_path, tuple(f"x/{name}" for name in frame["file"]))
    labelled = label_images(index, LabelChoice(file="t.csv", patient="who")).index
    splits = frame[frame["who"] != ""].groupby("who")["split"].nunique()
    several = int((splits > 1).sum())
    (told,) = [note for note in make_split(labelled).notes if "patients have" in note]
    assert told.startswith(f"{several} of {len(splits)} patients have images in more than one")
    alone = frame.assign(split=frame["who"].map(lambda who: "train" if who < "P5" else "test"))
    (tmp_path / "t.csv").write_text(alone.to_csv(index=False))
    labelled = label_images(index, LabelChoice(file="t.csv", patient="who")).index
    assert not [note for note in make_split(labelled).notes if "more than one" in note]
