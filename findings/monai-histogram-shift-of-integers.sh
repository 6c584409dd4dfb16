#!/usr/bin/env bash
# MONAI's RandHistogramShift does nothing to a film of integers, in every one of a hundred draws.
#
# Versions:   monai 1.6.1, torch 2.14.1, numpy 2.4.6
# Guess:      RandHistogramShift(prob=1) bends the greys of a 12-bit film in int16 by as much as those of the same film in
#             float32.
# Instead:    its control points lie between 0 and 1 and are cast to the film's type before they are scaled. As integers
#             they are all 0 but the last, and the curve drawn through them is the straight line. No warning. Other
#             transforms of the package (RandBiasField, AdjustContrast) turn integers into float32 first.
# Matters:    an augmentation that the log and the card of the model name has never happened, and its worth is judged by
#             a comparison of two trainings that are the same.
# Seen:       greatest change of a grey over 100 draws, of 0 to 4095
#             RandHistogramShift  float32 1930  int16 0  int32 0
#             RandBiasField       float32 4297  int16 4297  int32 4297
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check monai==1.6.1 torch==2.14.1 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import numpy as np
from monai.transforms import RandBiasField, RandHistogramShift

film = np.arange(4096).reshape(1, 64, 64)


def change(transform, kind):
    """The greatest change of a grey over 100 draws; the darkest is left out, since its curve is 0 / 0 for integers."""
    most = 0.0
    for seed in range(100):
        image = film.astype(kind)
        done = np.asarray(transform.set_random_state(seed)(image), dtype=float)
        most = max(most, np.abs(done - film)[film > 0].max())
    return most


kinds = (np.float32, np.int16, np.int32)
print("greatest change of a grey over 100 draws, of 0 to 4095")
seen = {}
for transform in (RandHistogramShift(num_control_points=(3, 8), prob=1), RandBiasField(prob=1)):
    name = type(transform).__name__
    seen[name] = [change(transform, kind) for kind in kinds]
    print(name.ljust(19), "  ".join(f"{kind.__name__} {most:.0f}" for kind, most in zip(kinds, seen[name])))

assert seen["RandHistogramShift"][0] > 500  # control
assert seen["RandHistogramShift"][1:] == [0, 0]
assert min(seen["RandBiasField"]) > 500  # control: integers are changed as much
PY
