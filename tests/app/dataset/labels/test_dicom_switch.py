"""The switch on the Dataset page that has DICOM headers read: off until somebody asks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
from streamlit.testing.v1 import AppTest

from xraylib.datasets.catalog import add_dataset, find_dataset, open_dataset
from xraylib.samples.dicom import write_dicom
from xraylib.settings import PROJECT
from xraylib.workspace import Workspace


def _page() -> AppTest:
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    page.switch_page("pages/1_Dataset.py")
    page.query_params["data"] = "films"
    page.run()
    assert not page.exception
    return page


def test_headers_are_read_once_asked_for_and_no_longer_when_not(
    tmp_path: Path, workspace: Workspace
) -> None:
    for label in ("Ill", "Well"):
        (tmp_path / "films" / label).mkdir(parents=True)
        file = tmp_path / "films" / label / "a.dcm"
        pixels = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) % 4096
        write_dicom(file, pixels + (label == "Ill"), patient=label, inverted=False)
        told = pydicom.dcmread(file)
        told.PatientSex, told.PatientAge = "F", "061Y"
        told.save_as(file)
    add_dataset(tmp_path / "films", "films", workspace=workspace)
    page = _page()
    (switch,) = (one for one in page.toggle if "DICOM headers" in one.label)
    assert switch.value is False
    assert not find_dataset("films", workspace=workspace).curation.dicom_metadata
    switch.set_value(True).run()
    assert not page.exception
    ref = find_dataset("films", workspace=workspace)
    assert ref.curation.dicom_metadata
    known = ref.curation.whose(open_dataset("films", workspace=workspace)).metadata
    assert known is not None
    assert known["age"].to_pylist() == [61.0, 61.0]
    (switch,) = (one for one in _page().toggle if "DICOM headers" in one.label)
    assert switch.value is True
    switch.set_value(False).run()
    assert not find_dataset("films", workspace=workspace).curation.dicom_metadata
