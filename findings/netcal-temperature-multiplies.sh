#!/usr/bin/env bash
# netcal's TemperatureScaling keeps the reciprocal of the temperature: whoever divides logits by it makes them nine times as steep.
#
# Versions:   netcal 1.4.0, numpy 2.4.6, torch 2.14.1
# Guess:      as in the paper it cites (Guo et al. 2017): the temperature is what logits are divided by; overconfident networks
#             have one above 1.
# Instead:    transform() does what it should, but the attribute `temperature` is the factor that logits are multiplied by.
#             A network whose logits are three times too large gets 0.33.
# Matters:    a temperature is what is taken along, into an exported network, a web page or a report. Divided by, 0.33 makes three
#             times too large logits nine times too large, and nothing fails: the classes stay the same.
# Seen:       logits three times too large, 3,000 images of 3 classes; the best divisor by trying: 2.99
#             temperature 0.3345
#             log loss: as it is 1.083, transform() 0.717, best divisor 0.717, divided by `temperature` 2.781
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
    netcal==1.4.0 numpy==2.4.6 torch==2.14.1 scikit-learn==1.9.1 pandas==2.3.3
cd "$dir"
"$dir/venv/bin/python" -W ignore - <<'PY'
import numpy as np
from netcal.scaling import TemperatureScaling


def softmax(logits):
    """Probabilities of each row."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


rng = np.random.default_rng(0)
logits = rng.normal(0, 1.5, (3000, 3))
truth = np.array([rng.choice(3, p=row) for row in softmax(logits)])
steep = 3 * logits
given = softmax(steep)


def log_loss(p):
    """Mean over the images."""
    return float(-np.log(np.maximum(p[np.arange(len(truth)), truth], 1e-12)).mean())


divisors = np.linspace(0.5, 6, 200)
best = float(min(divisors, key=lambda divisor: log_loss(softmax(steep / divisor))))
scaling = TemperatureScaling()
scaling.fit(given, truth)
kept = float(scaling.temperature[0])
losses = [log_loss(p) for p in (given, scaling.transform(given), softmax(steep / best), softmax(steep / kept))]
print(f"best divisor {best:.2f}, temperature {kept:.4f}")
print("log loss as it is, by transform, by the best divisor, divided by temperature:", np.round(losses, 3).tolist())

assert abs(best - 3) < 0.1  # control
assert abs(losses[1] - losses[2]) < 0.001  # control: transform is right
assert abs(kept - 1 / best) < 0.01
assert losses[3] > 2.5 > losses[0]
assert abs(log_loss(softmax(steep * kept)) - losses[1]) < 1e-6
PY
