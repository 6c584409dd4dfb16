"""The options that name a table of labels, and what the commands make of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_images import encoded, picture

from xraylib.cli import main

pytestmark = pytest.mark.usefixtures("workspace")


@pytest.fixture
def chest(tmp_path: Path) -> Path:
    """Six X-rays in one folder; two tables of them, one in the folder and one beside it."""
    folder = tmp_path / "chest"
    (folder / "images").mkdir(parents=True)
    for number in range(6):
        (folder / "images" / f"{number:04}.png").write_bytes(encoded(picture(number)))
    rows = ["0000,1,0,a", "0001,0,1,a", "0002,1,1,b", "0003,,0,c", "0004,-1,0,", "0009,1,1,d"]
    (folder / "labels.csv").write_text("\n".join(["id,Mass,Edema,who", *rows, ""]))
    names = [f"{number:04}.png;{'AB'[number % 2]}" for number in range(6)]
    (tmp_path / "names.csv").write_text("\n".join(["sep=;", "file;class", *names, ""]), "cp1252")
    return folder


def call(capsys: pytest.CaptureFixture[str], *words: str | Path, code: int = 0) -> tuple[str, str]:
    assert main([str(word) for word in words]) == code
    said = capsys.readouterr()
    return said.out, said.err


def test_scan_tells_what_a_table_says(capsys: pytest.CaptureFixture[str], chest: Path) -> None:
    told = json.loads(call(capsys, "scan", chest, "--labels", "labels.csv", "--json")[0])
    assert told["labels"] == {
        "form": "onehot",
        "kind": "multilabel",
        "findings": {
            "Mass": {"present": 2, "absent": 1, "unknown": 2, "uncertain": 1},
            "Edema": {"present": 2, "absent": 3, "unknown": 1, "uncertain": 0},
        },
        "patients": None,
        "rows_without_image": 1,
        "images_without_row": 1,
    }
    assert told["label_table"]["rows_without_image"] == ["0009"]
    assert told["label_table"]["images_without_row"] == ["images/0005.png"]
    out = call(capsys, "scan", chest, "--labels", chest / "labels.csv", "--column", "patient=who")[
        0
    ]
    said = " ".join(out.split())
    assert "Labels from labels.csv (A column of 0 and 1 for each finding): several" in said
    assert "Columns: images id; labels Mass, Edema; patients who." in said
    assert "rows-without-image: 1 row of labels.csv without an image here (0009)." in said


def test_a_table_beside_the_folder_makes_classes_and_is_kept_by_name(
    capsys: pytest.CaptureFixture[str], chest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(chest.parent)
    told = json.loads(
        call(capsys, "scan", "chest", "--labels", "names.csv", "--name", "mine", "--json")[0]
    )
    assert told["labels"]["kind"] == "single"
    assert told["splits"] == {"train": {"A": 3, "B": 3}}
    assert told["chosen"]["label_table"] == {"file": str(chest.parent / "names.csv")}
    again = json.loads(call(capsys, "scan", "--dataset", "mine", "--json")[0])
    assert again["splits"] == told["splits"]
    audited = call(capsys, "audit", "--dataset", "mine")[0]
    assert "findings in 6 images" in audited


def test_tables_that_belong_together_are_read_and_kept_together(
    capsys: pytest.CaptureFixture[str], chest: Path, tmp_path: Path
) -> None:
    (tmp_path / "people.csv").write_text("who,sex,age\na,F,40\nb,M,50\nc,F,60\n")
    words = ("scan", chest, "--labels", "labels.csv", "--labels", tmp_path / "people.csv")
    told = json.loads(call(capsys, *words, "--column", "patient=who", "--json")[0])
    assert told["known"] == {"sex": 4, "age": 4}
    assert told["label_table"]["table"] == "labels.csv and people.csv"
    assert "known" not in json.loads(call(capsys, *words[:4], "--json")[0])
    call(capsys, *words, "--name", "mine")
    again = json.loads(call(capsys, "scan", "--dataset", "mine", "--json")[0])
    assert again["known"] == told["known"]
    (tmp_path / "people.csv").unlink()
    said = call(capsys, "scan", "--dataset", "mine", code=1)[1]
    assert "error[table]: The table people.csv cannot be read" in said


def test_findings_are_chosen_and_named_anew(
    capsys: pytest.CaptureFixture[str], chest: Path
) -> None:
    options = ["--labels", "labels.csv", "--class", "Mass=Nodule", "--finding", "Nodule"]
    told = json.loads(call(capsys, "scan", chest, *options, "--json")[0])
    assert told["labels"]["findings"] == {
        "Nodule": {"present": 2, "absent": 1, "unknown": 2, "uncertain": 1}
    }
    one = ["--labels", "labels.csv", "--class", "Mass=Ill", "--class", "Edema=Ill"]
    told = json.loads(call(capsys, "scan", chest, *one, "--json")[0])
    assert told["labels"]["findings"] == {
        "Ill": {"present": 3, "absent": 1, "unknown": 1, "uncertain": 1}
    }


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--finding", "Mass"], "label-options"),
        (["--labels", "labels.csv", "--column", "Mass"], "label-column"),
        (["--labels", "labels.csv", "--column", "label=mass of it"], "label-table"),
        (["--labels", "labels.csv", "--label-form", "xml"], "label-table"),
        (["--labels", "labels.csv", "--label-kind", "both"], "argument"),
        (["--labels", "labels.csv", "--readers", "most"], "argument"),
        (["--labels", "none.csv"], "table"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    capsys: pytest.CaptureFixture[str], chest: Path, words: list[str], code: str
) -> None:
    out, err = call(capsys, "scan", chest, *words, "--json", code=1)
    assert out == ""
    assert err.startswith(f"error[{code}]: ")
