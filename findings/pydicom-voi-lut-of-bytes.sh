#!/usr/bin/env bash
# pydicom looks a pixel up in a VOI LUT of 8-bit entries by the low byte of its place only.
#
# Versions:   pydicom 3.0.2, numpy 2.4.6
# Guess:      a VOI LUT of 4,096 entries of 8 bits sends a 12-bit film to 8 bits: the entry is found by the pixel.
# Instead:    the places are kept in an array of the type of the *entries*, uint8, so place 1,000 becomes 232 and a
#             rising ramp comes out as sixteen dark saw teeth between 0 and 15. No warning, no error. The same table
#             declared as 16 bits is applied rightly. (Stored as packed bytes under OW, the same table raises
#             struct.error, since two bytes an entry are read.)
# Matters:    PS3.3 C.11.2.1.1 allows 8 bits an entry in an image. The result still looks like a
#             radiograph, with contours, and trains.
# Seen:       declared 16 bits [0, 15, 16, 62, 125, 187, 255]
#             declared 8 bits  [0, 15, 0, 14, 13, 11, 15]
#             largest output over all 4,096 levels: 15 (16 bits: 255)
#             packed bytes: struct.error
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import struct

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_voi_lut
from pydicom.uid import ExplicitVRLittleEndian

table = (np.arange(4096) >> 4).astype(np.uint16)  # 0, 0, ... 255
pixels = np.array([0, 255, 256, 1000, 2000, 3000, 4095], dtype=np.uint16)


def with_table(bits, vr, data):
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [4096, 0, bits])
    item.add_new("LUTData", vr, data)
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.VOILUTSequence = [item]
    return ds


sixteen = apply_voi_lut(pixels, with_table(16, "US", table.tolist())).tolist()
eight = apply_voi_lut(pixels, with_table(8, "US", table.tolist())).tolist()
ramp = apply_voi_lut(np.arange(4096, dtype=np.uint16), with_table(8, "US", table.tolist()))
print("declared 16 bits", sixteen)
print("declared 8 bits ", eight)
print(f"largest output over all 4,096 levels: {ramp.max()} (16 bits: {table.max()})")
try:
    apply_voi_lut(pixels, with_table(8, "OW", table.astype(np.uint8).tobytes()))
    packed = "no error"
except struct.error:
    packed = "struct.error"
print("packed bytes:", packed)

assert sixteen == table[pixels].tolist() == [0, 15, 16, 62, 125, 187, 255]  # control
assert eight == table[pixels % 256].tolist() == [0, 15, 0, 14, 13, 11, 15]
assert ramp.max() == 15 and np.array_equal(ramp, table[np.arange(4096) % 256])
assert packed == "struct.error"
PY
