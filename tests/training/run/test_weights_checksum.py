"""Weights without a sum pass, as older versions left them; with a damaged one they do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from before import restore
from damages import ANY

from xraylib.errors import BundleError
from xraylib.settings import SAMPLE_DATA
from xraylib.training.run.runs import Run
from xraylib.training.run.weights_checksum import check_checksum


@pytest.mark.parametrize("damage", ANY)
def test_a_damaged_sum_refuses_the_weights(damage: str, tmp_path: Path) -> None:
    run = Run(restore(tmp_path, SAMPLE_DATA))
    check_checksum(run)
    ANY[damage](run.weights_file.with_suffix(".sha256"))
    if damage == "missing":
        check_checksum(run)
        return
    with pytest.raises(BundleError) as refused:
        check_checksum(run)
    assert refused.value.code == "unsafe-weights"
