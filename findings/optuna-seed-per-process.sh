#!/usr/bin/env bash
# A seeded Optuna study run one process at a time tries the same point over and over.
#
# Versions:   optuna 5.0.0
# Guess:      the sampler of a stored study goes on where it stopped; a seed makes the *study* repeatable. TPE, which reads
#             all past trials, would in any case not try the very point it has just seen.
# Instead:    the sampler is not stored: each process seeds a new one and draws the first number of that seed. Fourteen
#             processes with a trial each give RandomSampler one distinct point in all. TPESampler draws at random for the
#             first ten trials, counted over the whole study: ten times the same point, and TPE then starts from that.
#             One process with the same seed gives 14 distinct points. QMCSampler keeps its place in the study and is right.
# Matters:    training a network needs a process per trial (memory, a killed run, a job queue), and a resumed search is
#             a new process as well. Hours go into copies, and nothing in the log is out of order.
# Seen:       distinct points of 14 trials, one process each: random 1, TPE 5 (1 among the first ten), QMC 14
#             distinct points of 14 trials in one process: random 14, TPE 14
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check optuna==5.0.0 numpy==2.4.6 scipy==1.17.1
cd "$dir"
cat >trial.py <<'PY'
"""Run trials of a stored study: python trial.py STUDY SAMPLER TRIALS"""
import math
import sys
import warnings

import optuna

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
name, sampler, trials = sys.argv[1:]
study = optuna.create_study(
    study_name=name,
    storage="sqlite:///studies.db",
    sampler=getattr(optuna.samplers, sampler)(seed=1),
    load_if_exists=True,
)
study.optimize(lambda trial: (math.log10(trial.suggest_float("rate", 1e-5, 1e-1, log=True)) + 3) ** 2, n_trials=int(trials))
PY
python="$dir/venv/bin/python"
for sampler in RandomSampler TPESampler QMCSampler; do
    for _ in $(seq 14); do "$python" trial.py "apart $sampler" "$sampler" 1; done
done
for sampler in RandomSampler TPESampler; do "$python" trial.py "together $sampler" "$sampler" 14; done
"$python" - <<'PY'
import optuna

points = {
    name: [trial.params["rate"] for trial in optuna.load_study(study_name=name, storage="sqlite:///studies.db").trials]
    for name in optuna.get_all_study_names("sqlite:///studies.db")
}
distinct = {}
for name, rates in points.items():
    distinct[name] = len(set(rates)), len(set(rates[:10]))
    print(f"{name:24} {len(rates)} trials, {distinct[name][0]} distinct points, {distinct[name][1]} among the first ten")

assert all(len(rates) == 14 for rates in points.values())
assert distinct["apart RandomSampler"] == (1, 1)
assert distinct["apart TPESampler"] == (5, 1)
assert distinct["apart QMCSampler"][0] == 14  # control
assert distinct["together RandomSampler"] == distinct["together TPESampler"] == (14, 10)  # control
PY
