#!/usr/bin/env bash
# SimpleITK takes a film's size from the detector and passes over the calibrated Pixel Spacing; alone, it reads it as 1 mm.
#
# Versions:   SimpleITK 2.5.7, pydicom 3.0.2, numpy 2.4.6
# Guess:      GetSpacing() is Pixel Spacing (0028,0030) where there is one, as for CT, else Imager Pixel Spacing (0018,1164).
# Instead:    the SOP class decides. For CR and DX images Imager Pixel Spacing alone is looked at: with both in the file
#             the calibrated value is passed over, and with Pixel Spacing alone the answer is (1, 1), in no way marked as
#             unknown. For secondary captures it is the other way round. Estimated Radiographic Magnification Factor changes
#             nothing.
# Matters:    many CR readers write Pixel Spacing only; calibration writes it beside the detector's. Distances (the width of
#             the heart, a nodule) are then out by the magnification, or by a factor of five, and a resampling "to
#             0.2 mm" makes the film five times larger. Two films of one patient, one re-saved as secondary capture, disagree.
# Seen:       CR: Pixel (1.0, 1.0), Imager (0.15, 0.14), both (0.15, 0.14)
#             DX: Pixel (1.0, 1.0), Imager (0.15, 0.14), both (0.15, 0.14)
#             SC: Pixel (0.13, 0.12), Imager (1.0, 1.0), both (0.13, 0.12)
#             CT: Pixel (0.13, 0.12), Imager (1.0, 1.0), both (0.13, 0.12)
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check SimpleITK==2.5.7 pydicom==3.0.2 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    SecondaryCaptureImageStorage,
    generate_uid,
)

sitk.ProcessObject.SetGlobalWarningDisplay(False)
CALIBRATED = {"PixelSpacing": [0.12, 0.13]}  # rows, then columns; GetSpacing() gives columns first
DETECTOR = {"ImagerPixelSpacing": [0.14, 0.15]}


def spacing(sop_class, attributes):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = sop_class
    ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid(), generate_uid()
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = 4, 6, 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.ImageOrientationPatient, ds.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 0]
    if sop_class != CTImageStorage:
        del ds.ImageOrientationPatient, ds.ImagePositionPatient
    for name, value in attributes.items():
        setattr(ds, name, value)
    ds.PixelData = bytes(48)
    ds["PixelData"].VR = "OW"
    pydicom.dcmwrite("film.dcm", ds, enforce_file_format=True)
    return tuple(round(value, 4) for value in sitk.ReadImage("film.dcm").GetSpacing()[:2])


seen = {}
for name, sop_class in (
    ("CR", ComputedRadiographyImageStorage),
    ("DX", DigitalXRayImageStorageForPresentation),
    ("SC", SecondaryCaptureImageStorage),
    ("CT", CTImageStorage),
):
    seen[name] = [spacing(sop_class, which) for which in (CALIBRATED, DETECTOR, CALIBRATED | DETECTOR)]
    print(f"{name}: Pixel {seen[name][0]}, Imager {seen[name][1]}, both {seen[name][2]}")
enlarged = spacing(
    DigitalXRayImageStorageForPresentation, DETECTOR | {"EstimatedRadiographicMagnificationFactor": 1.1}
)

assert seen["CR"] == seen["DX"] == [(1.0, 1.0), (0.15, 0.14), (0.15, 0.14)] and enlarged == (0.15, 0.14)
assert seen["SC"] == seen["CT"] == [(0.13, 0.12), (1.0, 1.0), (0.13, 0.12)]  # control
PY
