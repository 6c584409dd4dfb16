"""Sex, age, view and device from DICOM headers: only where somebody asks, and never in a demo."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
from made_images import encoded, picture

from xraylib.cli import main
from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.label_choice import LabelChoice
from xraylib.datasets.scan import scan
from xraylib.errors import ConfigError
from xraylib.images.dicom_facts import _TAGS
from xraylib.images.sandbox.shared import borrowed
from xraylib.samples.dicom import write_dicom

ASKED = Curation(dicom_metadata=True)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> DatasetIndex:
    """A DICOM file that says everything, one that says nothing, and a PNG."""
    root = tmp_path_factory.mktemp("dicom") / "chest"
    root.mkdir()
    pixels = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) % 4096
    for name in ("a.dcm", "b.dcm"):
        write_dicom(root / name, pixels, patient="p1", inverted=False)
    told = pydicom.dcmread(root / "a.dcm")
    told.PatientName, told.PatientID, told.PatientSex, told.PatientAge = "Doe^J", "9", "F", "006M"
    told.ViewPosition, told.ManufacturerModelName, told.DetectorType = "AP", "Alba 3", "DIRECT"
    told.ImagerPixelSpacing = [0.143, 0.143]
    told.save_as(root / "a.dcm")
    silent = pydicom.dcmread(root / "b.dcm")
    for name in _TAGS:
        if name in silent:
            del silent[name]
    silent.save_as(root / "b.dcm")
    (root / "c.png").write_bytes(encoded(picture(1)))
    return scan(root)


def test_headers_are_read_where_that_is_asked_for_and_nowhere_else(index: DatasetIndex) -> None:
    assert Curation().whose(index).metadata is None
    told = ASKED.whose(index).metadata
    assert told is not None
    assert told.to_pydict() == {
        "sex": ["F", None, None],
        "age": [0.5, None, None],
        "view": ["AP", None, None],
        "scanner": ["Alba 3", None, None],
        "detector": ["DIRECT", None, None],
        "spacing": [0.143, None, None],
    }
    assert Curation.from_json(ASKED.to_json()) == ASKED


def test_a_table_goes_before_the_headers(index: DatasetIndex) -> None:
    rows = ["file,class,sex,age", "a,A,M,", "b,B,M,44", "c,A,F,5"]
    (index.root / "t.csv").write_text("\n".join(rows))
    both = Curation(dicom_metadata=True, label_table=LabelChoice(file="t.csv")).whose(index)
    assert both.metadata is not None
    assert both.metadata["sex"].to_pylist() == ["M", "M", "F"]
    assert both.metadata["age"].to_pylist() == [0.5, 44, 5]
    assert both.metadata["scanner"].to_pylist() == ["Alba 3", None, None]


def test_a_demo_reads_nothing_of_a_patient(
    index: DatasetIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XRAYLIB_MODE", "demo")
    fresh = index.without([])
    with pytest.raises(ConfigError) as refused:
        ASKED.whose(fresh)
    assert refused.value.code == "dicom-metadata"


def test_a_file_that_is_none_or_unsafe_tells_nothing(index: DatasetIndex, tmp_path: Path) -> None:
    deflated = pydicom.dcmread(index.root / "a.dcm")
    deflated.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    deflated.save_as(tmp_path / "deflated.dcm")
    (tmp_path / "torn.dcm").write_bytes((index.root / "a.dcm").read_bytes()[:200])
    names = ("deflated.dcm", "torn.dcm", "missing.dcm")
    with borrowed() as decoder:
        assert decoder.dicom_facts([tmp_path / name for name in names]) == [{}, {}, {}]


@pytest.mark.usefixtures("workspace")
def test_the_command_asks_for_it(index: DatasetIndex, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["scan", str(index.root), "--dicom-metadata", "--name", "mine", "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["chosen"]["dicom_metadata"] is True
    assert "Alba" not in json.dumps(told)
    assert told["known"] == dict.fromkeys(
        ("sex", "age", "view", "scanner", "detector", "spacing"), 1
    )
    assert main([*words[:3]]) == 0
    said = capsys.readouterr().out
    assert "known of 3 images: sex 1, age 1, view 1, scanner 1, detector 1, spacing 1" in said
