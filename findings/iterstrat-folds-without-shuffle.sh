#!/usr/bin/env bash
# iterative-stratification draws other folds each time where it was told not to shuffle, and takes no seed for it.
#
# Versions:   iterative-stratification 0.1.9, scikit-learn 1.9.1, numpy 2.4.6
# Guess:      MultilabelStratifiedKFold(shuffle=False) gives the same folds each time, as StratifiedKFold does: nothing is
#             drawn, which is why it refuses a random_state.
# Instead:    where several folds want a sample alike it draws one, from NumPy's global generator. Each call of split gives
#             other folds; random_state with shuffle=False is an error ("has no effect"). Alike again are only folds with
#             numpy.random.seed before each call, or shuffle=True with a random_state.
# Matters:    findings are rare and several stand in one X-ray, which is what this package is for. Folds of two scripts, or
#             of a run and its resumption, are not the same, and test images of the one were trained on in the other.
# Seen:       different folds in ten calls
#             StratifiedKFold                                     1
#             MultilabelStratifiedKFold                          10
#             MultilabelStratifiedKFold, global seed before each  1
#             MultilabelStratifiedKFold, shuffle and seed         1
#             random_state without shuffle: ValueError
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
  iterative-stratification==0.1.9 scikit-learn==1.9.1 numpy==2.4.6
cd "$dir"
cat >folds.py <<'PY'
import numpy as np
from iterstrat.ml_stratifiers import MultilabelStratifiedKFold
from sklearn.model_selection import StratifiedKFold

draw = np.random.default_rng(0)
findings = (draw.random((200, 4)) < [0.5, 0.2, 0.1, 0.05]).astype(int)
images = np.zeros((200, 1))


def different(make, labels, before=lambda: None):
    seen = set()
    for _ in range(10):
        before()
        seen.add(tuple(tuple(test.tolist()) for _, test in make().split(images, labels)))
    return len(seen)


several = MultilabelStratifiedKFold
print("different folds in ten calls")
for title, count in {
    "StratifiedKFold": different(lambda: StratifiedKFold(5), findings[:, 0]),
    "MultilabelStratifiedKFold": different(lambda: several(n_splits=5), findings),
    "MultilabelStratifiedKFold, global seed before each": different(
        lambda: several(n_splits=5), findings, lambda: np.random.seed(0)
    ),
    "MultilabelStratifiedKFold, shuffle and seed": different(
        lambda: several(n_splits=5, shuffle=True, random_state=0), findings
    ),
}.items():
    print(title.ljust(50), f"{count:2}")
try:
    several(n_splits=5, random_state=0)
except ValueError as error:
    print("random_state without shuffle:", type(error).__name__)
PY
"$dir/venv/bin/python" folds.py | tee seen
diff seen - <<'SEEN'
different folds in ten calls
StratifiedKFold                                     1
MultilabelStratifiedKFold                          10
MultilabelStratifiedKFold, global seed before each  1
MultilabelStratifiedKFold, shuffle and seed         1
random_state without shuffle: ValueError
SEEN
