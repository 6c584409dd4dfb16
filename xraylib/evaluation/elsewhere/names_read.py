"""Which classes or findings of other images a run was asked about, and under which names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from xraylib.json_values import JsonObject


@dataclass(frozen=True, kw_only=True)
class NamesRead:
    """Names of other images beside those of a run.

    Attributes:
        read_as: ``{theirs: the run's}`` where they differ.
        lacking: Names of the run that the images do not have.
        passed_over: Names of the images that the run does not know.
    """

    read_as: Mapping[str, str] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, ours: Sequence[str], theirs: Sequence[str], renamed: Mapping[str, str] | None = None
    ) -> Self:
        """What these names come to.

        Args:
            ours: Of the run.
            theirs: Of the images, after renaming.
            renamed: ``{name of the images: name that it was given}``.
        """
        read_as = {old: new for old, new in (renamed or {}).items() if new in ours and old != new}
        return cls(
            read_as=read_as,
            lacking=tuple(name for name in ours if name not in theirs),
            passed_over=tuple(name for name in theirs if name not in ours and name),
        )

    @property
    def words(self) -> str:
        """``COVID-19 read as Covid; without Mass; Nodule passed over``; empty if all are alike."""
        told = [f"{old} read as {new}" for old, new in self.read_as.items()]
        if self.lacking:
            told.append(f"without {', '.join(self.lacking)}")
        if self.passed_over:
            told.append(f"{', '.join(self.passed_over)} passed over")
        return "; ".join(told)

    def to_json(self) -> JsonObject:
        """The fields."""
        return {
            "read_as": dict(self.read_as),
            "lacking": list(self.lacking),
            "passed_over": list(self.passed_over),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """From :meth:`to_json`."""
        return cls(
            read_as={str(old): str(new) for old, new in dict(value["read_as"]).items()},
            lacking=tuple(map(str, value["lacking"])),
            passed_over=tuple(map(str, value["passed_over"])),
        )
