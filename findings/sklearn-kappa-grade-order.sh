#!/usr/bin/env bash
# scikit-learn's weighted kappa takes the distance of two grades from their places in the alphabet, and skips grades that
# nobody gave.
#
# Versions:   scikit-learn 1.9.1, numpy 2.4.6, scipy 1.17.1
# Guess:      cohen_kappa_score(weights="quadratic") weighs by the difference of the grades, as the numbers say; with words
#             for grades it asks for their order or refuses.
# Instead:    the weights are those of the places in the sorted list of the labels that occur. "none, mild, moderate, severe"
#             becomes mild, moderate, none, severe, so that none against severe counts as a neighbour's slip. With numbers,
#             a grade that neither reader used is left out, and 4 lies next to 1. labels= in the right order mends both; without
#             weights there is no difference.
# Matters:    agreement of readers on ordered grades (effusion, edema, profusion) is reported with this very function. The
#             same readings come out as moderate or as almost perfect agreement by the way the grades are spelt.
# Seen:       grades as numbers 0.947, as words 0.559, as words with labels in order 0.947
#             no weights: numbers 0.71, words 0.71
#             grades 0, 1 and 4 of 0 to 4: 0.802, with labels 0.864
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import numpy as np
from sklearn.metrics import cohen_kappa_score

names = ["none", "mild", "moderate", "severe"]


def kappa(first, second, **options):
    return round(float(cohen_kappa_score(first, second, **options)), 3)


def words(grades):
    return [names[grade] for grade in grades]


def by_hand(first, second, grades):
    """Quadratic kappa from its definition: one less observed over expected squared distance."""
    table = np.zeros((grades, grades))
    np.add.at(table, (first, second), 1)
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    distance = np.subtract.outer(np.arange(grades), np.arange(grades)) ** 2
    return round(float(1 - (distance * table).sum() / (distance * expected).sum()), 3)


# Two readers of 80 films: they differ by one grade only.
one = np.repeat([0, 1, 2, 3], [40, 8, 8, 24])
two = one.copy()
two[:6], two[40:44], two[48:51], two[60:62] = 1, 0, 3, 2
numbers = kappa(one, two, weights="quadratic")
spelt = kappa(words(one), words(two), weights="quadratic")
ordered = kappa(words(one), words(two), weights="quadratic", labels=names)
print(f"grades as numbers {numbers}, as words {spelt}, as words with labels in order {ordered}")
plain = kappa(one, two), kappa(words(one), words(two))
print(f"no weights: numbers {plain[0]}, words {plain[1]}")

# Grades 0 to 4, of which 2 and 3 were never given.
gap = np.repeat([0, 1, 4], [30, 30, 20])
other = gap.copy()
other[:8], other[30:36], other[60:64] = 1, 0, 1
skipped = kappa(gap, other, weights="quadratic")
whole = kappa(gap, other, weights="quadratic", labels=list(range(5)))
print(f"grades 0, 1 and 4 of 0 to 4: {skipped}, with labels {whole}")

assert numbers == ordered == by_hand(one, two, 4) and whole == by_hand(gap, other, 5)  # control
assert plain[0] == plain[1]  # control
assert (numbers, spelt, plain[0], skipped, whole) == (0.947, 0.559, 0.71, 0.802, 0.864)
PY
