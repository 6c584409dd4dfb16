"""The weights that backbones start from: fetched once, checked, read with h5py alone.

ImageNet weights are kept where Keras itself looks for them (``~/.keras/models``, or
``$KERAS_HOME/models``), so a generated script finds the same file. A file is read array by array
and must hold exactly the arrays of the network; nothing in it is unpickled or executed.
"""

from __future__ import annotations

import hashlib
import math
import os
import secrets
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xraylib.errors import SpecError
from xraylib.model.layers import Backbone
from xraylib.model.layers.backbone import backbone_table

if TYPE_CHECKING:
    import keras

    from xraylib.model.spec import ModelSpec

_SECONDS: Final = 10
_LARGEST: Final = 300 * 2**20


def weights_folder() -> Path:
    """Where Keras keeps published weights."""
    return Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models"


def require_pretrained(spec: ModelSpec) -> None:
    """Makes sure that the weights which the network's backbones name are there, fetching them.

    Raises:
        SpecError: code ``no-weights``: they are not there and cannot be fetched, or are not what
            they should be. Says the address, the place and the checksum.
    """
    for index, layer in enumerate(spec.layers):
        if isinstance(layer, Backbone) and layer.weights != "none":
            _read(_file(layer, index), layer, index)


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
        file = Path(layer.weights).expanduser()
        if not file.is_file():
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
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _read(file: Path, layer: Backbone, index: int) -> list[Any]:
    """The arrays of a file as ``keras.applications`` publishes it, in the order of the layers."""
    import h5py

    wanted = [weight[1] for row in backbone_table(layer.name) for weight in row.weights]
    arrays: list[Any] = []
    try:
        with h5py.File(file, "r") as root:
            top = _inside(root, "model_weights") if "model_weights" in root else root
            for name in _names(top, "layer_names"):
                group = _inside(top, name)
                for part in _names(group, "weight_names"):
                    array = _inside(group, part)
                    shape = wanted[len(arrays)] if len(arrays) < len(wanted) else None
                    if not isinstance(array, h5py.Dataset) or array.external or array.is_virtual:
                        raise ValueError(f"{part} keeps no numbers in the file itself")
                    if array.shape != shape or array.dtype.kind != "f":
                        raise ValueError(f"{part} has the shape {array.shape}, not {shape}")
                    if array.id.get_storage_size() > 16 * math.prod(array.shape) + 4096:
                        raise ValueError(f"{part} is stored at an odd size")
                    arrays.append(array[()])
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _refused(
            layer, index, f"The weights file {file} cannot be used ({error})", "another file"
        ) from None
    if len(arrays) != len(wanted):
        raise _refused(
            layer,
            index,
            f"The weights file {file} holds {len(arrays)} arrays where {len(wanted)} are needed",
            "another file",
        )
    return arrays


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
