"""What a compressed picture says of itself, to be held against a DICOM header.

JPEG and JPEG-LS: the frame header of ISO/IEC 10918-1, B.2.2. JPEG 2000: the marker SIZ of
ISO/IEC 15444-1, A.5.1. RLE: PS3.5, annex G.
"""

from __future__ import annotations

import struct
from typing import Final, Literal, NamedTuple

from xraylib.images import jpeg

Kind = Literal["JPEG", "JPEG Lossless", "JPEG-LS", "JPEG 2000", "JPEG of another process"]

_JPEG: Final = b"\xff\xd8\xff"
_JPEG_2000: Final = b"\xff\x4f\xff\x51"
_JP2: Final = b"\0\0\0\x0cjP  "
_PROCESSES: Final[dict[int, Kind]] = {
    0xC0: "JPEG",
    0xC1: "JPEG",
    0xC2: "JPEG",
    0xC3: "JPEG Lossless",
    0xF7: "JPEG-LS",
}


class Codestream(NamedTuple):
    """The header of a compressed picture.

    Attributes:
        kind: Of the compression.
        rows: Lines of samples.
        columns: Samples in a line.
        samples: Components of a pixel.
        bits: Of a sample.
        signed: Whether samples are signed; None where the stream does not tell.
    """

    kind: Kind
    rows: int
    columns: int
    samples: int
    bits: int
    signed: bool | None


def begins_picture(fragment: bytes) -> bool:
    """Whether a fragment is the beginning of a compressed picture."""
    return fragment.startswith((_JPEG, _JPEG_2000, _JP2))


def codestream(data: bytes) -> Codestream | None:
    """The header of a JPEG, JPEG-LS or JPEG 2000 stream; None where there is none."""
    if data.startswith(_JPEG):
        found = jpeg.frame(data)
        if found is None:
            return None
        kind = _PROCESSES.get(found.process, "JPEG of another process")
        return Codestream(kind, found.rows, found.columns, found.samples, found.bits, None)
    place = data.find(_JPEG_2000)
    if place < 0 or len(data) < place + 45:
        return None
    right, bottom, left, top = struct.unpack(">4I", data[place + 8 : place + 24])
    samples, depth, across, down = struct.unpack(">HBBB", data[place + 40 : place + 45])
    if not across or not down:
        return None
    return Codestream(
        kind="JPEG 2000",
        rows=-(-bottom // down) + (-top // down),
        columns=-(-right // across) + (-left // across),
        samples=samples,
        bits=(depth & 0x7F) + 1,
        signed=depth >= 0x80,
    )


def colours_transformed(data: bytes) -> bool:
    """Whether a JPEG 2000 stream says that its components are red, green and blue, transformed.

    The marker COD, A.6.1, with the multiple component transformation of annex G.
    """
    place = data.find(b"\xff\x52", max(0, data.find(_JPEG_2000)))
    return 0 <= place < len(data) - 8 and data[place + 8] == 1


def rle_lengths(data: bytes) -> list[int]:
    """How many bytes each segment of an RLE picture holds once it is unpacked.

    Raises:
        ValueError: The header makes no sense.
    """
    if len(data) < 64:
        raise ValueError("no RLE header")
    count, *offsets = struct.unpack("<16I", data[:64])
    ends = [*offsets[1:count], len(data)]
    if not 1 <= count <= 15 or offsets[0] != 64 or ends != sorted(ends):
        raise ValueError("no RLE header")
    return [_unpacked(data[start:end]) for start, end in zip(offsets, ends, strict=False)]


def _unpacked(segment: bytes) -> int:
    """Below 128, a byte is followed by one more bytes than it says; above, by one to repeat."""
    place = total = 0
    end = len(segment)
    while place < end:
        head = segment[place]
        if head < 128:
            total += min(head + 1, end - place - 1)
            place += head + 2
        elif head > 128:
            if place + 1 < end:
                total += 257 - head
            place += 2
        else:
            place += 1
    return total
