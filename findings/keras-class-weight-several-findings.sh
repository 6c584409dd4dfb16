#!/usr/bin/env bash
# Keras takes class_weight for images with several findings, and weighs each image by the first finding it shows.
#
# Versions:   keras 3.15.1, jax 0.10.2 (the weights are made before the backend)
# Guess:      with one sigmoid per finding, class_weight={finding: weight} weighs the loss of each finding, or is refused:
#             an image that shows two findings has no one class.
# Instead:    it is accepted. Each row of zeros and ones is reduced by argmax to one class, and the whole row gets that
#             class's weight: an image with findings 0 and 1 the weight of 0, one with no finding at all the weight of 0 too.
# Matters:    "balanced" weights for a rare first finding multiply every normal image, which is the opposite of what was
#             meant; which finding counts depends on the order of the columns. The curves look plausible.
# Seen:       findings 0 and 1: weight 10
#             finding 1: weight 1
#             finding 2: weight 3
#             no finding: weight 10
#             one-hot control: 10 1 3
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2 numpy==2.4.6
cd "$dir"
cat >weights.py <<'PY'
import keras
import numpy as np

WEIGHTS = {0: 10.0, 1: 1.0, 2: 3.0}


def weight_of(row):
    """By how much the loss of an image grows when class_weight is given; its prediction is 0.5 everywhere."""
    network = keras.Sequential([keras.layers.Input((3,)), keras.layers.Activation("linear")])
    network.compile(optimizer=keras.optimizers.SGD(0.0), loss="binary_crossentropy")
    said, truth = np.full((1, 3), 0.5, "float32"), np.array([row], "float32")

    def loss(**given):
        return network.fit(said, truth, verbose=0, **given).history["loss"][0]

    return f"{loss(class_weight=WEIGHTS) / loss():.3g}"


print("findings 0 and 1: weight", weight_of([1, 1, 0]))
print("finding 1: weight", weight_of([0, 1, 0]))
print("finding 2: weight", weight_of([0, 0, 1]))
print("no finding: weight", weight_of([0, 0, 0]))
print("one-hot control:", *(weight_of(row) for row in np.eye(3)))
PY
KERAS_BACKEND=jax "$dir/venv/bin/python" weights.py 2>/dev/null | tee seen
diff seen - <<'SEEN'
findings 0 and 1: weight 10
finding 1: weight 1
finding 2: weight 3
no finding: weight 10
one-hot control: 10 1 3
SEEN
