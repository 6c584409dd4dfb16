"""Published tables as people have them: merged, saved by a spreadsheet or pandas, in part."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from published_tables import CHEXPERT, MIMIC, PADCHEST, TABLES, index_of

from xraylib.datasets.labels.join import Labelled, label_images
from xraylib.datasets.labels.label_choice import LabelChoice

SIGNS: Final = {1: "1", 0: "0", -1: ".", -2: "?"}
STUDIES: Final = TABLES["mimic-cxr"].paths


def join(root: Path, paths: tuple[str, ...], *tables: str | bytes) -> Labelled:
    """Images of these paths, and tables beside them."""
    files = [f"t{number}.csv" for number in range(len(tables))]
    for file, table in zip(files, tables, strict=True):
        (root / file).write_bytes(table.encode() if isinstance(table, str) else table)
    choice = LabelChoice(file=files[0], beside=tuple(files[1:]))
    return label_images(index_of(root, paths), choice)


def said(labelled: Labelled) -> dict[str, str]:
    findings = labelled.index.findings
    assert findings is not None
    return {
        name: "".join(SIGNS[value] for value in findings.values[:, at].tolist())
        for at, name in enumerate(findings.names)
    }


def row(columns: str, **values: str) -> str:
    """The cells of a row, empty but for some."""
    known = {name.replace("_", " "): value for name, value in values.items()}
    return ",".join(known.get(name, "") for name in columns.split(","))


MIMIC_ROWS: Final = (
    row(MIMIC, No_Finding="1.0"),
    row(MIMIC, Edema="-1.0", Pneumonia="1.0"),
)


@pytest.mark.parametrize(
    ("head", "ids"),
    [
        ("subject_id,study_id,", ("10000032.0,50414267.0,", "10000032.0,53189527.0,")),
        ("subject_id,study_id,", ("p10000032,s50414267,", "p10000032,s53189527,")),
        ("study_id,", ("50414267,", "53189527,")),
    ],
    ids=["merged by pandas", "as folders are named", "test-set-labeled"],
)
def test_a_study_of_mimic_is_found_however_its_number_is_written(
    tmp_path: Path, head: str, ids: tuple[str, str]
) -> None:
    rows = "".join(f"{one}{told}\n" for one, told in zip(ids, MIMIC_ROWS, strict=True))
    found = join(tmp_path, STUDIES, f"{head}{MIMIC}\n{rows}")
    assert (found.report.plan.form.name, found.report.by_folder) == ("mimic-cxr", True)
    assert said(found)["Edema"] == "00?"
    assert said(found)["Pneumonia"] == "001"
    assert found.report.rows_alone == 0


def test_a_row_of_mimic_may_name_its_image_itself(tmp_path: Path) -> None:
    paths = ("flat/02aa.jpg", "flat/2a2a.jpg")
    ids = ("flat/02aa.jpg,10000032,50414267,", "flat/2a2a.jpg,10000032,53189527,")
    rows = "".join(f"{one}{told}\n" for one, told in zip(ids, MIMIC_ROWS, strict=True))
    found = join(tmp_path, paths, f"path,subject_id,study_id,{MIMIC}\n{rows}")
    assert found.report.plan.image == "path"
    assert said(found)["Edema"] == "0?"
    assert found.report.patients == 1


def test_tables_of_mimic_belong_together_though_one_has_numbers_with_a_point(
    tmp_path: Path,
) -> None:
    labels = f"subject_id,study_id,{MIMIC}\n10000032.0,53189527.0,{MIMIC_ROWS[1]}\n"
    split = "dicom_id,study_id,subject_id,split\n2a2277a9-b0ded155,53189527,10000032,test\n"
    found = join(tmp_path, STUDIES[2:], labels, split)
    assert said(found)["Edema"] == "?"
    assert found.index.table["split"].to_pylist() == ["test"]
    assert found.report.rows_alone == 0


def test_patients_whose_numbers_lost_their_zeros_belong_together(tmp_path: Path) -> None:
    labels = "file,patient_id,Edema,Mass\na.png,007,1,1\nb.png,070,0,1\n"
    found = join(tmp_path, ("x/a.png", "x/b.png"), labels, "patient_id,sex\n7,F\n70,M\n")
    assert found.index.metadata is not None
    assert found.index.metadata["sex"].to_pylist() == ["F", "M"]
    assert found.index.table["patient"].to_pylist() == ["007", "070"]
    two = "patient_id,sex\n7,F\n007,M\n"  # here they are two
    apart = join(tmp_path, ("x/a.png", "x/b.png"), labels, two).index.metadata
    assert apart is not None
    assert apart["sex"].to_pylist() == ["M", None]


def test_names_of_nih_may_have_commas_between(tmp_path: Path) -> None:
    text = 'Image Index,Finding Labels\na.png,"Mass,Nodule"\nb.png,No Finding\nc.png,Nodule\n'
    found = join(tmp_path, ("x/a.png", "x/b.png", "x/c.png"), text)
    assert said(found) == {"Mass": "100", "Nodule": "101"}


def test_findings_beside_those_of_the_labeller_are_findings_too(tmp_path: Path) -> None:
    text = (
        "Unnamed: 0,dicom_id,Atelectasis,Tortuous Aorta,No Finding,subject_id,study_id,path\n"
        f"0,02aa804e-bde0afdd,1.0,1.0,0.0,1,5,{STUDIES[0]}\n"
        f"1,2a2277a9-b0ded155,0.0,0.0,1.0,1,6,{STUDIES[2]}\n"
    )
    found = join(tmp_path, (STUDIES[0], STUDIES[2]), text)
    assert said(found) == {"Atelectasis": "10", "Tortuous Aorta": "10"}
    path = "test/patient1/study1/view1_frontal.jpg"
    other = CHEXPERT.replace("Lung Opacity", "Airspace Opacity")
    assert "Airspace Opacity" in said(
        join(tmp_path, (path,), f"Path,{other}\n{path}" + ",0.0" * 14)
    )


def test_support_devices_are_no_contradiction_in_small_letters(tmp_path: Path) -> None:
    path = "train/patient1/study1/view1_frontal.jpg"
    cells = row(CHEXPERT, No_Finding="1,0", Support_Devices="1,0").replace(",", ";")
    cells = cells.replace("1;0", "1,0")
    text = f"path;{CHEXPERT.lower().replace(',', ';')}\n{path};{cells}\n"
    found = join(tmp_path, (path,), text)
    assert said(found)["support devices"] == "1"
    assert found.report.contradicted == ()
    choice = LabelChoice(file="t0.csv")
    named = label_images(found.index, choice, {"support devices": "Devices"})
    assert said(named)["Devices"] == "1"


@pytest.mark.parametrize(
    ("head", "cell"),
    [
        ("Image Index,Finding Labels,Patient ID", "No Finding|Mass"),
        ("file,finding,patient", "normal|Mass"),
        (PADCHEST, "\"['Mass', 'normal']\""),
    ],
    ids=["nih", "list", "padchest"],
)
def test_no_finding_beside_a_finding_in_one_cell_is_a_contradiction(
    tmp_path: Path, head: str, cell: str
) -> None:
    names = head.split(",")
    told = {"Image Index": "a.png", "file": "a.png", "ImageID": "a.png"}
    told |= dict.fromkeys(["Finding Labels", "finding", "Labels"], cell)
    found = join(tmp_path, ("x/a.png",), f"{head}\n{','.join(told.get(one, '1') for one in names)}")
    assert said(found) == {"Mass": "?"}
    assert found.report.contradicted == ("x/a.png",)


def test_lists_in_a_column_of_parquet_are_several_names(tmp_path: Path) -> None:
    data = io.BytesIO()
    lists = [["pneumonia", "kyphosis"], ["normal"], [], None]
    images = ["a.png", "b.png", "c.png", "d.png"]
    table = {"ImageID": images, "PatientID": [12, 12, 13, 14], "Labels": lists}
    pq.write_table(pa.table(table), data)
    found = join(tmp_path, tuple(f"0/{one}" for one in images), data.getvalue())
    assert found.report.plan.form.name == "padchest"
    assert said(found) == {"kyphosis": "10..", "pneumonia": "10.."}


def test_the_first_lists_of_covidx_have_three_columns(tmp_path: Path) -> None:
    text = "1 a-1.png COVID-19\n1 c-3.jpg pneumonia\n2 d.png normal\n"
    found = join(tmp_path, ("train/a-1.png", "train/c-3.jpg", "train/d.png"), text)
    assert found.index.classes == ("COVID-19", "normal", "pneumonia")
    assert found.report.patients == 2


def test_rows_that_say_nothing_are_no_rows_without_an_image(tmp_path: Path) -> None:
    text = "file;class\na.png;A\n;\nb.png;B\n;\n;\nz.png;B\n"
    report = join(tmp_path, ("x/a.png", "x/b.png"), text).report
    assert (report.rows, report.rows_alone, report.names_alone) == (3, 1, ("z.png",))


def test_a_column_that_says_yes_and_no_and_more_is_told(tmp_path: Path) -> None:
    paths = tuple(f"x/{number}.png" for number in range(8))
    rows = zip((0, 1, 2, 0, 1, 2, 0, 0), np.arange(8) % 2, strict=True)
    text = "".join(f"{at}.png,{grade},{mass}\n" for at, (grade, mass) in enumerate(rows))
    found = join(tmp_path, paths, "file,Edema,Mass\n" + text)
    assert set(said(found)) == {"Mass"}
    (hint,) = (one for one in found.report.hints() if one.code == "columns-left")
    assert hint.message == (
        "Not taken for labels of t0.csv: Edema; some cells there say neither yes nor no"
    )


def test_degrees_of_certainty_in_words_are_answers(tmp_path: Path) -> None:
    text = "file,Mass,Edema\n1.png,definite,no\n2.png,probable,suspected\n3.png,no,yes\n"
    found = join(tmp_path, ("x/1.png", "x/2.png", "x/3.png"), text)
    assert said(found) == {"Mass": "1?0", "Edema": "0?1"}
