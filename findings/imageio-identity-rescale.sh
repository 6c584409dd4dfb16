#!/usr/bin/env bash
# imageio turns the bright half of a film negative if the film says that its greys are to be left as they are.
#
# Versions:   imageio 2.38.1, pydicom 3.0.2, numpy 2.4.6
# Guess:      a rescale of slope 1 and intercept 0 changes nothing, and a slope of 16 multiplies by 16.
# Instead:    to apply a rescale of whole numbers the plugin first picks a type by the largest value that will come out,
#             and picks signed types where it counts the room of unsigned ones: up to 255 int8, up to 65535 int16. What
#             lies in the upper half wraps. No warning. The same pixels without a rescale, or with a slope of 0.5, are
#             right. The type hangs on the brightest pixel, so films of one series come in several types.
# Matters:    many devices and converters write the identity rescale into 8-bit and 16-bit films (Secondary Capture, CR).
#             White bone comes out as -1, darker than air, and a scaling by minimum and maximum hides it.
# Seen:       8 bits, no rescale    uint8 [0, 127, 128, 255]
#             8 bits, 1 x + 0       int8 [0, 127, -128, -1]
#             16 bits, no rescale   uint16 [0, 32767, 32768, 65535]
#             16 bits, 1 x + 0      int16 [0, 32767, -32768, -1]
#             12 bits, 16 x + 0     int16 [0, 32752, -32768, -16]
#             12 bits, 0.5 x + 0    float32 [0.0, 1023.5, 1024.0, 2047.5]
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check imageio==2.38.1 pydicom==3.0.2 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import imageio.v2
import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_rescale
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, generate_uid


def read(bits, slope):
    """The four greys around the middle and at the ends, as imageio and as pydicom read them."""
    greys = np.array([0, 2 ** (bits - 1) - 1, 2 ** (bits - 1), 2**bits - 1])
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID, ds.Modality = ComputedRadiographyImageStorage, generate_uid(), "CR"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.InstanceNumber = generate_uid(), generate_uid(), 1
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = 40, 4, 1, "MONOCHROME2"
    ds.BitsAllocated = 8 if bits == 8 else 16
    ds.BitsStored, ds.HighBit, ds.PixelRepresentation = bits, bits - 1, 0
    if slope:
        ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = slope, "0", "US"
    ds.PixelData = np.tile(greys, (40, 1)).astype(f"uint{ds.BitsAllocated}").tobytes()
    ds.save_as("film.dcm", enforce_file_format=True)
    film = pydicom.dcmread("film.dcm")
    return imageio.v2.imread("film.dcm")[0], apply_rescale(film.pixel_array, film)[0]


CASES = {
    (8, None): ("uint8", [0, 127, 128, 255]),
    (8, "1"): ("int8", [0, 127, -128, -1]),
    (16, None): ("uint16", [0, 32767, 32768, 65535]),
    (16, "1"): ("int16", [0, 32767, -32768, -1]),
    (12, "16"): ("int16", [0, 32752, -32768, -16]),
    (12, "0.5"): ("float32", [0.0, 1023.5, 1024.0, 2047.5]),
}
for (bits, slope), (kind, expected) in CASES.items():
    row, true = read(bits, slope)
    print(f"{bits} bits, {slope + ' x + 0' if slope else 'no rescale'}".ljust(21), row.dtype, row.tolist())
    assert (str(row.dtype), row.tolist()) == (kind, expected)
    wraps = slope in ("1", "16")
    assert np.array_equal(row, true) is not wraps  # control: pydicom; right where nothing or a fraction is applied
    assert not wraps or (true >= 0).all() and np.array_equal(row.astype(int) % 2**8, true.astype(int) % 2**8)
PY
