"""A weights file is refused unless it is exactly what the network needs. No TensorFlow here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from xraylib.errors import BundleError, SpecError
from xraylib.networks.declaration.effect import Weight
from xraylib.networks.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Input,
    Residual,
)
from xraylib.networks.presets import preset
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace
from xraylib.networks.weights.weights_file import (
    check_weights,
    expected_weights,
    read_weights,
    write_weights,
)

SPEC = ModelSpec(
    name="n",
    layers=(
        Input(shape=(8, 8, 1)),
        Conv2D(filters=2, kernel_size=3),
        BatchNormalization(),
        Conv2D(filters=3, kernel_size=3, use_bias=False),
        Dropout(rate=0.2),
        Flatten(),
        Dense(units=3),
    ),
)
KERNEL = "layers/conv2d/vars/0"


def _write(group: h5py.Group, tree) -> None:
    for name, part in tree.items():
        if isinstance(part, Weight):
            group[name] = np.zeros(part.shape, np.float32)
        else:
            _write(group.create_group(name), part)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A file as Keras writes it (``test_model_keras`` compares the two)."""
    file = tmp_path / "model.weights.h5"
    with h5py.File(file, "w") as root:
        _write(root, expected_weights(SPEC))
    return file


def test_arrays_alone_make_the_file_that_holds_them(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    shapes = [weight.shape for row in trace(SPEC).rows for weight in row.weights]
    arrays = [random.random(shape, np.float32) for shape in shapes]
    file = tmp_path / "written.weights.h5"
    write_weights(SPEC, arrays, file)
    check_weights(file, SPEC)
    with h5py.File(file) as root:
        assert np.array_equal(root[KERNEL], arrays[0])
        assert np.array_equal(root["layers/dense/vars/1"], arrays[-1])
    with pytest.raises(ValueError, match="more arrays"):
        write_weights(SPEC, [*arrays, arrays[0]], file)
    with pytest.raises(ValueError, match="vars/0 is"):
        write_weights(SPEC, arrays[1:], file)
    assert [entry.name for entry in tmp_path.iterdir()] == [file.name]


def _refused(file: Path, spec: ModelSpec = SPEC) -> str:
    with pytest.raises(BundleError) as caught:
        check_weights(file, spec)
    assert caught.value.code == "unsafe-weights"
    end = (
        ". Expected weights that this program wrote for this network, and nothing else. "
        "Do this: do not use this file; train the network again or restore the file."
    )
    start = "The weights file model.weights.h5 "
    assert caught.value.message.startswith(start)
    assert caught.value.message.endswith(end)
    return caught.value.message.removeprefix(start).removesuffix(end)


def test_what_the_network_needs_is_accepted(weights: Path) -> None:
    check_weights(weights, SPEC)


def test_the_expected_arrays_are_those_of_the_layers() -> None:
    layers = expected_weights(SPEC)["layers"]
    assert list(layers) == [
        "input_layer",
        "conv2d",
        "batch_normalization",
        "conv2d_1",
        "dropout",
        "flatten",
        "dense",
    ]
    assert [weight.shape for weight in layers["conv2d_1"]["vars"].values()] == [(3, 3, 2, 3)]
    assert [weight.shape for weight in layers["batch_normalization"]["vars"].values()] == [(2,)] * 4


def _replace(file: Path, name: str, make) -> None:
    with h5py.File(file, "r+") as root:
        del root[name]
        make(root)


def test_links_are_refused(weights: Path, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["secret"] = np.zeros((3, 3, 1, 2), np.float32)

    def external(root):
        root[KERNEL] = h5py.ExternalLink(str(tmp_path / "other.h5"), "/secret")

    def soft(root):
        root[KERNEL] = h5py.SoftLink("/layers/conv2d/vars/1")

    for make in (external, soft):
        _replace(weights, KERNEL, make)
        assert _refused(weights) == f"holds a link at '{KERNEL}'"


def test_a_link_in_place_of_a_group_is_refused(weights: Path) -> None:
    def soft(root):
        root["layers/conv2d"] = h5py.SoftLink("/layers/conv2d_1")

    _replace(weights, "layers/conv2d", soft)
    assert _refused(weights) == "holds a link at 'layers/conv2d'"


def test_numbers_in_another_file_are_refused(weights: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"x" * 72)

    def external(root):
        root.create_dataset(
            KERNEL, (3, 3, 1, 2), "<f4", external=[(str(secret), 0, h5py.h5f.UNLIMITED)]
        )

    def virtual(root):
        layout = h5py.VirtualLayout((3, 3, 1, 2), "<f4")
        layout[...] = h5py.VirtualSource(str(tmp_path / "o.h5"), "x", (3, 3, 1, 2))
        root.create_virtual_dataset(KERNEL, layout)

    for make in (external, virtual):
        _replace(weights, KERNEL, make)
        assert _refused(weights) == f"keeps the numbers of '{KERNEL}' in another file"


def test_compressed_numbers_are_refused(weights: Path) -> None:
    _replace(
        weights,
        KERNEL,
        lambda root: root.create_dataset(KERNEL, (3, 3, 1, 2), "<f4", compression="gzip"),
    )
    assert _refused(weights) == (
        f"keeps the numbers of '{KERNEL}' in compressed or separate pieces"
    )


@pytest.mark.parametrize(
    ("shape", "kind", "problem"),
    [
        (
            (3, 3, 1, 3),
            "<f4",
            f"holds (3, 3, 1, 3) numbers at '{KERNEL}' where (3, 3, 1, 2) are needed",
        ),
        (
            (18,),
            "<f4",
            f"holds (18,) numbers at '{KERNEL}' where (3, 3, 1, 2) are needed",
        ),
        (
            (3, 3, 1, 2),
            "<f8",
            f"holds numbers of another type at '{KERNEL}' (float64, not float32)",
        ),
        (
            (3, 3, 1, 2),
            ">f4",
            f"holds numbers of another type at '{KERNEL}' (>f4, not float32)",
        ),
        (
            (3, 3, 1, 2),
            h5py.string_dtype(),
            f"holds numbers of another type at '{KERNEL}' (object, not float32)",
        ),
    ],
)
def test_other_shapes_and_types_are_refused(weights: Path, shape, kind, problem) -> None:
    _replace(weights, KERNEL, lambda root: root.create_dataset(KERNEL, shape, kind))
    assert _refused(weights) == problem


def test_unknown_and_missing_names_are_refused(weights: Path) -> None:
    with h5py.File(weights, "r+") as root:
        root["layers/conv2d/vars/7"] = np.zeros(3, np.float32)
    assert _refused(weights) == ("holds 'layers/conv2d/vars/7', which this network does not have")
    with h5py.File(weights, "r+") as root:
        root.move("layers/conv2d/vars/7", "other")
    assert _refused(weights) == "holds 'other', which this network does not have"
    with h5py.File(weights, "r+") as root:
        del root["other"]
        del root["layers/dense"]
    assert _refused(weights) == "lacks 'layers/dense'"


def test_a_name_in_place_of_another_is_refused(weights: Path) -> None:
    with h5py.File(weights, "r+") as root:
        root.move("layers/conv2d/vars/1", b"layers/conv2d/vars/\xff")
    assert _refused(weights) == (
        "holds 'layers/conv2d/vars/\\\\xff', which this network does not have"
    )


def test_a_group_that_holds_itself_is_refused(weights: Path) -> None:
    with h5py.File(weights, "r+") as root:
        root["layers/flatten/vars/again"] = root["layers"]
    assert _refused(weights) == (
        "holds 'layers/flatten/vars/again', which this network does not have"
    )


def test_groups_and_arrays_are_not_taken_for_one_another(weights: Path) -> None:
    _replace(weights, KERNEL, lambda root: root.create_group(KERNEL))
    assert _refused(weights) == f"holds no numbers at '{KERNEL}'"
    _replace(weights, "layers/dense", lambda root: root.create_dataset("layers/dense", (3,)))
    assert _refused(weights).startswith(("holds no numbers at", "holds no group at"))


def test_attributes_of_an_array_are_refused(weights: Path) -> None:
    with h5py.File(weights, "r+") as root:
        root[KERNEL].attrs["dtype"] = "bfloat16"
    assert _refused(weights) == f"holds attributes at '{KERNEL}'"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", b"\x89HDF\r\n\x1a\n" + b"\xff" * 512])
def test_what_is_no_hdf5_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "model.weights.h5"
    file.write_bytes(content)
    assert _refused(file).startswith("cannot be read (")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert _refused(tmp_path / "model.weights.h5").startswith("cannot be read (")


def test_a_cut_file_is_refused(weights: Path) -> None:
    content = weights.read_bytes()
    for length in range(0, len(content), 997):
        weights.write_bytes(content[:length])
        assert _refused(weights).startswith("cannot be read (")


def test_weights_of_another_network_are_refused(weights: Path) -> None:
    assert _refused(weights, preset("lesson-cnn")) == (
        "holds 'layers/batch_normalization', which this network does not have"
    )


def test_an_impossible_network_has_no_weights(weights: Path) -> None:
    with pytest.raises(SpecError, match="does not fit"):
        check_weights(weights, SPEC.with_input_shape((2, 2, 1)))


def test_the_check_loads_neither_tensorflow_nor_keras() -> None:
    code = (
        "import sys; from pathlib import Path; from xraylib.networks.presets import preset\n"
        "from xraylib.networks.weights.weights_file import check_weights\n"
        "try: check_weights(Path('missing.weights.h5'), preset('lesson-cnn'))\n"
        "except Exception: pass\n"
        "print('h5py' in sys.modules, {'keras', 'tensorflow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True set()"


def test_all_arrays_are_read_in_the_order_of_the_layers_and_no_more_than_asked(
    tmp_path: Path,
) -> None:
    file = tmp_path / "model.weights.h5"
    block = Residual((Conv2D(3, 3, strides=2, padding="same"), BatchNormalization()))
    spec = SPEC.with_layers((*SPEC.layers[:4], block, *SPEC.layers[4:]))
    shapes = [weight.shape for row in trace(spec).rows for weight in row.weights]
    arrays = [np.full(shape, number, np.float32) for number, shape in enumerate(shapes)]
    write_weights(spec, arrays, file)
    found = read_weights(file, spec)
    assert len(found) == len(arrays)
    assert all(np.array_equal(*pair) for pair in zip(found, arrays, strict=True))
    some = read_weights(file, spec, most=sum(array.nbytes for array in arrays[:3]))
    assert [one is None for one in some] == [False] * 3 + [True] * (len(arrays) - 3)
    with pytest.raises(BundleError):
        read_weights(file, spec.with_layers((*spec.layers[:-1], Dense(units=4))))
