#!/usr/bin/env bash
# TorchMetrics decides batch by batch whether the scores are logits: the AUROC of the same scores hangs on the batch size.
#
# Versions:   torchmetrics 1.9.0, torch 2.14.1, numpy 2.4.6, scikit-learn 1.9.1
# Guess:      "scores outside 0 to 1 are taken for logits and go through the sigmoid" is decided for a metric, and the
#             AUROC, which is a matter of ranks, is the same however the images are batched.
# Instead:    it is decided in every update. A batch whose logits all happen to lie between 0 and 1 is taken for
#             probabilities and stays as it is, while the next batch goes through the sigmoid: a logit of 0.4 then ranks
#             below one of -0.1 (0.475). A detector that ranks without an error gets an AUROC of 0.25 one image at a
#             time, and its recall falls from 1 to 0. No warning.
# Matters:    films are often tested one at a time, and the last batch of an epoch is often small. The numbers are
#             plausible, and lower. With two or more heads (MultilabelAUROC) the same happens.
# Seen:       4 films, one batch: AUROC 1.00, recall 1.00; one at a time: AUROC 0.25, recall 0.00
#             200 films, scikit-learn 0.890; batches of 200: 0.890, of 2: 0.846, of 1: 0.753
#             200 films as probabilities, batches of 1: 0.890
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
    torchmetrics==1.9.0 torch==2.14.1 numpy==2.4.6 scikit-learn==1.9.1
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torchmetrics.classification import BinaryAUROC, BinaryRecall


def measured(metric, scores, truth, size):
    for start in range(0, len(scores), size):
        metric.update(torch.tensor(scores[start : start + size]), torch.tensor(truth[start : start + size]))
    return round(float(metric.compute()), 3)


truth = np.array([0, 0, 1, 1])
logits = np.array([-0.5, -0.1, 0.2, 0.4])  # every ill film above every healthy one, and above 0
at_once, alone = ([measured(m(), logits, truth, size) for m in (BinaryAUROC, BinaryRecall)] for size in (4, 1))
print("4 films, one batch: AUROC {:.2f}, recall {:.2f}; ".format(*at_once), end="")
print("one at a time: AUROC {:.2f}, recall {:.2f}".format(*alone))
assert at_once == [1, 1]  # control
assert alone == [0.25, 0]

random = np.random.default_rng(0)
truth = np.repeat([1, 0], [50, 150])
logits = np.concatenate([random.normal(0.6, 0.8, 50), random.normal(-0.6, 0.8, 150)])
order = random.permutation(200)
truth, logits = truth[order], logits[order]
true = round(roc_auc_score(truth, logits), 3)
sizes = {size: measured(BinaryAUROC(), logits, truth, size) for size in (200, 2, 1)}
told = ", ".join(f"of {size}: {value:.3f}" for size, value in sizes.items())
print(f"200 films, scikit-learn {true:.3f}; batches {told}")
probabilities = measured(BinaryAUROC(), 1 / (1 + np.exp(-logits)), truth, 1)
print(f"200 films as probabilities, batches of 1: {probabilities:.3f}")
assert sizes[200] == probabilities == true == 0.89  # control
assert sizes[2] == 0.846 and sizes[1] == 0.753
PY
