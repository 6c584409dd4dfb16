"""The kernel kills a trainer for want of memory: the run says so, and nobody waits for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from little_memory import little_memory, python_in
from tiny_runs import SIZE, make_run
from training_page import opened

from xraylib.cli import main
from xraylib.networks.layers import Conv2D, Dense, Flatten, Input, MaxPooling2D
from xraylib.networks.spec import ModelSpec
from xraylib.training.process import queue
from xraylib.training.run.locks import is_held
from xraylib.workspace import Workspace

pytestmark = [pytest.mark.xdist_group("trainer"), pytest.mark.timeout(600)]

START = """
import sys
from xraylib import open_run
from xraylib.training.process import queue
run = open_run(sys.argv[1])
queue.start(run)
print(queue.wait(run, 240).state)
"""

# One batch of 48 images fills 800 MB with maps.
LARGE = ModelSpec(
    name="large",
    layers=(
        Input(shape=(SIZE, SIZE, 1)),
        Conv2D(filters=4096, kernel_size=3, padding="same"),
        MaxPooling2D(pool_size=SIZE),
        Flatten(),
        Dense(units=2, activation="softmax"),
    ),
)


def test_a_trainer_that_the_kernel_kills_is_told_so_and_leaves_its_place(
    workspace: Workspace, images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(workspace, images, LARGE, batch_size=48)
    with little_memory(700_000_000) as group:
        assert python_in(group, START, run.id) == "interrupted\n", run.log_tail()
    status = run.status()
    assert status.message == (
        "The training process was killed, probably because the computer ran out of memory. "
        "Use a smaller batch size, image size or network."
    )
    assert not is_held(run.lock_file)
    assert not is_held(workspace.runs / ".queue" / "slot-0.lock")
    assert queue.waiting(workspace=workspace) == []
    app = opened(run=run.id)
    assert any(status.message in warning.value for warning in app.warning)
    assert not app.button(key="resume").disabled
    assert main(["show", run.id]) == 0
    assert "ran out of memory" in capsys.readouterr().out
