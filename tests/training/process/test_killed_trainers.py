"""Killed trainers learn in the end what an undisturbed one learns, bit for bit."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from xraylib.settings import PROJECT

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="forks trainers and sends SIGKILL"),
    pytest.mark.xdist_group("trainer"),
]


def kill(*words: str, seconds: float = 280) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "scripts/kill_trainer.py", "--json", *words],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.stdout, done.stderr[-2000:]
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


def test_a_trainer_killed_in_the_middle_of_a_checkpoint_ends_with_the_same_bits() -> None:
    results = kill("--random", "0", "--named", "in the arrays of a checkpoint")
    assert [result["problems"] for result in results] == [[]]
    assert [result["killed"] for result in results] == [True]


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_hundred_killed_trainers_end_with_the_same_bits() -> None:
    results = kill("--random", "100", seconds=3500)
    assert len(results) >= 100 + 14
    assert sum(result["killed"] for result in results) >= 100 + 14
    assert [result for result in results if not result["equal"]] == []
