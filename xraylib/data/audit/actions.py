"""What somebody decided after an audit. Films are never changed or deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from xraylib.data.audit.report import Finding
from xraylib.data.films import SCHEMA, DatasetIndex
from xraylib.data.tree import SPLITS
from xraylib.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Films left out and how the others are divided, as ``data.json`` records it.

    Attributes:
        excluded: Paths relative to the data set's folder, sorted.
        split: ``"folders"`` as they are, or ``"by-patient"``: see `split_by_patient`.
    """

    excluded: tuple[str, ...] = ()
    split: Literal["folders", "by-patient"] = "folders"

    def __post_init__(self) -> None:
        object.__setattr__(self, "excluded", tuple(sorted(set(self.excluded))))
        if self.split not in ("folders", "by-patient"):
            raise ConfigError(
                f"The division of the films is {self.split!r}",
                expected="'folders' or 'by-patient'",
                remedy="choose one of these",
            )

    def apply(self, index: DatasetIndex) -> DatasetIndex:
        """The index after this choice; the files stay where they are."""
        left = index.without(self.excluded) if self.excluded else index
        return split_by_patient(left) if self.split == "by-patient" else left

    def to_json(self) -> dict[str, Any]:
        """``{"excluded", "split"}``."""
        return {"excluded": list(self.excluded), "split": self.split}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Choice:
        """What `to_json` wrote; absent keys have their defaults."""
        return cls(
            excluded=tuple(str(path) for path in value.get("excluded", ())),
            split=value.get("split", "folders"),
        )


def apply_action(finding: Finding, choice: Choice | None = None) -> Choice:
    """The choice after doing what a finding proposes; the same choice if it proposes nothing.

    Args:
        finding: With its ``action``.
        choice: What was decided before.
    """
    choice = choice or Choice()
    if "exclude" in finding.action:
        return replace(choice, excluded=(*choice.excluded, *finding.action["exclude"]))
    if "split" in finding.action:
        return replace(choice, split=finding.action["split"])
    return choice


def split_by_patient(index: DatasetIndex) -> DatasetIndex:
    """The same films, each patient in the one split that has most of its films.

    With equally many, ``test`` goes before ``val`` and ``val`` before ``train``, so that no split
    is emptied. Films without a patient in their name stay where they are.
    """
    paths = index.table["path"].to_pylist()
    patients = index.table["patient"].to_pylist()
    splits = index.table["split"].to_pylist()
    counts: dict[str, dict[str, int]] = {}
    for patient, split, readable in zip(patients, splits, index.readable.tolist(), strict=True):
        if readable:
            held = counts.setdefault(patient, {})
            held[split] = held.get(split, 0) + 1
    moved = [
        split
        if patient == path or patient not in counts
        else max(counts[patient], key=lambda s: (counts[patient][s], SPLITS.index(s)))
        for path, patient, split in zip(paths, patients, splits, strict=True)
    ]
    if moved == splits:
        return index
    at = SCHEMA.get_field_index("split")
    column = pa.array(np.array(moved, dtype=object), pa.string())
    return replace(index, table=index.table.set_column(at, SCHEMA.field(at), column))
