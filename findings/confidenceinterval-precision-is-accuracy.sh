#!/usr/bin/env bash
# precision, recall and F1 of the package confidenceinterval are the accuracy unless another average is asked for.
#
# Versions:   confidenceinterval 1.0.5, scikit-learn 1.9.1
# Guess:      confidenceinterval.precision_score(truth, said) is sklearn.metrics.precision_score(truth, said) with an interval,
#             as its name, its order of arguments and its accuracy_score are.
# Instead:    its average is "micro", over both classes. With two classes every wrong image is a false positive of one and a
#             false negative of the other, so that precision, recall and F1 are all the share that is right.
# Matters:    a table of sensitivity, precision and F1 of "Covid" with 95 % intervals holds three times the accuracy. The
#             functions tpr_score and ppv_score of the same package are about the class 1.
# Seen:       scikit-learn: precision 0.600, recall 0.750, F1 0.667, accuracy 0.700
#             confidenceinterval: precision 0.700, recall 0.700, F1 0.700, accuracy 0.700
#             confidenceinterval: ppv 0.600, tpr 0.750
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
    confidenceinterval==1.0.5 scikit-learn==1.9.1 numpy==2.4.6
cd "$dir"
cat >scores.py <<'PY'
import confidenceinterval
import numpy as np
from sklearn import metrics

truth = np.array([1] * 20 + [0] * 30)
said = np.array([1] * 15 + [0] * 5 + [1] * 10 + [0] * 20)
NAMES = {
    "precision": "precision_score",
    "recall": "recall_score",
    "F1": "f1_score",
    "accuracy": "accuracy_score",
}


def told(value):
    return ", ".join(f"{title} {value(name):.3f}" for title, name in NAMES.items())


print("scikit-learn:", told(lambda name: getattr(metrics, name)(truth, said)))
print("confidenceinterval:", told(lambda name: getattr(confidenceinterval, name)(truth, said)[0]))
ppv, tpr = (f(truth, said)[0] for f in (confidenceinterval.ppv_score, confidenceinterval.tpr_score))
print(f"confidenceinterval: ppv {ppv:.3f}, tpr {tpr:.3f}")
PY
"$dir/venv/bin/python" scores.py | tee seen
diff seen - <<'SEEN'
scikit-learn: precision 0.600, recall 0.750, F1 0.667, accuracy 0.700
confidenceinterval: precision 0.700, recall 0.700, F1 0.700, accuracy 0.700
confidenceinterval: ppv 0.600, tpr 0.750
SEEN
