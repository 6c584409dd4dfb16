#!/usr/bin/env bash
# Pillow turns a 16-bit film into 8-bit noise when it rotates it, even by the identity, unless the filter is NEAREST.
#
# Versions:   Pillow 13.0.0, numpy 2.4.6
# Guess:      rotate() and transform() with BILINEAR or BICUBIC either interpolate 16-bit grey (mode I;16) as resize()
#             does, or refuse it as filter() and reduce() do ("image has wrong mode").
# Instead:    they take each row of 16-bit levels for a row of bytes: output pixel 0 is the low byte of input pixel 0,
#             output pixel 1 its high byte, and so on, so half of the width is lost and nothing is above 255. The
#             result is still mode I;16 and the size is right. NEAREST is exact, and so is converting to mode F first.
# Matters:    rotation by a few degrees is the augmentation of choice for chest films, often done by way of
#             these calls. Training runs on stripes; validation, which is not rotated, looks bad.
# Seen:       input row                  [1000, 2000, 3000, 4000]
#             identity, NEAREST          [1000, 2000, 3000, 4000] I;16
#             identity, BILINEAR         [232, 3, 208, 7] I;16
#             identity, BICUBIC          [232, 3, 208, 7] I;16
#             identity, BILINEAR, mode F [1000, 2000, 3000, 4000] F
#             constant 4000 turned by 10 degrees, middle: NEAREST 4000, BILINEAR largest 160, resize 4000
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import numpy as np
from PIL import Image

row = [1000, 2000, 3000, 4000]
film = Image.fromarray(np.array([row] * 4, dtype=np.uint16))
identity = (1, 0, 0, 0, 1, 0)


def moved(image, how):
    out = image.transform(image.size, Image.Transform.AFFINE, identity, resample=how)
    return np.asarray(out)[1].astype(int).tolist(), out.mode


Resampling = Image.Resampling
seen = {how.name: moved(film, how) for how in (Resampling.NEAREST, Resampling.BILINEAR, Resampling.BICUBIC)}
as_float = moved(film.convert("F"), Resampling.BILINEAR)
print("input row                 ", row)
for name, (values, mode) in seen.items():
    print(f"identity, {name:17}", values, mode)
print("identity, BILINEAR, mode F", *as_float)

flat = Image.fromarray(np.full((64, 64), 4000, dtype=np.uint16))
nearest = int(np.asarray(flat.rotate(10, resample=Resampling.NEAREST))[32, 32])
largest = int(np.asarray(flat.rotate(10, resample=Resampling.BILINEAR)).max())
resized = int(np.asarray(flat.resize((40, 40), Resampling.BILINEAR))[20, 20])
print(f"constant 4000 turned by 10 degrees, middle: NEAREST {nearest}, BILINEAR largest {largest}, resize {resized}")

assert seen["NEAREST"] == (row, "I;16") and as_float == (row, "F")  # controls
assert nearest == resized == 4000  # controls
broken = list(np.array(row, dtype="<u2").tobytes()[:4])
assert seen["BILINEAR"] == seen["BICUBIC"] == (broken, "I;16") and broken == [232, 3, 208, 7]
assert largest == 160  # the low byte of 4000; its high byte is 15
PY
