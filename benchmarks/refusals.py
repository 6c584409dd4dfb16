"""How long strangers' weights and models take to be refused; target: 2 s each.

    python benchmarks/refusals.py

Weights of a run are changed, replaced by a pickle, given links, storage in another file, a giant
shape and an unknown name; a published model is changed, given a file too many, and networks that
are a pickle or nonsense, with sums that fit. What is counted is the whole command, from its start
to its refusal, and beside it the check alone. Also printed is whether TensorFlow was loaded.
Exits with 1 if anything was accepted, took longer, or loaded it.
"""

from __future__ import annotations

import pickle
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

import h5py
import numpy as np
from trap import Trap

from xraylib.models.manifest import write_manifest
from xraylib.networks.trace import trace
from xraylib.networks.weights.weights_file import write_weights
from xraylib.settings import SHIPPED_MODELS
from xraylib.training.run.runs import Run
from xraylib.training.run.status import write_status
from xraylib.training.run.weights_checksum import writing_weights
from xraylib.workspace import Workspace

PROJECT = Path(__file__).resolve().parent.parent
WANTED = 2.0
KERNEL = "layers/dense/vars/0"
PROGRAM = """
import sys, time
from pathlib import Path
from xraylib.errors import XrayError
start = time.perf_counter()
try:
    if sys.argv[1] == "evaluate":
        from xraylib.evaluation.predict import load_network
        from xraylib.training.run.runs import Run
        load_network(Run(Path(sys.argv[2])))
    else:
        from xraylib.models.verify import verify_bundle
        verify_bundle(sys.argv[2])
    code = "accepted"
except XrayError as error:
    code = error.code
print(code, time.perf_counter() - start, "tensorflow" in sys.modules)
"""


def trained(folder: Path) -> Run:
    """A run with weights of zeros."""
    from made_runs import draw_noise, made_run

    run = made_run(Workspace(folder / "workspace"), draw_noise(folder / "films"))
    shapes = [weight.shape for row in trace(run.spec).rows for weight in row.weights]
    with writing_weights(run) as file:
        write_weights(run.spec, [np.zeros(shape, np.float32) for shape in shapes], file)
    write_status(run.folder, replace(run.status(), state="stopped", has_model=True))
    return run


def spoil_weights(how: str, run: Run, sign: Path) -> None:
    """A stranger's weights; but for changed bytes, the sum beside them is made anew."""
    if how == "changed bytes":
        data = bytearray(run.weights_file.read_bytes())
        data[len(data) // 2] ^= 1
        run.weights_file.write_bytes(bytes(data))
        return
    with writing_weights(run) as file:
        if how == "pickle":
            file.write_bytes(pickle.dumps(Trap(sign)))
            return
        with h5py.File(file, "r+") as root:
            shape = root[KERNEL].shape
            if how == "unknown name":
                root["layers/other"] = np.zeros(3, np.float32)
                return
            del root[KERNEL]
            if how == "link":
                root[KERNEL] = h5py.ExternalLink("/etc/passwd", "/x")
            elif how == "storage elsewhere":
                store = [("/etc/passwd", 0, h5py.h5f.UNLIMITED)]
                root.create_dataset(KERNEL, shape, "<f4", external=store)
            else:
                root.create_dataset(KERNEL, (2**40, 2**20), "<f4", chunks=(1, 1))


def spoil_model(how: str, folder: Path, sign: Path) -> None:
    """A stranger's published model; but for changed bytes, its manifest is made anew."""
    model = folder / "model.tflite"
    data = bytearray(model.read_bytes())
    if how == "changed bytes":
        data[len(data) // 2] ^= 1
        model.write_bytes(bytes(data))
        return
    if how == "file too many":
        (folder / "more.py").write_text("1")
    elif how == "pickle":
        model.write_bytes(pickle.dumps(Trap(sign)))
    else:
        data[64:1024] = b"\xff" * 960
        model.write_bytes(bytes(data))
    write_manifest(folder)


def main() -> int:
    """Measures and prints."""
    good = True

    def attempt(what: str, how: str, folder: Path, spoil: Callable[[Path], None]) -> None:
        nonlocal good
        sign = folder.parent / "ran"
        spoil(sign)
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, what, str(folder)],
            check=True,
            capture_output=True,
            text=True,
        )
        whole = time.perf_counter() - start
        code, check, loaded = done.stdout.split()
        fine = code != "accepted" and whole <= WANTED and loaded == "False" and not sign.exists()
        good &= fine
        print(
            f"{what:<9}{how:<19}{code:<16}{whole:5.2f} s, the check {float(check):.2f} s"
            f"   TensorFlow loaded: {loaded}   {'yes' if fine else 'NO'}",
            flush=True,
        )

    with tempfile.TemporaryDirectory() as name:
        run = trained(Path(name))
        ways = ("changed bytes", "pickle", "link", "storage elsewhere", "giant shape")
        for number, how in enumerate((*ways, "unknown name")):
            copy = Run(Path(shutil.copytree(run.folder, Path(name) / str(number) / run.id)))
            attempt("evaluate", how, copy.folder, partial(spoil_weights, how, copy))
        for number, how in enumerate(("changed bytes", "file too many", "pickle", "nonsense")):
            place = Path(name) / f"model-{number}" / "1"
            shutil.copytree(SHIPPED_MODELS / "phantom-demo" / "1", place)
            attempt("verify", how, place, partial(spoil_model, how, place))
    print(f"Refused within {WANTED:g} s each:", "yes" if good else "NO")
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
