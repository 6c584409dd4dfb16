"""What pruning costs and loses, by what it looks at, tried on the curves of trials that have ended.

    python benchmarks/search.py --keep FOLDER    # leaves such trials in FOLDER/pair-1/random
    python benchmarks/pruning.py WORKSPACE [--size 7] [--draws 60]

WORKSPACE holds one search with the sampler `random` and no pruner. Again and again some of its
trials are drawn, put in a random order and shown to Optuna's pruners epoch by epoch: the lowest
validation loss so far, the lowest training loss, or 1 - the highest validation AUC. Told is the
share of the time that a trial takes on average (its start-up included, which no pruner saves), how
often the trial with the lowest validation loss of all was kept, and how much higher the lowest loss
is that was kept. Nothing is trained. First the rank correlation of each with the final loss, by
epoch.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from optuna.pruners import MedianPruner, SuccessiveHalvingPruner
from scipy.stats import spearmanr

from xraylib.training.groups.group import list_groups
from xraylib.training.search.search import Search
from xraylib.workspace import Workspace

EARLY = (2, 4, 6, 8, 10, 13, 16, 20, 24, 32)


def curves(workspace: Workspace) -> Iterator[tuple[dict[str, np.ndarray[Any, Any]], float]]:
    """What each whole trial has reached by epoch, and its start-up in epochs."""
    (search,) = (Search(one) for one in list_groups(workspace=workspace))
    for trial in search.trials:
        run = search.run_of(trial)
        epochs = [] if run is None else run.epochs()
        if run is None or len(epochs) < search.asked.epochs:
            continue
        loss, train, auc = (
            np.array([np.nan if one[name] is None else one[name] for one in epochs])
            for name in ("val_loss", "loss", "val_auc")
        )
        reached = {
            "validation loss": np.fmin.accumulate(loss),
            "training loss": np.fmin.accumulate(train),
            "validation AUC": 1 - np.fmax.accumulate(auc),
        }
        steps = np.diff([one["time"] for one in epochs])
        started = run.status().started or epochs[0]["time"]
        yield reached, (epochs[0]["time"] - started) / float(np.median(steps))


def pruned(
    trials: list[dict[str, np.ndarray[Any, Any]]], by: str, pruner: optuna.pruners.BasePruner
) -> Iterator[tuple[int, float]]:
    """The epochs that each trial is given, and the loss that it may be chosen by."""
    study = optuna.create_study(pruner=pruner)
    for number, reached in enumerate(trials):
        trial, last = study.ask(), len(reached[by])
        for epoch, value in enumerate(reached[by], start=1):
            trial.report(float(value), epoch)
            if trial.should_prune() and number > 0 and epoch < last:
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                yield epoch, float("inf")
                break
        else:
            loss = float(reached["validation loss"][-1])
            study.tell(trial, loss)
            yield last, loss


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--size", type=int, default=7)
    parser.add_argument("--draws", type=int, default=60)
    given = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    found = list(curves(Workspace(given.workspace)))
    trials, start = [one for one, _ in found], statistics.median(one for _, one in found)
    final = np.array([one["validation loss"][-1] for one in trials])
    epochs = len(trials[0]["validation loss"])
    print(f"{len(trials)} trials of {epochs} epochs, start-up as long as {start:.0f} epochs")
    for by in trials[0]:
        ranks = {
            epoch: spearmanr([one[by][epoch - 1] for one in trials], final).statistic
            for epoch in EARLY
            if epoch <= epochs
        }
        print(f"{by:16s} " + "  ".join(f"{epoch}: {rho:.2f}" for epoch, rho in ranks.items()))
    least = max(1, round(epochs / 9))
    pruners: dict[str, Callable[[], optuna.pruners.BasePruner]] = {
        f"best third, epoch {least} on": lambda: SuccessiveHalvingPruner(
            min_resource=least, reduction_factor=3
        ),
        f"best half, epoch {epochs // 4} on": lambda: SuccessiveHalvingPruner(
            min_resource=epochs // 4, reduction_factor=2
        ),
        f"best third, epoch {-(-epochs // 3)} on": lambda: SuccessiveHalvingPruner(
            min_resource=-(-epochs // 3), reduction_factor=3
        ),
        f"median, epoch {epochs // 6} on": lambda: MedianPruner(
            n_startup_trials=4, n_warmup_steps=epochs // 6
        ),
    }
    for by in trials[0]:
        for name, pruner in pruners.items():
            rng = np.random.default_rng(0)
            costs, kept, lost = [], [], []
            for _ in range(given.draws):
                drawn = rng.choice(len(trials), min(given.size, len(trials)), replace=False)
                told = list(pruned([trials[one] for one in drawn], by, pruner()))
                costs += [(start + epoch) / (start + epochs) for epoch, _ in told[1:]]
                lost.append(min(loss for _, loss in told) - final[drawn].min())
                kept.append(lost[-1] <= 0)
            print(
                f"{by:16s} {name:24s} takes {np.mean(costs):.2f} of the time, keeps the best in "
                f"{np.mean(kept):.0%}, loss {np.mean(lost):.3f} higher"
            )


if __name__ == "__main__":
    main()
