#!/usr/bin/env bash
# Which trials Optuna's Hyperband prunes depends on the study's name; without a name no seed makes it repeatable.
#
# Versions:   optuna 5.0.0
# Guess:      a seeded sampler, an objective without chance and one process give the same search each time.
# Instead:    the values tried are the same, but HyperbandPruner puts a trial into a bracket by a checksum of the study's name
#             and the trial's number. Another name gives other brackets, and a study in memory without a name gets a drawn
#             one, so that trials end at other steps each time. The pruner takes no seed.
# Matters:    a search that is repeated to show that its result holds, or that is renamed, trains other networks for other
#             numbers of epochs, and with a sampler that learns from trials tries other values from then on.
# Seen:       same name: same values True, same steps True
#             other name: same values True, same steps False
#             no name: same values True, same steps False
#             no name, median pruner: same values True, same steps True
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check optuna==5.0.0 numpy==2.4.6
cd "$dir"
cat >search.py <<'PY'
import warnings

import optuna
from optuna.pruners import HyperbandPruner, MedianPruner

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(trial):
    rate = trial.suggest_float("rate", 0, 1)
    for step in range(1, 28):
        trial.report(rate - 1 / step, step)
        if trial.should_prune():
            raise optuna.TrialPruned
    return rate


def search(name, pruner):
    study = optuna.create_study(
        study_name=name,
        direction="maximize",
        sampler=optuna.samplers.RandomSampler(seed=0),
        pruner=pruner,
    )
    study.optimize(objective, n_trials=40)
    return [one.params for one in study.trials], [len(one.intermediate_values) for one in study.trials]


def compared(one, two, make):
    first, second = search(one, make()), search(two, make())
    return f"same values {first[0] == second[0]}, same steps {first[1] == second[1]}"


def hyperband():
    return HyperbandPruner(min_resource=1, max_resource=27, reduction_factor=3)


print("same name:", compared("chest", "chest", hyperband))
print("other name:", compared("chest", "chest X-rays", hyperband))
print("no name:", compared(None, None, hyperband))
print("no name, median pruner:", compared(None, None, MedianPruner))
PY
"$dir/venv/bin/python" search.py | tee seen
diff seen - <<'SEEN'
same name: same values True, same steps True
other name: same values True, same steps False
no name: same values True, same steps False
no name, median pruner: same values True, same steps True
SEEN
