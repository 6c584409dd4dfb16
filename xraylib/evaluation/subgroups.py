"""Performance by any column: view, scanner, age group, or what the files say. NumPy only.

A model that is right on average may be wrong on one scanner. The columns come from the index of
the images (size, stored form, brightness) and from a CSV of one row an image, with a header: a
column ``path`` (or ``file``, ``filename``, ``image``) and any others.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from xraylib.errors import DatasetError
from xraylib.evaluation.judged import JudgedImages
from xraylib.json_values import JsonObject
from xraylib.metrics.comparing.paired import SIGNIFICANT, holm
from xraylib.metrics.comparing.two_groups import difference_p
from xraylib.metrics.intervals import Interval
from xraylib.metrics.resampling import share_interval
from xraylib.metrics.scores import macro_auc
from xraylib.regular import read_regular

if TYPE_CHECKING:
    from xraylib.datasets.dataset import DatasetIndex

METADATA: Final = "metadata.csv"
"""The name under which a data set's folder may hold a table about its images."""
NO_VALUE: Final = "(not given)"
_NAMES: Final = ("path", "file", "filename", "file_name", "image")
_MOST_BYTES: Final = 64 * 1024 * 1024
_MOST_VALUES: Final = 12
_PARTS: Final = 4


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """A table about images.

    Attributes:
        columns: Its columns but for that of the names: ``{column: {image: value}}``.
    """

    columns: Mapping[str, Mapping[str, str]]

    def values(self, column: str, paths: Iterable[str]) -> list[str]:
        """The value of each image, found by its path or else by its file name."""
        known = self.columns[column]
        return [known.get(path) or known.get(path.rpartition("/")[2]) or NO_VALUE for path in paths]


@dataclass(frozen=True, kw_only=True)
class Subgroup:
    """How good predictions are for the images with one value of a column.

    Attributes:
        value: The value, or the part that numbers were cut into.
        images: How many, at least one.
        right: How many of them were called right.
        interval: Of the accuracy, 95 %.
        auc: Macro AUC; None where a class is missing.
        below: Whether it is lower than on all other images, beyond chance and allowing for the
            number of groups.
        p: Of no difference from the other images; None where the group, or the others, are too
            few to tell.
        p_holm: The same, allowing for the number of groups that were asked (Holm 1979).
    """

    value: str
    images: int
    right: int
    interval: Interval | None
    auc: float | None
    below: bool
    p: float | None = None
    p_holm: float | None = None

    @property
    def accuracy(self) -> float:
        return self.right / self.images

    @property
    def too_few(self) -> bool:
        """Whether there are too few images or patients, here or of the others, to tell."""
        return self.p is None

    def to_json(self) -> JsonObject:
        """``value``, ``films``, ``right``, ``accuracy``, ``accuracy_ci``, ``auc``, …."""
        return {
            "value": self.value,
            "films": self.images,
            "right": self.right,
            "accuracy": self.accuracy,
            "accuracy_ci": [*(self.interval or ())],
            "auc": self.auc,
            "too_few": self.too_few,
            "below": self.below,
            "p": self.p,
            "p_holm": self.p_holm,
        }


def read_metadata(source: Path | bytes) -> Metadata:
    """Reads a CSV about images.

    Args:
        source: A file or its bytes; UTF-8, comma, semicolon or tab.

    Raises:
        DatasetError: code ``metadata``: it is too large, no CSV, or names no images.
    """
    try:
        if isinstance(source, Path) and source.stat().st_size > _MOST_BYTES:
            raise ValueError(f"it is larger than {_MOST_BYTES >> 20} MiB")
        data = read_regular(source) if isinstance(source, Path) else source
        if len(data) > _MOST_BYTES:
            raise ValueError(f"it is larger than {_MOST_BYTES >> 20} MiB")
        text = data.decode("utf-8-sig")
        first = text.partition("\n")[0]
        mark = max(",;\t", key=first.count)
        rows = list(csv.reader(io.StringIO(text), delimiter=mark, strict=True))
        header = [name.strip() for name in rows[0]] if rows else []
        key = next((i for i, name in enumerate(header) if name.lower() in _NAMES), None)
        if key is None:
            raise ValueError("it has no column called path, file, filename or image")
    except (OSError, ValueError, csv.Error) as error:
        reason = "it is no text in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise DatasetError(
            f"The table about the images cannot be used: {reason}",
            expected="a CSV in UTF-8 with a header, a column path and any others",
            remedy="correct the table and save it as CSV in UTF-8",
            code="metadata",
        ) from None
    columns: dict[str, dict[str, str]] = {
        name: {} for i, name in enumerate(header) if i != key and name
    }
    for row in rows[1:]:
        if len(row) <= key:
            continue
        image = row[key].strip().replace("\\", "/")
        for i, value in enumerate(row[: len(header)]):
            if header[i] in columns and value.strip():
                columns[header[i]][image] = value.strip()
    return Metadata(columns=columns)


def file_columns(index: DatasetIndex) -> Metadata:
    """What the files themselves say: size, how they are stored, how bright they are."""
    table = index.table
    paths = table["path"].to_pylist()
    sizes = [
        f"{width} × {height}"
        for width, height in zip(
            table["width"].to_pylist(), table["height"].to_pylist(), strict=True
        )
    ]
    found = {
        "Size in pixels": sizes,
        "Stored as": table["mode"].to_pylist(),
        "Bits": [str(bits) for bits in table["bit_depth"].to_pylist()],
        "Mean grey level": ["" if v is None else f"{v:.1f}" for v in table["mean"].to_pylist()],
    }
    return Metadata(
        columns={
            name: dict(zip(paths, values, strict=True))
            for name, values in found.items()
            if len(set(values)) > 1
        }
    )


def by_value(
    judged: JudgedImages, values: Sequence[str], classes: Sequence[str]
) -> tuple[list[Subgroup], list[str]]:
    """How good the predictions are for each value of a column.

    Numbers of more than twelve different values are cut into four parts of about equal size.

    Args:
        judged: The images.
        values: ``n`` values, one an image.
        classes: Names of the classes.

    Returns:
        The groups in the order of their values, and remarks.
    """
    named, notes = _grouped(values)
    right = judged.called == judged.labels
    column = np.asarray(named, dtype=str)
    order = _ordered(named)
    asked = {
        value: p
        for value in order
        if (p := difference_p(right, column == value, judged.groups)) is not None
    }
    adjusted = dict(zip(asked, holm(list(asked.values())), strict=True))
    rows = []
    for value in order:
        own = column == value
        n, hits = int(own.sum()), int(right[own].sum())
        interval = share_interval(right, own, judged.groups)
        lower = n < len(right) and hits / n < float(right[~own].mean())
        rows.append(
            Subgroup(
                value=value,
                images=n,
                right=hits,
                interval=interval,
                auc=macro_auc(judged.labels[own], judged.probabilities[own])
                if len(classes) > 1
                else None,
                below=lower and adjusted.get(value, 1.0) <= SIGNIFICANT,
                p=asked.get(value),
                p_holm=adjusted.get(value),
            )
        )
    if len(rows) > 1:
        notes.append(
            f"With {len(rows)} groups one may look worse by chance alone; what matters is whether "
            "it does so again on other images"
        )
    return rows, notes


def _grouped(values: Sequence[str]) -> tuple[list[str], list[str]]:
    different = {value for value in values if value != NO_VALUE}
    if len(different) <= _MOST_VALUES:
        return list(values), []
    numbers = {value: _number(value) for value in different}
    if all(math.isfinite(number) for number in numbers.values()):
        # All at once: a data set may have 100,000 images, each with a number of its own.
        every = np.array([numbers.get(value, math.nan) for value in values])
        edges = np.unique(np.nanquantile(every, np.linspace(0, 1, _PARTS + 1)))
        last = len(edges) - 2
        names = [
            f"{edges[i]:g} {'to' if i == last else 'to under'} {edges[i + 1]:g}"
            for i in range(last + 1)
        ]
        places = np.clip(np.searchsorted(edges, every, side="right") - 1, 0, last).tolist()
        parts = [
            names[place] if value in numbers else NO_VALUE
            for place, value in zip(places, values, strict=True)
        ]
        return parts, [f"{len(different)} different numbers are cut into parts of about equal size"]
    kept = {value for value, _ in Counter(values).most_common(_MOST_VALUES)}
    others = f"(one of {len(different) - len(kept - {NO_VALUE})} others)"
    return (
        [value if value in kept else others for value in values],
        [f"the {_MOST_VALUES} most frequent of {len(different)} values are shown"],
    )


def _ordered(values: Sequence[str]) -> list[str]:
    """Numbers by size, words by the alphabet, what is not given last."""

    def key(value: str) -> tuple[bool, float, str]:
        number = _number(value.partition(" ")[0])
        return value == NO_VALUE, number if math.isfinite(number) else math.inf, value

    return sorted(set(values), key=key)


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return math.nan
