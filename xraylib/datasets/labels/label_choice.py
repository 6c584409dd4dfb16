"""What a person decided about a table of labels; what is not decided is read from the table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from xraylib.arguments import known_fields, refused_argument
from xraylib.datasets.labels.findings import KINDS, Kind
from xraylib.errors import ConfigError
from xraylib.json_values import JsonObject
from xraylib.type_hints import is_a

Readers = Literal["majority", "any"]
READERS: Final[tuple[Readers, ...]] = get_args(Readers)

METADATA: Final = ("sex", "age", "view", "scanner", "site", "year", "modality")
"""What else a table is looked through for; further columns can be named."""
_ROLES: Final = ("image", "label", "patient", "split", "reader")


@known_fields("argument", "part of a choice of labels")
@dataclass(frozen=True, kw_only=True)
class LabelChoice:
    """Which table tells the labels of a data set, and what its columns are.

    Attributes:
        file: The table, relative to the data set's folder with ``/``, or absolute.
        beside: Tables that belong to it, likewise: further rows, or further columns of its rows.
        form: How it is written, by name of `FORMS`; None where it is to be found.
        kind: ``"single"`` (each image is of one class) or ``"multilabel"``; None as its form says.
        image: The column that names the images; None where it is to be found, likewise the others.
        labels: The columns of labels; none where they are to be found.
        patient: The column of patients; ``""`` for none.
        split: The column that says training, validation or test; ``""`` for none.
        reader: The column of readers, where several looked at an image; ``""`` for none.
        metadata: ``{name: column}`` beside those that are found; a column of ``""`` is none.
        findings: The findings that are used; empty for all.
        readers: Where several readers differ: what more than half of them say, or any of them.

    Raises:
        ConfigError: code ``argument``: a value of another type, or none of those that there are.
    """

    file: str
    beside: tuple[str, ...] = ()
    form: str | None = None
    kind: Kind | None = None
    image: str | None = None
    labels: tuple[str, ...] = ()
    patient: str | None = None
    split: str | None = None
    reader: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
    readers: Readers = "majority"

    def __post_init__(self) -> None:
        for name in ("beside", "labels", "findings"):
            if not is_a(getattr(self, name), tuple[str, ...]):
                raise refused_argument(name, getattr(self, name), "names", of="LabelChoice")
        for name, known in (("kind", (None, *KINDS)), ("readers", READERS)):
            if getattr(self, name) not in known:
                words = " or ".join(str(one) for one in known if one)
                raise refused_argument(name, getattr(self, name), words, of="LabelChoice")
        if not isinstance(self.file, str) or not self.file:
            raise refused_argument("file", self.file, "the path of a table", of="LabelChoice")
        object.__setattr__(self, "metadata", dict(self.metadata))

    def __hash__(self) -> int:
        return hash(json.dumps(self.to_json(), sort_keys=True))

    @property
    def files(self) -> tuple[str, ...]:
        """The table and those that belong to it."""
        return (self.file, *self.beside)

    def to_json(self) -> JsonObject:
        """What was decided; what was not is absent."""
        told: dict[str, Any] = {
            "file": self.file,
            "beside": list(self.beside) or None,
            "form": self.form,
            "kind": self.kind,
            "image": self.image,
            "labels": list(self.labels) or None,
            "patient": self.patient,
            "split": self.split,
            "reader": self.reader,
            "metadata": dict(self.metadata) or None,
            "findings": list(self.findings) or None,
            "readers": None if self.readers == "majority" else self.readers,
        }
        return {key: value for key, value in told.items() if value is not None}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> LabelChoice:
        """What `to_json` wrote."""
        texts = {
            name: None if value.get(name) is None else str(value[name])
            for name in ("form", "image", "patient", "split", "reader")
        }
        return cls(
            file=str(value["file"]),
            beside=tuple(str(name) for name in value.get("beside") or ()),
            kind=value.get("kind"),
            labels=tuple(str(name) for name in value.get("labels") or ()),
            metadata={str(k): str(v) for k, v in dict(value.get("metadata") or {}).items()},
            findings=tuple(str(name) for name in value.get("findings") or ()),
            readers=value.get("readers", "majority"),
            **texts,
        )


def columns_from(texts: Iterable[str]) -> dict[str, Any]:
    """``["image=File", "label=Finding", "sex=Gender"]`` as arguments of `LabelChoice`.

    Raises:
        ConfigError: code ``label-column``: a text without ``=``.
    """
    found: dict[str, Any] = {}
    metadata: dict[str, str] = {}
    labels: list[str] = []
    for text in texts:
        role, equals, column = (part.strip() for part in text.partition("="))
        if not equals or not role:
            raise ConfigError(
                f"--column is {text!r}",
                expected="what a column is, = and its name, as in --column patient=PID; what it "
                f"is: {', '.join((*_ROLES, *METADATA))} or a name of your own",
                remedy="write what the column is before the =",
                code="label-column",
            )
        if role == "label":
            labels.append(column)
        elif role in _ROLES:
            found[role] = column
        else:
            metadata[role] = column
    return {**found, "labels": tuple(labels), "metadata": metadata}
