"""Phantoms with several findings: the table says what was drawn, or that it does not know."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from published_tables import index_of

from xraylib.datasets.labels.join import label_images
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.samples.several import FINDINGS, draw_ill, write_several


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("several")
    write_several(out, patients=4, size=64)
    return out


@pytest.mark.slow
def test_the_table_says_what_was_drawn_where_it_says_anything(made: Path) -> None:
    told, true = rows(made / "labels.csv"), rows(made / "truth.csv")
    assert [row["file"] for row in told] == sorted(file.name for file in made.glob("images/*"))
    for row, right in zip(told, true, strict=True):
        assert all(row[name] in (right[name], "", "-1") for name in FINDINGS)
        assert {k: v for k, v in row.items() if k not in FINDINGS} == {
            k: v for k, v in right.items() if k not in FINDINGS
        }


def test_findings_come_alone_together_and_not_at_all_in_every_split() -> None:
    drawn = list(draw_ill(120))
    for split, least in (("train", 60), ("val", 20), ("test", 20)):
        here = [ill for ill in drawn if ill.patient.split == split]
        assert len(here) >= least
        assert len({tuple(ill.has.values()) for ill in here}) == 4
    for ill in drawn:
        lesions = {lesion.dense for lesion in ill.patient.images[0]}
        assert lesions == {dense for dense, name in ((False, "Covid"), (True, "Pneumonia"))
                           if ill.has[name]}  # fmt: skip


def test_neither_sex_age_nor_scanner_tells_a_finding() -> None:
    drawn = list(draw_ill(400))
    for name in FINDINGS:
        has = np.array([ill.has[name] for ill in drawn], float)
        for known in (
            [ill.sex == "F" for ill in drawn],
            [ill.age for ill in drawn],
            [ill.scanner == "Corona" for ill in drawn],
        ):
            correlation = np.corrcoef(has, np.array(known, float))[0, 1]
            assert abs(correlation) < 3 / np.sqrt(len(drawn))


@pytest.mark.slow
def test_the_set_is_read_as_one_of_several_findings(made: Path) -> None:
    index = index_of(made, [f"images/{row['file']}" for row in rows(made / "labels.csv")])
    labelled = label_images(index, LabelChoice(file="labels.csv"))
    assert labelled.report.plan.form.name == "onehot"
    assert labelled.report.kind == "multilabel"
    assert set(labelled.report.findings) == set(FINDINGS)
    assert labelled.report.patients == 4
    assert labelled.index.metadata is not None
    assert labelled.index.metadata.column_names == ["sex", "age", "view", "scanner"]
