#!/usr/bin/env bash
# A window applied by pydicom after a falling rescale turns black to white.
#
# Versions:   pydicom 3.0.2, numpy 2.4.6
# Guess:      apply_modality_lut then apply_voi_lut gives a rising ramp: what lies below the window is the least
#             output, what lies above it the greatest (PS3.3 C.11.2.1.2), whatever the sign of Rescale Slope was.
# Instead:    the ends of the output range are taken as stored 0 and stored 4095 sent through the rescale. With a
#             slope of -1 the "least" end is 4095 and the "greatest" 0, so the window is applied upside down and
#             undoes the rescale: the picture is that of slope +1. Nothing is warned of or raised. Without a window
#             the same file comes out right.
# Matters:    computed-radiography files with a negative slope are about (OHIF/Viewers issue 127 shows one). Lungs come out white, a
#             classifier is fed the negative of what it was trained on, and the file with no window beside it is fine.
# Seen:       modality values, slope -1  [4095.0, 3095.0, 2095.0, 1095.0, 0.0]
#             by the formula, slope -1   [4095.0, 4095.0, 2144.8, 96.3, 0.0]
#             pydicom, slope -1          [0.0, 0.0, 1950.2, 3998.7, 4095.0]
#             pydicom, slope +1          [0.0, 0.0, 1950.2, 3998.7, 4095.0]
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut

stored = np.array([[0, 1000, 2000, 3000, 4095]], dtype=np.uint16)


def film(slope, intercept):
    ds = Dataset()
    ds.Rows, ds.Columns, ds.SamplesPerPixel = 1, 5, 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.RescaleSlope, ds.RescaleIntercept = slope, intercept
    ds.WindowCenter, ds.WindowWidth = 2048, 2000
    return ds


def linear(x, centre=2048, width=2000, top=4095):
    """The LINEAR function of PS3.3 C.11.2.1.2 with outputs 0 to top."""
    return np.clip(((x - (centre - 0.5)) / (width - 1) + 0.5) * top, 0, top)


def row(array):
    return np.asarray(array, dtype=float).ravel().round(1).tolist()


falling, rising = film(-1, 4095), film(1, 0)
values = apply_modality_lut(stored, falling)
formula = row(linear(values))
down = row(apply_voi_lut(values, falling))
up = row(apply_voi_lut(apply_modality_lut(stored, rising), rising))
print("modality values, slope -1 ", row(values))
print("by the formula, slope -1  ", formula)
print("pydicom, slope -1         ", down)
print("pydicom, slope +1         ", up)

assert row(values) == [4095.0, 3095.0, 2095.0, 1095.0, 0.0]
assert up == row(linear(stored.astype(float))) == [0.0, 0.0, 1950.2, 3998.7, 4095.0]  # control
assert down == up and down != formula
assert formula == [4095.0, 4095.0, 2144.8, 96.3, 0.0]
PY
