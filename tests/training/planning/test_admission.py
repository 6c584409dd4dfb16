"""Checkpoints and weights from strangers are refused before TensorFlow is loaded; none runs."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.lib import format as npy
from tiny_runs import make_run, tiny_spec, write_images
from trap import Trap

from xraylib.errors import BundleError, RunError, XrayError
from xraylib.evaluation.predict import load_network
from xraylib.networks.trace import trace
from xraylib.networks.weights.weights_file import write_weights
from xraylib.training.config import TrainConfig
from xraylib.training.loop.checkpoint import Checkpoint, CheckpointStore
from xraylib.training.planning.admission import check_arrays, read_headers
from xraylib.training.run.runs import Run
from xraylib.training.run.status import write_status
from xraylib.training.run.weights_checksum import check_checksum, writing_weights
from xraylib.workspace import Workspace

PLACE = "000001-00000000"
END = ". Expected a complete checkpoint. Do this: start a new run with the same settings."
SGD = TrainConfig(optimizer="sgd", epochs=3)


def weights_of(run: Run) -> list[np.ndarray]:
    shapes = [weight.shape for row in trace(run.spec).rows for weight in row.weights]
    return [np.full(shape, 0.5, np.float32) for shape in shapes]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with a checkpoint after its first epoch, and weights; no test changes it."""
    folder = tmp_path_factory.mktemp("saved")
    images = write_images(folder / "images")
    made = make_run(Workspace(folder / "workspace"), images, tiny_spec(), optimizer="sgd")
    weights = weights_of(made)
    state = [*weights, np.array(6, np.int64), np.array(0.01, np.float32)]
    CheckpointStore(made.folder / "checkpoint").save(
        Checkpoint(
            epoch=1,
            step=0,
            state={
                "loss": 0.0, "right": 0, "best_loss": 0.5, "best_epoch": 1, "waited": 0,
                "numbers": {"epoch": 1}, "metrics_size": 0,
                "schedule": {"rate": 0.01, "best": None, "waited": 0},
            },
            arrays={
                "labels": np.zeros(0, np.int64),
                "probabilities": np.zeros((0, 2), np.float32),
                **{f"state_{i}": array for i, array in enumerate(state)},
                **{f"kept_{i}": array for i, array in enumerate(weights)},
            },
        )
    )  # fmt: skip
    with writing_weights(made) as file:
        write_weights(made.spec, weights, file)
    write_status(made.folder, replace(made.status(), state="stopped", has_model=True))
    return made


@pytest.fixture
def run(saved: Run, tmp_path: Path) -> Run:
    """The same, to be spoilt."""
    return Run(Path(shutil.copytree(saved.folder, tmp_path / "runs" / saved.id)))


def arrays_file(run: Run) -> Path:
    return run.folder / "checkpoint" / PLACE / "arrays.npz"


def check(run: Run) -> None:
    CheckpointStore(run.folder / "checkpoint").check(run.spec, run.train, classes=2, images=48)


def refused(run: Run) -> str:
    with pytest.raises(RunError) as caught:
        check(run)
    assert caught.value.code == "bad-checkpoint"
    start = f"The checkpoint {PLACE} cannot be read ("
    assert caught.value.message.startswith(start)
    assert caught.value.message.endswith(")" + END)
    return caught.value.message.removeprefix(start).removesuffix(")" + END)


def rewrite(run: Run, **changes: bytes | None) -> None:
    """Replaces members of the zip; None takes one out."""
    file = arrays_file(run)
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members |= {f"{name}.npy": data for name, data in changes.items() if data is not None}
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            if changes.get(name.removesuffix(".npy"), b"") is not None:
                archive.writestr(name, data)


def npy_file(kind: str, shape: tuple[int, ...], data: bytes) -> bytes:
    from io import BytesIO

    out = BytesIO()
    npy.write_array_header_1_0(out, {"descr": kind, "fortran_order": False, "shape": shape})
    return out.getvalue() + data


def test_what_training_saved_is_admitted(run: Run) -> None:
    check(run)
    assert run.folder.joinpath("checkpoint", PLACE).is_dir()
    found = CheckpointStore(run.folder / "checkpoint").load()
    assert found is not None
    assert found.arrays["kept_0"].shape == (5, 5, 1, 2)


def test_a_run_without_a_checkpoint_has_nothing_to_refuse(run: Run) -> None:
    shutil.rmtree(run.folder / "checkpoint")
    check(run)


def test_changed_bytes_are_refused(run: Run) -> None:
    file = arrays_file(run)
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)
    assert refused(run) in [f"arrays.npz: Bad CRC-32 for file 'state_{i}.npy'" for i in range(6)]


def test_no_changed_byte_of_the_numbers_goes_unseen(run: Run) -> None:
    file = arrays_file(run)
    good = file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        member = archive.getinfo("kept_2.npy")
    first = member.header_offset + 30 + len("kept_2.npy") + 128
    for place in range(first + 64, first + member.file_size - 128, 37):
        file.write_bytes(good[:place] + bytes([good[place] ^ 0x40]) + good[place + 1 :])
        assert refused(run) == "arrays.npz: Bad CRC-32 for file 'kept_2.npy'"


def test_a_pickle_in_place_of_numbers_is_refused_and_never_runs(run: Run, tmp_path: Path) -> None:
    sign = tmp_path / "ran"
    trap = pickle.dumps(np.array([Trap(sign)], object))
    rewrite(run, state_0=npy_file("|O", (1,), trap))
    assert refused(run) == "state_0.npy holds no plain numbers (object)"
    with pytest.raises(RunError):
        CheckpointStore(run.folder / "checkpoint").load()
    rewrite(run, state_0=trap)
    assert refused(run).startswith("arrays.npz: the magic string is not correct")
    arrays_file(run).write_bytes(trap)
    assert refused(run) == "arrays.npz: File is not a zip file"
    with pytest.raises(RunError):
        CheckpointStore(run.folder / "checkpoint").load()
    assert not sign.exists()


def test_the_trap_of_these_tests_would_have_sprung(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Trap(tmp_path / "ran")))
    assert (tmp_path / "ran").exists()


@pytest.mark.parametrize("shape", [(2**40,), (2**31, 2**31), (10**9, 10**9, 10**9)])
def test_giant_shapes_are_refused_without_making_room_for_them(
    run: Run, shape: tuple[int, ...]
) -> None:
    rewrite(run, state_0=npy_file("<f4", shape, bytes(200)))
    assert refused(run) == f"state_0.npy says {shape} and has 200 bytes"


def test_packed_numbers_are_refused_before_they_are_unpacked(run: Run) -> None:
    file = arrays_file(run)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("state_0.npy", npy_file("<f4", (2**22,), bytes(2**24)))
    assert refused(run) == "arrays.npz holds state_0.npy packed or encrypted"


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "state_00", "state_0.npy", "kept_-1"])
def test_unknown_names_are_refused(run: Run, name: str) -> None:
    rewrite(run, **{name: npy_file("<f4", (1,), bytes(4))})
    assert refused(run) == f"arrays.npz holds {name + '.npy'!r}, which does not belong there"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"kept_0": npy_file("<f4", (5, 5, 1, 3), bytes(300))},
            "kept_0 is float32 (5, 5, 1, 3) where float32 (5, 5, 1, 2) is needed",
        ),
        (
            {"kept_1": npy_file("<f8", (2,), bytes(16))},
            "kept_1 is float64 (2,) where float32 (2,) is needed",
        ),
        (
            {"kept_4": npy_file("<f4", (2,), bytes(8))},
            "it holds 5 arrays of weights where 4 are needed",
        ),
        ({"kept_1": None}, "arrays.npz lacks kept_1"),
        (
            {"state_0": npy_file("<f4", (2,), bytes(8))},
            "its state lacks an array float32 (5, 5, 1, 2)",
        ),
        (
            {"state_6": npy_file("<f4", (7,), bytes(28))},
            "its state holds an array float32 (7,) too many",
        ),
        (
            {f"state_{n}": npy_file("<i8", (2,), bytes(16)) for n in range(6, 99)},
            "its state holds an array int64 (2,) too many",
        ),
        (
            {"labels": npy_file("<i8", (49,), bytes(392))},
            "its labels are not those of at most 48 images",
        ),
        (
            {"probabilities": npy_file("<f4", (0, 3), b"")},
            "its probabilities are not 0 times 2 numbers",
        ),
        ({"state_0": npy_file(">f4", (2,), bytes(8))}, "state_0.npy holds no plain numbers (>f4)"),
    ],
)  # fmt: skip
def test_arrays_of_another_network_are_refused(
    run: Run, changes: dict[str, bytes | None], problem: str
) -> None:
    rewrite(run, **changes)
    assert refused(run) == problem


def test_links_are_refused(run: Run, tmp_path: Path) -> None:
    for name in ("arrays.npz", "state.json"):
        file = run.folder / "checkpoint" / PLACE / name
        shutil.move(file, tmp_path / name)
        file.symlink_to(tmp_path / name)
        assert refused(run) == f"{name} is a link"
        file.unlink()
        shutil.move(tmp_path / name, file)
    check(run)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epoch", 4), ("epoch", "1"), ("step", -1), ("loss", float("nan")), ("right", True),
        ("waited", None), ("numbers", []), ("metrics_size", 2**63), ("schedule", {"rate": "x"}),
        ("best_loss", "low"), ("best_epoch", 9),
    ],
)  # fmt: skip
def test_a_state_that_makes_no_sense_is_refused(run: Run, name: str, value: object) -> None:
    file = run.folder / "checkpoint" / PLACE / "state.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {name: value}))
    assert refused(run) == f"state.json has no {name} to go on from"


def test_a_state_without_end_is_refused(run: Run) -> None:
    (run.folder / "checkpoint" / PLACE / "state.json").write_bytes(b" " * 2**21)
    assert refused(run) == "state.json has more than 1024 KiB"


def test_changed_weights_are_refused(run: Run) -> None:
    check_checksum(run)
    with h5py.File(run.weights_file, "r+") as root:
        root["layers/conv2d/vars/0"][0, 0, 0, 0] = 7
    with pytest.raises(BundleError) as caught:
        load_network(run)
    assert caught.value.code == "unsafe-weights"
    assert caught.value.message == (
        "The weights file model.weights.h5 is not as training wrote it. Expected the SHA-256 sum "
        "in model.weights.sha256. Do this: do not use this file; train the network again or "
        "restore the file."
    )


def spoil_weights(run: Run, how: str, sign: Path) -> None:
    """A stranger's weights, who also made the sum anew."""
    kernel = "layers/conv2d/vars/0"
    with writing_weights(run) as file:
        if how == "pickle":
            file.write_bytes(pickle.dumps(Trap(sign)))
            return
        with h5py.File(file, "r+") as root:
            if how == "unknown":
                root["layers/other"] = np.zeros(3, np.float32)
                return
            del root[kernel]
            if how == "link":
                root[kernel] = h5py.ExternalLink("/etc/passwd", "/x")
            elif how == "external":
                root.create_dataset(kernel, (5, 5, 1, 2), "<f4", external=[("/etc/passwd", 0, 200)])
            elif how == "giant":
                root.create_dataset(kernel, (2**40, 2**20), "<f4", chunks=(1, 1))


SPOILT = {
    "pickle": "The weights file model.weights.h5 cannot be read (",
    "unknown": "The weights file model.weights.h5 holds 'layers/other', which this network does",
    "link": "The weights file model.weights.h5 holds a link at 'layers/conv2d/vars/0'. Expected",
    "external": "The weights file model.weights.h5 keeps the numbers of 'layers/conv2d/vars/0' in "
    "another file. Expected",
    "giant": "The weights file model.weights.h5 keeps the numbers of 'layers/conv2d/vars/0' in "
    "compressed or separate pieces. Expected",
}


@pytest.mark.parametrize("how", SPOILT)
def test_weights_from_strangers_are_refused_by_evaluation(
    run: Run, tmp_path: Path, how: str
) -> None:
    spoil_weights(run, how, tmp_path / "ran")
    with pytest.raises(BundleError) as caught:
        load_network(run)
    assert caught.value.message.startswith(SPOILT[how])
    assert not (tmp_path / "ran").exists()


TRIES = """
import sys
from pathlib import Path
from xraylib.errors import XrayError
from xraylib.training.run.runs import Run
run = Run(Path(sys.argv[1]))

def resume():
    from xraylib.training.loop.session import train
    train(run, None)

def evaluate():
    from xraylib.evaluation.predict import load_network
    load_network(run)

def publish():
    from xraylib.models.assemble import write_draft
    folder = run.folder / "draft"
    folder.mkdir()
    write_draft(run, folder, name="x")

for attempt in (resume, evaluate, publish):
    try:
        attempt()
    except XrayError as error:
        loaded = {"tensorflow", "keras"} & set(sys.modules)
        print(attempt.__name__, error.code, sorted(loaded))
"""


def test_resume_evaluation_and_publishing_refuse_before_tensorflow_is_loaded(
    run: Run, tmp_path: Path
) -> None:
    spoil_weights(run, "link", tmp_path / "ran")
    rewrite(run, state_0=npy_file("|O", (1,), pickle.dumps(Trap(tmp_path / "ran"))))
    done = subprocess.run(
        [sys.executable, "-c", TRIES, str(run.folder)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "resume bad-checkpoint []",
        "evaluate unsafe-weights []",
        "publish unsafe-weights []",
    ]
    assert not (tmp_path / "ran").exists()


@pytest.mark.xdist_group("tensorflow")
@pytest.mark.parametrize(
    ("kind", "optimizer"),
    [
        ("plain", "adam"), ("plain", "sgd"), ("plain", "rmsprop"), ("dropout", "adam"),
        pytest.param("phases", "adam", marks=pytest.mark.long),
    ],
)  # fmt: skip
def test_the_state_of_every_network_is_admitted(tmp_path: Path, kind: str, optimizer: str) -> None:
    from fine_tuned import backbone_spec

    from xraylib.training.loop.network import Network

    spec = backbone_spec() if kind == "phases" else tiny_spec(dropout=kind == "dropout")
    config = replace(SGD, optimizer=optimizer, head_epochs=int(kind == "phases"))  # type: ignore[arg-type]
    network = Network(spec, config)
    store = CheckpointStore(tmp_path / "checkpoint")
    arrays = {"labels": np.zeros(8, np.int64), "probabilities": np.zeros((8, 2), np.float32)}
    arrays |= {f"state_{i}": value for i, value in enumerate(network.state())}
    arrays |= {f"kept_{i}": value for i, value in enumerate(network.weights())}
    store.save(Checkpoint(epoch=1, step=1, state={}, arrays=arrays))
    headers = read_headers(tmp_path / "checkpoint" / "000001-00000001" / "arrays.npz")
    check_arrays(headers, spec, config, classes=2, images=8)


def test_an_error_of_the_check_is_one_of_ours(run: Run) -> None:
    for size in range(0, arrays_file(run).stat().st_size, 211):
        file = arrays_file(run)
        good = file.read_bytes()
        file.write_bytes(good[:size])
        with pytest.raises(XrayError):
            check(run)
        file.write_bytes(good)
