#!/usr/bin/env bash
# SimpleITK hands back MONOCHROME1 films already turned over, before the rescale, still calls them MONOCHROME1, and
# refuses the signed ones.
#
# Versions:   SimpleITK 2.5.7, pydicom 3.0.2, numpy 2.4.6
# Guess:      ReadImage gives the modality values (stored x slope + intercept), as it does for CT, and leaves the
#             photometric interpretation, which says how to *show* them, to the caller.
# Instead:    the stored values of a MONOCHROME1 film are replaced by 4095 - stored first (2^BitsStored - 1, not the
#             film's own largest) and the rescale is applied to that, so 0 with intercept -1024 is read as 3071 where
#             pydicom reads -1024. The metadata still says MONOCHROME1: who inverts by it inverts twice. A window
#             in the file is meant for the values that pydicom gives and is wrong for these. And with signed pixels of
#             12 bits, valid as well, the same reader raises an error about BitsStored; MONOCHROME2 is read.
# Matters:    computed-radiography films are often MONOCHROME1. One pipeline that trains through pydicom and serves
#             through SimpleITK sees negatives, and measured values are of another quantity.
# Seen:       MONOCHROME2 pydicom [-1024, -1023, -24, 3071] SimpleITK [-1024, -1023, -24, 3071]
#             MONOCHROME1 pydicom [-1024, -1023, -24, 3071] SimpleITK [3071, 3070, 2071, -1024]
#             metadata 0028|0004 as SimpleITK gives it: MONOCHROME1
#             signed MONOCHROME2 SimpleITK [-2048, -1, 0, 2047]
#             signed MONOCHROME1 SimpleITK RuntimeError
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check SimpleITK==2.5.7 pydicom==3.0.2 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_modality_lut
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

sitk.ProcessObject.SetGlobalWarningDisplay(False)


def write(name, pixels, photometric, rescale=True):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = DigitalXRayImageStorageForPresentation
    ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid(), generate_uid()
    ds.Modality = "DX"
    ds.Rows, ds.Columns = pixels.shape
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, photometric
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
    ds.PixelRepresentation = int(pixels.dtype.kind == "i")
    if rescale:
        ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = 1, -1024, "US"
    ds.PixelData = pixels.tobytes()
    ds["PixelData"].VR = "OW"
    pydicom.dcmwrite(name, ds, enforce_file_format=True)


def by_pydicom(name):
    ds = pydicom.dcmread(name)
    return apply_modality_lut(ds.pixel_array, ds).astype(int).ravel().tolist()


def by_sitk(name):
    try:
        return sitk.GetArrayFromImage(sitk.ReadImage(name)).astype(int).ravel().tolist()
    except RuntimeError as error:
        return "RuntimeError" if "GetBitsStored" in str(error) else str(error)


unsigned = np.array([[0, 1, 1000, 4095]], dtype="<u2")
signed = np.array([[-2048, -1, 0, 2047]], dtype="<i2")
seen = {}
for photometric in ("MONOCHROME2", "MONOCHROME1"):
    write("film.dcm", unsigned, photometric)
    seen[photometric] = by_pydicom("film.dcm"), by_sitk("film.dcm")
    print(photometric, "pydicom", seen[photometric][0], "SimpleITK", seen[photometric][1])
label = sitk.ReadImage("film.dcm").GetMetaData("0028|0004").strip()
print("metadata 0028|0004 as SimpleITK gives it:", label)
for photometric in ("MONOCHROME2", "MONOCHROME1"):
    write("signed.dcm", signed, photometric, rescale=False)
    seen["signed " + photometric] = by_sitk("signed.dcm")
    print("signed", photometric, "SimpleITK", seen["signed " + photometric])

straight = (unsigned.astype(int) - 1024).ravel().tolist()
assert seen["MONOCHROME2"] == (straight, straight)  # control
assert seen["MONOCHROME1"] == (straight, [3071, 3070, 2071, -1024]) and label == "MONOCHROME1"
assert seen["signed MONOCHROME2"] == signed.ravel().tolist()  # control
assert seen["signed MONOCHROME1"] == "RuntimeError"
PY
