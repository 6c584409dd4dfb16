"""Images made by hand for the tests of this room: every value in them is known."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import gdcm
import numpy as np
import pyarrow as pa
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.image_row import SCHEMA

CR_STORAGE = "1.2.840.10008.5.1.4.1.1.1"
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    'syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>'
    "</rdf:RDF></x:xmpmeta>"
)
"""A text that says how a picture lies."""


def picture(seed: int = 0, shape: tuple[int, ...] = (48, 40)) -> np.ndarray:
    """A smooth random uint8 picture, so that JPEG keeps it roughly."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (6, 5), dtype=np.uint8))
    grey = np.asarray(small.resize((shape[1], shape[0]), Image.Resampling.BICUBIC))
    return np.stack([grey] * shape[2], axis=2) if len(shape) == 3 else grey


def encoded(image: np.ndarray | Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The bytes of an image file."""
    stream = io.BytesIO()
    made = image if isinstance(image, Image.Image) else Image.fromarray(image)
    made.save(stream, kind, **options)
    return stream.getvalue()


def dicom(
    stored: np.ndarray | None,
    *,
    bits: int = 12,
    photometric: str = "MONOCHROME2",
    syntax: str = ExplicitVRLittleEndian,
    frame: bytes | None = None,
    **elements: Any,
) -> bytes:
    """The bytes of a DICOM file with these stored values (or this encoded frame)."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CR_STORAGE
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "1.2.3"
    dataset.PatientName = "Secret^Name"
    dataset.PatientID = "4711"
    dataset.StudyDate = "20200101"
    dataset.Modality = "CR"
    if stored is not None:
        dataset.Rows, dataset.Columns = stored.shape[:2]
        dataset.SamplesPerPixel = stored.shape[2] if stored.ndim == 3 else 1
        if stored.ndim == 3:
            dataset.PlanarConfiguration = 0
        dataset.PhotometricInterpretation = photometric
        dataset.BitsAllocated = stored.dtype.itemsize * 8
        dataset.BitsStored = bits
        dataset.HighBit = bits - 1
        dataset.PixelRepresentation = int(stored.dtype.kind == "i")
        if frame is None:
            dataset.PixelData = stored.tobytes()
            dataset["PixelData"].VR = "OW"
        else:
            dataset.PixelData = encapsulate([frame])
            dataset["PixelData"].is_undefined_length = True
            dataset["PixelData"].VR = "OB"
    for name, value in elements.items():
        setattr(dataset, name, value)
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, dataset, enforce_file_format=True)
    return stream.getvalue()


def recompressed(data: bytes, syntax: int, folder: Path) -> bytes:
    """An uncompressed DICOM file encoded anew by GDCM; ``syntax`` is a gdcm.TransferSyntax."""
    source, target = folder / "plain.dcm", folder / "compressed.dcm"
    source.write_bytes(data)
    reader = gdcm.ImageReader()
    reader.SetFileName(str(source))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(target))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return target.read_bytes()


def make_folder(root: Path, files: dict[str, bytes]) -> Path:
    """Writes the files, with their folders."""
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def made_index(
    rows: Iterable[tuple[str, str, str]], unreadable: Iterable[int] = ()
) -> DatasetIndex:
    """An index of (label, split, patient) rows, without any file."""
    broken = set(unreadable)
    values = [
        {
            "path": f"{split}/{label}/{number:05d}.png",
            "label": label,
            "split": split,
            "patient": patient,
            "bytes": 1,
            "mtime_ns": 1,
            "width": 8,
            "height": 8,
            "mode": "L",
            "bit_depth": 8,
            "sha256": f"{number:064x}",
            "phash": number,
            "mean": 100.0,
            "sd": 10.0,
            "lowest": 0,
            "highest": 255,
            "view": "",
            "notes": "",
            "error_code": "damaged" if number in broken else "",
            "error_reason": "It is damaged" if number in broken else "",
        }
        for number, (label, split, patient) in enumerate(rows)
    ]
    return DatasetIndex(
        root=Path("/nowhere"),
        classes=tuple(sorted({value["label"] for value in values})),
        passed_over=0,
        patient_pattern=r"(?P<patient>p\d+)_",
        table=pa.Table.from_pylist(values, schema=SCHEMA),
    )
