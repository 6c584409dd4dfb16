#!/usr/bin/env bash
# deid without a recipe removes what kind of object a file is and who it belongs to, and writes the issuer "STARR" into it.
#
# Versions:   deid 0.4.13, pydicom 3.0.2, numpy 2.4.6
# Guess:      de-identified with the defaults, a radiograph stays one: SOP Class UID, which tells no person, is kept, instance,
#             series, study and patient get other identifiers, the same for the same, as DICOM's own profile has it.
# Instead:    replace_identifiers(files) removes SOP Class UID, SOP Instance UID, Series and Study Instance UID and Patient ID
#             and puts nothing in their place; the file meta information loses its two as well. Issuer of Patient ID becomes
#             "STARR", the archive of one university, whoever runs it. Sex and age stay.
# Matters:    what is written is no DICOM file that pydicom would write by the standard's rules, and no archive can store it.
#             That two images are of one patient can be told by nothing but file names, so a split by patient is guesswork.
# Seen:       removed: PatientID, PatientName, SOPClassUID, SOPInstanceUID, SeriesInstanceUID, StudyDate, StudyInstanceUID
#             added: IssuerOfPatientID STARR, PatientIdentityRemoved YES
#             two images of one patient and one of another, of the same pixels: equal in every attribute
#             pydicom.dcmwrite(enforce_file_format=True): before written, after AttributeError
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check deid==0.4.13 pydicom==3.0.2 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" -W ignore - <<'PY'
from pathlib import Path

import numpy as np
import pydicom
from deid.dicom import replace_identifiers
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, generate_uid


def film(name, patient, series):
    """A small computed radiograph that pydicom writes by the standard's rules."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID = ComputedRadiographyImageStorage, generate_uid()
    ds.SeriesInstanceUID = ds.StudyInstanceUID = series
    ds.PatientID, ds.PatientName, ds.StudyDate = patient, "Doe^J", "20240105"
    ds.Modality, ds.PatientSex, ds.PatientAge, ds.BodyPartExamined = "CR", "F", "061Y", "CHEST"
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = 4, 4, 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.PixelData = np.arange(16, dtype="<u2").tobytes()
    ds["PixelData"].VR = "OW"
    pydicom.dcmwrite(name, ds, enforce_file_format=True)
    return name


one, two = generate_uid(), generate_uid()
files = [film("a.dcm", "P1", one), film("b.dcm", "P1", one), film("c.dcm", "P2", two)]
Path("out").mkdir()
written = replace_identifiers(files, save=True, output_folder="out", overwrite=True)
before, after = pydicom.dcmread(files[0]), pydicom.dcmread(written[0])
removed = sorted(e.keyword for e in before if e.tag not in after)
added = {e.keyword: str(e.value) for e in after if e.tag not in before}
others = [name for name in written[1:] if pydicom.dcmread(name) != after]
print("removed:", ", ".join(removed))
print("added:", added)
print("differ from the first:", others)
try:
    pydicom.dcmwrite("again.dcm", after, enforce_file_format=True)
    wrote = "written"
except AttributeError as error:
    wrote = f"AttributeError: {error}"
print("by the rules, after:", wrote)

assert pydicom.dcmread("a.dcm") != pydicom.dcmread("c.dcm")  # control
assert removed == ["PatientID", "PatientName", "SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyDate",
                   "StudyInstanceUID"]
assert added == {"IssuerOfPatientID": "STARR", "PatientIdentityRemoved": "YES"}
assert others == []
assert "MediaStorageSOPClassUID" not in after.file_meta and (after.PatientSex, after.PatientAge) == ("F", "061Y")
assert wrote.startswith("AttributeError") and "Media Storage SOP Class UID" in wrote
PY
