"""The same design several times: other seeds, or other images held back, as runs of one group.

runs/.groups/<id>.json is the parent record: kind, name and the runs that belong together. They
go through the same queue as all others. One run of 250 images proves little; the spread over
several says how little.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xraylib.arguments import checked_fields, refused_argument
from xraylib.datasets.split import Split
from xraylib.errors import ConfigError, PathError, RunError
from xraylib.records import read_record, texts
from xraylib.training.groups.divide import divide, given_folds
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
from xraylib.training.run.record import OriginKind, RunOrigin
from xraylib.training.run.runs import Run
from xraylib.training.run.status import State
from xraylib.workspace import Workspace, WorkspaceLike, new_id, write_json, writing

if TYPE_CHECKING:
    from xraylib.datasets.scan import DatasetIndex
    from xraylib.training.config import TrainConfig

MAX_MEMBERS: Final = 20
_GROUPS: Final = ".groups"
_WORDS: Final[Mapping[Kind, OriginKind]] = {"repeats": "repeat", "folds": "fold", "shares": "share"}


@checked_fields
@dataclass(frozen=True, kw_only=True)
class GroupRecord:
    """The parent record of a group.

    Attributes:
        kind: ``"repeats"``, ``"folds"`` or ``"shares"``.
        name: For people.
        runs: Their ids, in their order.
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

    def start(self, *, waiting: WaitingTrainer | None = None) -> None:
        """Puts all runs that were not started yet into the queue, in their order.

        Args:
            waiting: As in ``queue.start``; the first of them may use it.
        """
        for run in self.runs:
            if queue.is_new(run):
                queue.start(run, waiting=waiting)

    def stop(self) -> None:
        """Stops those that have not ended, the last first, so that none begins meanwhile."""
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


def create_repeats(
    repeats: int,
    *,
    train: TrainConfig,
    name: str = "",
    workspace: WorkspaceLike | None = None,
    **options: Any,
) -> Group:
    """The same design with ``repeats`` seeds, ``train.seed`` and the numbers after it.

    All divide the images in the same way, so the spread is that of training alone.

    Args:
        repeats: 2 to 20.
        train: The training settings.
        name: A name for people.
        options: What else ``create_run`` takes: spec, index, split, preparation, augment, …
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        ConfigError: code ``members``: not 2 to 20.
        XrayError: As ``create_run``.
    """
    workspace = Workspace.open(workspace)
    _check_members("repeats", repeats)
    trains = [replace(train, seed=(train.seed + i) % 2**32) for i in range(repeats)]
    members = [{**options, "train": train} for train in trains]
    return create_group("repeats", name, members, workspace=workspace)


def create_folds(
    folds: int,
    *,
    train: TrainConfig,
    index: DatasetIndex,
    split: Split,
    name: str = "",
    workspace: WorkspaceLike | None = None,
    **options: Any,
) -> Group:
    """k-fold cross-validation, grouped by patient: each image validates in exactly one run.

    The training and validation images of ``split`` are divided anew into ``folds`` parts; each
    run is validated on one and trained on the others. Test images stay what they are. Where the
    images lie in so many folders of folds (``fold_1``, ``fold_2``, …), these are the parts.

    Args:
        folds: 2 to 20.
        train: The training settings, the same in all runs.
        index: The images.
        split: Which of them may train and validate.
        name: A name for people.
        options: What else ``create_run`` takes.
        workspace: Where; that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        ConfigError: code ``members``: not 2 to 20.
        DatasetError: code ``too-few-patients``: fewer patients than folds.
        XrayError: As ``create_run``.
    """
    workspace = Workspace.open(workspace)
    _check_members("folds", folds)
    rows = np.sort(np.concatenate([split.train, split.val]))
    fold = given_folds(index, rows)
    given = fold is not None and len(np.unique(fold)) == folds
    if fold is None or not given:
        fold = divide(index, rows, folds, seed=split.seed, together=split.together)
    members = []
    for number in range(folds):
        part = replace(
            split, train=rows[fold != number], val=rows[fold == number], made_validation=True
        )
        members.append({**options, "train": train, "index": index, "split": part})
    told = index.table["path"].take(rows).to_pylist() != list(index.patients(rows))
    return create_group("folds", name, members, patients_told=told, workspace=workspace)


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
        RunError: code ``run-active``: one of them has not ended; nothing is removed.
        PathError: code ``cannot-write``.
    """
    runs: list[Run] = []
    with contextlib.suppress(PathError):  # of a damaged group nobody knows the runs
        runs = group.runs
    delete_runs(runs)
    with writing(f"Cannot delete the group {group.id}", group.file.parent):
        group.file.unlink(missing_ok=True)


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


def _check_members(what: str, number: int) -> None:
    if not 2 <= number <= MAX_MEMBERS:
        raise ConfigError(
            f"{number} {what} were asked for",
            expected=f"2 to {MAX_MEMBERS}",
            remedy=f"ask for example for 5 {what}",
            code="members",
        )
