"""Reading zip archives from strangers: every byte accounted for, or refused.

`zipfile` repairs, guesses and reads past contradictions. Here the archive must begin with its
first member and end with its directory, the members must lie side by side without gap or
overlap, and what the directory says of a member must be what stands before the member. Memory
stays small whatever the archive claims. Format: PKWARE APPNOTE 6.3.10, without ZIP64, which
archives within the limits do not need.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from xraylib.errors import DatasetError

CHUNK: Final = 2**18

_END: Final = struct.Struct("<4s4H2LH")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED: Final = 0x0001 | 0x0040 | 0x2000
_DESCRIPTOR: Final = 0x0008

_PACK_AGAIN: Final = "pack the folder again with your system's own command for zip archives"
# What was expected, and what helps, for each code.
_REFUSALS: Final = {
    "archive-damaged": ("a complete, undamaged zip archive", _PACK_AGAIN),
    "archive-too-large": (
        "at most {archive_bytes}",
        "unpack it on this computer and add the folder instead",
    ),
    "archive-entries": (
        "at most {entries} entries",
        "unpack it on this computer and add the folder instead",
    ),
    "archive-unpacked": (
        "at most {unpacked_bytes} when unpacked",
        "unpack it on this computer and add the folder instead",
    ),
    "archive-ratio": (
        "at most {ratio} bytes from each byte packed",
        "leave this file out, or unpack the archive on this computer and add the folder instead",
    ),
    "archive-encrypted": ("an archive without a password", "pack the folder without a password"),
    "archive-compression": ("files that are stored or deflated", _PACK_AGAIN),
    "archive-link": ("files and folders only", "pack the files themselves in place of links"),
    "archive-name": (
        "names that stay inside the archive, each once, with / between folders",
        _PACK_AGAIN,
    ),
    "archive-nested": (
        "image files, not archives, inside the archive",
        "unpack the inner archive and pack its files instead",
    ),
}


@dataclass(frozen=True, kw_only=True)
class ArchiveLimits:
    """What an archive may cost.

    Attributes:
        archive_bytes: Of the archive itself; browsers count a MB as a million bytes.
        entries: Files and folders in it.
        unpacked_bytes: Of all files together.
        ratio: Unpacked over packed bytes of any one file.
    """

    archive_bytes: int = 200_000_000
    entries: int = 20_000
    unpacked_bytes: int = 2 * 2**30
    ratio: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A file or folder in an archive.

    Attributes:
        name: As the archive has it, with ``/``; folders end with one.
        packed: Bytes in the archive.
        size: Bytes unpacked, as the archive claims.
        crc: CRC-32 of the content, as the archive claims.
        method: 0 (stored) or 8 (deflated).
        start: Where its content begins in the archive.
    """

    name: str
    packed: int
    size: int
    crc: int
    method: int
    start: int

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")


def refuse_archive(
    code: str, what: str, limits: ArchiveLimits, entry: str | None = None
) -> DatasetError:
    """The refusal of an archive, or of one entry in it, which it names."""
    expected, remedy = _REFUSALS[code]
    numbers = {
        "archive_bytes": f"{limits.archive_bytes / 1e6:g} MB",
        "entries": f"{limits.entries:,}",
        "unpacked_bytes": f"{limits.unpacked_bytes / 2**30:g} GiB",
        "ratio": str(limits.ratio),
    }
    where = "The archive" if entry is None else f"The entry {entry[:200]!r} of the archive"
    return DatasetError(
        f"{where} {what}", expected=expected.format(**numbers), remedy=remedy, code=code
    )


def members(file: BinaryIO, limits: ArchiveLimits) -> list[Member]:
    """What is in the archive, in the order of its bytes.

    Args:
        file: The archive, which can be sought in.
        limits: Refused above these, as far as the directory tells.

    Raises:
        DatasetError: One of the codes ``archive-…``.
    """
    length = file.seek(0, 2)
    if length > limits.archive_bytes:
        raise refuse_archive("archive-too-large", f"has {length / 1e6:.1f} MB", limits)
    directory, size, count = _end_record(file, length, limits)
    if count > limits.entries:
        more = "65,535 or more" if count == 0xFFFF else f"{count:,}"
        raise refuse_archive("archive-entries", f"has {more} entries", limits)
    file.seek(directory)
    data = file.read(size)
    found: list[tuple[int, Member, int, bytes]] = []
    at = 0
    while at < size:
        if len(found) == count:
            raise refuse_archive("archive-damaged", "has more entries than it says", limits)
        if data[at : at + 4] != b"PK\1\2" or at + _CENTRAL.size > size:
            raise refuse_archive("archive-damaged", "has a broken directory", limits)
        at = _central(data, at, found, limits)
    if len(found) != count or at != size:
        raise refuse_archive("archive-damaged", "has fewer entries than it says", limits)
    found.sort(key=lambda item: item[0])
    ends = [offset for offset, *_ in found[1:]] + [directory] if found else []
    if (found[0][0] if found else directory) != 0:
        raise refuse_archive("archive-damaged", "has other data before its first entry", limits)
    return [
        _local(file, offset, end, member, flags, raw, limits)
        for (offset, member, flags, raw), end in zip(found, ends, strict=True)
    ]


def content(file: BinaryIO, member: Member, limits: ArchiveLimits) -> Iterator[bytes]:
    """A file's content in pieces of at most 256 KiB; length and checksum are checked at the end.

    Raises:
        DatasetError: codes ``archive-ratio`` and ``archive-damaged``.
    """
    file.seek(member.start)
    left, size, crc = member.packed, 0, 0
    unpack = zlib.decompressobj(-zlib.MAX_WBITS) if member.method == _DEFLATED else None
    pending = b""
    while True:
        if not pending and left:
            pending = file.read(min(left, CHUNK))
            if not pending:
                break
            left -= len(pending)
        if unpack is None:
            piece, pending = pending, b""
        else:
            try:
                piece = unpack.decompress(pending, CHUNK)
            except zlib.error:
                raise _broken(member, "cannot be unpacked", limits) from None
            pending = unpack.unconsumed_tail
            if unpack.eof and (left or unpack.unused_data):
                raise _broken(member, "has other data after its end", limits)
        size += len(piece)
        if size > limits.ratio * member.packed:
            what = f"unpacks to more than {limits.ratio} times its {member.packed:,} bytes"
            raise refuse_archive("archive-ratio", what, limits, member.name)
        if size > member.size:
            raise _broken(member, f"has more than its {member.size:,} bytes", limits)
        crc = zlib.crc32(piece, crc)
        if piece:
            yield piece
        elif not pending and not left:
            break
    ended = unpack is None or unpack.eof
    if left or not ended or size != member.size:
        raise _broken(member, f"has {size:,} bytes, not the {member.size:,} it says", limits)
    if crc != member.crc:
        raise _broken(member, "has a wrong checksum", limits)


def _broken(member: Member, what: str, limits: ArchiveLimits) -> DatasetError:
    return refuse_archive("archive-damaged", what, limits, member.name)


def _end_record(file: BinaryIO, length: int, limits: ArchiveLimits) -> tuple[int, int, int]:
    """Start and size of the directory, and its number of entries."""
    tail = min(length, _END.size + 0xFFFF)
    file.seek(length - tail)
    data = file.read(tail)
    at = data.rfind(b"PK\5\6")
    if at < 0 or at + _END.size > len(data):
        what = "is no zip archive" if not data.startswith(b"PK") else "has no end: it was cut short"
        raise refuse_archive("archive-damaged", what, limits)
    _, disk, first, here, count, size, start, comment = _END.unpack_from(data, at)
    if at + _END.size + comment != len(data):
        raise refuse_archive("archive-damaged", "has other data after its end", limits)
    if disk or first or here != count:
        raise refuse_archive("archive-damaged", "is one of several parts", limits)
    if count < 0xFFFF and start + size != length - tail + at:
        raise refuse_archive("archive-damaged", "has its directory at another place", limits)
    return start, size, count


def _central(
    data: bytes, at: int, found: list[tuple[int, Member, int, bytes]], limits: ArchiveLimits
) -> int:
    """Reads one entry of the directory; where the next begins."""
    fields = _CENTRAL.unpack_from(data, at)
    _, _, _, flags, method, _, _, crc, packed, size, *lengths = fields[:13]
    disk, _, attributes, offset = fields[13:]
    name_at = at + _CENTRAL.size
    raw = data[name_at : name_at + lengths[0]]
    end = name_at + int(sum(lengths))
    name = _name(raw, limits)
    if end > len(data) or disk:
        raise refuse_archive("archive-damaged", "has a broken directory", limits)
    if flags & _ENCRYPTED:
        raise refuse_archive("archive-encrypted", "is encrypted", limits, name)
    if method not in (_STORED, _DEFLATED):
        raise refuse_archive("archive-compression", f"uses method {method}", limits, name)
    kind = stat.S_IFMT(attributes >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        what = "is a link" if kind == stat.S_IFLNK else "is a device, pipe or socket"
        raise refuse_archive("archive-link", what, limits, name)
    member = Member(name=name, packed=packed, size=size, crc=crc, method=method, start=-1)
    if (member.is_folder and size) or (kind == stat.S_IFDIR and not member.is_folder):
        raise refuse_archive("archive-damaged", "is a folder with content", limits, name)
    if size > limits.ratio * packed:
        what = f"unpacks from {packed:,} to {size:,} bytes"
        raise refuse_archive("archive-ratio", what, limits, name)
    if method == _STORED and packed != size:
        raise refuse_archive("archive-damaged", "has two sizes", limits, name)
    found.append((offset, member, flags, raw))
    return end


def _name(raw: bytes, limits: ArchiveLimits) -> str:
    """A name that leads nowhere but down."""
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        name = raw.decode("cp437")  # what the format was made with; every byte is a character
    reason = ""
    if not name or len(raw) > 1000:
        reason = "has no name" if not name else "has a name of more than 1,000 bytes"
    elif "\\" in name:
        reason = "has a backslash in its name"
    elif any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
        reason = "has a control character in its name"
    elif name.startswith("/") or name[1:2] == ":":
        reason = "has an absolute name"
    elif any(part in ("", ".", "..") for part in name.removesuffix("/").split("/")):
        reason = "has a name with an empty part, '.' or '..'"
    if reason:
        raise refuse_archive("archive-name", reason, limits, name)
    return name


def _local(
    file: BinaryIO,
    offset: int,
    end: int,
    member: Member,
    flags: int,
    raw: bytes,
    limits: ArchiveLimits,
) -> Member:
    """The member with the start of its content; what stands before it must say the same."""
    file.seek(offset)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or head[:4] != b"PK\3\4":
        raise _broken(member, "does not begin where the directory says", limits)
    _, _, flags_here, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack(head)
    later = bool(flags & _DESCRIPTOR)
    same = (flags_here, method, file.read(name)) == (flags, member.method, raw)
    if not later:
        plain = (crc, packed, size) == (member.crc, member.packed, member.size)
        wide = packed == size == 0xFFFFFFFF and crc == member.crc  # sizes in an extra field
        same = same and (plain or wide)
    start = offset + _LOCAL.size + name + extra
    gap = end - start - member.packed
    if not same or gap not in ((12, 16, 20, 24) if later else (0,)):
        raise _broken(member, "is described in two ways", limits)
    if later:
        file.seek(end - gap)
        described = file.read(gap)
        if gap in (16, 24):
            described = described.removeprefix(b"PK\7\10")
        wanted = "<3L" if len(described) == 12 else "<L2Q"
        if described != struct.pack(wanted, member.crc, member.packed, member.size):
            raise _broken(member, "is described in two ways", limits)
    return replace(member, start=start)
