#!/usr/bin/env bash
# scikit-learn's sigmoid calibration makes a perfectly calibrated network worse, and cannot mend one that is too sure.
#
# Versions:   scikit-learn 1.9.1, numpy 2.4.6
# Guess:      CalibratedClassifierCV(..., method="sigmoid") is Platt's: a slope and an offset for the logit. It leaves right
#             probabilities as they are and mends those whose logits are three times too large, as "temperature" does.
# Instead:    an estimator with predict_proba and no decision_function, as a wrapped network is, gets its sigmoid over the
#             probability itself, from 0 to 1. Right probabilities come out wrong, with nothing below 0.04 and nothing above
#             0.96 left. With method="temperature" the same estimator's probabilities are turned into logits first. Give
#             the estimator a decision_function that returns the logit, and sigmoid is right too.
# Matters:    the step that is there to make probabilities honest moves a film of 1 in 1,000 to 1 in 20, and a network that
#             is too sure to 1 in 10. Both curves rise, so that the AUC shows nothing.
# Seen:       right, not calibrated:       log loss 0.354; 0.001, 0.500, 0.999 become 0.001 0.500 0.999
#             right, temperature:          log loss 0.354; 0.001, 0.500, 0.999 become 0.001 0.500 0.999
#             right, sigmoid:              log loss 0.364; 0.001, 0.500, 0.999 become 0.047 0.498 0.952
#             right, sigmoid of logits:    log loss 0.354; 0.001, 0.500, 0.999 become 0.001 0.498 0.999
#             too sure, not calibrated:    log loss 0.556; 0.001, 0.500, 0.999 become 0.000 0.500 1.000
#             too sure, temperature:       log loss 0.354; 0.001, 0.500, 0.999 become 0.001 0.500 0.999
#             too sure, sigmoid:           log loss 0.392; 0.001, 0.500, 0.999 become 0.103 0.445 0.848
#             too sure, sigmoid of logits: log loss 0.354; 0.001, 0.500, 0.999 become 0.001 0.498 0.999
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss


class Network(ClassifierMixin, BaseEstimator):
    """Says the sigmoid of `times` the true logit, which is its input."""

    def __init__(self, times=1):
        self.times = times

    def fit(self, logits, truth):
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, logits):
        ill = 1 / (1 + np.exp(-self.times * logits[:, 0]))
        return np.column_stack([1 - ill, ill])

    def predict(self, logits):
        return (logits[:, 0] > 0).astype(int)


class WithLogits(Network):
    def decision_function(self, logits):
        return self.times * logits[:, 0]


random = np.random.default_rng(0)
logits = random.normal(-2, 2, (20_000, 1))
truth = (random.random(20_000) < 1 / (1 + np.exp(-logits[:, 0]))).astype(int)
fresh = np.log([[0.001 / 0.999], [1], [0.999 / 0.001]])  # films whose true probabilities are 0.001, 0.5 and 0.999

losses, lowest = {}, {}
for times, says in ((1, "right"), (3, "too sure")):
    for kind, method in ((Network, None), (Network, "temperature"), (Network, "sigmoid"), (WithLogits, "sigmoid")):
        network = kind(times).fit(logits, truth)
        if method:
            network = CalibratedClassifierCV(FrozenEstimator(network), method=method).fit(logits, truth)
        loss = losses[times, kind, method] = log_loss(truth, network.predict_proba(logits))
        title = f"{says}, {method or 'not calibrated'}{' of logits' if kind is WithLogits else ''}:"
        told = network.predict_proba(fresh)[:, 1]
        lowest[times, kind, method] = told[0]
        print(title.ljust(28), f"log loss {loss:.3f}; 0.001, 0.500, 0.999 become", " ".join(f"{p:.3f}" for p in told))

best = losses[1, Network, None]
assert abs(lowest[1, Network, None] - 0.001) < 1e-9 and losses[3, Network, None] > best + 0.15
for times in (1, 3):
    for way in ((Network, "temperature"), (WithLogits, "sigmoid")):  # control
        assert abs(losses[times, *way] - best) < 0.001 and abs(lowest[times, *way] - 0.001) < 0.0005
assert losses[1, Network, "sigmoid"] > best + 0.008 and 0.04 < lowest[1, Network, "sigmoid"] < 0.06
assert losses[3, Network, "sigmoid"] > best + 0.03 and 0.09 < lowest[3, Network, "sigmoid"] < 0.12
PY
