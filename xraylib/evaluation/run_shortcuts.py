"""What a run's features tell inside each class besides disease. For child processes.

Kept as ``shortcuts.json`` in the run's folder; reading it needs no TensorFlow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import ConfigError, DatasetError
from xraylib.evaluation.groups.columns import (
    METADATA,
    NO_VALUE,
    Metadata,
    read_metadata,
    table_columns,
)
from xraylib.evaluation.own_images import images_in
from xraylib.evaluation.shortcut_within import (
    FEWEST,
    Floats,
    ToldWithin,
    halves_by_brightness,
    told_within,
)
from xraylib.evaluation.sides.answers import known_labels
from xraylib.evaluation.stored_predictions import patients_are_told, person_numbers
from xraylib.json_values import JsonObject
from xraylib.records import read_if_kept
from xraylib.training.run.test_use import is_withheld
from xraylib.workspace import check_writable, write_json

if TYPE_CHECKING:
    from xraylib.datasets.dataset import DatasetIndex
    from xraylib.training.run.runs import Run

FILE: Final = "shortcuts.json"
MOST: Final = 1000
"""Images of each split that are looked at."""
SOURCES: Final = (
    "hospital", "site", "source", "institution", "centre", "center", "dataset", "scanner",
    "manufacturer", "machine", "device", "view", "projection",
)  # fmt: skip
"""Columns of ``metadata.csv`` that name a source."""


@dataclass(frozen=True, kw_only=True)
class RunShortcuts:
    """What can be told inside each class.

    Attributes:
        images: How many were looked at.
        found: One for each class and thing.
        unknown: What could not be tried, and why.
        patients_told: Whether a name or a table tells any patient.
    """

    images: int
    found: tuple[ToldWithin, ...]
    unknown: tuple[str, ...]
    patients_told: bool = True

    def to_json(self) -> JsonObject:
        """The fields in their order."""
        return {
            "images": self.images,
            "found": [one.to_json() for one in self.found],
            "unknown": list(self.unknown),
            "patients_told": self.patients_told,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`.

        Raises:
            KeyError, TypeError, ValueError: It is none.
        """
        return cls(
            images=int(value["images"]),
            found=tuple(ToldWithin.from_json(one) for one in value["found"]),
            unknown=tuple(map(str, value["unknown"])),
            patients_told=bool(value.get("patients_told", True)),
        )


def run_shortcuts(
    run: Run,
    *,
    by: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> RunShortcuts:
    """Tries to tell exposure and source inside each class from the network's features.

    Exposure is the mean grey, over or under the class's median. The source is a column of the table
    of labels or of the data set's ``metadata.csv``, and the folder below the class's, where there
    are several.

    Args:
        run: A run that has ended, with weights and a convolution.
        by: Columns of ``metadata.csv``; those whose names say a source if empty.
        progress: Called with (images done, images in all).

    Raises:
        RunError: code ``no-weights``.
        DatasetError: code ``no-films``: none of its images is where it was; code ``metadata``.
        ConfigError: code ``no-convolution``; code ``column``: there is no such column.
        PathError: code ``cannot-write``.
    """
    check_writable(run.folder / FILE)
    index, rows = _rows(run)
    columns, unknown = _columns(run, index, rows, by)
    features, levels = _features(run, index, rows, progress)
    images = index.images(rows)
    groups = person_numbers(run, images)
    found = []
    for name, own in _inside(run, index, rows):
        told: dict[str, list[str]] = {
            what: [values[place] for place in own] for what, values in columns.items()
        }
        told["exposure"] = halves_by_brightness(levels[own])
        for what, values in told.items():
            known = np.array([value != NO_VALUE for value in values], bool)
            one = told_within(
                what,
                name,
                features[own][known],
                [value for value in values if value != NO_VALUE],
                groups[own][known],
            )
            if one is None:
                unknown.append(
                    f"{what} inside {name}: fewer than two values with {FEWEST} patients each"
                )
            else:
                found.append(one)
    result = RunShortcuts(
        images=len(rows),
        found=tuple(found),
        unknown=tuple(unknown),
        patients_told=patients_are_told(images),
    )
    write_json(run.folder / FILE, result.to_json())
    return result


def _inside(
    run: Run, index: DatasetIndex, rows: Sequence[int]
) -> list[tuple[str, NDArray[np.int64]]]:
    """Images with nothing to tell apart: those of a class.

    Of a run of findings those that show one, and those that show none of them.
    """
    labels = known_labels(run, index, rows)
    if not run.data.several:
        return [(name, np.flatnonzero(labels == at)) for at, name in enumerate(run.classes)]
    shown = [(name, np.flatnonzero(labels[:, at] == 1)) for at, name in enumerate(run.classes)]
    return [("no finding", np.flatnonzero((labels == 0).all(axis=1))), *shown]


def kept_shortcuts(run: Run) -> RunShortcuts | None:
    """What was kept for the weights that the run has, or None. No TensorFlow.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
    """
    again = f"look for them again (xraylib shortcuts {run.id}), or delete {FILE}"
    return read_if_kept(
        run.folder / FILE, RunShortcuts.from_json, of=run.weights_file, remedy=again
    )


def _rows(run: Run) -> tuple[DatasetIndex, list[int]]:
    rows: list[int] = []
    for split in ("train", "val", *(() if is_withheld(run) else ("test",))):
        index, some = images_in(run, split, most=MOST)
        rows += some
    if not rows:
        raise DatasetError(
            f"None of the images of the run {run.id} is where it was",
            expected=f"the images of {run.data.name}, unchanged, in {run.data.root}",
            remedy="put the data set back where it was",
            code="no-films",
        )
    return index, rows


def _columns(
    run: Run, index: DatasetIndex, rows: Sequence[int], by: Sequence[str]
) -> tuple[dict[str, list[str]], list[str]]:
    """What may be told besides exposure, one value an image; and what there is not."""
    paths = [image.path for image in index.images(list(rows))]
    columns: dict[str, list[str]] = {}
    unknown = []
    file = run.data.root / METADATA
    known: dict[str, Metadata] = {}
    for table in (read_metadata(file) if file.is_file() else None, table_columns(index)):
        known |= dict.fromkeys(table.columns, table) if table is not None else {}
    names = list(known)
    for name in by:
        if name not in names:
            raise ConfigError(
                f"There is no column {name!r} in {METADATA} or the table of labels",
                expected="one of " + ", ".join(names) if names else f"a {METADATA} in the folder",
                remedy="choose a column that says where an image comes from",
                code="column",
            )
    chosen = by or [name for name in names if name.lower() in SOURCES]
    for name in chosen:
        columns[name] = known[name].values(name, paths)
    folders = [_below_class(path, run.classes) for path in paths]
    if len(set(folders)) > 1:
        columns["folder"] = folders
    if not columns:
        unknown.append(
            f"source: neither a {METADATA} with a column like {SOURCES[0]} nor folders below the "
            "classes say where an image comes from"
        )
    return columns, unknown


def _below_class(path: str, classes: Sequence[str]) -> str:
    """The folders between an image and its class's folder; nothing where it lies in that."""
    parts = path.split("/")[:-1]
    for place in range(len(parts) - 1, -1, -1):
        if parts[place] in classes:
            return "/".join(parts[place + 1 :])
    return ""


def _features(
    run: Run,
    index: DatasetIndex,
    rows: Sequence[int],
    progress: Callable[[int, int], None] | None,
) -> tuple[Floats, Floats]:
    """``(n, filters)`` features, averaged over each image, and ``(n,)`` mean greys."""
    from xraylib.evaluation.predict import BATCH, load_network
    from xraylib.images.prepare import prepare
    from xraylib.ood.network_features import feature_means

    network = load_network(run)
    parts, levels = [], []
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        pixels = np.stack([prepare(index.read(row), run.preparation) for row in some])
        means = feature_means(network, pixels)
        if means is None:
            raise ConfigError(
                "The network has no convolution, so it has no features to look at",
                expected="a network with a convolution",
                remedy="train a convolutional network",
                code="no-convolution",
            )
        parts.append(means)
        levels.append(pixels.reshape(len(pixels), -1).mean(axis=1))
        if progress is not None:
            progress(min(start + BATCH, len(rows)), len(rows))
    return np.concatenate(parts), np.concatenate(levels)
