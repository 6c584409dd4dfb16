"""The Keras script of a run, from its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xraylib.training.script.keras_script import keras_script

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run


def run_script(run: Run) -> str:
    """Python source that builds the run's network and trains it as the run was trained.

    Raises:
        PathError: A record of the run is damaged.
        SpecError: See `keras_script`.
    """
    return keras_script(
        run.spec,
        train=run.train,
        augment=run.augment,
        preparation=run.preparation,
        classes=run.classes,
    )
