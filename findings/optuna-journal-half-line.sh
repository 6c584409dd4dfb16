#!/usr/bin/env bash
# Half a line at the end of an Optuna journal is read past, and the next thing written makes the study unreadable.
#
# Versions:   optuna 5.0.0
# Guess:      a journal is for processes that are killed. What was half written is dropped: reading such a file works
#             (the broken line is passed over because it is the last one), so going on with it should work too.
# Instead:    the next record is appended right behind the half line, so that both become one broken line. The process
#             that goes on fails at once, and from then on every process that opens the study does: a broken line that is
#             not the last one is an error. All trials before it are still in the file, but no call of Optuna gives them.
# Matters:    a search over days is killed once (memory, a time limit, a power cut) in the middle of a write, looks whole
#             when it is opened, and is lost by being resumed. Cutting the file after its last line end before it is
#             opened for writing mends it.
# Seen:       whole: 2 trials known
#             half a line: 2 trials known
#             gone on with: JSONDecodeError
#             opened again: JSONDecodeError
#             cut first, gone on with: 3 trials known
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check optuna==5.0.0 numpy==2.4.6
cd "$dir"
cat >open.py <<'PY'
"""Open a study and try so many more trials: python open.py JOURNAL TRIALS"""
import json
import sys
import warnings

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
try:
    storage = JournalStorage(JournalFileBackend(sys.argv[1]))
    if sys.argv[2] == "look":
        study = optuna.load_study(study_name="s", storage=storage)
    else:
        study = optuna.create_study(study_name="s", storage=storage, load_if_exists=True)
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=int(sys.argv[2]))
    print(f"{len(study.trials)} trials known")
except json.JSONDecodeError:
    print("JSONDecodeError")
PY
python="$dir/venv/bin/python"
"$python" open.py journal.log 2 >whole
head -c 20 <(sed -n 3p journal.log) >half
cat journal.log half >torn.log
cp torn.log cut.log
"$python" open.py torn.log look >looked
"$python" open.py torn.log 1 >resumed
"$python" open.py torn.log look >again
truncate -s "-$(wc -c <half)" cut.log
"$python" open.py cut.log 1 >mended
echo "whole: $(cat whole)"
echo "half a line: $(cat looked)"
echo "gone on with: $(cat resumed)"
echo "opened again: $(cat again)"
echo "cut first, gone on with: $(cat mended)"
[ "$(cat whole)" = "2 trials known" ] && [ "$(cat looked)" = "2 trials known" ]
[ "$(cat resumed)" = JSONDecodeError ] && [ "$(cat again)" = JSONDecodeError ]
[ "$(cat mended)" = "3 trials known" ]  # control
