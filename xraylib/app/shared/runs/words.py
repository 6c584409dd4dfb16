"""The Training page's words and tables: where a run stands, and all runs side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import pandas as pd

from xraylib.app.shared.runs.charts import History
from xraylib.app.shared.runs.feed import RunRow, run_labels
from xraylib.augmentation.augment import AUGMENT_PRESETS, AugmentConfig
from xraylib.augmentation.kinds import AUGMENTATIONS
from xraylib.metrics.uncertainty.shares import interval_of_count
from xraylib.rounding import rounded
from xraylib.training.process.queue import position
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus
from xraylib.training.run.where import where

STATE_WORDS: Mapping[str, tuple[str, str, str]] = {
    "queued": ("Waiting", ":material/hourglass_empty:", "gray"),
    "preparing": ("Preparing", ":material/sync:", "blue"),
    "running": ("Training", ":material/play_circle:", "blue"),
    "finished": ("Finished", ":material/check_circle:", "green"),
    "stopped": ("Stopped", ":material/stop_circle:", "orange"),
    "failed": ("Failed", ":material/error:", "red"),
    "interrupted": ("Interrupted", ":material/power_off:", "red"),
    "damaged": ("Damaged", ":material/broken_image:", "red"),
}
"""Of each state: a word, an icon and a colour for a badge."""


def duration(seconds: float) -> str:
    """``45 s``, ``3 min 20 s``, ``2 h 5 min``: as exact as anybody wants to know."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def when(timestamp: float) -> str:
    """``24 Nov, 14:03`` in this machine's time."""
    moment = datetime.fromtimestamp(timestamp)
    return f"{moment.day} {moment:%b, %H:%M}"


def augmentation_words(augment: AugmentConfig) -> str:
    """What varies, in a few words: ``rotation 15°, shift``; or a preset's name; or ``none``."""
    for name, preset in AUGMENT_PRESETS.items():
        if augment == preset:
            return name
    varied = [one for one in AUGMENTATIONS if not one.is_off(augment)]
    return ", ".join(one.summary.format(**vars(augment)) for one in varied)


def progress_text(run: Run, status: RunStatus) -> str:
    """What stands at the progress bar."""
    if status.state == "queued":
        ahead = position(run)
        if ahead is None and where(run.folder).place == "ray":
            return status.message
        if not ahead:
            return "Next in the queue"
        return f"{ahead} runs wait before this one" if ahead > 1 else "1 run waits before this one"
    if status.state == "preparing":
        if status.phase == "films" and status.steps:
            return f"Reading X-rays: {status.step} of {status.steps}"
        return status.message or "Preparing"
    epochs = f"{status.epochs} epoch{'s' if status.epochs > 1 else ''}"
    if status.state != "running":
        return f"{status.epoch} of {epochs} done"
    if status.phase == "results":
        return "Judging the validation and test X-rays"
    text = f"Epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}"
    if status.phase == "validation":
        text += ", validation"
    elif status.steps:
        text += f", step {status.step} of {status.steps}"
    if status.seconds_left is not None:
        text += f" · about {duration(status.seconds_left)} left"
    return text


def told_epoch(history: History, status: RunStatus) -> Mapping[str, Any]:
    """The epoch that is told in figures and mistakes: the newest, and where the run has ended the
    one whose weights the model has."""
    newest: Mapping[str, Any] = history.epochs[-1] if history.epochs else {}
    if not status.is_final or status.kept is None:
        return newest
    kept = status.kept.get("epoch")
    return next((event for event in history.epochs if event["epoch"] == kept), newest)


def figures(
    told: Mapping[str, Any], val_images: int, *, several: bool = False
) -> dict[str, tuple[str, str]]:
    """Title, value and what it rests on, of what an epoch reached on validation images.

    The title names the epoch. The accuracy of several findings is one of labels, of which an image
    has many: it has no interval by images.
    """
    accuracy, auc = told.get("val_accuracy"), told.get("val_auc")
    images = f"{val_images} X-rays"
    rests = images
    if several:
        rests = f"known labels of {images}"
    elif accuracy is not None and val_images:
        low, high = interval_of_count(round(accuracy * val_images), val_images) or (0.0, 1.0)
        rests = f"{rounded(low)} to {rounded(high)}, {images}"
    epoch = f", epoch {told['epoch']}" if told else ""
    return {
        f"Validation accuracy{epoch}": ("–" if accuracy is None else rounded(accuracy), rests),
        f"Validation AUC{epoch}": (
            "–" if auc is None else rounded(auc),
            f"mean of the findings, {images}" if several else images,
        ),
    }


def best_words(status: RunStatus, history: History) -> str:
    """What the ring on the curves means, or nothing yet."""
    best = next((e for e in history.epochs if e["epoch"] == status.best_epoch), None)
    if best is None or best.get("val_loss") is None:
        return ""
    return (
        f"○ Best epoch: {best['epoch']}, with the lowest validation loss, "
        f"{rounded(best['val_loss'], 3)}; validation accuracy {rounded(best['val_accuracy'], 3)}."
    )


def speed_words(status: RunStatus, seconds_per_epoch: float | None) -> str:
    """Images a second, seconds an epoch, memory and processor, as far as they are known."""
    told = []
    if status.images_per_second is not None:
        told.append(f"{status.images_per_second:,.0f} X-rays a second")
    if seconds_per_epoch is not None:
        told.append(f"{seconds_per_epoch:.2g} s an epoch")
    if status.rss_anon_bytes is not None:
        told.append(f"{status.rss_anon_bytes / 1e6:,.0f} MB of memory")
    if status.cpu_percent is not None and not status.is_final:
        told.append(f"{status.cpu_percent / 100:.1f} cores at work")
    return " · ".join(told)


COLUMNS: Mapping[str, Callable[[RunRow], object]] = {
    "State": lambda row: _state(row),
    "Data": lambda row: row.data,
    "Network": lambda row: row.network,
    "Epochs": lambda row: "–" if row.damage else f"{row.epochs_done} of {row.epochs}",
    "Validation accuracy": lambda row: _accuracy(row),
    "Started": lambda row: when(row.created),
    "Validation loss": lambda row: "–" if row.val_loss is None else rounded(row.val_loss, 3),
    "Tags": lambda row: ", ".join(row.tags),
    "Note": lambda row: " ".join(row.note.split())[:80],
    "Learning rate": lambda row: _setting(row, "learning_rate"),
    "Batch size": lambda row: _setting(row, "batch_size"),
    "Optimizer": lambda row: _setting(row, "optimizer"),
    "Schedule": lambda row: _setting(row, "schedule"),
    "Seed": lambda row: _setting(row, "seed"),
}
"""What the table of runs can tell, beside how a run is called."""
USUAL_COLUMNS = tuple(COLUMNS)[:6]


def runs_table(rows: Sequence[RunRow], columns: Sequence[str] = USUAL_COLUMNS) -> pd.DataFrame:
    """All runs as a table; its index is the runs' ids.

    Args:
        rows: In their order.
        columns: Keys of `COLUMNS`, in the order in which they are shown.
    """
    told = {name: [COLUMNS[name](row) for row in rows] for name in columns}
    names = [row_name(row) for row in rows]
    return pd.DataFrame({"Run": names, **told}, index=[row.id for row in rows])


def _setting(row: RunRow, name: str) -> str:
    value = row.settings.get(name)
    return "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _state(row: RunRow) -> str:
    word = STATE_WORDS[row.state][0]
    if row.damage:
        return f"damaged: {row.damage}"
    if row.waits is not None:
        return f"{word}, {row.waits} before it" if row.waits else f"{word}, the next"
    return word


def _moves(row: RunRow) -> bool:
    """Whether its numbers grow while the table, which is drawn once, stands still."""
    return row.state in ("preparing", "running")


def _accuracy(row: RunRow) -> str:
    if row.val_accuracy is None or _moves(row):
        return "–"
    if row.interval is None:  # of several findings
        return f"{rounded(row.val_accuracy)} of labels"
    low, high = row.interval
    return f"{rounded(row.val_accuracy)} ({rounded(low)} to {rounded(high)}) of {row.val_images}"


SORTS: Mapping[str, str] = {
    "newest": "Newest first",
    "accuracy": "Highest validation accuracy first",
    "loss": "Lowest validation loss first",
    "name": "By name",
    "state": "By state",
}
"""How the table of runs may be sorted, with words for each."""


def chosen_rows(
    rows: Sequence[RunRow], *, text: str = "", states: Sequence[str] = (), sort: str = "newest"
) -> list[RunRow]:
    """The rows of these states whose name, id, network, data, tags or note has ``text``.

    Args:
        rows: Newest first.
        text: Upper and lower case do not matter; nothing for all.
        states: Nothing for all.
        sort: A key of ``SORTS``; equal ones stay newest first.
    """
    wanted = text.strip().casefold()
    found = [
        row for row in rows if wanted in _searched(row) and (not states or row.state in states)
    ]
    if sort == "accuracy":
        found.sort(key=lambda row: -1.0 if row.val_accuracy is None else row.val_accuracy,
                   reverse=True)  # fmt: skip
    elif sort == "loss":
        found.sort(key=lambda row: math.inf if row.val_loss is None else row.val_loss)
    elif sort == "name":
        found.sort(key=lambda row: row_name(row).casefold())
    elif sort == "state":
        order = list(STATE_WORDS)
        found.sort(key=lambda row: order.index(row.state))
    return found


def _searched(row: RunRow) -> str:
    parts = (row_name(row), row.id, row.network, row.data, *row.tags, row.note)
    return " ".join(parts).casefold()


def row_name(row: RunRow) -> str:
    """How the table calls a run."""
    return row.name or f"{row.network} {row.id[-6:]}"


def differences(runs: Sequence[Run]) -> pd.DataFrame:
    """What the runs do not have in common: a row a setting, a column a run."""
    labels = run_labels(runs)
    settings = {labels[run.id]: _flat(run) for run in runs}
    names = list(dict.fromkeys(name for flat in settings.values() for name in flat))
    rows = {
        name: {label: flat.get(name, "–") for label, flat in settings.items()} for name in names
    }
    differing = {name: _in_short(row) for name, row in rows.items() if len(set(row.values())) > 1}
    table = pd.DataFrame.from_dict(differing, orient="index", columns=list(settings))
    table.index.name = "Setting"
    return table


def _in_short(row: dict[str, str]) -> dict[str, str]:
    """Long numbers by three digits, where they still differ by these: 0.000712 of a search."""
    short = {}
    for label, value in row.items():
        with suppress(ValueError):  # words of more than a number
            short[label] = f"{float(value):.3g}" if "." in value and len(value) > 8 else value
        short.setdefault(label, value)
    return short if len(set(short.values())) == len(set(row.values())) else row


def _flat(run: Run) -> dict[str, str]:
    """Every setting of a run by a name for people."""
    found = {"data set": run.data.name, "X-rays": run.data.fingerprint[:12]}
    parts = {"": run.train.to_json(), "preparation ": run.preparation.to_json()}
    parts["augmentation "] = run.augment.to_json()
    for prefix, values in parts.items():
        for name, value in values.items():
            found[prefix + name.replace("_", " ")] = "–" if value is None else str(value)
    found["network"] = run.spec.name
    for place, layer in enumerate(run.spec.layers):
        found[f"layer {place}"] = layer.label
    return found
