"""A list of a split, or a table with a column of splits: which it is, and what its name says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xraylib.datasets.names import SPLITS, SplitName
from xraylib.datasets.reading.folder_names import split_of
from xraylib.errors import ConfigError
from xraylib.json_values import JsonObject

_WORDS: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, kw_only=True)
class SplitFile:
    """A file that says which split images belong to.

    Attributes:
        file: A list or a table, relative to the data set's folder with ``/``, or absolute.
        split: The split of all images that it names; ``""`` where a column or its name says it.
        image: The column that names the images; ``""`` where it is to be found.
        column: The column that says the split; ``""`` where it is to be found.

    Raises:
        ConfigError: code ``reading``: a split that there is not.
    """

    file: str
    split: str = ""
    image: str = ""
    column: str = ""

    def __post_init__(self) -> None:
        if self.split and self.split not in SPLITS:
            raise ConfigError(
                f"The images of {self.file} are to be the split {self.split!r}",
                expected=f"one of: {', '.join(SPLITS)}",
                remedy=f"write for example --split-file {self.file}=val",
                code="reading",
            )

    def to_json(self) -> JsonObject:
        """What is said of it; what is not is absent."""
        return {key: value for key, value in vars(self).items() if value}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> SplitFile:
        """What `to_json` wrote."""
        return cls(**{str(key): str(text) for key, text in value.items()})

    @classmethod
    def parse(cls, text: str) -> SplitFile:
        """``FILE``, ``FILE=SPLIT`` or ``FILE:IMAGE:SPLIT`` (names of columns)."""
        file, equals, split = text.rpartition("=")
        if equals and "/" not in split and "." not in split:
            return cls(file=file, split=split.strip())
        parts = text.rsplit(":", 2)
        if len(parts) == 3 and all(parts):
            return cls(file=parts[0], image=parts[1], column=parts[2])
        return cls(file=text)


def said_split(text: str) -> SplitName | None:
    """The split that a cell or the name of a list says, by its words: ``train_val_list``, ``Test``.

    What is both for training and validation is for training; a text that says training and test
    says neither.
    """
    words = {split_of(word) for word in _WORDS.findall(text)} - {None}
    if {"train", "test"} <= words or {"val", "test"} <= words:
        return None
    if "train" in words:
        return "train"
    return next(iter(words), None)


def split_in_name(path: str) -> SplitName | None:
    """The split that a list or table of this path is about, by its file name."""
    return said_split(path.rpartition("/")[2].rpartition(".")[0])
