"""What the trainer tells while it works and when it ends."""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Iterator

import pytest
from until import until

from xraylib.errors import TrainingError
from xraylib.training.process.progress import Progress, describe_failure
from xraylib.training.run import status
from xraylib.training.run.runs import Run
from xraylib.training.run.status import RunStatus, read_status, write_status

pytestmark = pytest.mark.slow  # its tests take some seconds together


@pytest.fixture
def progress(run: Run) -> Iterator[Progress]:
    made = Progress(run)
    made.protect()
    yield made
    made.finish("finished", "")


def test_a_change_comes_to_the_disk_by_itself(progress: Progress, run: Run) -> None:
    before = time.time()
    progress.update(state="running", epoch=2)
    assert progress.status.epoch == 2
    until(lambda: read_status(run.folder).epoch == 2)
    assert before <= read_status(run.folder).updated <= time.time()


def test_times_stay_in_order_while_the_clock_is_set_back_and_forth(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, wrong = time.time, [0.0]
    monkeypatch.setattr(time, "time", lambda: real() + wrong[0])
    made = Progress(run)
    made.protect()
    before = real()
    made.update(state="running", started=made.now())
    for hours in (-30_000, 5, -2, 90_000):
        wrong[0] = 3600.0 * hours
        made.event({"event": "note"})
        made.update(step=abs(hours))
        until(lambda hours=hours: read_status(run.folder).step == abs(hours))
        status = read_status(run.folder)
        assert status.started is not None
        assert 0 <= status.updated - status.started <= real() - before + 1
    made.finish("finished", "")
    ended = read_status(run.folder)
    assert ended.started is not None
    assert 0 <= ended.updated - ended.started <= real() - before + 1
    times = [event["time"] for event in run.events()[0]]
    assert times == sorted(times)
    assert before - 1 <= times[0] <= times[-1] <= real() + 1


def test_the_stop_file_is_seen(progress: Progress, run: Run) -> None:
    assert not progress.stop_requested
    run.stop_file.touch()
    until(lambda: progress.stop_requested)


def test_a_run_ends_once_and_the_last_event_comes_before_the_last_status(
    progress: Progress, run: Run
) -> None:
    progress.finish("failed", "why", error={"code": "x", "message": "why"})
    progress.finish("finished", "late")
    assert run.status().state == "failed"
    assert run.status().error == {"code": "x", "message": "why"}
    lines = (run.folder / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["status"] for line in lines] == ["failed"]
    assert not (run.folder / ".spare").exists()


@pytest.mark.slow
def test_on_a_full_disk_there_is_room_for_the_last_words(
    progress: Progress, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xraylib.training.process import progress as module

    refused: list[RunStatus] = []

    def write(folder: object, status: RunStatus) -> None:
        if (run.folder / ".spare").exists():
            refused.append(status)
            raise OSError(errno.ENOSPC, "No space left on device")
        write_status(run.folder, status)
        assert folder == run.folder

    monkeypatch.setattr(module, "write_status", write)
    progress.update(epoch=1)
    until(lambda: len(refused) > 1)  # the thread goes on although it could not write
    failure = describe_failure(OSError(errno.ENOSPC, "No space left on device"))
    progress.finish("failed", failure["message"], error=failure)
    assert run.status().state == "failed"
    assert run.status().error == {
        "code": "disk-full",
        "message": "The disk is full. Expected room for checkpoints, curves and results. Do "
        "this: free some space, then resume the run.",
    }


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (
            TrainingError("It went wrong", expected="right", remedy="mend it", code="x"),
            "x",
            "It went wrong. Expected right. Do this: mend it.",
        ),
        (
            MemoryError(),
            "out-of-memory",
            "The computer ran out of memory. Expected room for one batch with all that the network "
            "computes of it. Do this: use a smaller batch size, a smaller image size or a smaller "
            "network.",
        ),
        (
            ZeroDivisionError("division\nby zero"),
            "crash",
            "The training process failed (ZeroDivisionError: division by zero). Expected a "
            "training without such an error. Do this: look for its cause in the log, then resume "
            "the run.",
        ),
    ],
)
def test_every_failure_has_a_code_and_plain_words(
    error: BaseException, code: str, message: str
) -> None:
    assert describe_failure(error) == {"code": code, "message": message}


def test_a_killed_run_names_want_of_memory_where_the_kernel_counted_one(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_status(run.folder, RunStatus(state="running", out_of_memory_kills=2))
    monkeypatch.setattr(status, "out_of_memory_kills", lambda: 2)
    assert run.status().message == (
        "The training process ended without saying why: it was killed, or the computer was "
        "switched off."
    )
    monkeypatch.setattr(status, "out_of_memory_kills", lambda: 3)
    assert run.status().message == (
        "The training process was killed, probably because the computer ran out of memory. Use a "
        "smaller batch size, image size or network."
    )
