"""Tables near the published forms: their later versions, parts, and exports of hospitals."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from published_tables import CHEXPERT, MIMIC, TABLES, index_of, write

from xraylib.datasets.labels.join import Labelled, label_images
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.labels.proposed import proposed_table
from xraylib.errors import DatasetError

SIGNS: Final = {1: "1", 0: "0", -1: ".", -2: "?"}


def join(root: Path, text: str | bytes, paths: tuple[str, ...], **choice: object) -> Labelled:
    """Images of these paths, in their order, and a table beside them."""
    file = str(choice.pop("file", "t.csv"))
    (root / file).write_bytes(text.encode() if isinstance(text, str) else text)
    chosen = LabelChoice(file=file, **choice)  # type: ignore[arg-type]
    return label_images(index_of(root, paths), chosen)


def said(labelled: Labelled) -> dict[str, str]:
    findings = labelled.index.findings
    assert findings is not None
    return {
        name: "".join(SIGNS[value] for value in findings.values[:, at].tolist())
        for at, name in enumerate(findings.names)
    }


def hints(labelled: Labelled) -> dict[str, str]:
    return {hint.code: hint.message for hint in labelled.report.hints()}


NUMBERED: Final = ("x/1.png", "x/2.png", "x/3.png", "x/4.png")


@pytest.mark.parametrize("mark", ["|", ";", ", ", " ; "])
def test_names_in_one_cell_are_several_whatever_stands_between(tmp_path: Path, mark: str) -> None:
    cells = (mark.join(("Effusion", "Mass")), "Mass", mark.join(("Effusion", "Nodule")), "normal")
    rows = "".join(f'{number}.png,"{cell}"\n' for number, cell in enumerate(cells, start=1))
    found = join(tmp_path, "file,labels\n" + rows, NUMBERED)
    assert (found.report.plan.form.name, found.report.kind) == ("list", "multilabel")
    assert said(found) == {"Effusion": "1010", "Mass": "1100", "Nodule": "0010"}


def test_a_name_with_a_comma_that_nothing_shares_is_one_name(tmp_path: Path) -> None:
    text = 'file,labels\n1.png,"Pneumonia, viral"\n2.png,Normal\n3.png,Normal\n4.png,Mass\n'
    found = join(tmp_path, text, NUMBERED)
    assert found.report.kind == "single"
    assert found.index.classes == ("Mass", "Normal", "Pneumonia, viral")


def test_spellings_of_one_name_are_one_as_those_of_folders_are(tmp_path: Path) -> None:
    text = (
        "file,finding\n1.png,Effusion|Mass\n2.png,effusion | MASS\n3.png,effusion\n4.png,Normal\n"
    )
    found = join(tmp_path, text, NUMBERED)
    assert said(found) == {"effusion": "1110", "Mass": "1100"}
    assert found.index.reading.spellings == {
        "effusion": ("Effusion", "effusion"),
        "Mass": ("MASS", "Mass"),
    }
    numbers = join(
        tmp_path, "f,grade\n1.png,1-0\n2.png,10\n3.png,-2\n4.png,2\n", NUMBERED, file="n.csv"
    )
    assert numbers.index.classes == ("-2", "1-0", "10", "2")
    apart = label_images(index_of(tmp_path, NUMBERED), LabelChoice(file="t.csv"), merge=False)
    assert set(said(apart)) == {"Effusion", "effusion", "Mass", "MASS"}


def test_an_export_of_a_german_hospital_is_read(tmp_path: Path) -> None:
    text = (
        "Röntgenpraxis, Export vom 01.02.2024\n\n"
        "Dateiname;Patientennummer;Geschlecht;Alter;Aufnahmedatum;Befund;Dosis (mGy)\n"
        "D:\\PACS\\Röntgen\\1.dcm;P1;weiblich;45,5;01.02.2023;Pneumonie;0,12\n"
        "D:\\PACS\\Röntgen\\2.dcm;P2;männlich;71;02.02.2022;ohne Befund;0,15\n"
        "D:\\PACS\\Röntgen\\3.dcm;P2;m;71;02.02.2022;Erguß;0,15\n"
        "D:\\PACS\\Röntgen\\4.dcm;P3;w;33;03.02.2023;Pneumonie, Erguß;1,15\n"
    )
    found = join(tmp_path, text.encode("cp1252"), NUMBERED)
    assert said(found) == {"Erguß": "0011", "Pneumonie": "1001"}
    assert found.report.patients == 3
    assert found.index.metadata is not None
    assert found.index.metadata.to_pydict() == {
        "sex": ["F", "M", "M", "F"],
        "age": [45.5, 71.0, 71.0, 33.0],
        "year": [2023, 2022, 2022, 2023],
    }


def test_ja_nein_and_fraglich_are_answers(tmp_path: Path) -> None:
    text = "Bild;Pneumonie;Erguss\n1;ja;nein\n2;nein;fraglich\n3;ja;ja\n4;nein;\n"
    found = join(tmp_path, text, NUMBERED)
    assert said(found) == {"Pneumonie": "1010", "Erguss": "0?1."}


def test_numbers_that_lost_their_zeros_find_their_images_and_it_is_told(tmp_path: Path) -> None:
    paths = ("x/0007.png", "x/0008.png", "x/0010.png", "x/10.png")
    found = join(tmp_path, "id,label\n7,A\n8.0,B\n10,A\n", paths)
    assert found.index.table["path"].to_pylist() == ["x/0007.png", "x/0008.png", "x/10.png"]
    assert found.index.table["label"].to_pylist() == ["A", "B", "A"]
    assert hints(found)["numbers-matched"].startswith(
        "2 names of t.csv matched by the number alone"
    )


def test_what_an_address_asks_of_a_server_is_no_part_of_a_name(tmp_path: Path) -> None:
    text = "url,label\nhttps://x.org/f/1.png?dl=1,A\nhttps://x.org/2.png#top,B\n"
    found = join(tmp_path, text, NUMBERED[:2])
    assert found.index.table["label"].to_pylist() == ["A", "B"]


def test_of_two_columns_that_name_other_images_the_one_called_so_is_taken(tmp_path: Path) -> None:
    text = "original_file,image,label\n2.png,1.png,A\n1.png,2.png,B\n"
    found = join(tmp_path, text, NUMBERED[:2])
    assert found.report.plan.image == "image"
    assert "image, original_file of t.csv name images" in hints(found)["image-columns"]
    same = join(tmp_path, "dicom,png,label\n1.dcm,1.png,A\n2.dcm,2.png,B\n", NUMBERED[:2])
    assert "image-columns" not in hints(same)


@pytest.mark.parametrize(
    "header", ["study_id", "StudyID", "Fallnummer", "deceased", "interpreter_needed", "exam_no"]
)
def test_a_number_or_a_life_is_no_label_unless_it_is_named(tmp_path: Path, header: str) -> None:
    text = f"image,{header}\n1.png,1\n2.png,0\n"
    with pytest.raises(DatasetError, match=r"No column of t\.csv says a label"):
        join(tmp_path, text, NUMBERED[:2])
    assert said(join(tmp_path, text, NUMBERED[:2], labels=(header,)))[header] == "10"


def test_measurements_are_no_classes(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"No column of t\.csv says a label"):
        join(tmp_path, "image,E,M\n1.png,0.9,0.1\n2.png,0.2,0.8\n", NUMBERED[:2])
    codes = join(tmp_path, "image,grade\n1.png,1.0\n2.png,2.0\n", NUMBERED[:2])
    assert codes.index.classes == ("1.0", "2.0")


def test_sentences_in_place_of_names_are_told(tmp_path: Path) -> None:
    paths = tuple(f"x/{number}.png" for number in range(12))
    rows = "".join(f"{number}.png,words of case {number} alone\n" for number in range(12))
    found = join(tmp_path, "file,findings\n" + rows, paths)
    assert hints(found)["classes-of-one"].startswith("12 of 12 names in t.csv stand at one image")


def test_a_row_without_its_patient_is_told(tmp_path: Path) -> None:
    found = join(tmp_path, "file,label,patient\n1.png,A,P1\n2.png,B,\n", NUMBERED[:2])
    assert hints(found)["patients-untold"].startswith("1 image of no patient in the column patient")


def test_the_later_version_of_nih_calls_sex_by_its_name(tmp_path: Path) -> None:
    text = TABLES["nih"].text.replace("Patient Gender", "Patient Sex")
    found = join(tmp_path, text, TABLES["nih"].paths)
    assert found.report.plan.form.name == "nih"
    assert found.report.plan.metadata["sex"] == ("Patient Sex",)


def test_the_labeller_of_chexpert_is_known_in_the_table_of_brax(tmp_path: Path) -> None:
    paths = ("images/id_1/Study_1/Series_2/image-1.png", "images/id_2/Study_1/Series_1/image-2.png")
    labels = ["1.0", *[""] * 12, "1.0"], ["", "", "0.0", "-1.0", *[""] * 10]
    rows = "".join(
        f"{at},Anonymized_DICOMs/{path[7:-4]}.dcm,{path},id_{at + 1},M,85 or more,1,20081223,"
        f"{','.join(cells)},PA,2048,2048,GE\n"
        for at, (path, cells) in enumerate(zip(paths, labels, strict=True))
    )
    head = (
        ",DicomPath,PngPath,PatientID,PatientSex,PatientAge,AccessionNumber,StudyDate,"
        f"{CHEXPERT},ViewPosition,Rows,Columns,Manufacturer\n"
    )
    found = join(tmp_path, head + rows, paths)
    assert (found.report.plan.form.name, found.report.patients) == ("chexpert", 2)
    assert said(found)["Lung Opacity"] == "0?"
    assert said(found)["Support Devices"] == "1."
    assert set(found.report.plan.metadata) == {"sex", "age", "view", "scanner", "year"}


def test_a_table_of_sessions_or_patients_holds_for_folders_at_any_depth(tmp_path: Path) -> None:
    paths = ("sub-1/ses-1/mod-rx/a.png", "sub-2/ses-2/mod-rx/b.png", "sub-2/ses-3/mod-rx/c.png")
    text = "PatientID\tLabels\nsub-1\t['pneumonia', 'COVID 19']\nsub-2\t['normal']\n"
    found = join(tmp_path, text, paths)
    assert found.report.by_folder
    assert said(found) == {"COVID 19": "100", "pneumonia": "100"}


DICOM_IDS: Final = ("02aa804e-bde0afdd", "174413ec-4ec4c1f7", "2a2277a9-b0ded155")


def mimic(root: Path) -> tuple[str, str, str]:
    """The three tables of MIMIC-CXR-JPG as they are handed out: packed."""
    told = {
        "chexpert": TABLES["mimic-cxr"].text,
        "metadata": "dicom_id,subject_id,study_id,PerformedProcedureStepDescription,ViewPosition,"
        "Rows,Columns,StudyDate\n"
        + "".join(
            f"{one},10000032,{study},CHEST (PA AND LAT),{view},3056,2544,21800506\n"
            for one, study, view in zip(
                DICOM_IDS, (50414267, 50414267, 53189527), ("PA", "LATERAL", "AP"), strict=True
            )
        ),
        "split": "dicom_id,study_id,subject_id,split\n"
        + "".join(
            f"{one},{study},10000032,{split}\n"
            for one, study, split in zip(
                DICOM_IDS,
                (50414267, 50414267, 53189527),
                ("train", "validate", "test"),
                strict=True,
            )
        ),
    }
    names = [f"mimic-cxr-2.0.0-{what}.csv.gz" for what in told]
    for name, text in zip(names, told.values(), strict=True):
        (root / name).write_bytes(gzip.compress(text.encode()))
    return names[0], names[1], names[2]


@pytest.mark.parametrize(
    "paths",
    [TABLES["mimic-cxr"].paths, tuple(f"jpg/{one}.jpg" for one in DICOM_IDS)],
    ids=["as published", "in one folder"],
)
def test_the_tables_of_mimic_belong_together(tmp_path: Path, paths: tuple[str, ...]) -> None:
    labels, metadata, split = mimic(tmp_path)
    choice = LabelChoice(file=labels, beside=(metadata, split))
    found = label_images(index_of(tmp_path, paths), choice)
    alone = label_images(index_of(tmp_path, TABLES["mimic-cxr"].paths), LabelChoice(file=labels))
    assert said(found) == said(alone)
    assert found.index.table["split"].to_pylist() == ["train", "val", "test"]
    assert found.index.table["patient"].to_pylist() == ["10000032"] * 3
    assert found.index.metadata is not None
    assert found.index.metadata["view"].to_pylist() == ["PA", "lateral", "AP"]
    assert found.report.images_alone == ()
    assert LabelChoice.from_json(choice.to_json()) == choice


@pytest.mark.parametrize("which", [1, 2])
def test_a_table_of_mimic_without_labels_says_where_they_are(tmp_path: Path, which: int) -> None:
    file = mimic(tmp_path)[which]
    with pytest.raises(DatasetError) as refused:
        label_images(index_of(tmp_path, TABLES["mimic-cxr"].paths), LabelChoice(file=file))
    assert "MIMIC-CXR-JPG has its labels in another place" in refused.value.what
    assert refused.value.remedy.endswith(f"(--labels LABELS --labels {file})")


def test_training_and_validation_tables_are_one_and_found_together(tmp_path: Path) -> None:
    index = write(tmp_path, TABLES["chexpert"])
    head, *rows = TABLES["chexpert"].text.splitlines()
    more = rows[1].replace("train/patient00002/study1", "train/patient00003/study1")
    (tmp_path / "valid.csv").write_text(f"{head}\n{more}\n")
    tables = ("train.csv", "valid.csv")
    index = replace(index, reading=replace(index.reading, tables=tables))
    proposed = proposed_table(index)
    assert proposed == LabelChoice(file="train.csv", beside=("valid.csv",))
    assert proposed is not None
    found = label_images(index, proposed)
    assert said(found)["Edema"] == "0?1?"
    assert found.report.file == "train.csv and valid.csv"
    assert found.report.images_alone == ()


def test_two_tables_that_label_the_same_images_are_not_guessed_at(tmp_path: Path) -> None:
    index = write(tmp_path, TABLES["mimic-cxr"])
    (tmp_path / "mimic-cxr-2.0.0-negbio.csv").write_text(TABLES["mimic-cxr"].text)
    index.reading.__dict__["tables"] = (
        "mimic-cxr-2.0.0-chexpert.csv",
        "mimic-cxr-2.0.0-negbio.csv",
    )
    assert proposed_table(index) is None


def test_labels_in_lines_of_json_belong_to_the_table_of_chexpert_plus(tmp_path: Path) -> None:
    names = [f"train/patient{number}/study1/view1_frontal" for number in (42142, 64541)]
    lines = (
        {"path_to_image": f"{name}.jpg", "Cardiomegaly": value, "No Finding": None}
        | {"Enlarged Cardiomediastinum": None, "Pleural Effusion": 0.0, "Support Devices": None}
        for name, value in zip(names, (1.0, -1.0), strict=True)
    )
    (tmp_path / "report_fixed.json").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "df_chexpert_plus_240401.csv").write_text(
        "path_to_image,path_to_dcm,frontal_lateral,ap_pa,deid_patient_id,age,sex,race,deceased,split\n"
        + "".join(
            f"{name}.jpg,{name}.dcm,Frontal,AP,{name[6:18]},{age},{sex},White,No,{split}\n"
            for name, age, sex, split in zip(
                names, (79.0, 55.0), ("Male", "Female"), ("train", "valid"), strict=True
            )
        )
    )
    index = index_of(tmp_path, tuple(f"PNG/{name}.png" for name in names))
    found = label_images(
        index, LabelChoice(file="report_fixed.json", beside=("df_chexpert_plus_240401.csv",))
    )
    assert said(found)["Cardiomegaly"] == "1?"
    assert set(said(found)) <= set(CHEXPERT.split(",")) == set(MIMIC.split(","))
    assert found.index.table["split"].to_pylist() == ["train", "val"]
    assert found.index.metadata is not None
    assert found.index.metadata["age"].to_pylist() == [79.0, 55.0]
    with pytest.raises(DatasetError, match="CheXpert Plus has its labels in another place"):
        label_images(index, LabelChoice(file="df_chexpert_plus_240401.csv"))


def test_a_formula_is_named_in_the_row_of_its_own_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("file,Mass,Edema\n1.png,1,0\n2.png,0,1\n")
    (tmp_path / "b.csv").write_text("file,Mass,Edema\n3.png,1,1\n4.png,=1+1,0\n")
    with pytest.raises(DatasetError, match=r"table b\.csv holds a formula in row 3, column 'Mass'"):
        label_images(index_of(tmp_path, NUMBERED), LabelChoice(file="a.csv", beside=("b.csv",)))


def test_a_cell_that_says_neither_leaves_the_finding_and_is_told(tmp_path: Path) -> None:
    paths = tuple(f"x/{number:02}.png" for number in range(40))
    rows = [f"{number:02}.png,{number % 2},{number % 3 == 0:d}\n" for number in range(40)]
    rows[7] = "07.png,see report,0\n"
    found = join(tmp_path, "file,Mass,Edema\n" + "".join(rows), paths)
    assert said(found)["Mass"] == "0101010.01" + "01" * 15
    assert hints(found)["labels-unread"].startswith("1 cell of t.csv that say")
    rows[8:20] = [f"{number:02}.png,grade {number},0\n" for number in range(8, 20)]
    assert set(said(join(tmp_path, "file,Mass,Edema\n" + "".join(rows), paths))) == {"Edema"}


def test_rows_of_boxes_are_findings_where_an_image_has_several(tmp_path: Path) -> None:
    head = "Image Index,Finding Label,Bbox [x,y,w,h],,,\n"
    rows = "1.png,Mass,225.1,547.0,86.8,79.2,,,\n2.png,Effusion,1,1,9,9,,,\n"
    single = join(tmp_path, head + rows, NUMBERED[:2])
    assert (single.report.kind, single.index.classes) == ("single", ("Effusion", "Mass"))
    found = join(tmp_path, head + rows + "2.png,Mass,2,2,9,9,,,\n", NUMBERED[:3])
    assert found.report.plan.form.name == "boxes"
    assert said(found) == {"Effusion": "01.", "Mass": "11."}
    assert found.report.repeated == found.report.contradicted == ()
