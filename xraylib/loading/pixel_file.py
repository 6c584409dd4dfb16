"""A file of prepared pixels while it is written: in any order, by any thread."""

from __future__ import annotations

import io
import math
import os
import threading
from pathlib import Path
from typing import Final

import numpy as np

from xraylib.augmentation.augment import Pixels

_BLOCK: Final = 2**20


class PixelFile:
    """uint8 ``(n, height, width, channels)`` to be, as NumPy's ``.npy``.

    Written, not mapped: on a full disk a mapped page kills the process.

    Args:
        file: Where it is written.
        shape: ``(height, width, channels)`` of each image.

    Raises:
        OSError: It cannot be made; so from the others.
    """

    def __init__(self, file: Path, shape: tuple[int, int, int]) -> None:
        self.file = file
        self._shape = shape
        self._size = math.prod(shape)
        self._start = len(self._header(0))  # the same for any number of images
        self._lock = threading.Lock()
        self._stream = file.open("w+b", buffering=0)

    def put(self, place: int, pixels: Pixels) -> None:
        """Writes the image at a place, from 0. Threads may write side by side."""
        with self._lock:
            self._seek(place)
            self._write(np.ascontiguousarray(pixels).reshape(-1).data)

    def keep_only(self, places: list[int]) -> None:
        """Moves the images at these places, ascending, to the beginning."""
        for number, place in enumerate(places):
            if number != place:
                self._move(place, number)

    def finish(self, images: int) -> None:
        """Makes it a whole file of the first so many images, safe on the disk, and closes it."""
        self._stream.seek(0)
        self._write(memoryview(self._header(images)))
        self._stream.truncate(self._start + images * self._size)
        os.fsync(self._stream.fileno())
        self._stream.close()

    def discard(self) -> None:
        """Closes it and throws it away."""
        self._stream.close()
        self.file.unlink(missing_ok=True)

    def _move(self, source: int, target: int) -> None:
        for part in range(0, self._size, _BLOCK):
            self._seek(source, part)
            block = self._stream.read(min(_BLOCK, self._size - part)) or b""
            self._seek(target, part)
            self._write(memoryview(block))

    def _seek(self, place: int, part: int = 0) -> None:
        self._stream.seek(self._start + place * self._size + part)

    def _write(self, data: memoryview) -> None:
        while data:  # a write without a buffer may take less than it is given
            data = data[self._stream.write(data) :]

    def _header(self, images: int) -> bytes:
        header = {"descr": "|u1", "fortran_order": False, "shape": (images, *self._shape)}
        stream = io.BytesIO()
        np.lib.format.write_array_header_2_0(stream, header)
        return stream.getvalue()
