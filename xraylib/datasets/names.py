"""What the name of a file or folder says: a split, a class, a picture, or nothing anybody meant."""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal, get_args

from xraylib.images.formats import FORMATS
from xraylib.images.unread import UNREAD_ENDINGS

SplitName = Literal["train", "val", "test"]
SPLITS: Final[tuple[SplitName, ...]] = get_args(SplitName)

# A file with one of these endings is meant to be a picture, and is listed if it is none.
_PICTURES: Final = frozenset(
    {ending for form in FORMATS.values() for ending in form.endings} | UNREAD_ENDINGS
)
_TABLES: Final = frozenset({"csv", "tsv", "xlsx", "xls", "ods", "parquet"})
_LIST: Final = re.compile(
    r"list$|(?:^|[^a-z])(?:train(?:ing)?|val(?:id|idation)?|dev|test(?:ing)?|splits?)(?:[^a-z]|$)"
)
# Written by file managers, by no one on purpose, and large enough to look like something.
_CLUTTER: Final = frozenset({"thumbs.db", "desktop.ini", "dicomdir", "__macosx", "@eadir"})


def is_clutter(name: str) -> bool:
    """Whether a file or folder of this name is nothing that anybody put there on purpose."""
    return name.startswith(".") or name.casefold() in _CLUTTER


def is_picture_name(name: str) -> bool:
    """Whether a file of this name means to be a picture, and is listed if it is none."""
    return name.lower().removesuffix(".gz").rpartition(".")[2] in _PICTURES  # NIfTI is often packed


def is_table_name(name: str) -> bool:
    """Whether a file of this name means to be a table, or a list of images."""
    stem, _, ending = name.casefold().removesuffix(".gz").rpartition(".")
    return ending in _TABLES or (ending == "txt" and bool(_LIST.search(stem)))


def visible(name: str) -> str:
    """The name as text that every file format can hold."""
    if name.isascii():
        return name
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def class_of(name: str) -> str:
    """The class that a folder of this name holds: systems write the same accent in two ways."""
    return visible(unicodedata.normalize("NFC", name))


def free_name(folder: str, taken: set[str]) -> str:
    """A name like the folder's that the workspace accepts and does not have yet."""
    plain = unicodedata.normalize("NFKD", folder).encode("ascii", "ignore").decode()
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-._")[:56] or "data"
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base}-{number}", number + 1
    return name
