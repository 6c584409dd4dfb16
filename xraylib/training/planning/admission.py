"""What a checkpoint must be before training goes on from it. Without NumPy's loader and TensorFlow.

``arrays.npz`` is a zip of NumPy files, and both can hold far more than numbers: pickles, which run
code, and shapes of terabytes. So names, sizes, shapes and types are read from the headers alone
and compared with what the network's arithmetic, the settings and the images say they must be; only
then is anything read into an array.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

from numpy.lib import format as npy

from xraylib.errors import SpecError
from xraylib.networks.layers import Backbone
from xraylib.networks.trace import check, trace

if TYPE_CHECKING:
    from xraylib.networks.spec import ModelSpec
    from xraylib.training.config import TrainConfig

_NAME: Final = re.compile(r"(?:labels|probabilities|(?:state|kept)_(?:0|[1-9][0-9]{0,5}))\.npy")
_BLOCK: Final = 2**20
# A dropout's random numbers; Keras keeps them as a pair.
_SEED: Final = "int64 (2,)"
# Arrays that each optimizer keeps for each array that learns.
_SLOTS: Final = {"adam": 2, "rmsprop": 1, "sgd": 0}


class UnfitError(ValueError):
    """What is wrong with a checkpoint, as the end of a sentence about it."""


class Header(NamedTuple):
    """What the head of a NumPy file says.

    Attributes:
        kind: For example ``"float32"``.
        shape: Of the array.
    """

    kind: str
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.kind} {self.shape}"


def read_headers(file: Path) -> dict[str, Header]:
    """The arrays in an ``arrays.npz`` by name, none of which is read into memory.

    Every byte is compared with the sums that the zip keeps.

    Raises:
        UnfitError: A link, no zip, an unknown name, something packed, a pickle, a size that does
            not fit the shape, or bytes that were changed.
    """
    if file.is_symlink():
        raise UnfitError(f"{file.name} is a link")
    headers: dict[str, Header] = {}
    try:
        with zipfile.ZipFile(file) as archive:
            for entry in archive.infolist():
                name = entry.filename
                if not _NAME.fullmatch(name) or name[:-4] in headers:
                    raise UnfitError(
                        f"{file.name} holds {name[:80]!r}, which does not belong there"
                    )
                if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
                    raise UnfitError(f"{file.name} holds {name} packed or encrypted")
                with archive.open(entry) as stream:
                    headers[name[:-4]] = _header(stream, name, entry.file_size)
                    while stream.read(_BLOCK):
                        pass  # at its end the sum of its bytes is compared
    except UnfitError:
        raise
    except Exception as error:  # damaged zip or array files raise all sorts of things
        raise UnfitError(f"{file.name}: {error}") from error
    return headers


def check_arrays(
    headers: Mapping[str, Header],
    spec: ModelSpec,
    config: TrainConfig,
    *,
    classes: int,
    images: int,
) -> None:
    """Refuses arrays that are not those of this network, these settings and these images.

    Args:
        headers: See `read_headers`.
        spec: The network.
        config: Its training settings.
        classes: Number of classes.
        images: Number of training images.

    Raises:
        UnfitError: An array is missing, is of another shape or type, or is one too many.
    """
    try:
        check(spec)
    except SpecError as error:
        raise UnfitError(f"its network is impossible: {error.what}") from None
    rows = trace(spec).rows
    weights = [Header("float32", tuple(one.shape)) for row in rows for one in row.weights]
    learning = [
        [
            Header("float32", tuple(one.shape))
            for row, layer in zip(rows, spec.layers, strict=True)
            for one in row.weights
            if one.trainable and not (head and isinstance(layer, Backbone))
        ]
        for head in ((True, False) if config.head_epochs else (False,))
    ]
    kept = _numbered(headers, "kept")
    if kept and kept != weights:
        raise UnfitError(_differs("kept", kept, weights))
    wanted = Counter(map(str, weights))
    for arrays in learning:  # an optimizer for each phase
        wanted.update(["int64 ()", "float32 ()"])  # its steps and its learning rate
        wanted.update(list(map(str, arrays)) * _SLOTS[config.optimizer])
    found = Counter(map(str, _numbered(headers, "state")))
    missing, more = wanted - found, found - wanted
    seeds = more.pop(_SEED, 0)
    if missing:
        raise UnfitError(f"its state lacks an array {min(missing)}")
    if more or seeds > sum(1 + len(row.parts) for row in rows):
        raise UnfitError(f"its state holds an array {min(more, default=_SEED)} too many")
    labels = headers.get("labels", Header("", ()))
    several = config.class_mode == "multilabel"
    count = labels.shape[0] if labels.shape else images + 1
    wanted_labels = Header("int8", (count, classes)) if several else Header("int64", (count,))
    if count > images or labels != wanted_labels:
        raise UnfitError(f"its labels are not those of at most {images} images")
    if headers.get("probabilities") != Header("float32", (count, classes)):
        raise UnfitError(f"its probabilities are not {count} times {classes} numbers")


def check_state(state: Mapping[str, Any], config: TrainConfig) -> None:
    """Refuses a ``state.json`` that training cannot go on from.

    Raises:
        UnfitError: A value is missing or makes no sense.
    """
    schedule = state.get("schedule")
    good = {
        "epoch": _count(state.get("epoch"), config.epochs),
        "step": _count(state.get("step")),
        "loss": _number(state.get("loss")),
        "right": _count(state.get("right")),
        "best_loss": "best_loss" in state and _number(state["best_loss"], absent=True),
        "best_epoch": "best_epoch" in state
        and (state["best_epoch"] is None or _count(state["best_epoch"], config.epochs)),
        "waited": _count(state.get("waited")),
        "numbers": "numbers" in state and isinstance(state["numbers"], dict | None),
        "metrics_size": _count(state.get("metrics_size"), 2**40),
        "schedule": isinstance(schedule, dict)
        and _number(schedule.get("rate"))
        and "best" in schedule
        and _number(schedule["best"], absent=True)
        and _count(schedule.get("waited")),
    }
    for name, fits in good.items():
        if not fits:
            raise UnfitError(f"state.json has no {name} to go on from")


def _header(stream: IO[bytes], name: str, size: int) -> Header:
    version = npy.read_magic(stream)
    if version != (1, 0):
        raise UnfitError(f"{name} has the NumPy format {version[0]}.{version[1]}, not 1.0")
    shape, fortran, kind = npy.read_array_header_1_0(stream, max_header_size=1_000)
    if kind.hasobject or kind.kind not in "fiub" or kind.byteorder == ">":
        raise UnfitError(f"{name} holds no plain numbers ({kind})")
    if fortran and len(shape) > 1:
        raise UnfitError(f"{name} has its numbers in another order")
    if any(n < 0 for n in shape) or size - stream.tell() != math.prod(shape) * kind.itemsize:
        raise UnfitError(f"{name} says {shape} and has {size - stream.tell():,} bytes")
    return Header(kind.name, shape)


def _numbered(headers: Mapping[str, Header], name: str) -> list[Header]:
    count = sum(key.startswith(f"{name}_") for key in headers)
    try:
        return [headers[f"{name}_{place}"] for place in range(count)]
    except KeyError as error:
        raise UnfitError(f"arrays.npz lacks {error.args[0]}") from None


def _differs(name: str, found: list[Header], wanted: list[Header]) -> str:
    if len(found) != len(wanted):
        return f"it holds {len(found)} arrays of weights where {len(wanted)} are needed"
    place = next(i for i, pair in enumerate(zip(found, wanted, strict=True)) if pair[0] != pair[1])
    return f"{name}_{place} is {found[place]} where {wanted[place]} is needed"


def _count(value: object, most: int = 2**53) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _number(value: object, *, absent: bool = False) -> bool:
    if value is None:
        return absent
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and math.isfinite(value)  # type: ignore[arg-type]
