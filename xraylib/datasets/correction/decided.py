"""One image's correction as a value, and an index with the classes that were given by hand."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from xraylib.arguments import known_fields, refused_argument
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.image_row import SCHEMA
from xraylib.errors import ConfigError
from xraylib.json_values import JsonObject
from xraylib.records import texts
from xraylib.type_hints import is_a

LONGEST: Final = {"class": 80, "tag": 40, "reason": 300}
"""Most characters of what people write about an image."""


@known_fields("argument", "part of a correction")
@dataclass(frozen=True, kw_only=True)
class Correction:
    """What somebody decided about one image; the file itself stays as it is.

    Attributes:
        path: Relative to the data set's folder, with ``/``.
        label: The class that it was given; None where it keeps that of its folder.
        was: The class of its folder when another was given.
        tags: Words that it was marked with, sorted.
        why: The reason, in somebody's words.

    Raises:
        ConfigError: code ``argument``: a value of another type; code ``correction``: a class, tag
            or reason that is empty, too long or no single line of text.
    """

    path: str
    label: str | None = None
    was: str = ""
    tags: tuple[str, ...] = ()
    why: str = ""

    def __post_init__(self) -> None:
        for name in ("path", "was", "why"):
            if not isinstance(getattr(self, name), str):
                raise refused_argument(name, getattr(self, name), "text", of="Correction")
        if not is_a(self.label, str | None):
            raise refused_argument("label", self.label, "a class or None", of="Correction")
        if not is_a(self.tags, tuple[str, ...]):
            raise refused_argument("tags", self.tags, "a tuple of words", of="Correction")
        if self.label is not None:
            object.__setattr__(self, "label", plain_text(self.label, "class"))
        tags = {plain_text(tag, "tag") for tag in self.tags}
        object.__setattr__(self, "tags", tuple(sorted(tags)))
        if self.why:
            object.__setattr__(self, "why", plain_text(self.why, "reason"))

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return self.label is not None or bool(self.tags) or bool(self.why)

    def to_json(self) -> JsonObject:
        """``{"path"}`` and whatever of ``label``, ``was``, ``tags`` and ``why`` there is."""
        told: JsonObject = {"path": self.path}
        if self.label is not None:
            told |= {"label": self.label, "was": self.was}
        if self.tags:
            told["tags"] = list(self.tags)
        return told | ({"why": self.why} if self.why else {})

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Correction:
        """What `to_json` wrote."""
        return cls(
            path=value["path"],
            label=value.get("label"),
            was=value.get("was", ""),
            tags=texts(value.get("tags", [])),
            why=value.get("why", ""),
        )


def plain_text(text: str, kind: str) -> str:
    """The text without blanks around it, its accents written in one way.

    Args:
        text: What somebody wrote.
        kind: ``"class"``, ``"tag"`` or ``"reason"``. A class may become the name of a folder.

    Raises:
        ConfigError: code ``correction``.
    """
    told = unicodedata.normalize("NFC", text.strip())
    folder = kind == "class" and (told in (".", "..") or any(mark in told for mark in "/\\"))
    if not told or len(told) > LONGEST[kind] or not told.isprintable() or folder:
        raise ConfigError(
            f"The {kind} {text[:80]!r} cannot be used",
            expected=f"1 to {LONGEST[kind]} characters on one line"
            + (" without / and \\" if kind == "class" else ""),
            remedy=f"write another {kind}",
            code="correction",
        )
    return told


def with_classes(index: DatasetIndex, corrections: Iterable[Correction]) -> DatasetIndex:
    """The same images with the classes that were given by hand.

    A class that no image has any more is gone, a new one stands among the others. Corrections of
    images that are not in the index are passed over.
    """
    given = {one.path: one.label for one in corrections if one.label is not None}
    if not given:
        return index
    paths, labels = (pa.array([*part], pa.string()) for part in (given.keys(), given.values()))
    places = pc.index_in(index.table["path"], value_set=paths)
    changed = pc.coalesce(pc.take(labels, places), index.table["label"])
    at = SCHEMA.get_field_index("label")
    table = index.table.set_column(at, SCHEMA.field(at), changed)
    before, there = list(index.classes), set(pc.unique(changed).to_pylist())
    gone = set(before) - there
    empty = gone - set(pc.unique(index.table["label"]).to_pylist())  # they were so before
    classes = [name for name in before if name in there | empty]
    new = sorted(there - set(before))
    sorts = before == sorted(before)
    named = sorted(classes + new) if sorts else classes + new
    findings = index.findings
    if findings is not None:
        rows = {
            row: given[path]
            for row, path in enumerate(index.table["path"].to_pylist())
            if path in given
        }
        findings = findings.given(rows)
    return replace(index, table=table, classes=tuple(named), findings=findings)


def labels_given(corrections: Iterable[Correction]) -> tuple[tuple[str, str], ...]:
    """``((path, class), …)`` of those that were given another class, in the order given."""
    return tuple((one.path, one.label) for one in corrections if one.label is not None)
