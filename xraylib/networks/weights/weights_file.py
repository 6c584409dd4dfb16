"""Weights in a file, and the check that a file holds nothing else.

Keras keeps weights in HDF5, one group a layer: ``layers/conv2d_1/vars/0``. HDF5 can do far more
than that (links to other files, storage in other files, compression that unpacks to terabytes),
and weights files have been used to read strangers' files and to exhaust memory (CVE-2026-0897,
CVE-2026-1669). So a file is opened with h5py alone first and refused unless it is exactly what
the network's arithmetic says it must be.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xraylib.errors import BundleError
from xraylib.extras import require
from xraylib.networks.declaration.effect import Part, Weight
from xraylib.networks.render.keras_names import snake_case
from xraylib.networks.trace import check, trace
from xraylib.regular import regular

if TYPE_CHECKING:
    import keras
    import numpy.typing as npt

    from xraylib.networks.spec import ModelSpec

Tree = Mapping[str, "Tree | Weight"]


def save_weights(model: keras.Model, file: Path) -> None:
    """Writes the weights of a model's layers, nothing of its optimizer, in one step.

    Args:
        model: Made by ``xraylib.networks.render.keras_model.build``.
        file: Ends in ``.weights.h5``; replaced if it is there.
    """
    import keras

    bare = keras.Model(model.inputs, model.outputs)  # the same layers without an optimizer
    draft = file.with_name(f".{secrets.token_hex(4)}.{file.name}")
    try:
        bare.save_weights(draft)
        with draft.open("rb+") as handle:
            os.fsync(handle.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def write_weights(spec: ModelSpec, arrays: Sequence[npt.NDArray[Any]], file: Path) -> None:
    """Writes the file that ``save_weights`` writes, from arrays alone: without TensorFlow.

    Args:
        spec: The network.
        arrays: All its weights in the order of its layers, as ``model.weights`` has them.
        file: Ends in ``.weights.h5``; replaced if it is there.

    Raises:
        ValueError: The arrays are not those of the network.
    """
    import h5py

    rest = iter(arrays)

    def write(group: Any, tree: Tree) -> None:
        for name, part in tree.items():
            if isinstance(part, Weight):
                array = next(rest, None)
                if array is None or array.shape != part.shape:
                    raise ValueError(f"{group.name}/{name} is {part.shape}, not {array!r:.80}")
                group.create_dataset(name, data=array)
            else:
                write(group.create_group(name), part)

    draft = file.with_name(f".{secrets.token_hex(4)}.{file.name}")
    try:
        with h5py.File(draft, "w") as root:
            write(root, expected_weights(spec))
        if next(rest, None) is not None:
            raise ValueError("there are more arrays than the network has weights")
        with draft.open("rb+") as handle:
            os.fsync(handle.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def load_weights(model: keras.Model, file: Path, spec: ModelSpec) -> None:
    """Reads weights into a model after ``check_weights``.

    Args:
        model: Made by ``build(spec)``.
        file: Written by ``save_weights``.
        spec: The network.

    Raises:
        BundleError: code ``unsafe-weights``.
    """
    check_weights(file, spec)
    model.load_weights(file)


def check_weights(file: Path, spec: ModelSpec) -> None:
    """Refuses a weights file that is not exactly what this network needs. Without TensorFlow.

    Args:
        file: An HDF5 file as Keras writes it, ending in ``.weights.h5``.
        spec: The network that it must fit.

    Raises:
        BundleError: code ``unsafe-weights``: no HDF5 file, a link, storage outside the file or
            in pieces, an unknown or missing name, another shape or type of numbers.
        SpecError: The network itself is impossible.
        InstallationError: code ``no-tensorflow``: h5py comes with it.
    """
    require("train")
    import h5py

    expected = expected_weights(spec)
    try:
        with h5py.File(regular(file), "r") as root:
            _check_group(root, expected, "")
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise _unsafe(file, f"cannot be read ({error})") from None
    except _Unfit as problem:
        raise _unsafe(file, str(problem)) from None


def read_weights(
    file: Path, spec: ModelSpec, *, most: int | None = None
) -> list[npt.NDArray[np.float32] | None]:
    """All arrays of a network in the order of its layers. Without TensorFlow.

    Args:
        file: Written by ``save_weights``.
        spec: The network.
        most: Bytes that are read; None for all.

    Returns:
        As ``model.weights`` has them; None for one with which there would be more than ``most``.

    Raises:
        BundleError: code ``unsafe-weights``.
        SpecError: The network is impossible.
        InstallationError: code ``no-tensorflow``: h5py comes with it.
    """
    check_weights(file, spec)
    import h5py

    found: list[npt.NDArray[np.float32] | None] = []
    left = most
    with h5py.File(regular(file), "r") as root:
        for place in array_places(_parts(spec)):
            array = root[place]
            if left is not None and array.nbytes > left:
                found.append(None)
                continue
            left = None if left is None else left - array.nbytes
            found.append(np.asarray(array, dtype=np.float32))
    return found


def expected_weights(spec: ModelSpec) -> Tree:
    """What Keras writes for a network: groups as mappings, arrays as ``Weight``.

    Raises:
        SpecError: The network is impossible.
    """
    check(spec)
    return _model(_parts(spec))


def _parts(spec: ModelSpec) -> list[Part]:
    return [
        Part(row.layer.keras_class or row.kind, row.weights, row.parts) for row in trace(spec).rows
    ]


def array_places(parts: Iterable[Part]) -> list[str]:
    """Where Keras writes the arrays of a model of these layers, in their order."""
    return list(_places(_model(parts), ""))


def _places(tree: Tree | Weight, path: str) -> Iterator[str]:
    if isinstance(tree, Weight):
        yield path
        return
    for name, below in tree.items():
        yield from _places(below, f"{path}/{name}" if path else name)


def _model(parts: Iterable[Part]) -> Tree:
    groups: dict[str, Tree] = {}
    seen: dict[str, int] = {}
    for part in parts:
        name = snake_case(part.kind)
        count = seen.get(name, 0)
        seen[name] = count + 1
        variables = {str(number): weight for number, weight in enumerate(part.weights)}
        own = _model(part.parts) if part.parts else {"vars": variables}
        groups[f"{name}_{count}" if count else name] = own
    return {"layers": groups, "vars": {}}


class _Unfit(Exception):  # noqa: N818 - never leaves this module
    pass


def _check_group(group: Any, expected: Tree, path: str) -> None:
    import h5py

    if len(group) > len(expected):
        unknown = next(name for name in group if name not in expected)
        raise _Unfit(f"holds {_place(path, unknown)}, which this network does not have")
    for name in group:
        place = _place(path, name)
        if name not in expected:
            raise _Unfit(f"holds {place}, which this network does not have")
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise _Unfit(f"holds a link at {place}")
        wanted, found = expected[name], group[name]
        if isinstance(wanted, Weight):
            if not isinstance(found, h5py.Dataset):
                raise _Unfit(f"holds no numbers at {place}")
            _check_array(found, wanted, place)
        else:
            if not isinstance(found, h5py.Group):
                raise _Unfit(f"holds no group at {place}")
            _check_group(found, wanted, f"{path}{name}/")
    for name, wanted in expected.items():
        if name not in group and _holds_arrays(wanted):
            raise _Unfit(f"lacks {_place(path, name)}")


def _check_array(array: Any, wanted: Weight, place: str) -> None:
    import h5py

    if array.external or array.is_virtual:
        raise _Unfit(f"keeps the numbers of {place} in another file")
    layout = array.id.get_create_plist().get_layout()
    if layout not in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT):
        raise _Unfit(f"keeps the numbers of {place} in compressed or separate pieces")
    if not array.id.get_type().equal(h5py.h5t.IEEE_F32LE):
        raise _Unfit(f"holds numbers of another type at {place} ({array.dtype}, not float32)")
    if len(array.attrs):
        raise _Unfit(f"holds attributes at {place}")
    if array.shape != wanted.shape:
        raise _Unfit(f"holds {array.shape} numbers at {place} where {wanted.shape} are needed")


def _holds_arrays(tree: Tree | Weight) -> bool:
    return isinstance(tree, Weight) or any(_holds_arrays(part) for part in tree.values())


def _place(path: str, name: str | bytes) -> str:
    # h5py gives a name that is no UTF-8 as bytes.
    text = name if isinstance(name, str) else name.decode("ascii", "backslashreplace")
    return ascii(f"{path}{text}"[:120])


def _unsafe(file: Path, problem: str) -> BundleError:
    return BundleError(
        f"The weights file {file.name} {problem}",
        expected="weights that this program wrote for this network, and nothing else",
        remedy="do not use this file; train the network again or restore the file",
        code="unsafe-weights",
    )
