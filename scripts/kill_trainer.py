"""Kills trainers with SIGKILL and compares what they learn in the end with an undisturbed run.

    python scripts/kill_trainer.py [--random 100] [--named all] [--seed 0] [--json]

Each case trains the same small network (BatchNormalization, Dropout, augmentation, Adam, a cosine)
on the sample data, is killed, goes on, and must end with the same bits: every array of the last
checkpoint (weights, optimizer, random number generators), every number of every step and epoch,
each told once, every prediction. Between death and return the run must call itself interrupted.

Random cases are killed a random time after a random line of ``metrics.jsonl`` appeared, or while
images are read and the network is built; one that ended before its kill does not count, and
another is drawn. Named ones are killed at the worst moments (``MOMENTS``). Threads and kernels
are those of ordinary training; checkpoints and steps are written as often as possible, instead of
every 15 and 0.2 seconds. For Linux: trainers are forked from this process, which has imported
TensorFlow and done nothing with it, so one case takes seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

SIDE = 32
EPOCHS = 5
BATCH_SIZE = 16
TIMES = ("time", "seconds", "val_seconds", "rss_bytes", "rss_anon_bytes", "cpu_percent")


def die() -> None:
    """At once, without a word."""
    os.kill(os.getpid(), signal.SIGKILL)


def _at(owner: Any, name: str, count: int, moment: Callable[..., None], *, after: bool) -> None:
    """Replaces a function so that its ``count``-th call kills, before or after its work."""
    original = getattr(owner, name)
    calls = 0

    def mortal(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == count and not after:
            moment(*args, **options)
        result = original(*args, **options)
        if calls == count and after:
            moment(*args, **options)
        return result

    setattr(owner, name, mortal)


def _kill(*_: Any, **__: Any) -> None:
    die()


def _half_event(progress: Any, event: Any) -> None:
    line = json.dumps(dict(event)).encode()
    progress._metrics.write(line[: len(line) // 2])
    die()


def _half_arrays(file: Any, **_: Any) -> None:
    file.write(b"PK half an archive")
    file.flush()
    die()


def prepare_moment(name: str, count: int) -> None:
    """Arms this process to die at a named moment."""
    from xraylib.training.loop import checkpoint, network, session
    from xraylib.training.loop.checkpoint import CheckpointStore
    from xraylib.training.process import progress

    step = network.Network
    cases: dict[str, tuple[Any, str, Callable[..., None], bool]] = {
        "before a checkpoint": (CheckpointStore, "save", _kill, False),
        "in the arrays of a checkpoint": (checkpoint.np, "savez", _half_arrays, False),
        "before a checkpoint's rename": (Path, "rename", _kill, False),
        "after a checkpoint's rename": (Path, "rename", _kill, True),
        "after a checkpoint": (CheckpointStore, "save", _kill, True),
        "while appending an event": (progress.Progress, "event", _half_event, False),
        "after appending an event": (progress.Progress, "event", _kill, True),
        "in a step": (step, "train_batch", _kill, True),
        "in validation": (step, "test_batch", _kill, True),
        "before the export": (step, "save_weights", _kill, False),
        "after the weights of the export": (step, "save_weights", _kill, True),
        "before the predictions": (session, "write_predictions", _kill, False),
        "after the evaluation": (session, "write_json", _kill, True),
        "before the last word": (progress.Progress, "finish", _kill, False),
    }
    owner, attribute, moment, after = cases[name]
    # `write_json` is called once for the cache's key and then for the evaluation.
    once = name in MOMENTS_AT_THE_END
    number = 2 if name == "after the evaluation" else 1 if once else count
    if name == "in validation":  # one batch an epoch
        number = min(count, EPOCHS - 1)
    _at(owner, attribute, number, moment, after=after)


MOMENTS_AT_THE_END = (
    "before the export",
    "after the weights of the export",
    "before the predictions",
    "after the evaluation",
    "before the last word",
)
MOMENTS = (
    "before a checkpoint",
    "in the arrays of a checkpoint",
    "before a checkpoint's rename",
    "after a checkpoint's rename",
    "after a checkpoint",
    "while appending an event",
    "after appending an event",
    "in a step",
    "in validation",
    *MOMENTS_AT_THE_END,
)


def make(workspace: Any, origin: Any = None) -> Any:
    """The run, or another one like it."""
    from xraylib.augmentation.augment import AUGMENT_PRESETS
    from xraylib.datasets.scan import scan
    from xraylib.datasets.split import make_split
    from xraylib.images.prepare import Preparation
    from xraylib.networks import layers
    from xraylib.networks.spec import ModelSpec
    from xraylib.training.config import TrainConfig
    from xraylib.training.run.create import create_run
    from xraylib.training.run.derived import clone_run

    if origin is not None:
        return clone_run(origin)
    index = scan(PROJECT / "sample_data")
    network = ModelSpec(
        name="mortal",
        layers=(
            layers.Input(shape=(SIDE, SIDE, 1)),
            layers.Rescaling(scale=1 / 255),
            layers.Conv2D(filters=4, kernel_size=3, strides=2, activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(pool_size=3),
            layers.Flatten(),
            layers.Dropout(rate=0.3),
            layers.Dense(units=len(index.classes), activation="softmax"),
        ),
    )
    return create_run(
        spec=network,
        train=TrainConfig(
            epochs=EPOCHS,
            batch_size=BATCH_SIZE,
            seed=5,
            learning_rate=0.01,
            schedule="cosine",
            early_stopping_patience=EPOCHS,
        ),
        index=index,
        split=make_split(index),
        preparation=Preparation(image_size=(SIDE, SIDE)),
        augment=AUGMENT_PRESETS["strong"],
        workspace=workspace,
    )


def trainer(
    run: Any, arm: Callable[[], None] | None = None, moment: tuple[int, float] | None = None
) -> int:
    """A trainer in a process of its own, to its end; its exit code, negative for a signal.

    Args:
        run: What it trains.
        arm: Called in the process before it begins.
        moment: When to kill it: so many seconds after so many lines of ``metrics.jsonl``.
    """
    child = os.fork()
    if child == 0:
        code = 70
        try:
            log = os.open(run.folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 1)
            os.dup2(log, 2)
            from xraylib.training.loop import checkpoint
            from xraylib.training.process import progress
            from xraylib.training.process.trainer import main

            checkpoint.EVERY_SECONDS = 0.0  # type: ignore[misc]
            progress._STEP_EVENT_SECONDS = 0.0  # type: ignore[misc]
            if arm is not None:
                arm()
            code = main([str(run.folder)])
        finally:
            os._exit(code)
    if moment is not None:
        lines, delay = moment
        metrics = run.folder / "metrics.jsonl"
        while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            if not lines or (metrics.exists() and metrics.read_bytes().count(b"\n") >= lines):
                time.sleep(delay)
                break
            time.sleep(0.0005)
        os.kill(child, signal.SIGKILL)  # at the worst a zombie, until the next line
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def random_moment(reference: Any) -> tuple[int, float]:
    """A moment somewhere in the life of a trainer, as the undisturbed one told of it."""
    times = [event["time"] for event in reference.events()[0]]
    lines = random.randint(-len(times) // 6, len(times) - 1)
    if lines <= 0:  # one in seven dies before its first step
        return 0, random.uniform(0.02, times[0] - reference.status().started)
    return lines, random.uniform(0, 2 * (times[-1] - times[0]) / len(times))


def learnt(run: Any) -> dict[str, Any]:
    """Every number that a run has."""
    from xraylib.training.loop.checkpoint import CheckpointStore

    found = CheckpointStore(run.folder / "checkpoint").load()
    predictions = run.predictions()
    if found is None or predictions is None:
        return {}
    arrays = {f"array {k}": (v.dtype.str, v.tobytes()) for k, v in found.arrays.items()}
    told = [
        {k: v for k, v in e.items() if k not in TIMES}
        for e in run.events()[0]
        if e["event"] != "finished"  # it names the run
    ]
    return {
        **arrays,
        "events": told,
        "predictions": predictions.to_pydict(),
        "evaluation": run.evaluation(),
    }


def one_case(reference: Any, name: str, **how: Any) -> dict[str, Any]:
    """Kills one trainer, lets the run go on, compares."""
    run = make(None, reference)
    code = trainer(run, **how)
    state, epochs = run.status().state, len(run.epochs())
    killed = code == -signal.SIGKILL
    problems = []
    if killed and state not in ("interrupted", "queued", "finished"):
        problems.append(f"called itself {state} after its death")
    if state != "finished" and trainer(run) != 0:
        problems.append(f"did not go on: {run.log_tail()[-300:]}")
    ours, theirs = learnt(run), learnt(reference)
    problems += [f"{key} differs" for key in theirs if ours.get(key) != theirs[key]]
    shutil.rmtree(run.folder)
    return {
        "case": name,
        "killed": killed,
        "state": state,
        "epochs": epochs,
        "equal": not problems,
        "problems": problems[:4],
    }


def main() -> int:
    """Runs the cases; 0 if all are equal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--random", type=int, default=100, help="kills at random moments")
    parser.add_argument("--named", default="all", help="all, none, or names separated by commas")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import_module("xraylib.training.loop.network")  # and with it TensorFlow, once for all trainers
    from xraylib.workspace import Workspace

    random.seed(arguments.seed)
    named = {"all": MOMENTS, "none": ()}.get(arguments.named) or tuple(
        name for name in arguments.named.split(",") if name != "none"
    )
    results = []
    with tempfile.TemporaryDirectory() as folder:
        reference = make(Workspace(Path(folder)))
        if trainer(reference) != 0:
            raise SystemExit(reference.log_tail())
        for name in named:
            count = random.randint(2, 12)
            arm = lambda name=name, count=count: prepare_moment(name, count)  # noqa: E731
            results.append(one_case(reference, name, arm=arm))
            tell(results[-1], quiet=arguments.json)
        wanted = arguments.random
        for _ in range(2 * wanted):  # no more, or a machine that is too fast would never end
            if not wanted:
                break
            lines, delay = moment = random_moment(reference)
            name = f"{delay * 1000:.0f} ms after line {lines}"
            result = one_case(reference, name, moment=moment)
            wanted -= result["killed"]
            if result["killed"] or not result["equal"]:
                results.append(result)
            tell(result, quiet=arguments.json)
    equal = sum(result["equal"] for result in results)
    killed = sum(result["killed"] for result in results)
    if arguments.json:
        print(json.dumps(results))
    else:
        print(f"{killed} killed, {equal} of {len(results)} bit-equal to the undisturbed run")
    return 0 if equal == len(results) else 1


def tell(result: dict[str, Any], *, quiet: bool) -> None:
    """One line about one case."""
    if not quiet:
        word = "equal" if result["equal"] else "; ".join(result["problems"])
        died = f"died in epoch {result['epochs'] + 1}" if result["killed"] else "not killed"
        print(f"{result['case']:<34} {died:<16} {result['state']:<12} {word}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
