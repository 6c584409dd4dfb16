#!/usr/bin/env bash
# GroupKFold's folds are balanced when shuffle is False, not, as its documentation says, when it is True.
#
# Versions:   scikit-learn 1.9.1, numpy 2.4.6, scipy 1.17.1
# Guess:      the docstring: "approximately the same in each test fold when `shuffle` is True". So shuffle=True, with a
#             seed, for folds of patients of about one size.
# Instead:    without shuffling the groups are dealt out by size, the greatest first, to the smallest fold, and the folds
#             are as even as can be. With shuffling the *groups* are dealt out in equal numbers, whatever their size. Five
#             patients of 60 films and twenty of 2 give folds of 68 each, or of 10 to 126. Which patients go together
#             changes with the seed, and so does the unevenness.
# Matters:    in hospital archives a few patients (intensive care, one film a day) hold much of the films. The "shuffled"
#             folds then compare scores from 10 films with scores from 126, and the mean over folds hides it.
# Seen:       docstring says balanced when shuffle is True: True
#             shuffle=False: films in the test folds [68, 68, 68, 68, 68]
#             shuffle=True, seeds 0 to 99: smallest fold 10 films, greatest 242
#             shuffle=True, groups in the test folds [5, 5, 5, 5, 5]
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import numpy as np
from sklearn.model_selection import GroupKFold

patients = np.repeat(np.arange(25), [60] * 5 + [2] * 20)


def folds(**options):
    tests = [patients[test] for _, test in GroupKFold(5, **options).split(patients, groups=patients)]
    return [len(test) for test in tests], [len(set(test)) for test in tests]


doc = " ".join(GroupKFold.__doc__.split())
claim = "samples is approximately the same in each test fold when `shuffle` is True" in doc
plain, _ = folds()
shuffled = [folds(shuffle=True, random_state=seed) for seed in range(100)]
smallest = min(min(sizes) for sizes, _ in shuffled)
greatest = max(max(sizes) for sizes, _ in shuffled)
print("docstring says balanced when shuffle is True:", claim)
print("shuffle=False: films in the test folds", plain)
print(f"shuffle=True, seeds 0 to 99: smallest fold {smallest} films, greatest {greatest}")
print("shuffle=True, groups in the test folds", shuffled[0][1])

assert claim
assert plain == [68] * 5  # control
assert all(counts == [5] * 5 for _, counts in shuffled)
assert smallest == 10 and greatest == 242
PY
