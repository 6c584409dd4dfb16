"""The child that decodes files: ``python -m xraylib.images.sandbox.child``.

It has 1 GiB of address space (on Linux), no right to write files and nothing of its parent's
environment; `decoder` starts it, asks it, and ends it when one file takes too long.

A message, either way, is a length, that much JSON, a length, that many raw bytes.

With ``--late`` it loads the decoders of formats that take long to load with the first file of such
a format, and says ``{"loading": true}`` before it does.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.errors import ImageError
from xraylib.images.decode import read_bytes, read_image
from xraylib.images.descriptors import detail, look
from xraylib.images.file_stats import FileStats, stats_and_image
from xraylib.images.formats import FORMATS, HEAD_BYTES, image_format
from xraylib.images.prepare import Preparation, prepare
from xraylib.images.sandbox.child_limits import Alarm, limit
from xraylib.regular import read_head

LATE: Final = "--late"
"""The word by which it leaves some decoders for later."""

Message = tuple[Any, bytearray]
"""What the JSON says, and the raw bytes."""

_LONGEST: Final = 2**28  # more than any image within the limits; a crashed child may ask for all


def write_message(pipe: IO[bytes], header: Any, data: bytes | memoryview) -> None:
    """Sends one message."""
    text = json.dumps(header).encode()
    pipe.write(struct.pack(">I", len(text)) + text + struct.pack(">Q", len(data)))
    pipe.write(data)
    pipe.flush()


def read_message(pipe: IO[bytes]) -> Message:
    """The next message.

    Raises:
        EOFError: There is none, or it claims to be longer than any image.
        ValueError: The other side wrote something else.
    """
    header = json.loads(_exactly(pipe, *struct.unpack(">I", _exactly(pipe, 4))))
    return header, _exactly(pipe, *struct.unpack(">Q", _exactly(pipe, 8)))


def _exactly(pipe: IO[bytes], count: int) -> bytearray:
    if count > _LONGEST:
        raise EOFError
    data = bytearray(count)
    view = memoryview(data)
    while view:
        read = pipe.readinto(view)  # type: ignore[attr-defined]
        if not read:
            raise EOFError
        view = view[read:]
    return data


def _serve() -> None:
    """The child: answers until its standard input ends."""
    protocol = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # C libraries may print whatever they like
    late = {one.name for one in FORMATS.values() if one.late and LATE in sys.argv[1:]}
    _warm_up(late)
    limit()
    write_message(protocol, {"ready": True}, b"")
    while True:
        try:
            request, data = read_message(sys.stdin.buffer)
        except EOFError:
            return
        if request["do"] in _OF_FILES:
            preparation = request.get("prepare") and Preparation.from_json(request["prepare"])
            for name in request["files"]:
                _load_for(_head(Path(name)), late, protocol)
                with Alarm():
                    if request["do"] == "prepared":
                        _prepared(Path(name), preparation, protocol)
                    else:
                        _file_stats(Path(name), request["look"], preparation, protocol)
        elif request["do"] == "dicom_facts":
            _load(late, protocol)
            from xraylib.images.dicom_facts import dicom_facts

            for name in request["files"]:
                with Alarm():
                    write_message(protocol, dicom_facts(Path(name)), b"")
        elif request["do"] in _DESCRIBED:
            for name in request["files"]:
                _load_for(_head(Path(name)), late, protocol)
                with Alarm():
                    _describe(Path(name), _DESCRIBED[request["do"]], protocol)
        else:
            _load_for(bytes(data[:HEAD_BYTES]), late, protocol)
            with Alarm():
                _decode(bytes(data), protocol)


def _load_for(head: bytes, late: set[str], protocol: IO[bytes]) -> None:
    """Loads what a file that begins like this needs, unless it is there."""
    form = image_format(head) if late else None
    if form is not None and form.name in late:
        _load(late, protocol)


def _load(late: set[str], protocol: IO[bytes]) -> None:
    """Loads the decoders that were left for later, which may take longer than one file may."""
    if late:
        write_message(protocol, {"loading": True}, b"")
        for name in late:
            for module in FORMATS[name].modules:
                import_module(module)
        late.clear()


def _head(path: Path) -> bytes:
    """How a file begins; nothing of what is no regular file or cannot be opened."""
    try:
        return read_head(path, HEAD_BYTES)
    except (OSError, ValueError):
        return b""


def _decode(data: bytes, protocol: IO[bytes]) -> None:
    try:
        image = read_image(data)
    except ImageError as error:
        _refuse(error, protocol)
        return
    header = {
        "dtype": image.pixels.dtype.name,
        "shape": image.pixels.shape,
        "bit_depth": image.bit_depth,
        "mode": image.mode,
        "format": image.format,
        "attributes": dict(image.attributes),
        "notes": list(image.notes),
    }
    write_message(protocol, header, image.pixels.reshape(-1).view(np.uint8).data)


def _file_stats(
    path: Path, looks: bool, preparation: Preparation | None, protocol: IO[bytes]
) -> None:
    """Numbers; raw the `look` and the prepared pixels, where they are asked for and possible."""
    stats, image = stats_and_image(path)
    raw = []
    if image is not None:
        if looks:
            raw.append(look(image.as_uint8()))
        if preparation is not None:
            with suppress(MemoryError, cv2.error):  # whoever wants them prepares them elsewhere
                raw.append(prepare(image, preparation).tobytes())
    answer = {field: getattr(stats, field) for field in FileStats.__slots__}
    write_message(protocol, answer, b"".join(raw))


def _prepared(path: Path, preparation: Preparation, protocol: IO[bytes]) -> None:
    """The prepared pixels, and the SHA-256 of the bytes that they were made of."""
    try:
        data = read_bytes(path)
        pixels = prepare(read_image(data), preparation)
    except ImageError as error:
        _refuse(error, protocol)
        return
    write_message(protocol, {"sha256": hashlib.sha256(data).hexdigest()}, pixels.tobytes())


def _describe(path: Path, what: Callable[[NDArray[np.uint8]], bytes], protocol: IO[bytes]) -> None:
    try:
        result = what(read_image(path).as_uint8())
    except ImageError as error:
        _refuse(error, protocol)
        return
    write_message(protocol, {}, result)


_OF_FILES: Final = ("file_stats", "prepared")
_DESCRIBED: Final[dict[str, Callable[[NDArray[np.uint8]], bytes]]] = {
    "look": look,
    "detail": lambda pixels: detail(pixels).tobytes(),
}


def _refuse(error: ImageError, protocol: IO[bytes]) -> None:
    parts = ("what", "expected", "remedy", "code")
    write_message(protocol, {"error": {part: getattr(error, part) for part in parts}}, b"")


def _warm_up(late: Collection[str] = ()) -> None:
    """Loads every decoder but the late ones now, while there is no limit and nobody waits."""
    import warnings

    from PIL import Image

    for form in FORMATS.values():
        if form.name not in late:
            for module in form.modules:
                import_module(module)
    cv2.setNumThreads(1)  # there is a child for each core
    os.environ["OPJ_NUM_THREADS"] = "2"  # but a JPEG 2000 image takes long, and often comes alone
    Image.preinit()
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)


if __name__ == "__main__":
    _serve()
