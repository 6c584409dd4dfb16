"""Tables in the exact form of public sets, each read as its authors say."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from published_tables import TABLES, write

from xraylib.datasets.labels.forms import FORMS
from xraylib.datasets.labels.join import Labelled, label_images
from xraylib.datasets.labels.label_choice import LabelChoice

# Findings of each image in the order of its path: 1 present, 0 absent, . unknown, ? uncertain.
SAID: Final[dict[str, dict[str, str]]] = {
    "nih": {"Cardiomegaly": "100.", "Effusion": "101.", "Hernia": "000."},
    "chexpert": {
        "Edema": "0?1.",
        "Pleural Effusion": "01..",
        "Pneumothorax": "00..",
        "Support Devices": "1...",
        "Cardiomegaly": "0...",
    },
    "mimic-cxr": {"Edema": "00?", "Pneumonia": "001", "Support Devices": "...", "Fracture": "00."},
    "padchest": {"kyphosis": "011..", "pleural effusion": "010.."},
    "rsna": {"Pneumonia": "01"},
    "vindr": {"Aortic enlargement": "00", "Cardiomegaly": "01"},
    "ieee8023": {
        "Pneumonia": "11.01",
        "Viral": ".1.00",
        "COVID-19": ".1.00",
        "Bacterial": ".0.01",
        "Streptococcus": ".0.01",
    },
    "covidx": {"negative": "001", "positive": "110"},
    "siim-covid19": {
        "Negative for Pneumonia": "001",
        "Typical Appearance": "100",
        "Indeterminate Appearance": "000",
        "Atypical Appearance": "010",
    },
    "siim-covid19-images": {"opacity": "10"},
}
PATIENTS: Final = {
    "nih": 2,
    "chexpert": None,
    "mimic-cxr": 1,
    "padchest": 4,
    "rsna": 2,
    "vindr": None,
    "ieee8023": 5,
    "covidx": 3,
    "siim-covid19": None,
    "siim-covid19-images": None,
}
WITHOUT: Final = {"nih": (1, 1), "chexpert": (0, 1), "mimic-cxr": (1, 0)}
SIGNS: Final = {1: "1", 0: "0", -1: ".", -2: "?"}


def read(tmp_path: Path, name: str, **choice: object) -> Labelled:
    table = TABLES[name]
    index = write(tmp_path / name, table)
    return label_images(index, LabelChoice(file=table.file, **choice))  # type: ignore[arg-type]


def said(labelled: Labelled) -> dict[str, str]:
    findings = labelled.index.findings
    assert findings is not None
    return {
        name: "".join(SIGNS[value] for value in findings.values[:, at].tolist())
        for at, name in enumerate(findings.names)
    }


@pytest.mark.parametrize("name", TABLES)
def test_a_published_table_is_known_by_its_header(tmp_path: Path, name: str) -> None:
    labelled = read(tmp_path, name)
    report = labelled.report.to_json()
    assert report["form"] == name
    assert report["kind"] == FORMS[name].kind
    assert report["patients"] == PATIENTS[name]
    alone = (report["rows_without_image"], report["images_without_row"])
    assert alone == WITHOUT.get(name, (0, 0))
    found = said(labelled)
    assert {finding: found[finding] for finding in SAID[name]} == SAID[name]
    if name not in ("chexpert", "mimic-cxr"):
        assert found.keys() == SAID[name].keys()
    else:
        assert len(found) == 13, "No Finding is none"


@pytest.mark.parametrize("name", TABLES)
def test_its_counts_are_those_of_its_values(tmp_path: Path, name: str) -> None:
    labelled = read(tmp_path, name)
    for finding, signs in said(labelled).items():
        assert labelled.report.findings[finding] == {
            "present": signs.count("1"),
            "absent": signs.count("0"),
            "unknown": signs.count("."),
            "uncertain": signs.count("?"),
        }


def test_metadata_come_in_types_of_their_own(tmp_path: Path) -> None:
    nih, chexpert, padchest = (
        read(tmp_path, name).index.metadata for name in ("nih", "chexpert", "padchest")
    )
    assert nih is not None
    assert chexpert is not None
    assert padchest is not None
    assert nih.to_pydict() == {
        "sex": ["M", "M", "F", None],
        "age": [58.0, 58.0, None, None],  # nobody is 414 years old
        "view": ["PA", "AP", "PA", None],
    }
    assert chexpert["view"].to_pylist() == ["AP", "PA", "lateral", None]
    assert padchest["year"].to_pylist() == [2014] * 5
    assert padchest["age"].to_pylist() == [84.0] * 5  # born in 1930
    assert padchest["scanner"][0].as_py() == "PhilipsMedicalSystems"


def test_what_any_reader_saw_is_there_where_that_was_chosen(tmp_path: Path) -> None:
    assert said(read(tmp_path, "vindr", readers="any")) == {
        "Aortic enlargement": "01",
        "Cardiomegaly": "01",
    }


def test_readers_who_are_divided_leave_it_uncertain(tmp_path: Path) -> None:
    table = TABLES["vindr"]
    index = write(tmp_path, table)
    text = "\n".join(line for line in table.text.split("\n") if ",R8," not in line)
    (tmp_path / table.file).write_text(text)
    assert said(label_images(index, LabelChoice(file=table.file)))["Cardiomegaly"] == "0?"


def test_a_table_of_one_class_makes_classes(tmp_path: Path) -> None:
    rsna, covidx = (read(tmp_path, name).index for name in ("rsna", "covidx"))
    assert rsna.classes == ("No Pneumonia", "Pneumonia")
    assert rsna.table["label"].to_pylist() == ["No Pneumonia", "Pneumonia"]
    assert covidx.counts() == {"train": {"negative": 1, "positive": 2}}


def test_several_findings_can_be_read_as_one_class_and_the_others_are_named(tmp_path: Path) -> None:
    labelled = read(tmp_path, "nih", kind="single")
    assert labelled.index.table["path"].to_pylist() == [
        "images_001/images/00000001_001.png",
        "images_002/images/00000002_000.png",
    ]
    assert labelled.index.table["label"].to_pylist() == ["No Finding", "Effusion"]
    assert labelled.report.without_class == ("images_001/images/00000001_000.png",)
    assert labelled.report.images_alone == ("images_002/images/00000009_000.png",)
    assert {hint.code for hint in labelled.index.reading.hints} == {
        "rows-without-image",
        "images-without-row",
        "images-without-class",
    }
