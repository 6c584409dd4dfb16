"""DICOM without its beginning: recognised where it is sure, and given what it lacks.

A file begins with 128 bytes for anybody's use, the letters DICM and elements of group 0002, which
say how the rest is encoded (PS3.10, 7.1). Programs that keep what comes over the network leave
all or some of that out; then the first elements of group 0008 tell. Standard library only.
"""

from __future__ import annotations

import re
from typing import Final, Literal

_PREAMBLE: Final = bytes(128) + b"DICM"
_IMPLICIT, _EXPLICIT, _BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"

_META: Final = {0x00: b"UL", 0x01: b"OB", 0x02: b"UI", 0x03: b"UI", 0x10: b"UI"}

# Element of group 0008 -> value representation (PS3.6, 6).
_GROUP_8: Final = (
    dict.fromkeys((0x05, 0x08, 0x60, 0x64, 0x68), b"CS")
    | dict.fromkeys((0x14, 0x16, 0x18), b"UI")
    | dict.fromkeys((0x12, 0x20, 0x21, 0x22, 0x23), b"DA")
    | dict.fromkeys((0x13, 0x30, 0x31, 0x32, 0x33), b"TM")
    | dict.fromkeys((0x15, 0x2A), b"DT")
    | dict.fromkeys((0x10, 0x50), b"SH")
    | dict.fromkeys((0x70, 0x80), b"LO")
    | {0x00: b"UL", 0x01: b"UL", 0x90: b"PN"}
)
_TEXT: Final = rb"[^\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]*"
_VALUES: Final = {
    b"CS": re.compile(rb"[A-Z0-9 _\\]*"),
    b"UI": re.compile(rb"[0-9.\\]*"),
    b"DA": re.compile(rb"[0-9. -]*"),
    b"TM": re.compile(rb"[0-9:. -]*"),
    b"DT": re.compile(rb"[0-9.+ -]*"),
    b"UL": re.compile(rb".{0,4}", re.DOTALL),
    b"SH": re.compile(_TEXT),
    b"LO": re.compile(_TEXT),
    b"PN": re.compile(_TEXT),
}
_LONGEST: Final = 1024
_ENOUGH: Final = 3  # elements in order, each with a value as it must be
_STANDARD: Final = b"1.2.840.10008."


def is_dicom(head: bytes) -> bool:
    """Whether a file that begins like this is surely DICOM, with or without its beginning."""
    body = _body(head)
    return head[128:132] == b"DICM" or _has_meta(body) or _encoding(body) is not None


def may_be_dicom(head: bytes) -> bool:
    """Whether it begins with an element that DICOM files begin with, and no more is certain."""
    order = _order(head)
    return (
        order is not None
        and int.from_bytes(head[2:4], order) in _GROUP_8
        and (
            head[4:6] == _GROUP_8[int.from_bytes(head[2:4], order)]
            or 0 < int.from_bytes(head[4:8], order) <= _LONGEST
        )
    )


def with_beginning(data: bytes) -> tuple[bytes, bool]:
    """The file with its beginning, and whether its first elements had to tell its encoding."""
    if data[128:132] == b"DICM" and data[132:134] == b"\2\0":
        return data, False
    body = data[132:] if data[128:132] == b"DICM" else _body(data)
    if _has_meta(body[:132]):
        return _PREAMBLE + body, False
    syntax = _encoding(body[:132])
    if syntax is None:
        return data, False
    uid = syntax.encode() + b"\0" * (len(syntax) % 2)
    element = b"\2\0\x10\0UI" + len(uid).to_bytes(2, "little") + uid
    length = b"\2\0\0\0UL\4\0" + len(element).to_bytes(4, "little")
    return _PREAMBLE + length + element + body, True


def _body(data: bytes) -> bytes:
    return data[4:] if data.startswith(b"DICM") else data


def _order(head: bytes) -> Literal["little", "big"] | None:
    return {b"\x08\0": "little", b"\0\x08": "big"}.get(head[:2])  # type: ignore[return-value]


def _has_meta(head: bytes) -> bool:
    return (
        len(head) > 8 and head[:2] == b"\2\0" and head[3] == 0 and _META.get(head[2]) == head[4:6]
    )


def _encoding(head: bytes) -> str | None:
    """The transfer syntax that the first elements of group 0008 are written in, if that is sure."""
    order = _order(head)
    if order is None:
        return None
    explicit = head[4:6] in _VALUES
    if order == "big" and not explicit:
        return None
    place, last, found = 0, -1, 0
    sure = False
    while place + 8 <= len(head) and int.from_bytes(head[place : place + 2], order) == 8:
        element = int.from_bytes(head[place + 2 : place + 4], order)
        kind = _GROUP_8.get(element)
        if element <= last:
            return None
        if kind is None:
            break
        if explicit and head[place + 4 : place + 6] != kind:
            return None
        length = int.from_bytes(head[place + (6 if explicit else 4) : place + 8], order)
        value = head[place + 8 : place + 8 + length].rstrip(b"\0 ")
        if length % 2 or length > _LONGEST or not _VALUES[kind].fullmatch(value):
            return None
        found += 1
        sure |= element == 0x16 and value.startswith(_STANDARD)
        place, last = place + 8 + length, element
    if not sure and found < _ENOUGH:
        return None
    if explicit:
        return _EXPLICIT if order == "little" else _BIG
    return _IMPLICIT
