#!/usr/bin/env bash
# pydicom's presentation LUT depends on the picture's own darkest and brightest pixel, not on the range of the VOI step.
#
# Versions:   pydicom 3.0.2, numpy 2.4.6
# Guess:      after a window from 0 to 4095, a presentation LUT of 256 equal steps sends level 1000 to 62, and the shape
#             INVERSE sends it to 3095, in every film.
# Instead:    the LUT is laid over the smallest to the largest level that the array happens to hold, and INVERSE takes the
#             levels from the array's own maximum. In a film without a black and a white pixel (tightly collimated,
#             low contrast) the same level 1000 comes out as 0, and inverted as 1000. No warning.
# Matters:    a presentation LUT exists so that one level is one brightness everywhere; as it is applied here each film gets
#             its own contrast, a marker or a metal screw changes the rest, and two films of a patient cannot be compared.
# Seen:       (left a film with black and white in it, right one without)
#             no presentation LUT  [0, 1000, 2000, 4095]  [1000, 2000]
#             IDENTITY             [0, 1000, 2000, 4095]  [1000, 2000]
#             INVERSE              [4095, 3095, 2095, 0]  [1000, 0]
#             LUT of 256 steps     [0, 62, 124, 255]      [0, 255]
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels import apply_presentation_lut, apply_voi_lut

ds = Dataset()
ds.PhotometricInterpretation = "MONOCHROME2"
ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
ds.WindowCenter, ds.WindowWidth = 2048, 4096  # the whole range of 12 bits, level for level


def with_shape(shape):
    state = Dataset()
    state.PresentationLUTShape = shape
    return state


def with_table():
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [256, 0, 8])
    item.add_new("LUTData", "US", list(range(256)))
    state = Dataset()
    state.PresentationLUTSequence = [item]
    return state


films = [np.array([0, 1000, 2000, 4095], np.uint16), np.array([1000, 2000], np.uint16)]
windowed = [apply_voi_lut(film, ds) for film in films]
states = {
    "no presentation LUT": Dataset(),
    "IDENTITY": with_shape("IDENTITY"),
    "INVERSE": with_shape("INVERSE"),
    "LUT of 256 steps": with_table(),
}
seen = {}
for title, state in states.items():
    seen[title] = [np.rint(apply_presentation_lut(levels, state)).astype(int).tolist() for levels in windowed]
    print(title.ljust(20), str(seen[title][0]).ljust(23), seen[title][1])

full = [[0, 1000, 2000, 4095], [1000, 2000]]
assert [np.rint(levels).astype(int).tolist() for levels in windowed] == full  # control: the window changes nothing
assert seen["no presentation LUT"] == seen["IDENTITY"] == full  # control
assert seen["INVERSE"] == [[4095, 3095, 2095, 0], [1000, 0]]  # control, and not [3095, 2095]
assert seen["LUT of 256 steps"] == [[0, 62, 124, 255], [0, 255]]  # control, and not [62, 124]
PY
