"""Bytes of a text table -> text: whatever encoding a spreadsheet program wrote."""

from __future__ import annotations

import codecs
import re
import zlib
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE: Final = 4096
_GZIP: Final = b"\x1f\x8b"
_OF_GZIP: Final = 31  # zlib's sign for a stream with the header of gzip
_BINARY: Final = re.compile(r"[\0-\x08\x0e-\x1a\x1c-\x1f]")


def decode_text(data: bytes) -> tuple[str, str]:
    """The text of a file, and the encoding it was written in.

    A byte order mark decides; without one, two bytes a letter are told by their zeros, UTF-8 by its
    form, and anything else is Windows-1252, as Excel writes it in western Europe. Lines end in
    ``\\n`` afterwards.

    Raises:
        ValueError: It is no text.
    """
    text, encoding = _decoded(data)
    if _BINARY.search(text, 0, _SAMPLE) or "\0" in text:
        raise ValueError("it is no text")
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def unpacked(data: bytes, most: int, *, whole: bool = True) -> bytes:
    """What gzip packed; other bytes as they are.

    Args:
        data: Of a file.
        most: So many bytes may come out.
        whole: Whether it must end where the file ends; else only the first bytes count.

    Raises:
        ValueError: They are more, or damaged.
    """
    if not data.startswith(_GZIP):
        return data
    unpacker, found, room = zlib.decompressobj(_OF_GZIP), b"", most + 1
    try:
        while data and room > 0:
            found += unpacker.decompress(data, room)
            room = most + 1 - len(found)
            data = unpacker.unconsumed_tail or unpacker.unused_data
            if unpacker.eof and data.startswith(_GZIP):
                unpacker = zlib.decompressobj(_OF_GZIP)
            elif unpacker.eof:
                break
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if whole and len(found) > most:
        raise ValueError(f"it has more than {most:,} bytes when it is unpacked")
    if whole and not unpacker.eof:
        raise ValueError("it was packed by gzip and ends too early")
    return found


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding), encoding
    head = data[:_SAMPLE]
    for zeros, encoding in ((head[1::2], "utf-16-le"), (head[::2], "utf-16-be")):
        if zeros.count(0) > 0.6 * len(zeros):
            return data.decode(encoding), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        try:
            return data.decode("cp1252"), "cp1252"
        except UnicodeDecodeError:  # five bytes mean nothing there
            return data.decode("latin-1"), "latin-1"
