"""Stop waits for nothing, also where the trainer is in the middle of something long."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
from nursery import Nursery
from tiny_runs import make_run, tiny_spec
from until import until

from xraylib.training.process import queue
from xraylib.training.run.runs import Run
from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("trainer")

# A trainer that sleeps for ten minutes at one place, and says when it does.
SLEEPY = """
import time
from pathlib import Path
def sleepy(function, call):
    calls = 0
    def one(*words, **options):
        nonlocal calls
        calls += 1
        if calls == call:
            (Path(folder) / "asleep").touch()
            time.sleep(600)
        return function(*words, **options)
    return one
if moment == "images":
    from xraylib.loading.pixel_file import PixelFile
    PixelFile.put = sleepy(PixelFile.put, 9)
elif moment == "learning":
    import xraylib.training.loop.session as session
    session.familiar_of = sleepy(session.familiar_of, 1)
elif moment == "figures":
    import xraylib.training.loop.task as task
    task.evaluate_predictions = sleepy(task.evaluate_predictions, 2)
else:
    from xraylib.training.loop.network import Network
    # 40 images train in batches of 8; the 8 that validate and the 16 of the test are one batch
    # each.
    name, call = {
        "first epoch": ("train_batch", 3),
        "later epoch": ("train_batch", 13),
        "validation": ("test_batch", 2),
        "results": ("test_batch", 4),
    }[moment]
    setattr(Network, name, sleepy(getattr(Network, name), call))
"""

Sleeper = Callable[[str], Run]


@pytest.fixture
def stopped(workspace: Workspace, images: Path, nursery: Nursery) -> Sleeper:
    """The run of a trainer that was stopped, and has ended, in the middle of its sleep."""

    def start(moment: str) -> Run:
        run = make_run(workspace, images, tiny_spec(), epochs=3)
        child = nursery.start(run, f"moment = {moment!r}\n{SLEEPY}")
        until((run.folder / "asleep").exists, what=run.log_tail)
        queue.stop(run)
        assert nursery.wait(child) == 0
        return run

    return start


@pytest.mark.parametrize("moment", ["images", "first epoch"])
def test_before_the_first_complete_epoch_it_ends_without_a_model(
    stopped: Sleeper, moment: str
) -> None:
    run = stopped(moment)
    status = run.status()
    assert (status.state, status.has_model, run.epochs()) == ("stopped", False, [])
    assert status.message == "Stopped before the first epoch was complete, so there is no model."


@pytest.mark.parametrize(("moment", "epochs"), [("later epoch", 2), ("validation", 1)])
def test_later_the_weights_of_the_last_complete_epoch_are_saved_without_the_busy_thread(
    stopped: Sleeper, nursery: Nursery, moment: str, epochs: int
) -> None:
    run = stopped(moment)
    status = run.status()
    assert (status.state, status.has_model, status.epoch) == ("stopped", True, epochs)
    assert [event["epoch"] for event in run.epochs()] == list(range(1, epochs + 1))
    assert status.message == (
        f"Stopped after {epochs} of 3 epochs, in the middle of a long step. The model has the "
        f"weights of epoch {epochs}; its images are not judged."
    )
    with h5py.File(run.weights_file) as saved:
        assert saved["layers/conv2d/vars/0"].shape == (5, 5, 1, 2)
    run.stop_file.unlink()
    assert nursery.wait(nursery.start(run)) == 0, run.log_tail()
    assert run.status().state == "finished"
    assert [event["epoch"] for event in run.epochs()] == [1, 2, 3]


@pytest.mark.parametrize("moment", ["results", "figures"])
def test_in_the_final_export_the_model_stays_and_the_images_are_not_judged(
    stopped: Sleeper, moment: str
) -> None:
    run = stopped(moment)
    status = run.status()
    assert (status.state, status.has_model, status.epoch) == ("stopped", True, 3)
    assert status.message == (
        "Trained 3 epochs. The model has the weights of epoch 3. Stopped before its images were "
        "judged; Resume goes on from there."
    )
    assert run.evaluation() is None


def test_what_the_training_images_look_like_is_left_to_publishing(stopped: Sleeper) -> None:
    run = stopped("learning")
    status = run.status()
    assert (status.state, status.has_model, status.epoch) == ("stopped", True, 3)
    assert status.message == (
        "Trained 3 epochs. The model has the weights of epoch 3. Its images are judged. Stopped "
        "before it had learnt what its training images look like, which publishing makes up for."
    )
    assert set(run.evaluation() or {}) == {"val", "test"}
