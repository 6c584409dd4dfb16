"""The weights that backbones start from: fetched once, checked, read with h5py alone.

ImageNet weights are kept where Keras itself looks for them (``~/.keras/models``, or
``$KERAS_HOME/models``), so a generated script finds the same file. Weights of one's own lie where
the layer says. A file is read array by array and must hold exactly the arrays of the network;
nothing in it is unpickled or executed.
"""

from __future__ import annotations

import hashlib
import math
import os
import secrets
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice, starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xraylib.errors import SpecError
from xraylib.extras import require
from xraylib.networks.backbones import backbone_table
from xraylib.networks.declaration.effect import Part, Weight
from xraylib.networks.layers import Backbone
from xraylib.networks.weights.weights_file import array_places
from xraylib.regular import open_regular, regular

if TYPE_CHECKING:
    import keras

    from xraylib.networks.spec import ModelSpec

_SECONDS: Final = 10
_LARGEST: Final = 300 * 2**20


def weights_folder() -> Path:
    """Where Keras keeps published weights."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models"


def own_weights(folder: Path) -> tuple[str, ...]:
    """The weights files in a folder, as values of ``Backbone.weights``: absolute, by name."""
    try:
        files = [file for file in folder.absolute().glob("*.h5") if file.is_file()]
    except OSError:
        return ()
    return tuple(str(file) for file in sorted(files) if not file.name.startswith("."))


def check_own_weights(layer: Backbone, index: int) -> None:
    """Refuses a local file that is not there or does not fit; other weights it leaves alone.

    Reads names and shapes and no numbers, so it is quick; fetches nothing.

    Args:
        layer: The backbone.
        index: Its place in the network.

    Raises:
        SpecError: code ``no-weights``.
    """
    if layer.weights not in ("imagenet", "none"):
        with _opened(_file(layer, index), layer, index):
            pass


def require_pretrained(spec: ModelSpec) -> None:
    """Makes sure that the weights which the network's backbones name are there, fetching them.

    Raises:
        SpecError: code ``no-weights``: they are not there and cannot be fetched, or are not what
            they should be. Says the address, the place and the checksum.
    """
    for index, layer in enumerate(spec.layers):
        if isinstance(layer, Backbone) and layer.weights != "none":
            _read(_file(layer, index), layer, index)


def pretrained_files(spec: ModelSpec) -> dict[int, Path]:
    """The weights files that the network's backbones begin with, by the places of their layers.

    Raises:
        SpecError: code ``no-weights``, as `require_pretrained`.
    """
    return {
        index: _file(layer, index)
        for index, layer in enumerate(spec.layers)
        if isinstance(layer, Backbone) and layer.weights != "none"
    }


def load_pretrained(model: keras.Model, spec: ModelSpec) -> None:
    """Gives the backbones of a freshly built model the weights that they name.

    Args:
        model: Made by ``build(spec)``.
        spec: The network.

    Raises:
        SpecError: code ``no-weights``.
    """
    for index, layer in enumerate(spec.layers):
        if isinstance(layer, Backbone) and layer.weights != "none":
            arrays = _read(_file(layer, index), layer, index)
            body = model.layers[index].layers[-1]
            place = 0
            for one in body.layers:
                count = len(one.weights)
                one.set_weights(arrays[place : place + count])
                place += count


def _file(layer: Backbone, index: int) -> Path:
    if layer.weights != "imagenet":
        try:
            file = Path(layer.weights).expanduser()
            there = file.is_file()
        except (OSError, RuntimeError, ValueError):  # no such home, or no path at all
            file, there = Path(layer.weights), False
        if not there:
            raise _refused(layer, index, f"The weights file {file} is not there", "its path")
        return file
    address, md5 = layer.facts.address, layer.facts.md5
    file = weights_folder() / address.rsplit("/", 1)[1]
    checksum = f"MD5 {md5}" if md5 else "no published checksum, its arrays are checked"
    expected = f"the file {file} ({checksum})"
    remedy = (
        f"fetch {address} on a computer with a network connection and put it into {file.parent}, "
        "or set weights to none"
    )
    if not file.is_file():
        try:
            _fetch(address, file, md5)
        except (OSError, ValueError) as error:
            raise SpecError(
                f"Layer {index}, Backbone: the ImageNet weights of {layer.name} are not on this "
                f"computer and cannot be fetched ({error})",
                expected=expected,
                remedy=remedy,
                code="no-weights",
                index=index,
                kind="Backbone",
                field="weights",
                nearest=("none",),
            ) from None
    elif md5 and _md5(file) != md5:
        raise SpecError(
            f"Layer {index}, Backbone: the file {file} has the MD5 checksum {_md5(file)}",
            expected=expected,
            remedy=f"delete it and {remedy}",
            code="no-weights",
            index=index,
            kind="Backbone",
            field="weights",
            nearest=("none",),
        )
    return file


def _fetch(address: str, file: Path, md5: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{secrets.token_hex(4)}.{file.name}")
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer, draft.open("wb") as out:
            size = 0
            while block := answer.read(2**20):
                size += len(block)
                if size > _LARGEST:
                    raise ValueError(f"more than {_LARGEST:,} bytes came")
                digest.update(block)
                out.write(block)
        if md5 and digest.hexdigest() != md5:
            raise ValueError(f"what came has the MD5 checksum {digest.hexdigest()}, not {md5}")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _md5(file: Path) -> str:
    with open_regular(file) as handle:
        return hashlib.file_digest(handle, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _read(file: Path, layer: Backbone, index: int) -> list[Any]:
    """The arrays of a file, in the order of the backbone's layers."""
    with _opened(file, layer, index) as arrays:
        return [array[()] for array in arrays]


@contextmanager
def _opened(file: Path, layer: Backbone, index: int) -> Iterator[list[Any]]:
    """The arrays of a file that fits, not yet read, in the order of the backbone's layers."""
    require("train")
    import h5py

    wanted = [weight[1] for row in backbone_table(layer.name) for weight in row.weights]
    try:
        with h5py.File(regular(file), "r") as root:
            found = list(islice(_arrays(root, layer), len(wanted) + 1))
            for (place, array), shape in zip(found, wanted, strict=False):
                if not isinstance(array, h5py.Dataset) or array.external or array.is_virtual:
                    raise ValueError(f"{place} keeps no numbers in the file itself")
                if array.shape != shape or array.dtype.kind != "f":
                    raise ValueError(f"{place} has the shape {array.shape}, not {shape}")
                if array.id.get_storage_size() > 16 * math.prod(array.shape) + 4096:
                    raise ValueError(f"{place} is stored at an odd size")
            if len(found) > len(wanted):
                raise _refused(
                    layer,
                    index,
                    f"The weights file {file} holds the whole body and more, probably the "
                    "classification layers too",
                    'what model.save_weights("NAME.weights.h5") writes of the same network, where '
                    "such layers are passed over, to the file that Keras publishes at "
                    f"{layer.facts.address}",
                )
            if len(found) < len(wanted):
                raise ValueError(f"it holds {len(found)} arrays where {len(wanted)} are needed")
            yield [array for _, array in found]
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused(
            layer, index, f"The weights file {file} cannot be used ({error})", "another file"
        ) from None


def _arrays(root: Any, layer: Backbone) -> Iterator[tuple[str, Any]]:
    """Names and arrays, from any of the layouts in which Keras writes a network.

    ``keras.applications`` publishes the older one, which ``model.save("file.h5")`` still writes
    under ``model_weights``; ``model.save_weights("file.weights.h5")`` numbers layers and arrays.
    """
    if "layers" in root and "layer_names" not in root.attrs:
        rows = backbone_table(layer.name)
        parts = [Part(row.kind, tuple(starmap(Weight, row.weights))) for row in rows]
        for place in array_places(parts):
            yield place, _inside(root, place)
        return
    top = _inside(root, "model_weights") if "model_weights" in root else root
    for name in _names(top, "layer_names"):
        group = _inside(top, name)
        for part in _names(group, "weight_names"):
            yield part, _inside(group, part)


def _names(group: Any, attribute: str) -> list[str]:
    """A list of names, which older files keep in several pieces."""
    found = group.attrs.get(attribute)
    if found is None:
        found = []
        while (piece := group.attrs.get(f"{attribute}{len(found)}")) is not None:
            found.append(piece)
        found = [name for piece in found for name in piece]
    return [name.decode() if isinstance(name, bytes) else str(name) for name in found]


def _inside(group: Any, path: str) -> Any:
    """What lies at a path, if no step of it is a link out of the file."""
    import h5py

    for step in path.split("/"):
        if not isinstance(group.get(step, getlink=True), h5py.HardLink):
            raise ValueError(f"there is no {path} in the file itself")
        group = group[step]
    return group


def _refused(layer: Backbone, index: int, what: str, better: str) -> SpecError:
    return SpecError(
        f"Layer {index}, Backbone: {what}",
        expected=f"the weights of {layer.name} without its classification layers, as "
        "keras.applications publishes them",
        remedy=f"set weights to {better}, or to none",
        code="no-weights",
        index=index,
        kind="Backbone",
        field="weights",
        nearest=("none",),
    )
