"""Compressed pixels whose end is not marked, and those that are cut."""

from __future__ import annotations

import re
from typing import Final

from xraylib.images.radiograph import refuse

_ITEM: Final = b"\xfe\xff\x00\xe0"
_DELIMITER: Final = b"\xfe\xff\xdd\xe0"
_PIXELS: Final = re.compile(rb"\xe0\x7f\x10\x00O[BW]\x00\x00\xff\xff\xff\xff")


def delimited(data: bytes, notes: list[str]) -> bytes:
    """The file with the mark of the end, where that alone is missing (PS3.5 A.4).

    An icon's pixels, which come earlier, are passed over.

    Raises:
        ImageError: code ``damaged``: the pixels themselves are cut short.
    """
    found = _PIXELS.search(data)
    while found is not None:
        place = found.end()
        while data[place : place + 4] == _ITEM:
            place += 8 + int.from_bytes(data[place + 4 : place + 8], "little")
        if place > len(data):
            raise refuse("damaged", "The DICOM file is cut short in the middle of its pixels")
        found = _PIXELS.search(data, place)
        if found is None and data[place : place + 4] != _DELIMITER:
            notes.append("cut-delimiter")
            return data[:place] + _DELIMITER + bytes(4)
    return data
