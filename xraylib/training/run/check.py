"""Whether all records of a run can be used: who looks for a run passes over one that is damaged."""

from __future__ import annotations

from xraylib.errors import PathError
from xraylib.training.run.ids import no_run
from xraylib.training.run.runs import Run, list_runs
from xraylib.training.run.status import read_status
from xraylib.workspace import WorkspaceLike


def check_run(run: Run) -> None:
    """Refuses a run of which a record cannot be used.

    Raises:
        RunError: code ``no-run``: it was deleted.
        PathError: codes ``missing``, ``damaged`` and ``newer-version``, with the file's name.
    """
    if not run.folder.is_dir():
        raise no_run(run.id)
    read_status(run.folder)
    for record in ("data", "spec", "train", "name", "origin"):
        getattr(run, record)


def usable_runs(*, workspace: WorkspaceLike | None = None) -> list[Run]:
    """All runs whose records can be used, newest first."""
    found = []
    for run in list_runs(workspace=workspace):
        try:
            check_run(run)
        except PathError:
            continue
        found.append(run)
    return found
