"""How a run shows itself in a notebook: its state, its settings and its curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xraylib import notebook
from xraylib.training.run.events import Event
from xraylib.training.run.record import RunRecord

_NUMBERS: Final = (
    "state", "model", "data", "epochs_done", "epochs", "val_accuracy", "val_auc", "val_loss",
)  # fmt: skip
_SETTINGS: Final = ("optimizer", "learning_rate", "batch_size", "seed")


def run_html(record: RunRecord, epochs: Sequence[Event]) -> str:
    """A table of the record, and loss and accuracy over the epochs.

    Args:
        record: Of the run.
        epochs: Its complete epochs, in order.
    """
    told, train = record.to_json(), record.train.to_json()
    rows = [(name.replace("_", " "), told[name]) for name in _NUMBERS]
    rows += [(name.replace("_", " "), train[name]) for name in _SETTINGS]
    title = f"Run {record.run}" + (f": {record.name}" if record.name else "")
    loss = {
        "training": [one.get("loss") for one in epochs],
        "validation": [one.get("val_loss") for one in epochs],
    }
    accuracy = {
        "training": [one.get("accuracy") for one in epochs],
        "validation": [one.get("val_accuracy") for one in epochs],
    }
    return (
        notebook.table(["", ""], rows, title=title)
        + notebook.curves("loss", loss)
        + notebook.curves("accuracy", accuracy)
    )
