"""A trainer goes behind the pages of the machine that it trains on."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest
from until import until

from xraylib.training.process.priority import NICE
from xraylib.training.process.waiting import WAIT, trainer_command

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has classes in place of numbers")


def test_a_trainer_goes_behind_other_programs() -> None:
    with subprocess.Popen(trainer_command(WAIT), stdin=subprocess.PIPE) as trainer:
        until(lambda: psutil.Process(trainer.pid).nice() >= NICE)
        trainer.communicate()  # nothing came: it ends by itself
    assert trainer.returncode == 0


@pytest.mark.parametrize("before", [0, NICE + 7])
def test_who_was_told_to_go_further_behind_stays_there(before: int) -> None:
    code = (
        "import os; from xraylib.training.process.priority import give_way; give_way(); "
        "print(os.nice(0))"
    )
    told = subprocess.run(
        ["nice", "-n", str(before), sys.executable, "-P", "-c", code],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert int(told) == max(before, NICE)
