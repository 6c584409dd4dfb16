#!/usr/bin/env bash
# highdicom shows a film with a 12-bit VOI LUT raw if nothing is asked for, and refuses it if the LUT is asked for.
#
# Versions:   highdicom 0.28.2, pydicom 3.0.2, numpy 2.4.6
# Guess:      Image.get_frame() applies the VOI LUT of the file, or says that it cannot. A LUT of 12 bits an entry is
#             plain: digital X-ray and mammography images may have 8 or 10 to 16 (PS3.3 C.8.11.3.1.5).
# Instead:    only 8 and 16 are known: every depth from 10 to 15 is "Invalid LUT descriptor". And the VOI transform is
#             off unless asked for, while the presentation (MONOCHROME1) and the rescale are on: without arguments the
#             levels come back as stored, with no sign that a LUT was passed over. pydicom applies the same LUT.
# Matters:    the vendor's LUT is what makes a detector's film look like a radiograph. A loader that catches the error
#             and falls back to the plain call mixes two tone curves in one set.
# Seen:       bits an entry that get_frame(apply_voi_transform=True) takes: [8, 16] of [8, 10, 11, 12, 13, 14, 15, 16]
#             12 bits, refused with: Invalid LUT descriptor.
#             12 bits, plain get_frame(): [0, 1000, 2000, 4095], as stored
#             12 bits, pydicom: [4095, 3095, 2095, 0]
#             16 bits, highdicom: [1.0, 0.756, 0.512, 0.0]
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check highdicom==0.28.2 pydicom==3.0.2 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import highdicom
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_voi_lut
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

stored = np.array([[0, 1000, 2000, 4095]], dtype="<u2")


def write(bits):
    """A film whose LUT turns 4,096 levels over into the given number of bits."""
    top = 2**bits - 1
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [4096, 0, bits])
    item.add_new("LUTData", "US", [(4095 - level) * top // 4095 for level in range(4096)])
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = DigitalXRayImageStorageForPresentation
    ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid(), generate_uid()
    ds.Modality, ds.PresentationLUTShape = "DX", "IDENTITY"
    ds.Rows, ds.Columns, ds.SamplesPerPixel = 1, 4, 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.VOILUTSequence = [item]
    ds.PixelData = stored.tobytes()
    ds["PixelData"].VR = "OW"
    pydicom.dcmwrite("film.dcm", ds, enforce_file_format=True)
    return highdicom.imread("film.dcm")


depths = [8, 10, 11, 12, 13, 14, 15, 16]
taken, refusal = {}, {}
for bits in depths:
    try:
        taken[bits] = write(bits).get_frame(1, apply_voi_transform=True).ravel().round(3).tolist()
    except RuntimeError as error:
        refusal[bits] = str(error)
print("bits an entry that get_frame(apply_voi_transform=True) takes:", list(taken), "of", depths)
print("12 bits, refused with:", refusal[12])
plain = write(12).get_frame(1).ravel().astype(int).tolist()
print(f"12 bits, plain get_frame(): {plain}, as stored")
ds = pydicom.dcmread("film.dcm")
by_pydicom = apply_voi_lut(ds.pixel_array, ds).ravel().tolist()
print("12 bits, pydicom:", by_pydicom)
print("16 bits, highdicom:", taken[16])

assert list(taken) == [8, 16] and set(refusal.values()) == {"Invalid LUT descriptor."}
assert plain == stored.ravel().tolist()
assert by_pydicom == [4095, 3095, 2095, 0]  # control
assert taken[16] == [1.0, 0.756, 0.512, 0.0]  # control
PY
