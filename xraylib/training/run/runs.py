"""Run folders: everything about one training run, on disk, readable by anybody at any time.

runs/<UTC time>-<6 hex>/
  spec.json train.json data.json split.csv index.parquet environment.json   written once, before
  origin.json             what it was made from, if it was
  notes.json              the run's name, which may be changed later
  status.json             replaced in one step
  metrics.jsonl           appended; a torn last line is not an error
  checkpoint/             see checkpoint.py
  model.weights.h5 model.py predictions.parquet evaluation.json ood.json    at the end
  findings.csv            of several findings: what model.py reads
  operating.json          what was chosen later: temperature and thresholds
  judged/<key>/           other images that it was judged on later
  stress.json sanity.json shortcuts.json   what was tried on it later, of the weights that it has
  card.json checklist.json                 what a person said of it
  audit.json              what its images' audit found, as it was when it was published
  inside/                 its network as the pages open it
  log.txt                 what the trainer and its libraries printed
  alive.lock              held by the trainer as long as it lives
  stop                    there when somebody asked it to stop
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from xraylib.arguments import checked, checked_fields, short
from xraylib.errors import PathError, XrayError
from xraylib.records import read_if_kept, read_record
from xraylib.regular import open_regular
from xraylib.training.config import TrainConfig
from xraylib.training.run.events import Event, read_events
from xraylib.training.run.html import run_html
from xraylib.training.run.ids import is_run_id, no_run
from xraylib.training.run.record import RunData, RunOrigin, RunRecord
from xraylib.training.run.status import RunStatus, current_status, read_status
from xraylib.training.run.test_lock import is_closed
from xraylib.workspace import Workspace, WorkspaceLike

if TYPE_CHECKING:
    import pyarrow as pa

    from xraylib.augmentation.augment import AugmentConfig
    from xraylib.images.prepare import Preparation
    from xraylib.metrics.evaluation import Evaluation
    from xraylib.metrics.findings.evaluation import FindingsEvaluation
    from xraylib.networks.spec import ModelSpec

_LOG_TAIL_BYTES: Final = 8_192
_T = TypeVar("_T")


@checked_fields
@dataclass(frozen=True)
class Run:
    """One training run; all it knows is in its folder.

    Attributes:
        folder: ``workspace.runs / id``.
    """

    folder: Path

    @property
    def id(self) -> str:
        """UTC time of creation and six hexadecimal digits; sorts by time."""
        return self.folder.name

    @property
    def lock_file(self) -> Path:
        """The file that the trainer keeps locked as long as it lives."""
        return self.folder / "alive.lock"

    @property
    def stop_file(self) -> Path:
        """The file whose presence asks the trainer to stop."""
        return self.folder / "stop"

    @property
    def weights_file(self) -> Path:
        """The trained weights; there once ``status().has_model`` is true."""
        return self.folder / "model.weights.h5"

    @cached_property
    def spec(self) -> ModelSpec:
        """The network.

        Raises:
            PathError: codes ``missing``, ``damaged`` and ``newer-version``, as for all records.
        """
        from xraylib.networks.spec import ModelSpec

        return read_record(self.folder / "spec.json", ModelSpec.from_json)

    @cached_property
    def train(self) -> TrainConfig:
        """The training settings."""
        return read_record(self.folder / "train.json", TrainConfig.from_json)

    @cached_property
    def data(self) -> RunData:
        """What it learns from."""
        return read_record(self.folder / "data.json", RunData.from_json)

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names; a label is a position in them."""
        return self.data.classes

    @property
    def preparation(self) -> Preparation:
        """How its images are prepared."""
        return self.data.preparation

    @property
    def augment(self) -> AugmentConfig:
        """How its training images vary."""
        return self.data.augment

    @property
    def origin(self) -> RunOrigin:
        """What it was made from."""
        return read_if_kept(self.folder / "origin.json", RunOrigin.from_json) or RunOrigin()

    @property
    def created(self) -> float:
        """When it was made, seconds since 1970.

        Raises:
            RunError: code ``no-run``: the folder's name is not that of a run.
        """
        try:
            return datetime.strptime(self.id[:16], "%Y%m%dT%H%M%S%z").timestamp()
        except ValueError:
            raise no_run(self.id) from None

    @property
    def name(self) -> str:
        """The name people gave it, or nothing."""
        return read_if_kept(self.folder / "notes.json", _name_in) or ""

    def status(self) -> RunStatus:
        """Where it stands now.

        It is ``interrupted`` if its trainer died without saying why, and ``damaged`` with what is
        wrong as ``error`` if that cannot be read.
        """
        return current_status(self.folder, self.lock_file)

    def events(self, after_byte: int = 0) -> tuple[list[Event], int]:
        """The events written after ``after_byte``, and the place to go on reading from.

        Raises:
            PathError: code ``damaged``.
        """
        try:
            return read_events(self.folder / "metrics.jsonl", after_byte)
        except PathError as error:
            if error.code != "missing":
                raise
            return [], after_byte

    def events_size(self) -> int:
        """Bytes of all events, those that are still being written included."""
        try:
            return (self.folder / "metrics.jsonl").stat().st_size
        except OSError:
            return 0

    def epochs(self) -> list[Event]:
        """All complete epochs, in order."""
        return [event for event in self.events()[0] if event.get("event") == "epoch"]

    def log_tail(self) -> str:
        """The last lines of ``log.txt``."""
        return tail_of(self.folder / "log.txt")

    def predictions(self) -> pa.Table | None:
        """``path, label, split, patient, p_<class>…`` of validation and test images, or None."""
        from xraylib.training.run.results import predictions_file, read_predictions

        file = predictions_file(self.folder)
        return None if file is None else read_predictions(file)

    def evaluation(self) -> dict[str, Evaluation | FindingsEvaluation] | None:
        """What the run's end said about ``"val"`` and ``"test"`` images, or None before it.

        Without ``"test"`` while its test images are locked.

        Raises:
            PathError: codes ``damaged`` and ``newer-version``.
        """
        from xraylib.metrics.evaluation import Evaluation
        from xraylib.metrics.findings.evaluation import FindingsEvaluation

        file = self.folder / "evaluation.json"
        if not file.exists():
            return None
        kind = FindingsEvaluation if self.data.several else Evaluation
        found: dict[str, Evaluation | FindingsEvaluation] = read_record(
            file, lambda value: {split: kind.from_json(one) for split, one in value.items() if one}
        )
        if "test" in found and is_closed(self.folder):
            del found["test"]
        return found

    def record(self) -> RunRecord:
        """Everything ``xraylib show`` prints.

        Raises:
            PathError: codes ``missing``, ``damaged`` and ``newer-version``.
        """
        read_status(self.folder)
        status = self.status()
        kept = status.kept or {}
        return RunRecord(
            run=self.id,
            name=self.name,
            created=self.created,
            state=status.state,
            message=status.message,
            error=status.error,
            has_model=status.has_model,
            origin=self.origin,
            model=self.spec.name,
            data=self.data,
            train=self.train,
            epochs=status.epochs,
            epochs_done=status.epoch,
            best_epoch=status.best_epoch,
            accuracy=kept.get("accuracy"),
            val_loss=kept.get("val_loss"),
            val_accuracy=kept.get("val_accuracy"),
            val_auc=kept.get("val_auc"),
            images_per_second=status.images_per_second,
            folder=self.folder,
        )

    def __repr__(self) -> str:
        try:
            status = read_status(self.folder)
            name = f" {self.name!r}," if self.name else ""
        except PathError as error:
            return f"Run({self.id}, {error.what})"
        return f"Run({self.id},{name} {status.state}, {status.epoch} of {status.epochs} epochs)"

    def _repr_html_(self) -> str:
        try:
            return run_html(self.record(), self.epochs())
        except XrayError:  # a folder that is gone or damaged
            return f"<p>{escape(repr(self))}</p>"


@checked
def list_runs(*, workspace: WorkspaceLike | None = None) -> list[Run]:
    """All runs of ``workspace``, that of ``XRAYLIB_WORKSPACE`` if not given, newest first."""
    folder = Workspace.open(workspace).runs
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        names = [one.name for one in entries if is_run_id(one.name) and one.is_dir()]
    return [Run(folder / name) for name in sorted(names, reverse=True)]


@checked
def open_run(run_id: str, *, workspace: WorkspaceLike | None = None) -> Run:
    """The run called ``run_id`` in ``workspace``, that of ``XRAYLIB_WORKSPACE`` if not given.

    Raises:
        RunError: code ``no-run``: there is none.
    """
    workspace = Workspace.open(workspace)
    if not is_run_id(run_id) or not (workspace.runs / run_id).is_dir():
        raise no_run(run_id)
    return Run(workspace.runs / run_id)


def tail_of(log: Path) -> str:
    """The last lines of a log; nothing where there is none."""
    try:
        with open_regular(log) as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _LOG_TAIL_BYTES))
            return file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"{log.name} cannot be read: {error.strerror}\n"


def _name_in(notes: Mapping[str, Any]) -> str:
    name = notes.get("name", "")
    if not isinstance(name, str):
        raise TypeError(f"the name is {short(name)}")
    return name
