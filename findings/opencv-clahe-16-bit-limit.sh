#!/usr/bin/env bash
# OpenCV's CLAHE has no contrast limit to set on 16-bit films: 1 and 100 give the very same picture.
#
# Versions:   opencv-python-headless 5.0.0.93, numpy 2.4.6
# Guess:      clipLimit means the same on uint8 and uint16: a greater one gives more contrast, and one film kept as 8,
#             12 or 16 bits comes out alike, up to the scale.
# Instead:    the limit is multiplied by pixels-in-a-tile / levels and never falls below one pixel. With 65,536 levels and
#             tiles of 32 x 32 every limit below 128 comes to that one pixel. What a limit of
#             2 does then depends on how full the 16 bits are: a 12-bit film is spread to a top of 48,767, neither 4,095
#             nor 65,535, at 0.73 of the contrast that the same film gets when it is first shifted up by 4 bits.
# Matters:    CLAHE with (2.0, (8, 8)) is the usual first step for chest films and was tuned on 8 bits. On 16 bits a
#             sweep over the limit finds "no effect", and 12-bit and left-aligned 16-bit devices come out different.
# Seen:       8 bits:  limits 1, 2, 4, 40, 100 give 4 different pictures
#             12 bits: limits 1, 2, 4, 40, 100 give 1 picture
#             16 bits: limits 1, 2, 4, 40, 100 give 1 picture
#             limit 2, top of the output: 8 bits 249, 12 bits 48767, 16 bits 65375
#             limit 2, deviation as share of full scale: 8 bits 0.209, 12 bits 0.150, 16 bits 0.206
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check opencv-python-headless==5.0.0.93 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import cv2
import numpy as np

y, x = np.mgrid[:256, :256]
grain = ((x * 7919 + y * 104729) % 101) / 101 - 0.5
film = 0.5 + 0.25 * np.sin(x / 20) + 0.15 * np.cos(y / 30) + 0.01 * grain

limits = (1, 2, 4, 40, 100)
different, top, deviation = {}, {}, {}
for bits in (8, 12, 16):
    levels = np.round(film * (2**bits - 1)).astype(np.uint8 if bits == 8 else np.uint16)
    out = {limit: cv2.createCLAHE(float(limit), (8, 8)).apply(levels) for limit in limits}
    different[bits] = len({picture.tobytes() for picture in out.values()})
    top[bits] = int(out[2].max())
    deviation[bits] = round(float(out[2].std()) / (255 if bits == 8 else 65535), 3)
    print(f"{bits} bits: limits {limits} give {different[bits]} different pictures")
print("limit 2, top of the output:", top)
print("limit 2, deviation as share of full scale:", deviation)

assert different[8] >= 4  # control: the limit acts
assert different[12] == different[16] == 1
assert abs(deviation[8] - deviation[16]) < 0.01  # control: 8 bits and full 16 bits are alike
assert deviation[12] < 0.75 * deviation[16] and top == {8: 249, 12: 48767, 16: 65375}
PY
