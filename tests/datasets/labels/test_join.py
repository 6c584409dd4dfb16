"""Tables of no published form, and tables that are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pytest
from published_tables import index_of

from xraylib.datasets.labels.join import Labelled, label_images
from xraylib.datasets.labels.label_choice import LabelChoice, columns_from
from xraylib.errors import ConfigError, DatasetError

PATHS: Final = tuple(f"x/p{number:03}.png" for number in range(6))


def join(root: Path, text: str, **choice: object) -> Labelled:
    (root / "labels.csv").write_text(text, encoding="utf-8")
    index = index_of(root, PATHS)
    return label_images(index, LabelChoice(file="labels.csv", **choice))  # type: ignore[arg-type]


def table(header: str, *cells: str) -> str:
    """A row for each of the images, in their order."""
    rows = [f"p{number:03},{cell}" for number, cell in enumerate(cells)]
    return "\n".join([header, *rows, ""])


def values(labelled: Labelled) -> dict[str, list[int]]:
    findings = labelled.index.findings
    assert findings is not None
    return dict(zip(findings.names, findings.values.T.tolist(), strict=True))


def test_columns_with_one_1_each_are_classes(tmp_path: Path) -> None:
    labelled = join(tmp_path, table("id,Normal,Covid", "1,0", "0,1", "0,1", "1,0", "1,0", "1,0"))
    assert labelled.report.plan.form.name == "onehot"
    assert labelled.report.kind == "single"
    assert labelled.index.table["label"].to_pylist() == ["Normal", *["Covid"] * 2, *["Normal"] * 3]
    assert values(labelled) == {"Covid": [0, 1, 1, 0, 0, 0], "Normal": [1, 0, 0, 1, 1, 1]}


def test_columns_with_more_than_one_1_are_findings(tmp_path: Path) -> None:
    text = table("id,Normal,Covid,Edema", "1,0,0", "0,1,1", "0,0,1", "0,,1", "0,0,0", "1,,")
    labelled = join(tmp_path, text)
    assert labelled.report.kind == "multilabel"
    assert values(labelled) == {"Covid": [0, 1, 0, -1, 0, 0], "Edema": [0, 1, 1, 1, 0, 0]}
    assert labelled.index.classes == ("",)


@pytest.mark.parametrize(
    ("yes", "no"),
    [("1", "0"), ("1.0", "0.0"), ("yes", "no"), ("TRUE", "FALSE"), ('"1,0"', '"0,0"')],
)
def test_one_column_of_yes_and_no_makes_two_classes(tmp_path: Path, yes: str, no: str) -> None:
    labelled = join(tmp_path, table("id,covid", yes, no, no, yes, "", "nan"))
    assert labelled.report.plan.form.name == "binary"
    assert labelled.index.classes == ("No covid", "covid")
    assert labelled.report.findings["covid"] == {
        "present": 2,
        "absent": 2,
        "unknown": 2,
        "uncertain": 0,
    }
    assert labelled.report.without_class == PATHS[4:]
    assert len(labelled.index) == 4


def test_one_column_of_names_makes_their_classes(tmp_path: Path) -> None:
    labelled = join(
        tmp_path, table("id,age,diagnosis", "50,A", "51,B", "52,B", "53,C", "5,A", "6,A")
    )
    assert labelled.report.plan.form.name == "names"
    assert labelled.index.counts() == {"train": {"A": 3, "B": 2, "C": 1}}
    assert labelled.index.metadata is not None
    assert labelled.index.metadata["age"].to_pylist() == [50, 51, 52, 53, 5, 6]


def test_the_tables_patients_and_splits_are_used(tmp_path: Path) -> None:
    text = table(
        "id,label,subject_id,split",
        *("A,s1,train", "B,s1,train", "A,s2,valid", "B,,Test", "A,s3,", "B,s3,train"),
    )
    index = join(tmp_path, text).index
    assert index.table["patient"].to_pylist() == ["s1", "s1", "s2", PATHS[3], "s3", "s3"]
    assert index.table["split"].to_pylist() == ["train", "train", "val", "test", "train", "train"]
    assert index.reading.patients == "the column subject_id of labels.csv"
    unused = join(tmp_path, text, patient="", split="").index
    assert unused.table["patient"].to_pylist() == list(PATHS)
    assert set(unused.table["split"].to_pylist()) == {"train"}


def test_rows_that_repeat_or_contradict_each_other_are_told(tmp_path: Path) -> None:
    text = table("id,Mass,Edema", "1,0", "1,0", "0,1", "0,0") + "p000,1,0\np001,1,1\np002,,1\n"
    labelled = join(tmp_path, text)
    assert labelled.report.repeated == PATHS[:3]
    assert labelled.report.contradicted == (PATHS[1],)
    assert values(labelled) == {"Mass": [1, 1, 0, 0, -1, -1], "Edema": [0, -2, 1, 0, -1, -1]}
    assert labelled.report.images_alone == PATHS[4:]


def test_an_image_that_is_normal_and_ill_is_contradicted(tmp_path: Path) -> None:
    text = table("id,No Finding,Mass,Edema", "1,1,0", "0,1,1", "0,0,1", "1,0,0", "0,1,0", "1,,")
    labelled = join(tmp_path, text)
    assert labelled.report.contradicted == (PATHS[0],)
    assert values(labelled)["Mass"] == [-2, 1, 0, 0, 1, 0]


def test_columns_are_what_a_person_says(tmp_path: Path) -> None:
    text = table(
        "id,a,b,who,label", "1,0,A,x", "1,1,B,y", "0,1,A,x", "0,0,B,y", "1,0,C,x", "1,1,C,y"
    )
    said = columns_from(["label=a", "label=b", "patient=who", "ward=label"])
    labelled = join(tmp_path, text, **said)
    assert values(labelled) == {"a": [1, 1, 0, 0, 1, 1], "b": [0, 1, 1, 0, 0, 1]}
    assert labelled.index.metadata is not None
    assert labelled.index.metadata.to_pydict() == {"ward": ["x", "y", "x", "y", "x", "y"]}
    assert labelled.index.table["patient"].to_pylist() == ["A", "B", "A", "B", "C", "C"]
    kept = LabelChoice(file="labels.csv", findings=("b",), readers="any", kind="multilabel", **said)
    assert LabelChoice.from_json(kept.to_json()) == kept
    assert hash(LabelChoice.from_json(kept.to_json())) == hash(kept)
    assert values(join(tmp_path, text, findings=("b",), **said)).keys() == {"b"}


def test_findings_of_patients_are_given_to_all_images_in_their_folders(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("case,Mass,Edema\n0007,1,0\n0008,1,1\n0010,0,0\n")
    index = index_of(tmp_path, ["0007/a.png", "0007/b.png", "0008/a.png", "0009/a.png"])
    labelled = label_images(index, LabelChoice(file="t.csv"))
    assert labelled.report.by_folder
    assert values(labelled) == {"Mass": [1, 1, 1, -1], "Edema": [0, 0, 1, -1]}
    assert labelled.report.names_alone == ("0010",)


WRONG: Final = {
    "matches nothing": (
        "id,label\nq1,A\nq2,B\n",
        {},
        "No column of labels.csv names an image of this data set; its first row begins with q1, A. "
        "Expected paths or file names, for example 'x/p000.png'. Do this: choose another table, or "
        "say which column names the images (--column image=NAME).",
    ),
    "the column matches nothing": (
        table("id,other,label", *(f"q,{'AB'[n % 2]}" for n in range(6))),
        {"image": "other"},
        "The column 'other' of labels.csv names no image of this data set; it has 'q'. Expected "
        "paths or file names, for example 'x/p000.png'. Do this: choose another table, or say "
        "which column names the images (--column image=NAME).",
    ),
    "five hundred names": (
        table("id,label", *("|".join(f"f{n}" for n in range(s, 500, 6)) for s in range(6))),
        {},
        "The labels of labels.csv (label) have 500 different names. Expected at most 256. Do this: "
        "choose the column of labels, or the findings that are to be used.",
    ),
    "forty columns that say nothing": (
        table("id," + ",".join(f"c{n}" for n in range(40)), *("," * 39 for _ in range(6))),
        {"labels": tuple(f"c{n}" for n in range(40))},
        "The 40 columns of labels of labels.csv (c0, c1, c2, c3 …) say nothing that is known. "
        "Expected 1 and 0, or names of findings. Do this: choose other columns of labels, or "
        "another table.",
    ),
    "nothing but names": (
        table("id,when", *("" for _ in range(6))),
        {},
        "No column of labels.csv says a label. Expected a column of names, or columns of 0 and 1, "
        "beside that of the images. Do this: say which it is (--column label=NAME).",
    ),
    "a formula": (
        table("id,label", "A", "B", '"=IF(B2=""A"",1,0)"', "A", "B", "A"),
        {},
        "The table labels.csv holds a formula in row 4, column 'label': =IF(B2=\"A\",1,0). "
        "Expected values alone. Do this: save the table with the values in place of the formulas.",
    ),
    "no such column": (
        table("id,label", *"ABABAB"),
        {"patient": "who"},
        "The table labels.csv has no column 'who'. Expected one of: id, label. Do this: choose "
        "another column.",
    ),
    "no such finding": (
        table("id,label", *"ABABAB"),
        {"findings": ("A", "D")},
        "The table labels.csv tells nothing of D. Expected some of: A, B. Do this: choose findings "
        "that are there.",
    ),
    "no such form": (
        table("id,label", *"ABABAB"),
        {"form": "excel"},
        "There is no form of tables named 'excel'. Expected one of: nih, mimic-cxr, chexpert, "
        "padchest, rsna, vindr, ieee8023, covidx, siim-covid19, siim-covid19-images, onehot, "
        "list, boxes, binary, names. Do this: choose one of these, or none, so that it is found.",
    ),
    "no class at all": (
        table("id,a,b", *("1,1" for _ in range(6))),
        {"kind": "single"},
        "The table labels.csv says of no image of which one class it is. Expected one class for "
        "each image. Do this: read it as a table of several findings (multilabel), or choose other "
        "columns.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, case: str) -> None:
    text, choice, message = WRONG[case]
    with pytest.raises(DatasetError) as refused:
        join(tmp_path, text, **choice)
    assert refused.value.code == "label-table"
    assert refused.value.message == message


def test_a_table_outside_of_the_folder_is_refused_unless_its_whole_path_is_given(
    tmp_path: Path,
) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "labels.csv").write_text(table("id,label", *"ABABAB"))
    index = index_of(tmp_path / "images", PATHS)
    with pytest.raises(DatasetError) as refused:
        label_images(index, LabelChoice(file="../labels.csv"))
    assert refused.value.code == "label-table"
    whole = label_images(index, LabelChoice(file=str(tmp_path / "labels.csv")))
    assert whole.index.classes == ("A", "B")


@pytest.mark.parametrize("text", ["patient", "=id"])
def test_a_column_without_its_part_is_refused(text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        columns_from([text])
    assert refused.value.code == "label-column"


def test_names_of_levels_leave_what_is_below_them_unknown(tmp_path: Path) -> None:
    said = ("L/V/C", "L/V", "L", "No Finding", "L/B", "")
    labelled = join(tmp_path, table("id,label", *said), form="ieee8023", labels=("label",))
    found = values(labelled)
    assert found == {
        "B": [0, 0, -1, 0, 1, -1],
        "C": [1, -1, -1, 0, 0, -1],
        "L": [1, 1, 1, 0, 1, -1],
        "V": [1, 1, -1, 0, 0, -1],
    }


def test_votes_of_many_readers_are_those_that_are_counted_one_by_one(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    cells = rng.integers(-1, 2, (60, 2))  # 60 rows: image, reader, two findings
    rows = [f"p{n % 6:03},R{n // 6},{a},{b}" for n, (a, b) in enumerate(cells.tolist())]
    labelled = join(tmp_path, "\n".join(["id,reader,Mass,Edema", *rows, ""]))
    for at, name in enumerate(("Mass", "Edema")):
        for image in range(6):
            votes = cells[image::6, at].tolist()
            yes, no = votes.count(1), votes.count(0)
            right = 1 if yes > len(votes) / 2 else 0 if no > len(votes) / 2 else -2
            assert values(labelled)[name][image] == right
