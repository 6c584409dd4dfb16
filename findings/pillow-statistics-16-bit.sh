#!/usr/bin/env bash
# Pillow's mean, median and spread of a 16-bit film are those of the bytes of its first half.
#
# Versions:   Pillow 13.0.0, numpy 2.4.6
# Guess:      ImageStat.Stat and histogram() of mode I;16 tell 16-bit levels, as getextrema() does, or refuse.
# Instead:    as many *bytes* as there are pixels are counted from the start of each row of 16-bit levels: low and high
#             bytes of the left half, in 256 bins. A flat film of 4000 has mean 87.5 and deviation 72.5, and a film whose
#             right half alone is changed has the very same statistics. entropy() shares the count. Likewise paste() of
#             a plain level fills with its low byte twice: 4000 becomes 41120, where new() and putpixel() write 4000.
# Matters:    mean and deviation for normalising, an entropy test for empty films and a filled box over burned-in text
#             are all written this way; each gives a number that looks fit for use.
# Seen:       flat 4000: mean 87.5, deviation 72.5, median 160, extrema by Stat (15, 160), by getextrema (4000, 4000)
#             right half 0 instead of 4000: mean 87.5
#             left half 0 instead of 4000: mean 0.0
#             mode F: mean 4000.0
#             paste(4000): 41120, putpixel(4000): 4000
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import numpy as np
from PIL import Image, ImageStat

pixels = np.full((64, 64), 4000, dtype=np.uint16)
film = Image.fromarray(pixels)
right, left = pixels.copy(), pixels.copy()
right[:, 32:] = 0
left[:, :32] = 0

stat = ImageStat.Stat(film)
whole = stat.mean[0], stat.stddev[0], stat.median[0], stat.extrema[0], film.getextrema()
print("flat 4000: mean {}, deviation {}, median {}, extrema by Stat {}, by getextrema {}".format(*whole))
without_right = ImageStat.Stat(Image.fromarray(right)).mean[0]
without_left = ImageStat.Stat(Image.fromarray(left)).mean[0]
as_float = film.convert("F")
mean_of_float = float(np.asarray(as_float.resize((1, 1), Image.Resampling.BOX))[0, 0])
print("right half 0 instead of 4000: mean", without_right)
print("left half 0 instead of 4000: mean", without_left)
print("mode F: mean", mean_of_float)
box, dot = film.copy(), film.copy()
box.paste(4000, (0, 0, 8, 8))
dot.putpixel((0, 0), 4000)
print(f"paste(4000): {box.getpixel((0, 0))}, putpixel(4000): {dot.getpixel((0, 0))}")

low, high = 4000 & 255, 4000 >> 8
assert whole == ((low + high) / 2, (low - high) / 2, low, (high, low), (4000, 4000)) == (87.5, 72.5, 160, (15, 160), (4000, 4000))
assert without_right == whole[0] and without_left == 0.0
assert mean_of_float == 4000.0 and dot.getpixel((0, 0)) == 4000  # controls
assert box.getpixel((0, 0)) == low * 257 == 41120
PY
