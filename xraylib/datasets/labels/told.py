"""What the rows of a table say, before it is known which images they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xraylib.datasets.labels.cells import BLANK, coded, is_nothing, names_in, yes_or_no
from xraylib.datasets.labels.findings import ABSENT, PRESENT, UNCERTAIN, UNKNOWN
from xraylib.datasets.reading.folder_names import class_key

Together = Literal["same", "any", "readers"]
"""How several rows about one image make one: they should say the same; what any of them says is
there; or each is what a reader saw."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """What rows say.

    Attributes:
        names: Of the findings.
        values: int8 ``(rows, findings)``, as in `Findings`.
        nothing: int8 ``(rows,)``: whether a row says that there is no finding, in the same values;
            None where the table has no word for that.
        nothing_name: That word, for example ``"No Finding"``.
        together: How several rows about one image are read.
        spared: Findings that may be there though there is no other, as a pacemaker is.
        spellings: ``{name: (how it is written)}`` where that is in several ways.
    """

    names: tuple[str, ...]
    values: NDArray[np.int8]
    nothing: NDArray[np.int8] | None = None
    nothing_name: str = ""
    together: Together = "same"
    spared: tuple[str, ...] = ()
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def told_by_columns(
    cells: pa.Table,
    columns: Sequence[str],
    *,
    spared: Sequence[str] = (),
    together: Together = "same",
) -> Told:
    """Columns of 1, 0, -1 (uncertain) and blank, one a finding."""
    names = [name for name in columns if not is_nothing(name)]
    normal = [name for name in columns if is_nothing(name)]
    values = np.empty((len(cells), len(names)), np.int8)
    for at, name in enumerate(names):
        values[:, at] = yes_or_no(cells[name])
    return Told(
        names=tuple(names),
        values=values,
        nothing=yes_or_no(cells[normal[0]]) if normal else None,
        nothing_name=normal[0] if normal else "",
        spared=tuple(spared),
        together=together,
    )


def told_by_names(
    column: pa.ChunkedArray,
    *,
    mark: str = "",
    ignored: Sequence[str] = (),
    unusable: Sequence[str] = (),
    levels: bool = False,
    together: Together = "same",
) -> Told:
    """A column of names: one a cell, or several with ``mark`` between them or as a list.

    What a cell does not name is absent; an empty cell says nothing.

    Args:
        column: The cells.
        mark: Between the names of a cell; ``""`` for one name a cell.
        ignored: Words that are no findings; a cell with no other says nothing.
        unusable: Words that make all of the cell unknown.
        levels: Whether ``Pneumonia/Viral/COVID-19`` names a finding and those that it is one of.
            What stands below a name that goes no further is then unknown, not absent.
        together: As in `Told`.
    """
    places, texts = coded(column)
    cells = [_cell(text, mark, ignored, unusable) for text in texts]
    parents: dict[str, set[str]] = {}
    if levels:
        cells = [cell and (_levels(cell, parents) or None) for cell in cells]
    found = dict.fromkeys(name for cell in cells if cell for name in cell)
    nothing_name = next((name for name in found if is_nothing(name)), "")
    names = sorted((name for name in found if not is_nothing(name)), key=str.casefold)
    number = {name: at for at, name in enumerate(names)}
    values = np.full((len(texts), len(names)), UNKNOWN, np.int8)
    nothing = np.full(len(texts), UNKNOWN, np.int8)
    for at, cell in enumerate(cells):
        if cell is None:
            continue
        there = [name for name in cell if name in number]
        values[at] = ABSENT
        nothing[at] = ABSENT if len(there) == len(cell) else PRESENT
        for name, above in parents.items():
            if name not in there and above & _ends(there, parents):
                values[at, number[name]] = UNKNOWN
        values[at, [number[name] for name in there]] = PRESENT
    return Told(
        names=tuple(names),
        values=values[places],
        nothing=nothing[places] if nothing_name else None,
        nothing_name=nothing_name,
        together=together,
    )


def renamed(told: Told, names: Mapping[str, str]) -> Told:
    """The same rows with other names of findings; of two that become one either may be there.

    Args:
        told: What rows say.
        names: ``{name: new name}``; ``""`` leaves a finding out.
    """
    if not names.keys() & {*told.names, told.nothing_name}:
        return told
    new = [names.get(name, name) for name in told.names]
    kept = sorted({name for name in new if name}, key=new.index)
    values = np.empty((len(told.values), len(kept)), np.int8)
    for at, name in enumerate(kept):
        same = told.values[:, [place for place, one in enumerate(new) if one == name]]
        there, unsure, gone = (
            (same == value).any(axis=1) for value in (PRESENT, UNCERTAIN, ABSENT)
        )
        values[:, at] = np.select([there, unsure, gone], [PRESENT, UNCERTAIN, ABSENT], UNKNOWN)
    nothing = names.get(told.nothing_name, told.nothing_name)
    return replace(
        told,
        names=tuple(kept),
        values=values,
        nothing=told.nothing if nothing else None,
        nothing_name=nothing,
        spared=tuple(names.get(name, name) for name in told.spared),
    )


def in_one_spelling(told: Told) -> Told:
    """The same rows; findings that differ in spelling alone, as folders of classes may, are one,
    named as in most rows."""
    rows = dict(zip(told.names, (told.values == PRESENT).sum(axis=0).tolist(), strict=True))
    same: dict[str, list[str]] = {}
    for name in sorted(told.names):
        same.setdefault(class_key(name), []).append(name)

    def rank(name: str) -> tuple[int, bool]:
        return rows[name], name[:1].isupper() and not name.isupper()

    spellings = {max(of, key=rank): tuple(of) for of in same.values() if len(of) > 1}
    names = {name: best for best, of in spellings.items() for name in of}
    return replace(renamed(told, names), spellings=spellings)


def _cell(
    text: str, mark: str, ignored: Sequence[str], unusable: Sequence[str]
) -> list[str] | None:
    """The names of a cell; None where it says nothing."""
    if text.strip().casefold() in BLANK:
        return None
    names = names_in(text, mark)
    if any(name.casefold() in unusable for name in names):
        return None
    left = [name for name in names if name.casefold() not in ignored]
    return left or None


def _levels(names: Sequence[str], parents: dict[str, set[str]]) -> list[str]:
    """Each name with those above it; ``parents`` learns what stands above what."""
    found: list[str] = []
    for name in names:
        parts = [part.strip() for part in name.split("/") if part.strip()]
        for depth, part in enumerate(parts):
            found.append(part)
            if depth:
                parents.setdefault(part, set()).update(parts[:depth])
    return [name for name in dict.fromkeys(found) if name.casefold() not in BLANK]


def _ends(names: Sequence[str], parents: dict[str, set[str]]) -> set[str]:
    """Those of the names below which no other of them stands."""
    above = {one for name in names for one in parents.get(name, ())}
    return set(names) - above
