"""Deleting runs, damaged ones too: nothing of a run is read but whether somebody trains it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from xraylib.arguments import checked
from xraylib.errors import RunError
from xraylib.training.run.ids import no_run
from xraylib.training.run.locks import is_held
from xraylib.training.run.runs import Run
from xraylib.workspace import writing


@checked
def delete_run(run: Run) -> None:
    """Removes a run's folder. Models published from it stay.

    Raises:
        RunError: codes ``run-active``: it has not ended, and ``no-run``: it is gone already.
        PathError: code ``cannot-write``.
    """
    delete_runs([run])


def delete_runs(runs: Sequence[Run]) -> None:
    """Removes the folders of all these runs, or of none.

    Raises:
        RunError: codes ``run-active``: one of them has not ended, and ``no-run``.
        PathError: code ``cannot-write``.
    """
    for run in runs:
        if not run.folder.is_dir():
            raise no_run(run.id)
        if not run.status().is_final or is_held(run.lock_file):
            raise RunError(
                f"The run {run.id} has not ended",
                expected="a run that is finished, stopped, failed or interrupted",
                remedy="stop it first",
                code="run-active",
            )
    for run in runs:
        # Renamed first: a run is listed whole or not at all.
        rubbish = run.folder.with_name(f".deleted-{run.id}")
        with writing(f"Cannot delete the run {run.id}", run.folder.parent):
            run.folder.rename(rubbish)
        shutil.rmtree(rubbish, ignore_errors=True)
