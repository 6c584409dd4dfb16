"""The script beside an exported network is made of the run's records, whatever its file holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from before import restore
from damages import ANY

from xraylib.models.exporters.keras import _script
from xraylib.settings import SAMPLE_DATA
from xraylib.training.run.runs import Run
from xraylib.training.script.keras_script import keras_script
from xraylib.training.script.run_script import run_script


@pytest.mark.parametrize("damage", ANY)
def test_a_damaged_file_leaves_the_script_as_it_is(damage: str, tmp_path: Path) -> None:
    run = Run(restore(tmp_path, SAMPLE_DATA))
    whole = run_script(run)
    ANY[damage](run.folder / "model.py")
    assert _script(run, run.spec) == whole
    assert _script(None, run.spec) == keras_script(run.spec)
