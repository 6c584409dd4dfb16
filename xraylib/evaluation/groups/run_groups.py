"""How good a run is for each value of a column of what is known about its images.

found = run_subgroups(run, "sex")
found.of("Effusion")[0].auc, found.worse()
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from xraylib.errors import ConfigError, DatasetError, PathError
from xraylib.evaluation.external import external_folder, external_known
from xraylib.evaluation.groups.columns import (
    METADATA,
    NO_VALUE,
    Metadata,
    file_columns,
    read_metadata,
    table_columns,
    told_columns,
)
from xraylib.evaluation.groups.values import grouped, ordered
from xraylib.evaluation.groups.words import group_row
from xraylib.evaluation.sides.aspects import run_aspects
from xraylib.evaluation.stored_predictions import images_root
from xraylib.json_values import JsonObject
from xraylib.metrics.populations.subgroups import GroupScores, asked, by_group

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xraylib.training.run.runs import Run

TOLD_FIRST: Final = ("sex", "age", "view", "scanner", "site", "year", "modality")


@dataclass(frozen=True, kw_only=True)
class RunSubgroups:
    """How good a run is for each value of one column.

    Attributes:
        run: Its id.
        split: What was judged.
        column: Of what is known about the images.
        groups: Of each class or finding, each value.
        notes: Remarks.
        patients_told: Whether a name or a table tells any patient.
    """

    run: str
    split: str
    column: str
    groups: tuple[GroupScores, ...]
    notes: tuple[str, ...] = ()
    patients_told: bool = True

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Class or finding, value and what `group_row` tells of each group."""
        return [
            (one.aspect, one.value, *group_row(one, told=self.patients_told)) for one in self.groups
        ]

    @property
    def asked(self) -> int:
        """How many differences were asked for, which the corrected p knows."""
        return asked(self.groups)

    def of(self, aspect: str) -> tuple[GroupScores, ...]:
        """The groups of one class or finding."""
        return tuple(one for one in self.groups if one.aspect == aspect)

    def worse(self) -> list[str]:
        """Sentences about each group that fares worse than the others beyond chance."""
        words = [sentence for one in self.groups for sentence in one.words(self.column)]
        return [f"{sentence} ({_questions(self.asked)})" for sentence in words]

    def to_json(self) -> JsonObject:
        """The fields; ``groups`` as a list."""
        return {
            "run": self.run,
            "split": self.split,
            "column": self.column,
            "asked": self.asked,
            "groups": [one.to_json() for one in self.groups],
            "notes": list(self.notes),
            "patients_told": self.patients_told,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`."""
        return cls(
            **{name: str(value[name]) for name in ("run", "split", "column")},
            groups=tuple(GroupScores.from_json(one) for one in value["groups"]),
            notes=tuple(map(str, value["notes"])),
            patients_told=bool(value.get("patients_told", True)),
        )


def known_columns(run: Run, split: str = "test", *, files: bool = True) -> dict[str, Metadata]:
    """The columns that are known of a run's judged images, what is told of patients first.

    From the table of labels, from ``metadata.csv`` in the data set's folder, and from the files.

    Args:
        run: The run.
        split: As for :func:`~xraylib.evaluation.sides.aspects.run_aspects`.
        files: Whether what the files say is asked for too.

    Raises:
        DatasetError: code ``metadata``: that CSV cannot be read.
    """
    from xraylib.datasets.dataset import DatasetIndex

    found: dict[str, Metadata] = {}
    later: dict[str, Metadata] = {}
    if external_folder(run, split) is not None:
        told = external_known(run, split)
        table = None if told is None else told_columns(*told)
        found |= dict.fromkeys(table.columns, table) if table else {}
    else:
        try:
            index = DatasetIndex.load(run.folder / "index.parquet")
        except (DatasetError, PathError):
            index = None
        if index is not None:
            table = table_columns(index)
            found |= dict.fromkeys(table.columns, table) if table else {}
            stored = file_columns(index) if files else None
            later |= dict.fromkeys(stored.columns, stored) if stored else {}
    file = images_root(run, split) / METADATA
    if file.is_file():
        beside = read_metadata(file)
        found = dict.fromkeys(beside.columns, beside) | found
    return {name: found[name] for name in sorted(found, key=_order)} | {
        name: one for name, one in later.items() if name not in found
    }


def run_subgroups(
    run: Run, column: str, *, split: str = "test", metadata: Metadata | None = None
) -> RunSubgroups:
    """How good a run is for each value of a column. No TensorFlow.

    Args:
        run: A run that has ended, of classes or of findings.
        column: One of :func:`known_columns`, or of ``metadata``.
        split: ``"val"``, ``"test"``, or the key of images that it was judged on later.
        metadata: A table about the images, beside what is known.

    Raises:
        ConfigError: code ``column``: nothing tells it.
        RunError, DatasetError, PathError: As :func:`~xraylib.evaluation.sides.aspects.run_aspects`.
    """
    known = known_columns(run, split)
    if metadata is not None:
        known |= dict.fromkeys(metadata.columns, metadata)
    if column not in known:
        raise ConfigError(
            f"Nothing tells {column!r} of these images",
            expected=f"one of {', '.join(known)}" if known else "a table about the images",
            remedy=f"name a table (--metadata TABLE), or put one as {METADATA} into the data set's "
            "folder",
            code="column",
        )
    return _judged_groups(run, split, column, known[column])


def every_subgroup(run: Run, *, split: str = "test") -> tuple[RunSubgroups, ...]:
    """:func:`run_subgroups` of every column but those of the files, as card and report tell them.

    Raises:
        RunError, DatasetError, PathError: As :func:`~xraylib.evaluation.sides.aspects.run_aspects`.
    """
    known = known_columns(run, split, files=False)
    every = (_judged_groups(run, split, name, one) for name, one in known.items())
    return tuple(one for one in every if len({group.value for group in one.groups}) > 1)


def _judged_groups(run: Run, split: str, column: str, known: Metadata) -> RunSubgroups:
    judged, aspects = run_aspects(run, split=split)
    values, notes = grouped(column, known.values(column, judged.paths))
    found = by_group(aspects, values, ordered(values))
    missing = sum(value == NO_VALUE for value in values)
    if missing:
        notes.append(f"of {missing} of {len(values)} images {column} is not given")
    several = asked(found)
    if several > 1:
        notes.append(
            f"whether groups differ is told allowing for the {several} differences that were asked "
            "(Holm); what was found once is to be looked for again on other images"
        )
    return RunSubgroups(
        run=run.id,
        split=split,
        column=column,
        groups=found,
        notes=tuple(notes),
        patients_told=judged.told != 0,
    )


def _order(name: str) -> tuple[int, str]:
    plain = name.casefold()
    return (TOLD_FIRST.index(plain) if plain in TOLD_FIRST else len(TOLD_FIRST), plain)


def _questions(number: int) -> str:
    return "p corrected for " + ("1 difference" if number == 1 else f"{number} differences")
