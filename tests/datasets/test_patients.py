"""Patients from a table beside the images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.patients import (
    PatientColumn,
    find_tables,
    read_patients,
    table_columns,
    with_patients,
)
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
    ("text", "message", "code"),
    [
        (
            "",
            "The table images.csv is empty. Expected a CSV, TSV, Excel or Parquet file, the first "
            "row of which names the columns. Do this: check the file, or choose another one.",
            "table",
        ),
        (
            "image,name\np20_1.png,anna\n",
            "The table images.csv has no column 'who'. Expected one of: image, name. "
            "Do this: choose another column.",
            "table",
        ),
        (
            "image,who\np20_1.png,anna\np20_1.png,berta\n",
            "The table images.csv names 'p20_1.png' twice, with the patients 'anna' and 'berta' "
            "(row 3). Expected one patient for each image. Do this: mend the table.",
            "patient-column",
        ),
        (
            "image,who\nother.png,anna\n",
            "The column 'image' of images.csv names no image of this data set. Expected paths or "
            "file names, for example 'test/Bright/p10_1.png'. Do this: choose another column or "
            "another table.",
            "patient-column",
        ),
    ],
)
def test_a_table_that_says_nothing_is_refused(
    index: DatasetIndex, text: str, message: str, code: str
) -> None:
    write(index, text)
    with pytest.raises(DatasetError) as caught:
        with_patients(index, COLUMN)
    assert (caught.value.message, caught.value.code) == (message, code)


def test_columns_are_found_and_what_has_no_partner_is_listed(index: DatasetIndex) -> None:
    rows = [
        "sep=;",
        "Größe;Patient ID;Film",
        "1,5;anna;C:\\films\\train\\Dark\\P20_1.jpg",
        "2;;D:\\test\\Dark\\p30_1",
        "2;carla;p99_1.png",
    ]
    (index.root / "who.csv").write_bytes("\r\n".join(rows).encode("utf-16"))
    found = read_patients(index, PatientColumn(file="who.csv"))
    assert (found.column.image, found.column.patient) == ("Film", "Patient ID")
    assert whose(found.index)["train/Dark/p20_1.png"] == "anna"
    assert found.rows_alone == ("p99_1.png",)
    assert found.untold == ("test/Dark/p30_1.png",)
    assert len(found.images_alone) == len(index) - 2
    assert found.index.reading.patients == "the column Patient ID of who.csv"
    assert [hint.code for hint in found.index.reading.hints].count("patient-table") == 3


def test_a_column_of_patients_that_is_not_named_so_is_asked_for(index: DatasetIndex) -> None:
    write(index, "image,age,sex\np20_1.png,44,F\n")
    with pytest.raises(DatasetError, match=r"^It is not clear which column of images\.csv tells"):
        read_patients(index, PatientColumn(file="images.csv"))


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
