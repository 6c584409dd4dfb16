#!/usr/bin/env bash
# SHAP's inpainting masker hands the model a black sheet, hidden parts and kept parts alike, if greys run from 0 to 1.
#
# Versions:   shap 0.51.0, opencv-python-headless 5.0.0.93, numpy 2.4.6
# Guess:      shap.maskers.Image("inpaint_telea", shape) fills the hidden part of an image from its surroundings and leaves
#             the rest as it is, whatever the scale of the greys, as its "blur(5,5)" does.
# Instead:    the whole image is cast to uint8 for the inpainting, and the cast one is what the model gets: of 0 to 1 nothing
#             but 0 is left (1 where a pixel is exactly 1). No warning. An image of 0 to 255 is handled rightly.
# Matters:    networks are mostly trained on 0 to 1. The explanation is then 0 everywhere, or the noise of a model that
#             never sees the film, and the sum rule (the parts add up to the model's answer) is broken without a word.
# Seen:       inpaint_telea, greys to 1:   answer 0.562, explanation adds up to 0.000, of it in the opacity 0.000
#             inpaint_telea, greys to 255: answer 0.562, explanation adds up to 0.562, of it in the opacity 0.393
#             blur(16,16), greys to 1:     answer 0.562, explanation adds up to 0.562, of it in the opacity 0.422
#             blur(16,16), greys to 255:   answer 0.562, explanation adds up to 0.562, of it in the opacity 0.422
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check shap==0.51.0 opencv-python-headless==5.0.0.93 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import numpy as np
import shap

film = np.full((32, 32, 1), 0.2)
film[8:16, 8:16] = 0.8  # an opacity


def explained(masker, scale):
    """The model's answer, what its explanation adds up to, and how much of that lies in the opacity."""
    image = film * scale

    def model(images):  # how much brighter than the rest the opacity is, on a scale of 0 to 1
        return ((images[:, 8:16, 8:16].mean(axis=(1, 2, 3)) - images.mean(axis=(1, 2, 3))) / scale)[:, None]

    explainer = shap.Explainer(model, shap.maskers.Image(masker, film.shape))
    found = explainer(image[None], max_evals=200, batch_size=50, silent=True)
    parts = found.values[0, :, :, 0, 0]
    total = parts.sum() + np.ravel(found.base_values)[0]
    return model(image[None])[0, 0], total, abs(parts[8:16, 8:16].sum())


seen = {}
for masker in ("inpaint_telea", "blur(16,16)"):
    for scale in (1, 255):
        answer, total, inside = seen[masker, scale] = explained(masker, scale)
        title = f"{masker}, greys to {scale}:".ljust(28)
        print(f"{title} answer {answer:.3f}, explanation adds up to {total:.3f}, of it in the opacity {inside:.3f}")

assert abs(seen["inpaint_telea", 1][1]) < 1e-9 and abs(seen["inpaint_telea", 1][2]) < 1e-9
for key in (("inpaint_telea", 255), ("blur(16,16)", 1), ("blur(16,16)", 255)):  # control
    assert abs(seen[key][1] - seen[key][0]) < 1e-6 and seen[key][2] > 0.35
PY
