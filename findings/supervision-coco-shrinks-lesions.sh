#!/usr/bin/env bash
# Masks that supervision writes into a COCO file lose half a pixel all round in pycocotools: small lesions lose a third.
#
# Versions:   supervision 0.31.2, pycocotools 2.0.11, opencv-python 5.0.0.93, numpy 2.4.6
# Guess:      a mask written by DetectionDataset.as_coco and decoded by pycocotools is the mask.
# Instead:    the polygon is led through the centres of the outermost pixels, while pycocotools takes its coordinates for
#             pixel corners. supervision, which draws its polygons with OpenCV, reads its own file back without a loss, so
#             nothing is noticed. A lesion of several parts or with a hole is written as runs, and is exact; a line of one
#             pixel has no polygon at all (only that is warned of). The field "area" tells the true size.
# Matters:    COCO's evaluation decodes the truth with pycocotools: a perfect answer to a nodule of 6 pixels has an overlap
#             of 0.58 and misses the bars from 0.6 on, so the score of small findings drops and that of large ones hardly.
# Seen:       disc of 6 pixels   mask 29, supervision reads 29, pycocotools reads 20: overlap of a perfect answer 0.58
#             disc of 20 pixels  mask 317, supervision reads 317, pycocotools reads 288: overlap of a perfect answer 0.87
#             disc of 60 pixels  mask 2821, supervision reads 2821, pycocotools reads 2736: overlap of a perfect answer 0.96
#             ring of 40 pixels  mask 940, supervision reads 940, pycocotools reads 940: overlap of a perfect answer 1.00
#             polygons of a line of 40 pixels: 0
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
    supervision==0.31.2 pycocotools==2.0.11 opencv-python==5.0.0.93 numpy==2.4.6
mkdir "$dir/work"
cd "$dir/work"
"$dir/venv/bin/python" - <<'PY' 2>warnings.txt || { cat warnings.txt; exit 1; }
import contextlib
import io

import cv2
import numpy as np
import supervision as sv
from pycocotools import mask as runs
from pycocotools.coco import COCO

y, x = np.mgrid[:96, :96] - 48
distance = x**2 + y**2
line = np.zeros((96, 96), bool)
line[20, 10:50] = True
masks = {
    "disc of 6 pixels": distance <= 3**2,
    "disc of 20 pixels": distance <= 10**2,
    "disc of 60 pixels": distance <= 30**2,
    "ring of 40 pixels": (distance <= 20**2) & (distance > 10**2),
    "line of 40 pixels": line,
}
found = {}
for title, mask in masks.items():
    cv2.imwrite(f"{title}.png", np.zeros((96, 96), np.uint8))
    box = sv.mask_to_xyxy(mask[None])
    found[f"{title}.png"] = sv.Detections(xyxy=box, mask=mask[None], class_id=np.array([0]))
sv.DetectionDataset(["nodule"], list(found), found).as_coco(annotations_path="coco.json")

with contextlib.redirect_stdout(io.StringIO()):
    coco = COCO("coco.json")
annotations = {coco.imgs[a["image_id"]]["file_name"][:-4]: a for a in coco.anns.values()}
again = sv.DetectionDataset.from_coco(".", "coco.json", force_masks=True)
by_supervision = {path.rsplit("/")[-1][:-4]: found.mask for path, _, found in again}
overlaps = {}
for title, mask in list(masks.items())[:4]:
    note = annotations[title]
    truth = coco.annToRLE(note)
    perfect = runs.encode(np.asfortranarray(mask.astype(np.uint8)))
    overlaps[title] = round(float(runs.iou([perfect], [truth], [0])[0, 0]), 2)
    own = by_supervision[title][0]
    print(f"{title.ljust(18)} mask {mask.sum()}, supervision reads {own.sum()}, pycocotools reads {runs.area(truth)}: "
          f"overlap of a perfect answer {overlaps[title]:.2f}")
    assert np.array_equal(own, mask) and note["area"] == mask.sum()  # control
print("polygons of a line of 40 pixels:", len(annotations["line of 40 pixels"]["segmentation"]))

assert list(overlaps.values()) == [0.58, 0.87, 0.96, 1.0]  # the last is the control: written as runs
assert annotations["line of 40 pixels"]["segmentation"] == []
PY
