"""What a person decided about how a folder is read, against or beside what its names say."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from xraylib.datasets.names import SPLITS
from xraylib.datasets.reading.split_file import SplitFile
from xraylib.errors import ConfigError
from xraylib.json_values import JsonObject


@dataclass(frozen=True, kw_only=True)
class ReadingChoice:
    """Decisions about a folder; what is not decided here is read from the names.

    Paths are relative to the data set's folder, with ``/``; a name without ``/`` stands for every
    folder of that name.

    Attributes:
        root: The folder inside that holds the data; None where it is to be found.
        splits: ``{folder: "train" | "val" | "test"}``.
        classes: ``{name of a folder: class}``; a class of ``""`` makes its images unlabelled.
        leave_out: Folders that are not read.
        keep: Folders that are read though they look like masks or like something beside the data.
        folds: Whether numbered folders are folds of a cross-validation; None: as they look.
        merge: Whether classes that differ in case, blanks, ``_`` and ``-`` alone are one.
        split_files: Lists and tables that say the split of images, whatever their folder is.
        order: All classes, in the order of a network's outputs; ``()`` for that of their names.

    Raises:
        ConfigError: code ``reading``: a split that there is not, or a class twice in the order.
    """

    root: str | None = None
    splits: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    folds: bool | None = None
    merge: bool = True
    order: tuple[str, ...] = ()
    split_files: tuple[SplitFile, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "splits", {_plain(k): v for k, v in self.splits.items()})
        object.__setattr__(self, "classes", {_nfc(k): _nfc(v) for k, v in self.classes.items()})
        for name in ("leave_out", "keep"):
            object.__setattr__(self, name, tuple(sorted({_plain(p) for p in getattr(self, name)})))
        object.__setattr__(self, "order", tuple(_nfc(name) for name in self.order))
        if len(set(self.order)) < len(self.order):
            raise ConfigError(
                f"The order of the classes is {', '.join(self.order)}",
                expected="each class once",
                remedy="write for example --classes Normal,Pneumonia",
                code="reading",
            )
        if self.root is not None:
            object.__setattr__(self, "root", _plain(self.root))
        for folder, split in self.splits.items():
            if split not in SPLITS:
                raise ConfigError(
                    f"The folder {folder!r} is to be the split {split!r}",
                    expected=f"one of: {', '.join(SPLITS)}",
                    remedy=f"write for example {folder}=val",
                    code="reading",
                )

    def __hash__(self) -> int:
        return hash(json.dumps(self.to_json(), sort_keys=True))

    def __bool__(self) -> bool:
        return self != ReadingChoice()

    def over(self, before: ReadingChoice) -> ReadingChoice:
        """What is decided here, and what was decided before where nothing is said here."""
        kept = [path for path in before.keep if path not in self.leave_out]
        left = [path for path in before.leave_out if path not in self.keep]
        return ReadingChoice(
            root=before.root if self.root is None else self.root,
            splits={**before.splits, **self.splits},
            classes={**before.classes, **self.classes},
            leave_out=(*left, *self.leave_out),
            keep=(*kept, *self.keep),
            folds=before.folds if self.folds is None else self.folds,
            merge=before.merge and self.merge,
            order=self.order or before.order,
            split_files=self.split_files or before.split_files,
        )

    def to_json(self) -> JsonObject:
        """What was decided; what was not is absent."""
        told: dict[str, Any] = {
            "root": self.root,
            "splits": dict(self.splits) or None,
            "classes": dict(self.classes) or None,
            "leave_out": list(self.leave_out) or None,
            "keep": list(self.keep) or None,
            "folds": self.folds,
            "merge": None if self.merge else False,
            "order": list(self.order) or None,
            "split_files": [one.to_json() for one in self.split_files] or None,
        }
        return {key: value for key, value in told.items() if value is not None}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ReadingChoice:
        """What `to_json` wrote."""
        folds = value.get("folds")
        return cls(
            root=None if value.get("root") is None else str(value["root"]),
            splits={str(k): str(v) for k, v in dict(value.get("splits") or {}).items()},
            classes={str(k): str(v) for k, v in dict(value.get("classes") or {}).items()},
            leave_out=tuple(str(path) for path in value.get("leave_out") or ()),
            keep=tuple(str(path) for path in value.get("keep") or ()),
            folds=None if folds is None else bool(folds),
            merge=bool(value.get("merge", True)),
            order=tuple(str(name) for name in value.get("order") or ()),
            split_files=tuple(SplitFile.from_json(one) for one in value.get("split_files") or ()),
        )


def pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """``["valid=val"]`` as ``{"valid": "val"}``.

    Raises:
        ConfigError: code ``reading``: a text without ``=``.
    """
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ConfigError(
                f"{option} is {text!r}",
                expected=f"a folder, = and what it is, as in {option} {_EXAMPLES[option]}",
                remedy="write the folder's name before the =",
                code="reading",
            )
        found[name.strip()] = value.strip()
    return found


_EXAMPLES: Final = {"--split": "valid=val", "--class": "NORMAL=Normal"}


def _plain(path: str) -> str:
    return _nfc(path).replace("\\", "/").strip("/").removeprefix("./")


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
