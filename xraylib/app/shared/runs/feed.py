"""Runs as the pages watch them: read once for all viewers, piece by piece, drawn from one table."""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pyarrow as pa
import streamlit as st

from xraylib.app.shared.runs.charts import History, Measure, Resolution, curve_rows
from xraylib.errors import PathError, RunError, XrayError
from xraylib.metrics.uncertainty.shares import interval_of_count
from xraylib.rounding import rounded
from xraylib.training.process.queue import position
from xraylib.training.run.check import check_run
from xraylib.training.run.notes import read_notes
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus

_READ_SECONDS = 0.4
DRAW_SECONDS = 2.0
"""Figures that grow are built anew at most so often, once for all viewers."""

_versions = count(1)


class RunFeed:
    """One run and what it has told so far. Safe to share between sessions.

    Args:
        run: The run to follow.

    Attributes:
        version: Changes when the figures should be drawn anew: at most every two seconds, and at
            once when the run has ended. No two feeds of this process share one.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.history = History()
        self._status = run.status()
        self.version = next(_versions)
        self._place = 0
        self._looked = 0.0
        self._drawn = 0.0
        self._news = False
        self._tables: dict[tuple[str, str, str, float], pa.Table] = {}
        self._lock = threading.Lock()

    def poll(self, *, at_once: bool = False) -> RunStatus:
        """Reads what is new, at most every 0.4 s for all viewers together unless ``at_once``."""
        with self._lock:
            now = time.monotonic()
            if at_once or now - self._looked >= _READ_SECONDS:
                self._looked = now
                # The status first: what a run wrote before it ended is then surely read.
                status = self.run.status()
                before, self._status = self._status, status
                try:
                    anew = self._begin_anew(before, status)
                    events, self._place = self.run.events(self._place)
                except PathError as error:
                    self._status = RunStatus.of_damage(error)
                    return self._status
                grown = self.history.add(events) or anew
                self._news |= grown or status.best_epoch != before.best_epoch
                ended = status.is_final and not before.is_final
                if ended or (self._news and now - self._drawn >= DRAW_SECONDS):
                    self._news, self._drawn = False, now
                    self._tables.clear()
                    self.version = next(_versions)
            return self._status

    def _begin_anew(self, before: RunStatus, status: RunStatus) -> bool:
        """Forgets all where a resumed run has cut off, and tells again, what it had told.

        Its trainer does so between ``preparing`` and ``running``, back to its last checkpoint.
        """
        trainers = [(one.state == "running", one.started) for one in (before, status)]
        began = status.state == "running" and trainers[0] != trainers[1]
        if not self._place or not (began or self.run.events_size() < self._place):
            return False
        self.history, self._place = History(), 0
        return True

    @property
    def best_epoch(self) -> int | None:
        """The epoch with the lowest validation loss so far, or None."""
        return self._status.best_epoch

    def rows(
        self, measure: Measure, *, by: Resolution, label: str, smoothing: float = 0.0
    ) -> pa.Table:
        """The points of one chart; the same table as long as ``version`` is the same."""
        with self._lock:
            key = (measure, by, label, smoothing)
            if key not in self._tables:
                self._tables[key] = curve_rows(
                    {label: self.history},
                    measure=measure,
                    by=by,
                    best={label: self._status.best_epoch},
                    smoothing=smoothing,
                )
            return self._tables[key]

    @property
    def seconds_per_epoch(self) -> float | None:
        """Median of the last twenty, validation included, as the trainer counts images a second."""
        with self._lock:
            last = self.history.epochs[-20:]
            took = [
                float(event["seconds"]) + float(event.get("val_seconds") or 0.0)
                for event in last
                if event.get("seconds") is not None
            ]
        return statistics.median(took) if took else None


@st.cache_resource(max_entries=64, show_spinner=False)
def run_feed(folder: str) -> RunFeed:
    """The shared feed of the run in ``folder``."""
    return RunFeed(Run(Path(folder)))


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """One line of the table of runs.

    Attributes:
        val_accuracy: Of the epoch whose weights the run keeps; None before there is one.
        interval: Its 95 % interval over the validation images; None of several findings,
            where it is an accuracy of labels.
        val_images: How many images that is.
        waits: How many runs wait before it; None if it does not wait.
        damage: Name of the file that cannot be used, or ``""``; then little else is known.
        val_loss: Of the same epoch as the accuracy.
        tags: What people find it by.
        note: What they wrote about it.
        settings: The training settings, by the names of ``TrainConfig``.
    """

    id: str
    name: str
    state: str
    progress: float
    data: str
    network: str
    created: float
    epochs: int
    epochs_done: int
    val_accuracy: float | None
    interval: tuple[float, float] | None
    val_images: int
    waits: int | None = None
    damage: str = ""
    val_loss: float | None = None
    tags: tuple[str, ...] = ()
    note: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)


def run_row(run: Run) -> RunRow:
    """What the table says about ``run``, a damaged one too."""
    try:
        return sound_row(run)
    except (PathError, RunError) as error:
        return damaged_row(run, error)


def sound_row(run: Run) -> RunRow:
    """What the table says about a run that is not damaged.

    Raises:
        PathError: A file of it cannot be used.
        RunError: code ``no-run``: it was deleted.
    """
    check_run(run)
    status = run_feed(str(run.folder)).poll()
    if status.state == "damaged":
        run.events()  # what the feed reads beside the records
    return _row(run, status)


def damaged_row(run: Run, error: XrayError) -> RunRow:
    """What the table says about a run with a file that cannot be used, or that is gone."""
    return RunRow(
        id=run.id,
        name=f"Run {run.id[-6:]}",
        state="damaged",
        progress=0.0,
        data="–",
        network="–",
        created=run.created,
        epochs=0,
        epochs_done=0,
        val_accuracy=None,
        interval=None,
        val_images=0,
        damage=error.file if isinstance(error, PathError) else run.id,
    )


def _row(run: Run, status: RunStatus) -> RunRow:
    images = run.data.images_in("val")
    kept = status.kept or {}
    accuracy, notes = kept.get("val_accuracy"), read_notes(run)
    return RunRow(
        id=run.id,
        name=notes.name,
        state=status.state,
        progress=status.progress,
        data=run.data.name,
        network=run.spec.name,
        created=run.created,
        epochs=status.epochs,
        epochs_done=status.epoch,
        val_accuracy=accuracy,
        interval=interval_of_count(round(accuracy * images), images)
        if accuracy is not None and not run.data.several
        else None,
        val_images=images,
        waits=position(run) if status.state == "queued" else None,
        val_loss=kept.get("val_loss"),
        tags=notes.tags,
        note=notes.note,
        settings=run.train.to_json(),
    )


def run_label(run: Run) -> str:
    """How a run is called: its name, or its network and the end of its id."""
    try:
        return sound_label(run)
    except PathError as error:
        return damaged_label(run, error)


def sound_label(run: Run) -> str:
    """How a run that is not damaged is called.

    Raises:
        PathError: Its name or its network cannot be read.
    """
    return run.name or f"{run.spec.name} {run.id[-6:]}"


def sound_choice(run: Run) -> str:
    """How a run is called where one is chosen: with its network and its validation accuracy."""
    told = [sound_label(run), *([run.spec.name] if run.name else [])]
    accuracy = (run.status().kept or {}).get("val_accuracy")
    if accuracy is not None:
        told.append(rounded(accuracy) + (" of labels" if run.data.several else ""))
    return " · ".join(told)


def damaged_label(run: Run, error: XrayError) -> str:
    """How a run is called whose name or network cannot be read."""
    file = f" (damaged: {error.file})" if isinstance(error, PathError) else ""
    return f"Run {run.id[-6:]}{file}"


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """``{run id: name}`` in which no two runs are called the same.

    Widgets and figures know a run by its name alone; who starts one twice gives the same twice.
    """
    often = Counter(names.values())
    return {
        run_id: name if often[name] == 1 else f"{name} ({run_id[-6:]})"
        for run_id, name in names.items()
    }


def run_labels(runs: Iterable[Run]) -> dict[str, str]:
    """``{run id: label}`` of runs that are shown side by side."""
    return told_apart({run.id: run_label(run) for run in runs})


def joined_rows(
    feeds: Sequence[RunFeed],
    labels: Sequence[str],
    measure: Measure,
    by: Resolution,
    smoothing: float = 0.0,
) -> pa.Table:
    """The points of several runs in one chart."""
    return pa.concat_tables(
        feed.rows(measure, by=by, label=label, smoothing=smoothing)
        for feed, label in zip(feeds, labels, strict=True)
    )
