"""Names in a table and images on the disk."""

from __future__ import annotations

import numpy as np
import pytest

from xraylib.datasets.tables.matching import match_bare, match_names

pytestmark = pytest.mark.fast

PATHS = ("train/Normal/1.png", "train/Covid/1.png", "train/Covid/2.png", "test/Normal/3.dcm")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("train/Covid/2.png", [2]),
        ("2.png", [2]),
        ("2", [2]),
        ("2.jpg", [2]),
        ("C:\\Users\\ada\\films\\train\\Covid\\2.PNG", [2]),
        ("/mnt/films/covid/train/covid/2.png", [2]),
        ("https://hospital.example/films/train/Covid/2.png", [2]),
        ('"./Covid/2.png"', [2]),
        ("3", [3]),
        ("1.png", [0, 1]),
        ("Covid/1.png", [1]),
        ("D:/films/Normal/train/Normal/1.png", [0]),
        ("old place/2.png", [2]),
        ("Pneumonia/1.png", []),
        ("4.png", []),
        ("", []),
        ("train/Covid/", []),
    ],
)
def test_trailing_parts_decide_which_images_a_name_means(name: str, meant: list[int]) -> None:
    assert match_names([name], PATHS).images.tolist() == meant


def test_names_of_more_parts_go_before_those_of_fewer() -> None:
    found = match_names(["1.png", "train/Covid/1.png", "9.png"], PATHS)
    assert list(zip(found.rows.tolist(), found.images.tolist(), strict=True)) == [(0, 0), (1, 1)]
    assert found.rows_alone.tolist() == [2]
    assert found.images_alone.tolist() == [2, 3]


def test_several_rows_may_be_about_one_image() -> None:
    found = match_names(["2", "2.png", "Covid/2"], PATHS[:3])
    assert found.rows.tolist() == [2]
    again = match_names(["2", "2"], PATHS)
    assert (again.rows.tolist(), again.images.tolist()) == ([0, 1], [2, 2])


def test_accents_are_the_same_however_they_are_written() -> None:
    assert match_names(["Mu\u0308ller.png"], ["M\u00fcller.png"]).images.tolist() == [0]


def test_a_folder_that_contradicts_is_another_image() -> None:
    found = match_names(["a/1.png", "b/1.png"], ["c/1.png"])
    assert len(found) == 0
    assert np.array_equal(found.rows_alone, [0, 1])


@pytest.mark.parametrize(
    ("name", "path", "meant"),
    [
        ("patient2/view1.png", "patient1/view1.png", []),
        ("patient2/study1/view1.png", "set/patient1/study1/view1.png", []),
        ("b/1.png", "a/1.png", []),  # there is a folder b, and the image is not in it
        ("old/images/1.png", "new/images/1.png", [0]),
        ("CheXpert-v1.0/train/7.png", "CheXpert-v1.0-small/train/7.png", [0]),
    ],
)
def test_two_alone_with_a_last_part_are_one_unless_their_folders_are_two(
    name: str, path: str, meant: list[int]
) -> None:
    assert match_names([name], [path, "b/2.png"]).images.tolist() == meant


def test_many_images_of_one_file_name_are_told_by_their_folders() -> None:
    """As in CheXpert; whoever compared each with each would not come to an end."""
    paths = [f"train/patient{number:05}/study1/view1.jpg" for number in range(20_000)]
    names = [f"CheXpert-v1.0/{path}" for path in reversed(paths)]
    found = match_names(names, paths)
    assert np.array_equal(found.images, np.arange(20_000)[::-1])


def test_bare_names_are_matched_alike_and_anything_else_is_left_to_the_careful_way() -> None:
    paths = ["a/0001_000.png", "b/0001_001.PNG", "b/0002_000.dcm"]
    names = ["0002_000", "0001_001.png", "0009_000.png", "0001_000.jpg"]
    quick, careful = match_bare(names, paths), match_names(names, paths)
    assert quick is not None
    assert quick.rows.tolist() == careful.rows.tolist() == [0, 1, 3]
    assert quick.images.tolist() == careful.images.tolist() == [2, 1, 0]
    for other in (
        ["b/0002_000", "0001_001", "0001_000"],  # a folder says more
        ["0001_000", "0001_001"],  # an image without a name
        ["0001_000.png", "0001_000.jpg", "0001_001", "0002_000"],  # which of the two?
    ):
        assert match_bare(other, paths) is None
