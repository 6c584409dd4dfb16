"""Images without classes are labelled by the table beside them of which there can be no doubt."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from published_tables import TABLES, write

from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.labels.proposed import proposed_table


def beside(folder: Path, name: str, *more: str) -> DatasetIndex:
    """Images without classes, and the tables beside them as a scan sees them."""
    index = write(folder, TABLES[name])
    assert index.classes == ("",)
    return replace(index, reading=replace(index.reading, tables=(TABLES[name].file, *more)))


@pytest.mark.parametrize("name", sorted({*TABLES} - {"covidx"}))  # its lists have no header
def test_a_table_of_a_published_set_is_taken(tmp_path: Path, name: str) -> None:
    index, curation = beside(tmp_path, name), Curation()
    labelled = curation.labelled(index)
    assert labelled is not None
    assert labelled.report.plan.form.name == name
    named = Curation(label_table=LabelChoice(file=TABLES[name].file)).apply(index)
    here = curation.apply(index)
    assert here.findings is not None
    assert named.findings is not None
    assert here.findings.values.tolist() == named.findings.values.tolist()


def test_two_of_them_are_a_question(tmp_path: Path) -> None:
    file = TABLES["nih"].file
    assert proposed_table(beside(tmp_path, "nih")) == LabelChoice(file=file)
    shutil.copy(tmp_path / file, tmp_path / "again.csv")
    both = beside(tmp_path, "nih", "again.csv")
    assert Curation().labelled(both) is None
    assert Curation(label_table=LabelChoice(file="again.csv")).labelled(both) is not None


def test_a_table_that_names_no_image_or_has_no_such_header_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("Image Index,Finding Labels\nelsewhere.png,Mass\n")
    (tmp_path / "plain.csv").write_text("id,class\n00000001_000,Mass\n")
    index = beside(tmp_path, "nih", "other.csv", "plain.csv")
    assert proposed_table(index) == LabelChoice(file=TABLES["nih"].file)
    without = replace(index.reading, tables=("other.csv", "plain.csv"))
    assert proposed_table(replace(index, reading=without)) is None


def test_classes_of_folders_go_before(tmp_path: Path) -> None:
    index = replace(beside(tmp_path, "nih"), classes=("A", "B"))
    assert proposed_table(index) is None
