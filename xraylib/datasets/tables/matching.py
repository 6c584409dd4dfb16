"""Which rows of a table are about which images: names matched by the trailing parts of paths.

A table was written on another computer: its names may have another folder in front, the other
slash, another ending or none, another case. What is before the trailing parts that agree does not
count; what stands in them does.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.datasets.names import is_picture_name

_ADDRESS: Final = re.compile(r"^[a-z][a-z0-9+.-]*://[^?#]*", re.IGNORECASE)
_DRIVE: Final = re.compile(r"^(?:[a-z][a-z0-9+.-]*://[^/]*|[a-z]:)?/*", re.IGNORECASE)

_WHOLE: Final = re.compile(r"0*(\d+?)(?:\.0+)?")
_DIGITS: Final = re.compile(r"\d+")


@dataclass(frozen=True, kw_only=True, eq=False)
class Matches:
    """Rows and images that belong together.

    Attributes:
        rows: int64 ``(pairs,)``: rows of the table, ascending; one may stand for several images.
        images: int64 ``(pairs,)``: the image of each.
        of_rows: How many rows there are.
        of_images: How many images there are.
        by_number: How many pairs agree in a number alone, as ``7`` and ``007`` do.
    """

    rows: NDArray[np.int64]
    images: NDArray[np.int64]
    of_rows: int
    of_images: int
    by_number: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def rows_alone(self) -> NDArray[np.int64]:
        """Rows without an image, ascending."""
        return np.setdiff1d(np.arange(self.of_rows), self.rows)

    @cached_property
    def images_alone(self) -> NDArray[np.int64]:
        """Images without a row, ascending."""
        return np.setdiff1d(np.arange(self.of_images), self.images)


def match_names(names: Sequence[str], paths: Sequence[str]) -> Matches:
    """Finds for each name of a table the images that it means.

    An image is meant by a name whose last part, without an image's ending, is its own, if all parts
    of the shorter of the two agree (a file name alone means every image of that name), or if the
    two are the only ones with this last part and nothing says that their folders are two:
    ``patient1`` and ``patient2``, or a folder that is here too, without this image. Where a name
    agrees in more parts with one image than with others, it means that one; where an image is meant
    by names of more and of fewer parts, those of more count.

    Args:
        names: Of the table's rows; empty ones mean nothing.
        paths: Of the images, relative, with ``/``.
    """
    known = _Known([_parts(path) for path in paths])
    lone: dict[str, set[tuple[str, ...]]] = {}
    asked: list[tuple[int, tuple[str, ...]]] = []
    for row, name in enumerate(names):
        folder, last = _cut(name)
        stem = _stem(last)
        if (stem,) in known.endings:
            parts = (*_folder_parts(folder), stem)
            asked.append((row, parts))
            lone.setdefault(stem, set()).add(parts)
    meant: dict[tuple[str, ...], tuple[list[int], int]] = {}
    deepest: dict[int, int] = {}
    for several in lone.values():
        for parts in several:
            places, depth = meant[parts] = known.best(parts, alone=len(several) == 1)
            for place in places:
                deepest[place] = max(depth, deepest.get(place, 0))
    rows, images = [], []
    for row, parts in asked:
        places, depth = meant[parts]
        for place in places:
            if depth == deepest[place]:
                rows.append(row)
                images.append(place)
    numbers = _by_number(names, paths, rows, images)
    rows += [row for row, _ in numbers]
    images += [place for _, place in numbers]
    if numbers:
        order = np.argsort(rows, kind="stable")
        rows, images = np.array(rows)[order].tolist(), np.array(images)[order].tolist()
    return Matches(
        rows=np.array(rows, dtype=np.int64),
        images=np.array(images, dtype=np.int64),
        of_rows=len(names),
        of_images=len(paths),
        by_number=len(numbers),
    )


def match_bare(names: Sequence[str], paths: Sequence[str]) -> Matches | None:
    """What `match_names` finds, in a tenth of its time, where names are bare, each image has one of
    its own and nothing could be mistaken; None for all other tables."""
    ours, theirs = (_bare_stems(texts) for texts in (paths, names))
    if pc.any(pc.match_substring_regex(pa.array(names, pa.string()), r"[/\\]")).as_py():
        return None
    if any(len(one) != pc.count_distinct(one).as_py() for one in (ours, theirs)):
        return None
    found = pc.index_in(ours, value_set=theirs)
    if found.null_count:
        return None
    rows = np.asarray(found.to_numpy(), np.int64)
    order = np.argsort(rows, kind="stable")
    return Matches(
        rows=rows[order], images=order.astype(np.int64), of_rows=len(names), of_images=len(paths)
    )


def _bare_stems(texts: Sequence[str]) -> pa.Array:
    last = pc.replace_substring_regex(pa.array(texts, pa.string()), r"^.*/", "")
    return pc.replace_substring_regex(pc.utf8_lower(last), r"\.[a-z]{3,5}$", "")


def match_folders(names: Sequence[str], paths: Sequence[str]) -> Matches:
    """What `match_names` finds where names are those of folders that images lie in, at any depth:
    the deepest that some name means counts."""
    rows, images = np.empty(0, np.int64), np.empty(0, np.int64)
    folders = [path.rpartition("/")[0] for path in paths]
    while any(folders):
        known = sorted(set(folders) - {""})
        number = {folder: place for place, folder in enumerate(known)}
        of = np.array([number.get(folder, -1) for folder in folders], np.int64)
        found = match_names(names, known)
        order = np.argsort(of, kind="stable")
        starts = np.searchsorted(of[order], np.arange(len(known) + 1))
        inside = [order[starts[place] : starts[place + 1]] for place in found.images]
        new = np.concatenate([np.empty(0, np.int64), *inside])
        whose = np.repeat(found.rows, [len(one) for one in inside])
        free = ~np.isin(new, images)
        rows, images = np.append(rows, whose[free]), np.append(images, new[free])
        folders = [folder.rpartition("/")[0] for folder in folders]
    by_row = np.argsort(rows, kind="stable")
    return Matches(
        rows=rows[by_row], images=images[by_row], of_rows=len(names), of_images=len(paths)
    )


def _by_number(
    names: Sequence[str], paths: Sequence[str], rows: Sequence[int], images: Sequence[int]
) -> list[tuple[int, int]]:
    """Names and images that are left, and of the same number where no other has it: in a
    spreadsheet ``007`` loses the zeros in front, or becomes ``7.0``."""
    told = set(rows)
    theirs = {row: whole_number(name) for row, name in enumerate(names) if row not in told}
    if not any(theirs.values()):
        return []
    ours = [whole_number(last_part(path)) for path in paths]
    met = Counter((*ours, *theirs.values()))
    shown = set(images)
    place = {number: at for at, number in enumerate(ours) if number and at not in shown}
    return [(row, place[one]) for row, one in theirs.items() if one in place and met[one] == 2]


def whole_number(text: str) -> str:
    """``"007"`` and ``"7.0"`` as ``"7"``; ``""`` for what is no whole number."""
    found = _WHOLE.fullmatch(text)
    return found[1] if found else ""


def last_part(name: str) -> str:
    """What tells an image in a name or a path: its last part, without an image's ending."""
    return _stem(_cut(name)[1])


class _Known:
    """The images' paths, by each of their endings; what a name means costs as much as it is deep.

    Attributes:
        endings: Images by the trailing parts of their paths, of any number.
        whole: Images by all parts of their paths.
    """

    def __init__(self, known: Sequence[tuple[str, ...]]) -> None:
        self.endings: dict[tuple[str, ...], list[int]] = {}
        self.whole: dict[tuple[str, ...], list[int]] = {}
        self.known = known
        self.folders = {part for parts in known for part in parts[:-1]}
        for place, parts in enumerate(known):
            self.whole.setdefault(parts, []).append(place)
            for depth in range(1, len(parts) + 1):
                self.endings.setdefault(parts[-depth:], []).append(place)

    def best(self, parts: tuple[str, ...], *, alone: bool) -> tuple[list[int], int]:
        """The images that a name means, and the number of parts that agree.

        Args:
            parts: Of the name.
            alone: Whether no other name has its last part.
        """
        found = self.endings.get(parts)
        if found:
            return found, len(parts)
        for depth in range(len(parts) - 1, 0, -1):
            found = self.whole.get(parts[-depth:])
            if found:
                return found, depth
        last = self.endings[parts[-1:]]
        if not alone or len(last) != 1 or self._are_two(parts, self.known[last[0]]):
            return [], 0
        return last, 1

    def _are_two(self, name: tuple[str, ...], path: tuple[str, ...]) -> bool:
        """Whether the folders of a name and of an image cannot be one, written in two places."""
        pairs = zip(reversed(name), reversed(path), strict=False)
        theirs, ours = next((one, two) for one, two in pairs if one != two)
        return theirs in self.folders or _DIGITS.sub("0", theirs) == _DIGITS.sub("0", ours)


def _parts(name: str) -> tuple[str, ...]:
    """A path's parts, the last without an image's ending, in a form that can be compared."""
    folder, last = _cut(name)
    return (*_folder_parts(folder), _stem(last))


def _cut(name: str) -> tuple[str, str]:
    """The folder and the last part of a path, in one spelling."""
    plain = name if name.isascii() else unicodedata.normalize("NFC", name)
    if "://" in plain and (address := _ADDRESS.match(plain.strip())):
        plain = address[0]  # without what is asked of a server
    folder, _, last = plain.strip(" \t\"'").replace("\\", "/").casefold().rpartition("/")
    return folder, last.strip()


@lru_cache(maxsize=65_536)
def _folder_parts(folder: str) -> tuple[str, ...]:
    parts = [part.strip() for part in _DRIVE.sub("", folder).split("/")]
    return tuple(part for part in parts if part not in ("", "."))


@lru_cache(maxsize=256)
def _is_picture_ending(ending: str) -> bool:
    return is_picture_name(f"x.{ending}")


def _stem(name: str) -> str:
    plain = name.removesuffix(".gz")
    stem, _, ending = plain.rpartition(".")
    return stem if stem and _is_picture_ending(ending) else name
