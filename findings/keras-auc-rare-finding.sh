#!/usr/bin/env bash
# Keras calls a good detector of a rare finding a coin toss: AUC 0.52 where the ranks say 0.95.
#
# Versions:   keras 3.15.1 (numpy backend, for which it imports jax 0.10.2), scikit-learn 1.9.1, numpy 2.4.6
# Guess:      keras.metrics.AUC approximates with 200 thresholds, so it may be off in the third digit.
# Instead:    the thresholds lie evenly from 0 to 1. A network trained where one film in some hundreds has the finding
#             gives small probabilities to all; scores below 0.005 share one step, and the curve is a straight line from
#             corner to corner. The area under precision and recall falls to a sixth. (Networks that put every score at
#             one of the two ends lose likewise.) from_logits=True does not help: it applies the sigmoid first.
#             Twenty thousand thresholds help, and so do the same ranks spread out.
# Matters:    early stopping, checkpoints and a search that watch val_auc throw the good network away. The order of the
#             films, which is all that AUC means, was right.
# Seen:       rare finding (scores up to 0.0064): AUC() 0.520, 20,000 thresholds 0.949, from ranks 0.950
#             the same scores as logits, from_logits=True: 0.520
#             the same ranks spread over 0 to 1: AUC() 0.949
#             average precision: AUC(curve="PR") 0.098, from ranks 0.634
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 scikit-learn==1.9.1 numpy==2.4.6
cd "$dir"
KERAS_BACKEND=numpy "$dir/venv/bin/python" -W ignore - <<'PY'
import keras
import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

rng = np.random.default_rng(0)
truth = np.r_[np.ones(50), np.zeros(950)]
logits = np.r_[rng.normal(-7, 1, 50), rng.normal(-9, 1, 950)]
scores = 1 / (1 + np.exp(-logits))
spread = logits.argsort().argsort() / (len(logits) - 1)


def metric(values, **options):
    auc = keras.metrics.AUC(**options)
    auc.update_state(truth, values)
    return round(float(auc.result()), 3)


plain, fine = metric(scores), metric(scores, num_thresholds=20000)
ranks = round(roc_auc_score(truth, scores), 3)
from_logits, even = metric(logits, from_logits=True), metric(spread)
precision, precision_ranks = metric(scores, curve="PR"), round(average_precision_score(truth, scores), 3)
print(f"rare finding (scores up to {scores.max():.4f}): AUC() {plain:.3f}, 20,000 thresholds {fine:.3f}, from ranks {ranks:.3f}")
print(f"the same scores as logits, from_logits=True: {from_logits:.3f}")
print(f"the same ranks spread over 0 to 1: AUC() {even:.3f}")
print(f'average precision: AUC(curve="PR") {precision:.3f}, from ranks {precision_ranks:.3f}')

assert ranks == 0.95 and abs(even - ranks) < 0.003 and abs(fine - ranks) < 0.003  # controls
assert plain == from_logits == 0.52
assert precision == 0.098 and precision_ranks == 0.634
PY
