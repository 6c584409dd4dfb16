"""Telling a run on: all that is there, or until it ends."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xraylib.arguments import checked, refused_argument
from xraylib.extras import require
from xraylib.settings import LOGGERS, LoggerName, read_settings
from xraylib.training.run.status import FINAL_STATES

if TYPE_CHECKING:
    from xraylib.loggers.told import Logger
    from xraylib.training.run.events import Event
    from xraylib.training.run.runs import Run

_LOOK: Final = 1.0  # seconds between two looks at a run that goes on


@checked
def log_run(
    run: Run, to: Sequence[str], *, folder: Path | None = None, follow: bool = False
) -> None:
    """Tells a run to other notebooks of runs; what was told of it before is replaced or the same.

    Args:
        run: The run.
        to: ``"tensorboard"``, ``"mlflow"``, or both.
        folder: TensorBoard's folder; ``XRAYLIB_TENSORBOARD_DIR`` if not given.
        follow: Whether to go on until the run ends.

    Raises:
        InstallationError: codes ``no-tensorboard`` and ``no-mlflow``.
        ConfigError: code ``mlflow-server``: no server is named. Code ``argument``.
        RunError: code ``logger``: the server did not take it.
        PathError: The run is damaged, or the folder cannot be written.
    """
    if isinstance(to, str) or not to or not {*to} <= {*LOGGERS}:
        raise refused_argument("to", to, f"a list of one or more of: {', '.join(LOGGERS)}")
    loggers = [_opened(name, run, folder) for name in LOGGERS if name in to]
    told: list[Event] = []
    after, at = 0, run.created
    while True:
        status = run.status()  # before its events: the last of a run that has ended are there then
        events, after = run.events(after)
        for event in _latest(told, events):
            at = max(at, event.get("time", 0.0))
            if event["event"] == "epoch":
                at += event.get("seconds", 0.0) + event.get("val_seconds", 0.0)
                told.append(event)
                for logger in loggers:
                    logger.epoch(event, at)
        if status.state in FINAL_STATES or not follow:
            break
        time.sleep(_LOOK)
    if status.state in FINAL_STATES:
        best = [one for one in told if one["epoch"] == status.best_epoch] or told[-1:]
        for logger in loggers:
            logger.end(status, best[0] if best else None)


def _opened(name: LoggerName, run: Run, folder: Path | None) -> Logger:
    require(name)
    if name == "mlflow":
        from xraylib.loggers.to_mlflow import MlflowLogger

        return MlflowLogger(run)
    from xraylib.loggers.to_tensorboard import TensorBoardLogger

    return TensorBoardLogger(run, folder or read_settings().tensorboard)


def _latest(told: Sequence[Event], events: Sequence[Event]) -> list[Event]:
    """Without the epochs that a resumed run computed again: the last of each counts."""
    last = {event["epoch"]: place for place, event in enumerate(events)
            if event["event"] == "epoch"}  # fmt: skip
    known = {event["epoch"] for event in told}
    return [
        event
        for place, event in enumerate(events)
        if event["event"] in ("started", "resumed")
        or (event["event"] == "epoch" and last[event["epoch"]] == place
            and event["epoch"] not in known)
    ]  # fmt: skip
