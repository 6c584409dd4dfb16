"""The two synthetic DICOM images: 12 bits, one of each photometric interpretation."""

from __future__ import annotations

import uuid
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID, ComputedRadiographyImageStorage, ExplicitVRLittleEndian

_DAY, _TIME = "20260101", "120000"
_PIXEL_MM = 0.7


def write_dicom(file: Path, pixels: NDArray[np.uint16], *, patient: str, inverted: bool) -> None:
    """Write an image as a computed radiograph (PS3.3 A.2), explicit little endian, uncompressed.

    Args:
        file: The file to write.
        pixels: (rows, columns), 12 bits, bright is dense.
        patient: Patient ID; also the source of the UIDs, so that they do not change.
        inverted: Store as MONOCHROME1, in which 0 is white; else as MONOCHROME2.
    """
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    meta.MediaStorageSOPInstanceUID = _uid(patient, "instance")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = _uid("xray-lab", "implementation")
    meta.ImplementationVersionName = "XRAY_LAB"

    header = Dataset()
    header.file_meta = meta
    header.SpecificCharacterSet = "ISO_IR 100"
    header.ImageType = ["ORIGINAL", "PRIMARY"]
    header.SOPClassUID = meta.MediaStorageSOPClassUID
    header.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    header.StudyDate = header.SeriesDate = header.ContentDate = header.AcquisitionDate = _DAY
    header.StudyTime = header.SeriesTime = header.ContentTime = header.AcquisitionTime = _TIME
    header.AccessionNumber = ""
    header.Modality = "CR"
    header.Manufacturer = "X-ray Lab phantom generator"
    header.ManufacturerModelName = "Synthetic"
    header.ReferringPhysicianName = ""
    header.StudyDescription = "Synthetic chest phantom"
    header.SeriesDescription = "Synthetic chest phantom, not a patient"
    header.PatientName = "Phantom^Synthetic"
    header.PatientID = patient
    header.PatientBirthDate = ""
    header.PatientSex = "O"
    header.PatientIdentityRemoved = "YES"
    header.DeidentificationMethod = "Synthetic: never a patient"
    header.BodyPartExamined = "CHEST"
    header.ViewPosition = "PA"
    header.StudyInstanceUID = _uid(patient, "study")
    header.SeriesInstanceUID = _uid(patient, "series")
    header.StudyID = "1"
    header.SeriesNumber = header.InstanceNumber = 1
    header.PatientOrientation = ["L", "F"]
    header.Laterality = ""
    header.ImageComments = "Synthetic chest phantom drawn by a program"
    header.ContentQualification = "RESEARCH"
    header.BurnedInAnnotation = "NO"
    header.SyntheticData = "YES"
    header.LossyImageCompression = "00"
    header.ImagerPixelSpacing = [_PIXEL_MM, _PIXEL_MM]

    header.SamplesPerPixel = 1
    header.PhotometricInterpretation = "MONOCHROME1" if inverted else "MONOCHROME2"
    header.Rows, header.Columns = pixels.shape
    header.BitsAllocated, header.BitsStored, header.HighBit = 16, 12, 11
    header.PixelRepresentation = 0
    header.WindowCenter, header.WindowWidth = 2048, 4096
    header.RescaleIntercept, header.RescaleSlope, header.RescaleType = 0, 1, "US"
    stored = 4095 - pixels if inverted else pixels
    header.PixelData = stored.astype("<u2").tobytes()
    dcmwrite(file, header, enforce_file_format=True)


def _uid(*sources: str) -> UID:
    """A UID that depends only on its sources (PS3.5 B.2: 2.25 and a UUID)."""
    name = "/".join(["xray-lab sample data", *sources])
    return UID(f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, name).int}")
