"""Labels from a table, on the Dataset page: looked at, used, changed, and given back."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_images import encoded, picture
from streamlit.testing.v1 import AppTest

from xraylib.datasets.catalog import add_dataset, change_dataset, find_dataset
from xraylib.datasets.curation import Curation
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.patients import PatientColumn
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.datasets.reading.split_file import SplitFile
from xraylib.settings import PROJECT
from xraylib.workspace import Workspace

ROWS = ("0000.png,a,1,0,63", "0001.png,a,0,1,64", "0002.png,b,1,1,65", "0003.png,c,,0,66")


@pytest.fixture
def folder(tmp_path: Path, workspace: Workspace) -> Path:
    """A data set ``films`` without class folders, with two tables beside its X-rays."""
    folder = tmp_path / "films"
    (folder / "images").mkdir(parents=True)
    for number in range(5):
        (folder / "images" / f"{number:04}.png").write_bytes(encoded(picture(number)))
    head = "file,subject,Mass_[1],Edema,age"
    (folder / "findings.csv").write_text("\n".join([head, *ROWS, "0009.png,d,1,1,5", ""]))
    kinds = [f"{number:04};{'AB'[number % 2]}" for number in range(5)]
    (folder / "kinds.csv").write_text("\n".join(["name;class", *kinds, ""]))
    add_dataset(folder, "films", workspace=workspace)
    return folder


def _open() -> AppTest:
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    page.switch_page("pages/1_Dataset.py")
    page.query_params["data"] = "films"
    page.run()
    assert not page.exception
    return page


def _words(page: AppTest) -> str:
    return " ".join(one.value for one in page.markdown).replace("\\", "")


def _select(page: AppTest, label: str, value: object) -> None:
    next(box for box in page.selectbox if box.label == label).set_value(value).run()
    assert not page.exception


def _click(page: AppTest, label: str) -> None:
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception


@pytest.mark.usefixtures("folder")
def test_a_table_is_looked_at_beside_its_images_and_used(workspace: Workspace) -> None:
    page = _open()
    words = _words(page)
    assert "**5 X-rays** with their rows, 3 patients." in words
    assert "images file; labels Mass_[1], Edema; patients subject; age age." in words
    assert "1 row of findings.csv without an image here (0009.png)" in words
    assert "1 image without a row in findings.csv" in words
    assert "`0000.png`" in words
    assert "row 2, patient a, age 63" in words
    assert find_dataset("films", workspace=workspace).curation.label_table is None
    _click(page, "Use this table")
    kept = find_dataset("films", workspace=workspace).curation.label_table
    assert kept == LabelChoice(file="findings.csv")
    metrics = {metric.label: metric.value for metric in page.metric}
    assert metrics["Labels"] == "2"
    assert metrics["Patients"] == "4"
    labels = {button.label.replace("\\", "") for button in page.button}
    assert {"Mass_[1]", "Edema", "Mass_[1], Edema", "none known"} <= labels
    _select(page, "Finding", "Edema")
    assert "X-rays 1 to 2 of 2" in " ".join(one.value for one in page.caption)


@pytest.mark.slow
@pytest.mark.usefixtures("folder")
def test_columns_are_changed_kept_and_given_back(workspace: Workspace) -> None:
    page = _open()
    _select(page, "Table", "kinds.csv")
    _select(page, "Patients", "name")
    _click(page, "Use this table")
    kept = find_dataset("films", workspace=workspace).curation.label_table
    assert kept == LabelChoice(file="kinds.csv", patient="name")
    assert {metric.label: metric.value for metric in page.metric}["Classes"] == "2"
    expander = next(box for box in page.expander if box.label.startswith("Labels:"))
    assert expander.label.replace("\\", "") == (
        "Labels: 2 classes from kinds.csv (A column of names)"
    )
    again = _open()
    key = "labels-open-films"
    again.session_state[key] = True
    again.run()
    assert next(box for box in again.selectbox if box.label == "Patients").value == "name"
    _click(again, "Take the labels from the folders again")
    assert find_dataset("films", workspace=workspace).curation.label_table is None


def test_a_table_that_cannot_be_used_says_why(folder: Path, workspace: Workspace) -> None:
    for name in ("findings.csv", "kinds.csv"):
        (folder / name).unlink()
    (folder / "other.csv").write_text("file,class\nx.png,A\ny.png,B\n")
    page = _open()
    told = page.error[0].value.replace("\\", "")
    assert told.startswith("No column of other.csv names an image of this data set")
    assert "say which column names the images." in page.info[0].value
    assert not [button for button in page.button if button.label == "Use this table"]
    assert find_dataset("films", workspace=workspace).curation.label_table is None


def test_columns_that_nobody_could_propose_are_chosen(folder: Path, workspace: Workspace) -> None:
    for name in ("findings.csv", "kinds.csv"):
        (folder / name).unlink()
    rows = "".join(f"{n:04}.png,{n / 10 + 0.03},{n % 2}\n" for n in range(5))
    (folder / "odd.csv").write_text("file,score,study_id\n" + rows)
    page = _open()
    assert page.error[0].value.replace("\\", "").startswith("No column of odd.csv says a label")
    assert page.info[0].value == "What to do: say which it is."
    (labels,) = (box for box in page.multiselect if box.label == "Labels")
    assert labels.value == []
    labels.set_value(["study_id"]).run()
    assert not page.error
    assert "labels study_id" in _words(page)
    _click(page, "Use this table")
    kept = find_dataset("films", workspace=workspace).curation.label_table
    assert kept == LabelChoice(file="odd.csv", labels=("study_id",))


def test_tables_that_belong_together_are_used_together(folder: Path, workspace: Workspace) -> None:
    (folder / "kinds.csv").unlink()
    (folder / "who.csv").write_text("subject,sex\na,F\nb,M\nc,F\n")
    page = _open()
    _select(page, "Table", "findings.csv")
    (beside,) = (box for box in page.multiselect if box.label == "Tables that belong to it")
    beside.set_value(["who.csv"]).run()
    assert not page.exception
    assert "sex sex" in _words(page)
    _click(page, "Use this table")
    kept = find_dataset("films", workspace=workspace).curation.label_table
    assert kept == LabelChoice(file="findings.csv", beside=("who.csv",))
    again = _open()
    again.session_state["labels-open-films"] = True
    again.run()
    (beside,) = (box for box in again.multiselect if box.label == "Tables that belong to it")
    assert beside.value == ["who.csv"]
    assert "Labels: 2 findings from findings.csv and who.csv" in "".join(
        box.label.replace("\\", "") for box in again.expander
    )


@pytest.mark.usefixtures("folder")
def test_one_finding_is_one(workspace: Workspace) -> None:
    page = _open()
    _select(page, "Table", "findings.csv")
    (labels,) = (box for box in page.multiselect if box.label == "Labels")
    labels.set_value(["Edema"]).run()
    _select(page, "Each X-ray has", "multilabel")
    _click(page, "Use this table")
    assert find_dataset("films", workspace=workspace).curation.label_table is not None
    label = next(box.label for box in page.expander if box.label.startswith("Labels:"))
    assert "Labels: 1 finding from findings.csv" in label.replace("\\", "")


def test_tables_that_are_gone_can_be_done_without(folder: Path, workspace: Workspace) -> None:
    (folder / "test_list.txt").write_text("0000.png\n")
    decided = Curation(
        label_table=LabelChoice(file="kinds.csv"),
        patients=PatientColumn(file="findings.csv", patient="subject"),
        reading=ReadingChoice(split_files=(SplitFile(file="test_list.txt"),)),
    )
    change_dataset("films", curation=decided, workspace=workspace)
    assert "Do without the tables that are gone" not in {button.label for button in _open().button}
    (folder / "kinds.csv").unlink()
    (folder / "test_list.txt").unlink()
    page = _open()
    _click(page, "Look again")
    assert "kinds.csv cannot be read" in page.error[0].value.replace("\\", "")
    _click(page, "Do without the tables that are gone")
    assert not page.error
    kept = find_dataset("films", workspace=workspace).curation
    assert kept == Curation(patients=decided.patients)
