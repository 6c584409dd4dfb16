"""How a folder was understood: its root, its parts, what is left out, and the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from xraylib.datasets.names import SPLITS
from xraylib.datasets.reading.folder_names import split_of
from xraylib.datasets.reading.reading_choice import ReadingChoice
from xraylib.json_values import JsonObject, JsonValue

Role = Literal["class", "images", "masks", "left out"]
_ROLES: Final = get_args(Role)
_MOST: Final = 200
_SHOWN: Final = 6


@dataclass(frozen=True, kw_only=True)
class Part:
    """A folder and everything below it that has the same part to play.

    Attributes:
        path: Relative to the data set's folder, ``""`` for that itself.
        role: ``"class"``; ``"images"`` without a class; ``"masks"``; or ``"left out"``.
        images: How many images are in it.
        split: The split that its images belong to; None where they are not read.
        label: Its class, ``""`` without one; None where it is not read.
        fold: The number of its fold, if it stands in one.
        reason: Why it is read so, or not read.
    """

    path: str
    role: Role
    images: int
    split: str | None = None
    label: str | None = None
    fold: int | None = None
    reason: str = ""

    @property
    def is_read(self) -> bool:
        """Whether its images are part of the data set."""
        return self.role in ("class", "images")

    def to_json(self) -> JsonObject:
        """What is known of it; absent where it says nothing."""
        told: dict[str, JsonValue] = {
            "path": self.path,
            "role": self.role,
            "images": self.images,
            "split": self.split,
            "class": self.label,
            "fold": self.fold,
            "reason": self.reason or None,
        }
        return {key: value for key, value in told.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class Hint:
    """Something about the folder that a person should know before anything is trained.

    Attributes:
        code: Stable: ``folders-look-like``, ``one-class-two-names``, ``class-without-training``,
            ``no-classes``, ``labels-in-names``, ``tables``, ``split-lists``, ``split-file``,
            ``patient-table`` or ``unread-folder``.
        message: A sentence.
        remedy: What to do about it.
        images: How many images it is about.
    """

    code: str
    message: str
    remedy: str
    images: int = 0

    def to_json(self) -> JsonObject:
        """``{"code", "message", "remedy", "images"}``."""
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class ReadingPlan:
    """How a folder is read.

    Attributes:
        root: The folder inside that holds the data, ``""`` where nothing is wrapped around it.
        parts: What each folder is, sorted by path.
        more_parts: How many further parts there are, which are not listed.
        spellings: ``{class: (names of its folders)}`` where there are several.
        tables: Tables and lists beside the images, as paths.
        patients: Where the patients come from, in words; ``""`` where no name tells one.
        patient_pattern: The expression that finds them in paths; ``""`` without one.
        split_source: Which files say the splits, and how many images are in each; ``""`` where
            folders do.
        hints: What a person should know.
        choice: What was decided by hand.
    """

    root: str = ""
    parts: tuple[Part, ...] = ()
    more_parts: int = 0
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tables: tuple[str, ...] = ()
    patients: str = ""
    patient_pattern: str = ""
    split_source: str = ""
    hints: tuple[Hint, ...] = ()
    choice: ReadingChoice = field(default_factory=ReadingChoice)

    @property
    def read(self) -> tuple[Part, ...]:
        """The parts whose images belong to the data set."""
        return tuple(part for part in self.parts if part.is_read)

    @property
    def left_out(self) -> tuple[Part, ...]:
        """The parts with images that do not."""
        return tuple(part for part in self.parts if not part.is_read)

    @property
    def has_splits(self) -> bool:
        """Whether names or decisions tell splits; without, all images are read as training."""
        return (
            bool(self.choice.splits or self.choice.split_files)
            or any(part.split in ("val", "test") for part in self.read)
            or any(split_of(name) for part in self.read for name in part.path.split("/"))
        )

    def sentence(self) -> str:
        """The plan in one sentence: what is read as what, and what is left out."""
        counts: dict[str, dict[str, int]] = {}
        for part in self.read:
            of = counts.setdefault(part.split or "train", {})
            label = part.label or "without a class"
            of[label] = of.get(label, 0) + part.images
        told = [
            f"{split} {_join([f'{name} {number:,}' for name, number in counts[split].items()])}"
            for split in SPLITS
            if split in counts
        ]
        inside = f" in {self.root}/" if self.root else ""
        text = f"Read as{inside}: " + ("; ".join(told) if told else "nothing")
        if self.left_out:
            text += f". Left out: {_join(_grouped(self.left_out))}"
        if self.split_source:
            text += f". Splits by {self.split_source}"
        return text + "."

    def to_json(self) -> JsonObject:
        """The plan as the command prints it."""
        return {
            "root": self.root,
            "sentence": self.sentence(),
            "folders": [part.to_json() for part in self.read],
            "left_out": [part.to_json() for part in self.left_out],
            "more_folders": self.more_parts,
            "spellings": {name: list(names) for name, names in self.spellings.items()},
            "tables": list(self.tables),
            "patients": {"from": self.patients, "pattern": self.patient_pattern},
            **({"splits_from": self.split_source} if self.split_source else {}),
            "hints": [hint.to_json() for hint in self.hints],
            "choice": self.choice.to_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ReadingPlan:
        """What `to_json` wrote."""
        rows = [*value.get("folders", ()), *value.get("left_out", ())]
        patients = value.get("patients") or {}
        return cls(
            root=str(value.get("root", "")),
            parts=tuple(sorted((_part(row) for row in rows), key=lambda part: part.path)),
            more_parts=int(value.get("more_folders", 0)),
            spellings={
                str(name): tuple(str(one) for one in names)
                for name, names in dict(value.get("spellings") or {}).items()
            },
            tables=tuple(str(path) for path in value.get("tables", ())),
            patients=str(patients.get("from", "")),
            patient_pattern=str(patients.get("pattern", "")),
            split_source=str(value.get("splits_from", "")),
            hints=tuple(
                Hint(
                    code=str(hint["code"]),
                    message=str(hint["message"]),
                    remedy=str(hint["remedy"]),
                    images=int(hint.get("images", 0)),
                )
                for hint in value.get("hints", ())
            ),
            choice=ReadingChoice.from_json(value.get("choice") or {}),
        )


def listed(parts: Sequence[Part]) -> tuple[tuple[Part, ...], int]:
    """The parts by path, no more than fit on a page: those left out first; and how many more."""
    order = sorted(parts, key=lambda part: (part.is_read, -part.images, part.path))
    kept = sorted(order[:_MOST], key=lambda part: part.path)
    return tuple(kept), len(order) - len(kept)


def _part(row: Mapping[str, Any]) -> Part:
    role = row["role"]
    if role not in _ROLES:
        raise ValueError(f"a part {role!r}")
    return Part(
        path=str(row["path"]),
        role=role,
        images=int(row["images"]),
        split=row.get("split"),
        label=row.get("class"),
        fold=row.get("fold"),
        reason=str(row.get("reason", "")),
    )


def _grouped(parts: Sequence[Part]) -> list[str]:
    """Parts with their numbers; those of one name, in many folders, together."""
    groups: dict[tuple[str, Role], list[Part]] = {}
    for part in parts:
        groups.setdefault((part.path.rpartition("/")[2], part.role), []).append(part)
    told = []
    for (name, role), alike in groups.items():
        images = sum(part.images for part in alike)
        what = ("mask" if role == "masks" else "image") + ("" if images == 1 else "s")
        where = f"{name}/ in {len(alike)} folders" if len(alike) > 1 else f"{alike[0].path}/"
        told.append(f"{where.replace('*/', '*')} ({images:,} {what})")
    return told


def _join(words: Sequence[str]) -> str:
    more = len(words) - _SHOWN
    shown = list(words[:_SHOWN] if more > 1 else words)
    return ", ".join(shown) + (f" and {more:,} more" if more > 1 else "")
