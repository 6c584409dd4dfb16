#!/usr/bin/env bash
# MONAI's Compose and Dataset take the seed away from a transform that was given one.
#
# Versions:   monai 1.6.1, torch 2.14.1, numpy 2.4.6
# Guess:      RandShiftIntensity(...).set_random_state(0) draws the same numbers in every run, alone, in a Compose or in a
#             Dataset: the seed belongs to the transform.
# Instead:    Compose seeds every transform anew when it is made, at random if nothing global is set, and so does Dataset
#             around a single transform. A Compose that was seeded loses its seed when it becomes part of another, and a
#             transform that two chains share loses that of the first when the second is made. A Compose seeded after it
#             was made keeps its seed, in a Dataset too. No warning.
# Matters:    the seed stands in the code, each run trains on other films all the same, and two runs that were to differ in
#             one setting differ in all of the augmentation as well.
# Seen:       the same three draws in each of five runs?
#             the seeded transform alone                       yes
#             the seeded transform in a Compose                no
#             the seeded transform in a Dataset                no
#             a seeded Compose                                 yes
#             a seeded Compose in a Dataset                    yes
#             a seeded Compose in a Compose                    no
#             a seeded Compose, its transform used once more   no
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check monai==1.6.1 torch==2.14.1 numpy==2.4.6
cd "$dir"
cat >seeds.py <<'PY'
import numpy as np
from monai.data import Dataset
from monai.transforms import Compose, RandShiftIntensity

film = np.full((1, 4, 4), 1000, np.float32)


def seeded():
    return RandShiftIntensity(100, prob=1).set_random_state(seed=0)


def seeded_compose(transform):
    return Compose([transform]).set_random_state(seed=0)


def of_dataset(transform):
    data = Dataset([film], transform)
    return lambda _: data[0]


def with_shared_transform():
    shared = RandShiftIntensity(100, prob=1)
    first = seeded_compose(shared)
    Compose([shared])  # for the validation, say; it is never called
    return first


WAYS = {
    "the seeded transform alone": seeded,
    "the seeded transform in a Compose": lambda: Compose([seeded()]),
    "the seeded transform in a Dataset": lambda: of_dataset(seeded()),
    "a seeded Compose": lambda: seeded_compose(seeded()),
    "a seeded Compose in a Dataset": lambda: of_dataset(seeded_compose(seeded())),
    "a seeded Compose in a Compose": lambda: Compose([seeded_compose(seeded())]),
    "a seeded Compose, its transform used once more": with_shared_transform,
}
print("the same three draws in each of five runs?")
for title, made in WAYS.items():
    runs = set()
    for _ in range(5):
        chain = made()
        runs.add(tuple(float(np.asarray(chain(film)).mean()) for _ in range(3)))
    print(title.ljust(48), "yes" if len(runs) == 1 else "no")
PY
"$dir/venv/bin/python" seeds.py 2>warnings.txt | tee seen || { cat warnings.txt; exit 1; }
diff seen - <<'SEEN'
the same three draws in each of five runs?
the seeded transform alone                       yes
the seeded transform in a Compose                no
the seeded transform in a Dataset                no
a seeded Compose                                 yes
a seeded Compose in a Dataset                    yes
a seeded Compose in a Compose                    no
a seeded Compose, its transform used once more   no
SEEN
