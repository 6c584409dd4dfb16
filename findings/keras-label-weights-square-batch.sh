#!/usr/bin/env bash
# Weights per label, meant to mask unknown findings, are refused by Keras, except in a batch of as many images as findings.
#
# Versions:   keras 3.15.1 with jax 0.10.2
# Guess:      binary_crossentropy of (images, findings) takes a sample_weight of the same shape, label by label, so that
#             0 masks an unknown one; or it never takes it.
# Instead:    the loss is averaged over the findings first, to one number an image, and then multiplied: (images,) times
#             (images, findings) is an error for most batches. Where both are equal it broadcasts over the wrong axis: the
#             weight of image i, finding j multiplies the loss of image j. No error, no warning.
# Matters:    with 14 findings and batches of 14 (or a last batch that happens to have 14 images) unknown labels count and
#             known ones are dropped. A trial with another batch size fails, and "a batch of 14 works" passes for a cure.
#             Labels of shape (images, findings, 1) are masked as meant.
# Seen:       4 images, 3 findings: ValueError
#             4 images, 4 findings: loss 0.822; masked by hand 0.520; weights turned round 0.822
#             4 images, 4 findings, one more axis: loss 0.520
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2 numpy==2.4.6
cd "$dir"
cat >mask.py <<'PY'
import keras
import numpy as np


def trial(findings, *, axes=2):
    """Loss of four images of which the first has unknown labels only (and a wrong answer)."""
    said = np.full((4, findings), 0.5, "float32")
    said[0] = 0.9
    truth, mask = np.zeros_like(said), np.ones_like(said)
    mask[0] = 0
    own = -np.log(1 - said)  # every label is 0
    by_hand = (own * mask).mean()
    turned = (own.mean(axis=1)[None, :] * mask).mean() if findings == 4 else 0
    if axes == 3:
        said, truth = said[..., None], truth[..., None]
    shape = said.shape[1:]
    network = keras.Sequential([keras.layers.Input(shape), keras.layers.Activation("linear")])
    network.compile(optimizer=keras.optimizers.SGD(0.0), loss="binary_crossentropy")
    try:
        loss = network.fit(said, truth, sample_weight=mask, batch_size=4, verbose=0).history["loss"][0]
    except ValueError:
        return "ValueError"
    if axes == 3:
        return f"loss {loss:.3f}"
    return f"loss {loss:.3f}; masked by hand {by_hand:.3f}; weights turned round {turned:.3f}"


print("4 images, 3 findings:", trial(3))
print("4 images, 4 findings:", trial(4))
print("4 images, 4 findings, one more axis:", trial(4, axes=3))
PY
KERAS_BACKEND=jax "$dir/venv/bin/python" mask.py 2>/dev/null | tee seen
diff seen - <<'SEEN'
4 images, 3 findings: ValueError
4 images, 4 findings: loss 0.822; masked by hand 0.520; weights turned round 0.822
4 images, 4 findings, one more axis: loss 0.520
SEEN
