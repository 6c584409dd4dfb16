#!/usr/bin/env bash
# pydicom's modality LUT sends the brightest signed pixels to the table's first entry.
#
# Versions:   pydicom 3.0.2, numpy 2.4.6
# Guess:      with signed pixels and a table that starts at -32768, pixel 32767 takes the last entry; pixels past the
#             end of a shorter table take the last entry too (PS3.3 C.11.1.1).
# Instead:    the place in the table, pixel minus first value, is reckoned in int16, the pixels' own type: it wraps to a
#             negative number and is clipped to 0. Of a table with all 65,536 entries only the lower half is ever used,
#             and every pixel from 0 up becomes the first entry: white turns black, without a word. The same table put
#             in as a VOI LUT, through the same library, is applied rightly.
# Matters:    two functions one call apart disagree, and only over 16-bit signed data, which test files seldom have.
# Seen:       pixels               [-32768, -2048, -1, 0, 100, 32767]
#             as modality LUT      [0, 30720, 32767, 0, 0, 0]
#             as VOI LUT           [0, 30720, 32767, 32768, 32868, 65535]
#             4,096 from -2048     modality [0, 0, 2047, 2048, 2148, 0], VOI [0, 0, 2047, 2048, 2148, 4095]
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut
from pydicom.uid import ExplicitVRLittleEndian

pixels = np.array([-32768, -2048, -1, 0, 100, 32767], dtype=np.int16)


def with_table(sequence, count, first):
    item = Dataset()
    item.add_new("LUTDescriptor", "SS", [count % 65536, first, 16])  # 65,536 entries are written as 0
    item.ModalityLUTType = "US"
    item.add_new("LUTData", "OW", np.arange(count).astype("<u2").tobytes())
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
    setattr(ds, sequence, [item])
    return ds


modality = apply_modality_lut(pixels, with_table("ModalityLUTSequence", 65536, -32768)).tolist()
voi = apply_voi_lut(pixels, with_table("VOILUTSequence", 65536, -32768)).tolist()
short_modality = apply_modality_lut(pixels, with_table("ModalityLUTSequence", 4096, -2048)).tolist()
short_voi = apply_voi_lut(pixels, with_table("VOILUTSequence", 4096, -2048)).tolist()
print("pixels              ", pixels.tolist())
print("as modality LUT     ", modality)
print("as VOI LUT          ", voi)
print(f"4,096 from -2048     modality {short_modality}, VOI {short_voi}")

assert voi == (pixels.astype(int) + 32768).tolist()  # control
assert short_voi == [0, 0, 2047, 2048, 2148, 4095]  # control
assert modality == [0, 30720, 32767, 0, 0, 0]
assert short_modality == [0, 0, 2047, 2048, 2148, 0]
PY
