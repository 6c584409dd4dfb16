#!/usr/bin/env bash
# To ImageHash and cleanvision all 16-bit films are one and the same picture.
#
# Versions:   ImageHash 4.3.2, cleanvision 0.3.7, Pillow 13.0.0, numpy 2.4.6
# Guess:      a perceptual hash sees tones, not bit depth: the 8-bit and the 16-bit PNG of one film hash alike, and twelve
#             different films give twelve hashes.
# Instead:    every hash starts with Pillow's convert("L"), which for mode I;16 cuts off at 255 rather than scaling. A
#             12-bit film whose darkest level is above 255, as a detector's offset makes it, becomes a white sheet:
#             all hashes are equal, at distance 0. cleanvision, which hashes with ImageHash, reports all twelve films
#             as near duplicates of each other and as too light. The same films at 8 bits: no duplicates.
# Matters:    near duplicates are searched to keep copies of a film from standing in both training and test. On a 16-bit
#             archive the answer is "keep one, drop the rest", or, where the check is lenient, leaks pass unseen,
#             since a film and its own 8-bit copy are as far apart as two strangers.
# Seen:       distinct pHashes of 12 films: 8 bits 12, 16 bits 1
#             distance of film 0 to itself at 8 bits: 31 of 64, to film 1 at 16 bits: 0
#             cleanvision, 8 bits:  near_duplicates 0, light 0
#             cleanvision, 16 bits: near_duplicates 12, light 12
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
    ImageHash==4.3.2 cleanvision==0.3.7 pillow==13.0.0 numpy==2.4.6
cd "$dir"
mkdir films8 films16
"$dir/venv/bin/python" - <<'PY' 2>progress.log || { cat progress.log; exit 1; }
import contextlib
import io

import imagehash
import numpy as np
from cleanvision import Imagelab
from PIL import Image


def film(number):
    """Smooth tones from 0 to 1, another pattern for every number."""
    coarse = np.random.default_rng(number).random((8, 8)).astype(np.float32)
    tones = np.asarray(Image.fromarray(coarse).resize((256, 256), Image.Resampling.BICUBIC))
    return (tones - tones.min()) / np.ptp(tones)


for number in range(12):
    Image.fromarray((film(number) * 255).astype(np.uint8)).save(f"films8/{number}.png")
    Image.fromarray((300 + film(number) * 3700).astype(np.uint16)).save(f"films16/{number}.png")

hashes = {bits: [imagehash.phash(Image.open(f"films{bits}/{n}.png")) for n in range(12)] for bits in (8, 16)}
distinct = {bits: len({str(value) for value in hashes[bits]}) for bits in hashes}
itself, stranger = int(hashes[8][0] - hashes[16][0]), int(hashes[16][0] - hashes[16][1])
print("distinct pHashes of 12 films: 8 bits {}, 16 bits {}".format(distinct[8], distinct[16]))
print(f"distance of film 0 to itself at 8 bits: {itself} of 64, to film 1 at 16 bits: {stranger}")

found = {}
for bits in (8, 16):
    with contextlib.redirect_stdout(io.StringIO()):
        lab = Imagelab(data_path=f"films{bits}")
        lab.find_issues({"near_duplicates": {}, "light": {}}, n_jobs=1, verbose=False)
    found[bits] = dict(zip(lab.issue_summary["issue_type"], lab.issue_summary["num_images"].astype(int)))
    print(f"cleanvision, {bits} bits: near_duplicates {found[bits]['near_duplicates']}, light {found[bits]['light']}")

assert distinct == {8: 12, 16: 1} and found[8]["near_duplicates"] == found[8]["light"] == 0  # 8 bits: the control
assert stranger == 0 and itself > 20
assert found[16]["near_duplicates"] == found[16]["light"] == 12
PY
