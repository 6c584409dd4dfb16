"""The script beside an exported network: the run's own, or written anew where that is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from before import restore
from damages import ANY

from xraylib.models.exporters.keras import _script
from xraylib.settings import SAMPLE_DATA
from xraylib.training.run.runs import Run
from xraylib.training.script.keras_script import keras_script


def test_it_is_the_runs_own(tmp_path: Path) -> None:
    run = Run(restore(tmp_path, SAMPLE_DATA))
    assert _script(run, run.spec) == (run.folder / "model.py").read_text("utf-8")
    assert _script(None, run.spec) == keras_script(run.spec)


@pytest.mark.parametrize("damage", [name for name in ANY if name not in ("cut", "empty")])
def test_one_that_cannot_be_read_is_written_anew(damage: str, tmp_path: Path) -> None:
    run = Run(restore(tmp_path, SAMPLE_DATA))
    ANY[damage](run.folder / "model.py")
    assert _script(run, run.spec) == keras_script(run.spec)
