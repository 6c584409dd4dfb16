"""The segments of a JPEG file: the first picture of it, whole or not.

ISO/IEC 10918-1, annex B: a marker is FF and a byte; most have a length and data; after a scan's
header come its coded bits, where FF stands only before 00 or as a marker of restart.
"""

from __future__ import annotations

import re
import struct
from typing import Final, Literal, NamedTuple

from xraylib.images.radiograph import refuse

_MARKER: Final = re.compile(rb"\xff([\xc0-\xcf\xd8-\xfe])")
_SOI, _EOI, _SOS, _DHT, _JPG, _DAC, _DNL = 0xD8, 0xD9, 0xDA, 0xC4, 0xC8, 0xCC, 0xDC
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {_DHT, _JPG, _DAC} | {0xF7}
_READ: Final = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended and progressive, by Huffman
_APPLICATION: Final = range(0xE0, 0xF0)
_COMMENT: Final = 0xFE


class Frame(NamedTuple):
    """The header of a frame: ISO/IEC 10918-1, B.2.2, and the same in ISO/IEC 14495-1.

    Attributes:
        process: The marker's second byte: 0xC0 baseline, 0xC3 lossless, 0xF7 JPEG-LS, ….
        bits: Of a sample.
        rows: 0 where the file tells them later.
        columns: Samples in a row.
        samples: Components.
    """

    process: int
    bits: int
    rows: int
    columns: int
    samples: int


class Jpeg(NamedTuple):
    """The first picture of a JPEG file.

    Attributes:
        data: Its segments, without those of which no pixel depends.
        whole: Whether the mark of its end is there.
        refined: Whether each coefficient was sent to its last bit, by the scans that have begun.
        exif: The block that says how it lies, if any.
        square: Whether its pixels are said to be as high as wide, or nothing is said.
    """

    data: bytes
    whole: bool
    refined: bool
    exif: bytes
    square: bool


def frame(data: bytes) -> Frame | None:
    """The first frame's header; None where there is none."""
    place = 2
    while (match := _MARKER.search(data, place)) is not None and match[1][0] != _SOS:
        start = match.start()
        place = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
        if match[1][0] in _FRAMES:
            return _frame(match[1][0], data[start:place])
    return None


def colours(data: bytes) -> Literal["RGB", "YCbCr", ""]:
    """What the three components of a picture are, where it tells: by JFIF, Adobe or their names."""
    for marker, start, end in _segments(data):
        body = data[start + 4 : end]
        if body.startswith(b"JFIF\0") and marker == 0xE0:
            return "YCbCr"
        if body.startswith(b"Adobe") and marker == 0xEE and len(body) > 11:
            return "YCbCr" if body[11] else "RGB"
        if marker in _FRAMES:
            return "RGB" if body[6:15:3] == b"RGB" else ""
    return ""


def first_picture(data: bytes) -> Jpeg:
    """The first picture, which is the one that viewers show (CIPA DC-007, 5.1).

    A phone's file may hold more behind it: the other eye, a map of gains, a film. Texts, profiles
    and previews are left out.

    Raises:
        ImageError: code ``unsupported-pixels``: lossless, arithmetic or not of 8 bits.
    """
    kept, whole, square, exif = [data[:2]], False, True, b""
    open_bits: dict[tuple[int, int], int] = {}
    components: list[int] = []
    progressive = False
    for marker, start, end in _segments(data):
        segment = data[start:end]
        body = segment[4:]
        if marker == _EOI:
            whole = True
            kept.append(b"\xff\xd9")
            break
        if marker in _APPLICATION or marker == _COMMENT:
            if body.startswith(b"Exif\0"):
                exif = exif or body
            elif body.startswith(b"JFIF\0"):
                kept.append(segment)
                square = len(body) < 12 or body[8:10] == body[10:12]
            elif body.startswith(b"Adobe"):
                kept.append(segment)
            continue
        if marker in _FRAMES:
            header = _frame(marker, segment)
            if header is not None:
                _check(header)
            progressive = marker == 0xC2
            components = [body[6 + 3 * k] for k in range(body[5]) if 6 + 3 * k < len(body)]
            if progressive:
                open_bits = {(name, k): 99 for name in components for k in range(64)}
        if marker == _SOS:
            _refine(open_bits, body)
        kept.append(segment)
    return Jpeg(b"".join(kept), whole, not any(open_bits.values()), exif, square)


def _frame(marker: int, segment: bytes) -> Frame | None:
    if len(segment) < 10:
        return None
    bits, rows, columns, samples = struct.unpack(">BHHB", segment[4:10])
    return Frame(marker, bits, rows, columns, samples)


def _check(header: Frame) -> None:
    if header.process in _READ and header.bits == 8:
        return
    if header.process in _READ:
        kind = f"of {header.bits} bits"
    elif header.process == 0xF7:
        kind = "JPEG-LS"
    else:
        kind = (
            "lossless"
            if header.process in (0xC3, 0xC7, 0xCB, 0xCF)
            else "arithmetic or hierarchical"
        )
    raise refuse("unsupported-pixels", f"The JPEG file is {kind}")


def _refine(open_bits: dict[tuple[int, int], int], body: bytes) -> None:
    """Notes how many bits each coefficient lacks after this scan (G.1.1.1.2)."""
    count = body[0] if body else 0
    if not open_bits or len(body) < 4 + 2 * count:
        return
    first, last, low = body[1 + 2 * count], body[2 + 2 * count], body[3 + 2 * count] & 15
    for name in body[1 : 1 + 2 * count : 2]:
        for k in range(first, min(last, 63) + 1):
            open_bits[name, k] = low


def _segments(data: bytes) -> list[tuple[int, int, int]]:
    """Marker, start and end of the first picture's segments; coded bits belong to their scan."""
    found: list[tuple[int, int, int]] = []
    place = 2
    while (match := _MARKER.search(data, place)) is not None:
        marker, start = match[1][0], match.start()
        if found and found[-1][0] == _SOS:
            found[-1] = (_SOS, found[-1][1], start)
        if marker == _EOI:
            return [*found, (marker, start, start + 2)]
        if marker == _SOI:  # of the next picture: this one has no end
            return found
        length = int.from_bytes(data[start + 2 : start + 4], "big")
        place = start + 2 + length
        found.append((marker, start, place))
    if found and found[-1][0] == _SOS:
        found[-1] = (_SOS, found[-1][1], len(data))
    return found
