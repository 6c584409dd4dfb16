#!/usr/bin/env bash
# A white-is-zero TIFF of a film is turned over in 8 bits and left alone in 16, by Pillow and OpenCV alike.
#
# Versions:   Pillow 13.0.0, opencv-python-headless 5.0.0.93, tifffile 2026.3.3, numpy 2.4.6
# Guess:      a reader either honours PhotometricInterpretation 0 (WhiteIsZero) or gives the stored levels, for every depth.
# Instead:    Pillow and OpenCV give 255 - stored for 8 bits and the stored levels for 16. tifffile gives the stored
#             levels for both. With BlackIsZero all agree.
# Matters:    WhiteIsZero is the TIFF twin of MONOCHROME1, for film seen as exposed. One archive scanned at two depths then
#             holds positives and negatives, and "open with Pillow, fall back to tifffile" flips by which one answered.
# Seen:       8 bits WhiteIsZero  stored [0, 64, 255]: Pillow [255, 191, 0], OpenCV [255, 191, 0], tifffile [0, 64, 255]
#             16 bits WhiteIsZero stored [0, 16448, 65535]: Pillow, OpenCV, tifffile all [0, 16448, 65535]
#             BlackIsZero, both depths: all as stored
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
    pillow==13.0.0 opencv-python-headless==5.0.0.93 tifffile==2026.3.3 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import cv2
import numpy as np
import tifffile
from PIL import Image

readers = {
    "Pillow": lambda name: np.asarray(Image.open(name)),
    "OpenCV": lambda name: cv2.imread(name, cv2.IMREAD_UNCHANGED),
    "tifffile": tifffile.imread,
}
seen = {}
for bits, levels in ((8, [0, 64, 255]), (16, [0, 16448, 65535])):
    for label, photometric in (("WhiteIsZero", "miniswhite"), ("BlackIsZero", "minisblack")):
        tifffile.imwrite("film.tif", np.array([levels] * 8, dtype=f"u{bits // 8}"), photometric=photometric)
        print(bits, "bits", label, "stored", levels)
        for name, read in readers.items():
            seen[bits, label, name] = read("film.tif")[0].tolist()
            print("   ", name, seen[bits, label, name])

turned = {key for key, values in seen.items() if values == [255, 191, 0]}
as_stored = {key for key, values in seen.items() if values == ([0, 64, 255] if key[0] == 8 else [0, 16448, 65535])}
assert turned == {(8, "WhiteIsZero", "Pillow"), (8, "WhiteIsZero", "OpenCV")}
assert as_stored == set(seen) - turned and len(seen) == 12  # BlackIsZero, 16 bits and tifffile are the controls
PY
