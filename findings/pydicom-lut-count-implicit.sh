#!/usr/bin/env bash
# Whether pydicom can apply a large LUT to signed pixels hangs on the transfer syntax: Implicit VR breaks it.
#
# Versions:   pydicom 3.0.2, numpy 2.4.6
# Guess:      the same data set, written with Implicit or Explicit VR Little Endian, reads the same.
# Instead:    the LUT Descriptor's VR is US or SS by the sign of the pixels, for the sake of its *second* value; the first,
#             the count, is always unsigned (PS3.3 C.11.1.1.1). pydicom minds that when the file says SS, but under
#             Implicit VR it settles the VR afterwards and leaves the count signed: 40,000 entries become -25,536. The
#             LUT then fails with "bad char in struct format", which points anywhere but there, and
#             the film, once looked at, cannot be saved again either.
# Matters:    archives rewrite files as Implicit VR, the default of the network protocol, so a film that was read
#             yesterday fails after a trip through one. Tables of up to 32,767 entries, and of 65,536 (written as 0), pass.
# Seen:       Explicit VR, signed pixels: read as SS, count 40000, levels [1, 2, 101, 32768], saved
#             Implicit VR, signed pixels: read as SS, count -25536, levels error: bad char in struct format, cannot be saved
#             Implicit VR, unsigned pixels: read as US, count 40000, levels [1, 2, 101, 32768], saved
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" -W ignore - <<'PY'
import struct

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_modality_lut
from pydicom.uid import (
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    generate_uid,
)

COUNT = 40000


def read(transfer_syntax, signed):
    item = Dataset()
    item.add_new("LUTDescriptor", "SS" if signed else "US", [COUNT, 0, 16])
    item.ModalityLUTType = "US"
    item.add_new("LUTData", "OW", (np.arange(COUNT) + 1).astype("<u2").tobytes())
    pixels = np.array([[0, 1, 100, 32767]], dtype="<i2" if signed else "<u2")
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = transfer_syntax
    ds.SOPClassUID, ds.SOPInstanceUID = DigitalXRayImageStorageForPresentation, generate_uid()
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, 4, 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, int(signed)
    ds.ModalityLUTSequence = [item]
    ds.PixelData = pixels.tobytes()
    ds["PixelData"].VR = "OW"
    pydicom.dcmwrite("film.dcm", ds, enforce_file_format=True)
    film = pydicom.dcmread("film.dcm")
    descriptor = film.ModalityLUTSequence[0]["LUTDescriptor"]
    try:
        levels = apply_modality_lut(film.pixel_array, film).ravel().tolist()
    except struct.error as error:
        levels = f"error: {error}"
    try:
        film.save_as("again.dcm")
        saved = "saved"
    except OSError:
        saved = "cannot be saved"
    return descriptor.VR, descriptor.value[0], levels, saved


seen = {}
for name, transfer_syntax, signed in (
    ("Explicit VR, signed pixels", ExplicitVRLittleEndian, True),
    ("Implicit VR, signed pixels", ImplicitVRLittleEndian, True),
    ("Implicit VR, unsigned pixels", ImplicitVRLittleEndian, False),
):
    seen[name] = read(transfer_syntax, signed)
    print(f"{name}: read as {seen[name][0]}, count {seen[name][1]}, levels {seen[name][2]}, {seen[name][3]}")

levels = [1, 2, 101, 32768]
assert seen["Explicit VR, signed pixels"] == ("SS", COUNT, levels, "saved")  # control
assert seen["Implicit VR, unsigned pixels"] == ("US", COUNT, levels, "saved")  # control
assert seen["Implicit VR, signed pixels"] == ("SS", COUNT - 65536, "error: bad char in struct format", "cannot be saved")
PY
