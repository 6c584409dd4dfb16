#!/usr/bin/env bash
# pydicom 3 drops the upper bits of values that stand high in their word, and keeps what stands below them.
#
# Versions:   pydicom 3.0.2, numpy 2.4.6
# Guess:      BitsAllocated 16, BitsStored 12, HighBit 15 is what PS3.5 8.1.1 allows: the value is in bits 4 to 15, so
#             pixel_array is the word shifted right by four, or HighBit is refused.
# Instead:    as_array "corrects" unused bits by a shift left and right of BitsAllocated - BitsStored, whatever HighBit
#             says: the four upper bits of each value are lost and the four bits below it, overlays say, become part of
#             it. A smooth film turns into sixteen bands. With HighBit 11 the same call is right, and raw=True shifts too.
# Matters:    older digitisers and some flat-panel systems left-justify; the array has a plausible range (0 to 4095) and
#             no warning is given. dcmtk shows such files right.
# Seen:       high bit 11: 0 300 600 2400 4095 -> 0 300 600 2400 4095
#             high bit 15: 0 300 600 2400 4095 -> 0 704 1408 1536 4080
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import io

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import pixel_array
from pydicom.uid import ExplicitVRLittleEndian

values = np.array([[0, 300, 600, 2400, 4095]], np.uint16)


def read(high):
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.1"
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "1.2.3"
    dataset.Rows, dataset.Columns = values.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, high
    dataset.PixelRepresentation = 0
    dataset.add_new("PixelData", "OW", (values << (high - 11)).astype("<u2").tobytes())
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    stream.seek(0)
    return pixel_array(pydicom.dcmread(stream)).ravel().tolist()


seen = {high: read(high) for high in (11, 15)}
for high, found in seen.items():
    print(f"high bit {high}:", *values.ravel(), "->", *found)
assert seen[11] == values.ravel().tolist()  # control
assert seen[15] == [(value << 4) & 0xFFF for value in values.ravel().tolist()]
PY
