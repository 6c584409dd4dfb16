#!/usr/bin/env bash
# Some MONAI augmentations write into the film they are given: in a data set held in memory they add up from epoch to epoch.
#
# Versions:   monai 1.6.1, torch 2.14.1, numpy 2.4.6
# Guess:      monai.data.Dataset(films, RandCoarseDropout(...)) gives each film with two fresh holes in every epoch.
# Instead:    a float32 array shares its memory with the tensor that the transform works on, and RandCoarseDropout,
#             RandCoarseShuffle, RandStdShiftIntensity, RandRicianNoise by channel and NormalizeIntensity by channel or
#             nonzero write into it. The holes of all epochs stay, and the brightness climbs. RandShiftIntensity and
#             RandRicianNoise as a whole, one argument away, do not. With uint16 films a copy is made and all is right, as
#             it is in a CacheDataset. No warning.
# Matters:    the training gets worse with every epoch, for no reason that a log shows, and the arrays that the caller
#             holds, and may use for the evaluation next, are changed too.
# Seen:       in epochs 1, 10, 40 and 160, and in the caller's own array at the end
#             share of the film that is in a hole
#               Dataset, float32                   0.02 0.15 0.48 0.90   0.90
#               Dataset, uint16                    0.02 0.02 0.02 0.02   0.00
#               CacheDataset, float32              0.02 0.02 0.02 0.02   0.00
#             mean grey
#               RandStdShiftIntensity              2058 2578 4311 11244   11244
#               RandShiftIntensity                 2058 2058 2058 2058   2000
#             spread of the greys
#               RandRicianNoise, by channel        587 650 812 1174   1174
#               RandRicianNoise, as a whole        587 585 584 583   577
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check monai==1.6.1 torch==2.14.1 numpy==2.4.6
cd "$dir"
cat >epochs.py <<'PY'
import numpy as np
from monai.data import CacheDataset, Dataset
from monai.transforms import RandCoarseDropout, RandRicianNoise, RandShiftIntensity, RandStdShiftIntensity
from monai.utils import set_determinism

film = np.linspace(1000, 3000, 64 * 64).reshape(1, 64, 64)
EPOCHS = 160


def epochs(transform, measure, kind=np.float32, held=Dataset):
    """What is measured in the 1st, 10th, 40th and 160th epoch, and in the caller's own array afterwards."""
    mine = film.astype(kind)
    set_determinism(0)
    data = held([mine], transform) if held is Dataset else held([mine], transform, progress=False)
    seen = [measure(np.asarray(data[0])) for _ in range(EPOCHS)]
    return [seen[epoch - 1] for epoch in (1, 10, 40, 160)], measure(mine)


def show(title, *arguments, **more):
    (shown, left), places = epochs(*arguments, **more), 2 if arguments[1] is holes else 0
    print(title.ljust(36), *(f"{value:.{places}f}" for value in shown), " ", f"{left:.{places}f}")
    return [*shown, left]


def holes(image):
    return (image == 0).mean()


dropout = {"holes": 2, "spatial_size": 6, "fill_value": 0, "prob": 1}
print("share of the film that is in a hole")
adds_up = show("  Dataset, float32", RandCoarseDropout(**dropout), holes)
integers = show("  Dataset, uint16", RandCoarseDropout(**dropout), holes, kind=np.uint16)
cached = show("  CacheDataset, float32", RandCoarseDropout(**dropout), holes, held=CacheDataset)
print("mean grey")
by_spread = show("  RandStdShiftIntensity", RandStdShiftIntensity((0.1, 0.1001), prob=1), np.mean)
plain = show("  RandShiftIntensity", RandShiftIntensity((58, 58.1), prob=1), np.mean)
print("spread of the greys")
noise = {"std": 100, "sample_std": False, "prob": 1}
by_channel = show("  RandRicianNoise, by channel", RandRicianNoise(channel_wise=True, **noise), np.std)
whole = show("  RandRicianNoise, as a whole", RandRicianNoise(channel_wise=False, **noise), np.std)

for rising in (adds_up, by_spread, by_channel):
    assert rising == sorted(rising) and rising[3] > 1.9 * rising[0] and rising[4] == rising[3]
assert adds_up[3] > 0.8
for steady in (integers, cached, plain, whole):  # control
    assert max(steady[:4]) < 1.02 * min(steady[:4])
assert integers[4] == cached[4] == 0 and abs(plain[4] - 2000) < 0.01  # control: the caller's array is as it was
PY
"$dir/venv/bin/python" epochs.py
