#!/usr/bin/env bash
# Some Keras augmentation layers cut a standardised film off at 0: an elastic transform does, a rotation does not.
#
# Versions:   keras 3.15.1 (jax 0.10.2 backend), numpy 2.4.6
# Guess:      layers that move pixels (rotation, zoom, shear, perspective, elastic) or smooth them do not mind the range of the
#             values; only those that change tones need to know it.
# Instead:    RandomElasticTransform, RandomGaussianBlur and RandomSharpness clip to value_range, 0 to 255 unless told, as
#             RandomBrightness and RandomContrast do; the other five moving layers do not. A film standardised to mean 0
#             loses every tone below its mean, at a strength next to nothing as well; 12-bit levels lose all above 255.
#             Nothing is warned of, and in inference the layers pass all through, so that training and serving differ.
#             With value_range given, elastic and blur are right.
# Matters:    per-image standardising is usual for chest films, and augmentation is put after it, on the accelerator. Half of
#             the tones (lung, air) are then black in training only: loss falls, validation stands still.
# Seen:       input from -2.0 to 2.0; least value that comes out:
#             RandomRotation -2.0, RandomZoom -2.0, RandomTranslation -2.0, RandomShear -2.0, RandomPerspective -2.0
#             RandomElasticTransform 0.0, RandomGaussianBlur 0.0, RandomSharpness 0.0, RandomBrightness 0.0, RandomContrast 0.0
#             with value_range=(-4, 4): RandomElasticTransform -2.0, RandomGaussianBlur -1.9
#             the same layers with training=False: all -2.0
#             largest of 12-bit levels after RandomElasticTransform: 255.0
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cd "$dir"
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$dir/venv/bin/python" -W ignore - <<'PY'
import keras
import numpy as np
from keras import layers

film = np.linspace(-2, 2, 32 * 32, dtype=np.float32).reshape(1, 32, 32, 1)
keeping = {
    "RandomRotation": layers.RandomRotation(0.01, seed=0),
    "RandomZoom": layers.RandomZoom(0.02, seed=0),
    "RandomTranslation": layers.RandomTranslation(0.02, 0.02, seed=0),
    "RandomShear": layers.RandomShear(0.02, 0.02, seed=0),
    "RandomPerspective": layers.RandomPerspective(1.0, scale=0.02, seed=0),
}
cutting = {
    "RandomElasticTransform": layers.RandomElasticTransform(1.0, scale=0.1, seed=0),
    "RandomGaussianBlur": layers.RandomGaussianBlur(1.0, seed=0),
    "RandomSharpness": layers.RandomSharpness(0.001, seed=0),
    "RandomBrightness": layers.RandomBrightness(0.001, seed=0),
    "RandomContrast": layers.RandomContrast(0.001, seed=0),
}
told = {
    "RandomElasticTransform": layers.RandomElasticTransform(1.0, scale=0.1, value_range=(-4, 4), seed=0),
    "RandomGaussianBlur": layers.RandomGaussianBlur(1.0, value_range=(-4, 4), seed=0),
}


def least(some, training=True):
    return {name: round(float(np.min(layer(film, training=training))), 1) for name, layer in some.items()}


kept, cut, right, served = least(keeping), least(cutting), least(told), least(keeping | cutting, training=False)
print(f"input from {film.min()} to {film.max()}; least value that comes out:")
for line in (kept, cut):
    print(", ".join(f"{name} {value}" for name, value in line.items()))
print("with value_range=(-4, 4):", ", ".join(f"{name} {value}" for name, value in right.items()))
print("the same layers with training=False:", sorted(set(served.values())))
twelve = float(np.max(cutting["RandomElasticTransform"]((film + 2) * 1023.75, training=True)))
print("largest of 12-bit levels after RandomElasticTransform:", twelve)

assert all(value <= -1.7 for value in kept.values()) and all(value <= -1.7 for value in right.values())  # controls
assert set(served.values()) == {-2.0}  # control
assert set(cut.values()) == {0.0}
assert twelve == 255.0
PY
