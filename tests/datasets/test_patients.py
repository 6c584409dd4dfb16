"""Patients from a table beside the images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.patients import PatientColumn, find_tables, table_columns, with_patients
from xraylib.datasets.scan import scan
from xraylib.errors import ConfigError, DatasetError

COLUMN = PatientColumn(file="images.csv", image="image", patient="who")


def make_images(root: Path) -> Path:
    """Five training and two test images a class, each of another patient."""
    for split, count in (("train", 5), ("test", 2)):
        for group, label in enumerate(("Bright", "Dark")):
            (root / split / label).mkdir(parents=True)
            for n in range(count):
                patient = 20 * group + n + (10 if split == "test" else 0)
                pixels = np.full((8, 8), patient, np.uint8)
                Image.fromarray(pixels).save(root / split / label / f"p{patient:02}_1.png")
    return root


@pytest.fixture
def index(tmp_path: Path) -> DatasetIndex:
    return scan(make_images(tmp_path / "images"))


def whose(index: DatasetIndex) -> dict[str, str]:
    images = index.images(range(len(index)))
    return {image.path: image.patient for image in images}


def write(index: DatasetIndex, text: str, name: str = "images.csv") -> None:
    (index.root / name).write_text(text, encoding="utf-8")


def test_images_are_named_by_path_by_file_name_or_without_its_ending(index: DatasetIndex) -> None:
    write(
        index,
        "image,age,who\ntrain/Dark/p20_1.png,44,anna\np21_1.png,50,berta\np22_1,51,anna\n",
    )
    before = whose(index)
    after = whose(with_patients(index, COLUMN))
    told = {path: name for path, name in after.items() if before[path] != name}
    assert told == {
        "train/Dark/p20_1.png": "anna",
        "train/Dark/p21_1.png": "berta",
        "train/Dark/p22_1.png": "anna",
    }


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_mark_between_columns_is_found(index: DatasetIndex, mark: str) -> None:
    write(index, "\ufeff" + f"image{mark}who\np20_1.png{mark}anna\n")
    assert table_columns(index.root, "images.csv") == ("image", "who")
    assert "anna" in whose(with_patients(index, COLUMN)).values()


def test_an_empty_patient_leaves_that_of_the_file_name(index: DatasetIndex) -> None:
    write(index, "image,who\np20_1.png,\np21_1.png,anna\nshort\n")
    assert whose(with_patients(index, COLUMN))["train/Dark/p20_1.png"] == "p20"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "",
            "The table images.csv is empty. Expected a CSV file in UTF-8 whose first line names "
            "the columns. Do this: check the file, or choose another one.",
        ),
        (
            "image,name\np20_1.png,anna\n",
            "The table images.csv has no column 'who'. Expected one of: image, name. "
            "Do this: choose another column.",
        ),
        (
            "image,who\np20_1.png,anna\np20_1.png,berta\n",
            "The table images.csv names 'p20_1.png' twice, with the patients 'anna' and 'berta' "
            "(line 3). Expected one patient for each image. Do this: mend the table.",
        ),
        (
            "image,who\nother.png,anna\n",
            "The column 'image' of images.csv names no image of this data set. Expected paths or "
            "file names, for example 'test/Bright/p10_1.png'. Do this: choose another column or "
            "another table.",
        ),
    ],
)
def test_a_table_that_says_nothing_is_refused(index: DatasetIndex, text: str, message: str) -> None:
    write(index, text)
    with pytest.raises(DatasetError) as caught:
        with_patients(index, COLUMN)
    assert caught.value.message == message
    assert caught.value.code == "patient-column"


def test_a_table_outside_of_the_folder_is_refused(index: DatasetIndex) -> None:
    (index.root.parent / "images.csv").write_text("image,who\n")
    with pytest.raises(
        DatasetError, match=r"^The path '\.\./images\.csv' is not inside its folder"
    ):
        table_columns(index.root, "../images.csv")


def test_tables_are_found_near_the_top_and_links_are_not(index: DatasetIndex) -> None:
    write(index, "a\n")
    write(index, "a\n", "train/more.TSV")
    write(index, "a\n", "train/Dark/deep.csv")
    (index.root / "link.csv").symlink_to(index.root / "images.csv")
    assert find_tables(index.root) == ["images.csv", "train/more.TSV"]


def test_a_choice_keeps_the_table_and_divides_by_its_patients(index: DatasetIndex) -> None:
    write(index, "image,who\np20_1.png,anna\np21_1.png,anna\np30_1.png,anna\n")
    curation = Curation(split="by-patient", patients=COLUMN)
    assert Curation.from_json(curation.to_json()) == curation
    images = curation.apply(index).images(range(len(index)))
    assert {image.split for image in images if image.patient == "anna"} == {"train"}
    assert index.table["split"].to_pylist().count("test") == 4  # the index itself stays


@pytest.mark.parametrize(
    "values",
    [
        {"excluded": None},
        {"excluded": ["a"]},
        {"split": []},
        {"patients": "a.csv"},
        {"exclude": ()},
    ],
)
def test_a_curation_of_other_values_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        Curation(**values)  # type: ignore[arg-type]
