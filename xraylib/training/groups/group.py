"""Runs that belong together, as one thing that is started, stopped, deleted and summed up.

runs/.groups/<id>.json is the parent record: kind, name and the runs that belong together. They
go through the same queue as all others.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xraylib.arguments import checked_fields, refused_argument
from xraylib.errors import PathError, RunError
from xraylib.records import read_record, texts
from xraylib.settings import PlaceName
from xraylib.training.groups.summary import (
    METRICS,
    GroupSummary,
    Kind,
    Spread,
    member_numbers,
)
from xraylib.training.process import queue
from xraylib.training.process.waiting import WaitingTrainer
from xraylib.training.run.create import create_run
from xraylib.training.run.delete import delete_runs
from xraylib.training.run.ids import is_run_id
from xraylib.training.run.locks import is_held
from xraylib.training.run.record import OriginKind, RunOrigin
from xraylib.training.run.runs import Run
from xraylib.training.run.status import State
from xraylib.workspace import Workspace, WorkspaceLike, new_id, write_json, writing

_GROUPS: Final = ".groups"
_WORDS: Final[Mapping[Kind, OriginKind]] = {
    "repeats": "repeat", "folds": "fold", "shares": "share", "search": "trial",
}  # fmt: skip


@checked_fields
@dataclass(frozen=True, kw_only=True)
class GroupRecord:
    """The parent record of a group.

    Attributes:
        kind: ``"repeats"``, ``"folds"``, ``"shares"`` or ``"search"``.
        name: For people.
        runs: Their ids, in their order; of a search those so far.
        patients_told: Whether file names told the patients that folds or shares were made by.
        shares: Of the training patients that each run learns from; empty for other kinds.
    """

    kind: Kind
    name: str
    runs: tuple[str, ...]
    patients_told: bool
    shares: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not all(map(is_run_id, self.runs)):
            raise refused_argument("runs", self.runs, "ids of runs", of="GroupRecord")
        if len(self.shares) != (len(self.runs) if self.kind == "shares" else 0):
            raise refused_argument("shares", self.shares, "one of each run", of="GroupRecord")


@dataclass(frozen=True)
class Group:
    """Runs that belong together.

    Attributes:
        file: The parent record.
    """

    file: Path

    @property
    def id(self) -> str:
        """UTC time of creation and six hexadecimal digits; sorts by time."""
        return self.file.stem

    @property
    def folder(self) -> Path:
        """Where a group keeps more than its record; that of most is not there."""
        return self.file.with_suffix("")

    @property
    def record(self) -> GroupRecord:
        """What was written when it was made.

        Raises:
            PathError: codes ``missing``, ``damaged`` and ``newer-version``.
        """
        return read_record(
            self.file,
            lambda value: GroupRecord(
                kind=value["kind"],
                name=value["name"],
                runs=texts(value["runs"]),
                patients_told=value.get("patients_told", True),
                shares=tuple(value.get("shares", ())),
            ),
        )

    @property
    def runs(self) -> list[Run]:
        """Its runs in their order, without those that were deleted."""
        folder = self.file.parent.parent
        found = [Run(folder / name) for name in self.record.runs]
        return [run for run in found if run.folder.is_dir()]

    def start(self, *, on: PlaceName | None = None, waiting: WaitingTrainer | None = None) -> None:
        """Puts all runs that were not started yet into the queue, in their order.

        Args:
            on: Where they run, as in ``queue.start``.
            waiting: As in ``queue.start``; the first of them may use it.
        """
        for run in self.runs:
            if queue.is_new(run):
                queue.start(run, on=on, waiting=waiting)

    def stop(self) -> None:
        """Stops those that have not ended, the last first, so that none begins meanwhile.

        Of a search also who proposes the next.
        """
        if self.folder.is_dir():
            with writing(f"Cannot stop the group {self.id}", self.folder):
                (self.folder / "stop").touch()
        for run in reversed(self.runs):
            queue.stop(run)

    def summary(self) -> GroupSummary:
        """What the runs have reached. Only those that ended well (``finished``) count."""
        members = tuple(member_numbers(run) for run in self.runs)
        states: dict[State, int] = {}
        for one in members:
            states[one.state] = states.get(one.state, 0) + 1
        done = [one.numbers for one in members if one.state == "finished"]
        record = self.record
        return GroupSummary(
            group=self.id,
            kind=record.kind,
            name=record.name,
            patients_told=record.patients_told,
            of=len(record.runs),
            states=states,
            runs=members,
            metrics={
                name: Spread.of([value for row in done if (value := row[name]) is not None])
                for name in METRICS
            },
        )


def list_groups(*, workspace: WorkspaceLike | None = None) -> list[Group]:
    """All groups, newest first."""
    workspace = Workspace.open(workspace)
    files = (workspace.runs / _GROUPS).glob("[0-9]*.json")
    return [Group(file) for file in sorted(files, reverse=True)]


def open_group(group_id: str, *, workspace: WorkspaceLike | None = None) -> Group:
    """The group called ``group_id``.

    Raises:
        RunError: code ``no-group``: there is none.
    """
    workspace = Workspace.open(workspace)
    for group in list_groups(workspace=workspace):
        if group.id == group_id:
            return group
    raise RunError(
        f"There is no group called {group_id[:80]!r}",
        expected="the name of a group, such as 20260131T120000Z-0a1b2c",
        remedy="choose one from the list of groups (xraylib groups)",
        code="no-group",
    )


def delete_group(group: Group) -> None:
    """Removes the record and all runs of the group; of a damaged one, the record alone.

    Raises:
        RunError: code ``run-active``: one of them, or a search, has not ended; nothing is removed.
        PathError: code ``cannot-write``.
    """
    if is_held(group.folder / "alive.lock"):
        raise RunError(
            f"The search {group.id} has not ended",
            expected="a search that has ended",
            remedy="stop it first",
            code="run-active",
        )
    runs: list[Run] = []
    with contextlib.suppress(PathError):  # of a damaged group nobody knows the runs
        runs = group.runs
    delete_runs(runs)
    with writing(f"Cannot delete the group {group.id}", group.file.parent):
        group.file.unlink(missing_ok=True)
    shutil.rmtree(group.folder, ignore_errors=True)


def create_group(
    kind: Kind,
    name: str,
    members: Sequence[dict[str, Any]],
    *,
    patients_told: bool = True,
    shares: Sequence[float] = (),
    workspace: WorkspaceLike | None = None,
) -> Group:
    """Runs that belong together, none of them started; all of them, or none.

    Args:
        kind: Of the group.
        name: For people.
        members: What ``create_run`` takes, for each run.
        patients_told: See `GroupRecord`; likewise ``shares``.
        shares: Of each run, in a group of shares.
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        XrayError: As ``create_run``; nothing is left then.
    """
    workspace = Workspace.open(workspace)
    group = Group(workspace.runs / _GROUPS / f"{new_id()}.json")
    runs: list[Run] = []
    try:
        for number, options in enumerate(members, start=1):
            told = f"{name or _WORDS[kind]} {number} of {len(members)}"
            origin = RunOrigin(kind=_WORDS[kind], group=group.id, number=number, of=len(members))
            runs.append(create_run(**options, name=told, origin=origin, workspace=workspace))
        record: dict[str, Any] = {"kind": kind, "name": name, "patients_told": patients_told}
        if shares:
            record["shares"] = list(shares)
        write_json(group.file, {**record, "runs": [run.id for run in runs]})
    except BaseException:
        for run in runs:  # none was started, and on a full disk none could be stopped
            shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return group
