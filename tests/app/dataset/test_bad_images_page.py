"""Damaged and mutated files on the Dataset page: listed with reasons, never a traceback."""

from __future__ import annotations

import io
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian
from small_images import make_images
from streamlit.testing.v1 import AppTest

from xraylib.datasets.catalog import add_dataset, open_dataset
from xraylib.images.decode import IMAGE_ERROR_CODES
from xraylib.settings import PROJECT
from xraylib.workspace import Workspace


def _dicom(pixels: np.ndarray) -> bytes:
    """An uncompressed image of 8 bits."""
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID, image.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1", "1.2.3"
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    image.Modality, image.PhotometricInterpretation, image.SamplesPerPixel = "CR", "MONOCHROME2", 1
    image.Rows, image.Columns = pixels.shape
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 8, 8, 7, 0
    image.PixelData = pixels.tobytes()
    image["PixelData"].VR = "OW"
    stream = io.BytesIO()
    dcmwrite(stream, image, enforce_file_format=True)
    return stream.getvalue()


def _mutated(root: Path, count: int) -> None:
    """Adds damaged copies of an image as PNG, JPEG and DICOM, each damaged in another way."""
    chance = random.Random(1)
    pixels = np.asarray(Image.open(next(root.rglob("p00_1.png"))))
    jpeg = io.BytesIO()
    Image.fromarray(pixels).save(jpeg, "JPEG")
    good = {
        "png": next(root.rglob("p00_1.png")).read_bytes(),
        "jpg": jpeg.getvalue(),
        "dcm": _dicom(pixels),
    }
    for number in range(count):
        kind = list(good)[number % 3]
        data = bytearray(good[kind])
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.5:
            del data[chance.randrange(len(data)) :]
        (root / "train" / "Dark" / f"mutated{number}.{kind}").write_bytes(data)


def _open(**query: str) -> AppTest:
    page = AppTest.from_file(str(PROJECT / "streamlit_app.py"), default_timeout=60)
    page.switch_page("pages/1_Dataset.py")
    page.query_params["data"] = "tiny"
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


@pytest.mark.slow
def test_the_page_lists_mutated_files_and_shows_no_traceback(
    workspace: Workspace, tmp_path: Path
) -> None:
    root = make_images(tmp_path / "tiny")
    _mutated(root, 30)
    add_dataset(root, "tiny", workspace=workspace)
    unreadable = open_dataset("tiny", workspace=workspace).unreadable()
    assert {image.path.rpartition(".")[2] for image in unreadable} == {"png", "jpg", "dcm"}
    assert len(unreadable) > 10
    assert {image.error_code for image in unreadable} <= IMAGE_ERROR_CODES
    for view in ("X-rays", "Unreadable"):
        page = _open(view=view)
    table = page.dataframe[0].value
    assert table["Reason"].tolist() == [image.error_reason for image in unreadable]


@pytest.mark.slow
def test_an_image_that_changed_or_vanished_since_the_scan_is_said_on_its_tile(
    workspace: Workspace, tmp_path: Path
) -> None:
    root = make_images(tmp_path / "tiny")
    add_dataset(root, "tiny", workspace=workspace)
    _open(split="Test")  # scans; no thumbnail of a training image is made
    (root / "train/Dark/p20_1.png").unlink()
    (root / "train/Bright/p00_1.png").write_bytes(b"something else")
    page = _open(split="Training")
    said = " ".join(caption.value for caption in page.caption)
    assert "The file is no longer there" in said
    assert "The image changed after the folder was scanned" in said
