"""What the name of a folder says in published data sets: a split, a fold, masks, shards, patients.

Names decide only how folders stand to each other; every decision is shown and can be changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from xraylib.datasets.names import SplitName
from xraylib.datasets.reading.folder_words import (
    ASIDE,
    GENERIC,
    KIND,
    PERSON,
    PICTURES,
    SHARD,
    UNLABELLED,
)

_BEFORE: Final = r"(?:(?:images?|imgs?|data|cxrs?|x[-_ ]?rays?)[-_ ])?"
_ENDING: Final = r"(?:[-_ ]?(?:set|data|dataset|images?|imgs?|split|folder))?[-_ ]?\d*"
_TRAINING: Final = r"train(?:ing)?(?:[-_ +&]*(?:and)?[-_ ]?(?:val|valid|validation|dev))?"
_VALIDATION: Final = "validierung|validaci[oó]n|valida[cç][aã]o|验证集?|驗證集?|検証"
_TRAINING_TOO: Final = "entrenamiento|treino|entra[iî]nement|训练集?|訓練集?|(?<=images_)tr"
_TEST_TOO: Final = "prueba|teste|测试集?|測試集?|(?<=images_)ts"
_SPLITS: Final[tuple[tuple[SplitName, re.Pattern[str]], ...]] = (
    ("train", re.compile(rf"{_BEFORE}(?:{_TRAINING}|{_TRAINING_TOO}){_ENDING}")),
    (
        "val",
        re.compile(
            rf"{_BEFORE}(?:val|valid|validat(?:e|ion)|{_VALIDATION}|dev|development){_ENDING}"
        ),
    ),
    (
        "test",
        re.compile(
            rf"{_BEFORE}(?:test|testing|eval|evaluation|hold[-_ ]?out|{_TEST_TOO}){_ENDING}"
        ),
    ),
)
_FOLD: Final = re.compile(r"(?:k?[-_ ]?folds?|split|cv|cross[-_ ]?val(?:idation)?)[-_ ]?(\d+)")
_MASKS: Final = re.compile(r"(?:^|[^a-z])masks?(?:$|[^a-z])")
_NO_MASKS: Final = re.compile(r"(?:^|[^a-z])(?:with|without|no)(?:$|[^a-z])")
_ANNOTATIONS: Final = re.compile(
    r"(?:labels?|annotations?|segmentations?(?:[-_ ]?(?:class|object))?|segs?|gt"
    r"|ground[-_ ]?truths?|contours?|overlays?)(?:[-_ ](?:tr|ts|train|val|test))?"
)
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORDS: Final = re.compile(r"[^\W\d_]+")
_NUMBERED: Final = re.compile(r"(?P<stem>.*?)[-_ .]?(?P<number>\d+)")
_MOST_GRADES: Final = 12
"""Numbers in a row that may be classes: grades, scores, months; more are shards."""
_LONG_NUMBER: Final = re.compile(r"\d{5,}|[12](?:\.\d+){4,}|[0-9a-f]{16,}", re.IGNORECASE)
_PADDED: Final = 3
"""Digits of a number that begins with 0 and counts people or parts, not classes."""
_MANY: Final = 8
_FEW_EACH: Final = 20
_VISITS_EACH: Final = 3


def split_of(name: str) -> SplitName | None:
    """The split that a folder of this name holds: ``Training``, ``valid``, ``test_set2`` …"""
    plain = camel_apart(name.strip()).casefold()
    return next((split for split, form in _SPLITS if form.fullmatch(plain)), None)


def camel_apart(name: str) -> str:
    """The name with ``_`` between a small letter and a capital: ``imagesTr`` as ``images_Tr``."""
    return _CAMEL.sub("_", name)


def fold_of(name: str) -> int | None:
    """The number of the fold that a folder of this name holds: ``fold_1``, ``cv 3`` …"""
    found = _FOLD.fullmatch(name.strip().casefold())
    return None if found is None else int(found[1])


def names_masks(name: str) -> bool:
    """Whether a folder of this name holds masks: ``masks``, ``leftMask``, ``lung_masks`` …"""
    plain = camel_apart(name).casefold()
    return bool(_MASKS.search(plain)) and not _NO_MASKS.search(plain)


def names_annotations(name: str) -> bool:
    """Whether pictures in a folder of this name, beside one of images, are drawn on them."""
    return bool(_ANNOTATIONS.fullmatch(camel_apart(name.strip()).casefold()))


def is_generic(name: str) -> bool:
    """Whether the name says no more than that images are there: ``images``, ``CXR_png``."""
    words = _WORDS.findall(name.casefold())
    return bool(words) and all(word in GENERIC for word in words)


def is_pictures(name: str) -> bool:
    """Whether a folder of this name is no class beside others: ``images``, ``JPEGImages``."""
    words = _WORDS.findall(name.casefold())
    return bool(words) and all(word in PICTURES for word in words)


def is_aside(name: str) -> bool:
    """Whether pictures in a folder of this name belong to a program or a paper, not to the data."""
    return name.strip().casefold() in ASIDE


def is_xray(name: str) -> bool:
    """Whether a folder's name says X-rays, beside sets of other pictures."""
    return bool(re.search(r"x[-_ ]?ray|cxr|chest|radiogra", name.casefold()))


def is_unlabelled(name: str) -> bool:
    """Whether images in a folder of this name, beside classes, have no class."""
    return re.sub(r"[\s_-]+(?:images?|data)?", "", name).casefold() in UNLABELLED


def class_key(name: str) -> str:
    """What is equal in two spellings of one class: neither case, blanks, ``_`` and ``-`` count,
    nor whether it is one or several (``Normal``, ``normals``). Numbers are as they are written."""
    if not any(letter.isalpha() for letter in name):
        return name.strip()
    plain = re.sub(r"[\s_-]+", "", name).casefold()
    return plain[:-1] if len(plain) > 4 and re.search("[^siu]s$", plain) else plain


def sort_of(names: Sequence[str], images: int) -> str | None:
    """What sibling folders are, if they are no classes: ``"folds"``, ``"shards"``, ``"patients"``.

    Args:
        names: Of the folders.
        images: How many images are in them altogether.
    """
    if len(names) < 2:
        return None
    if all(fold_of(name) is not None for name in names):
        return "folds"
    if all(_LONG_NUMBER.fullmatch(name) for name in names):
        return "patients"
    few, many = images <= _FEW_EACH * len(names), len(names) >= _MANY
    found = [_NUMBERED.fullmatch(name.strip().casefold()) for name in names]
    stems = {one["stem"] for one in found if one is not None}
    if None in found or len(stems) != 1:
        return "patients" if many and few and all(map(_is_key, names)) else None
    (stem,) = stems
    if not stem and _are_many_in_a_row(names, images):
        return "patients" if few and "0" not in names else "shards"
    words = _WORDS.findall(stem)
    last = words[-1] if words else ""
    if last in SHARD:
        return "shards"
    if last in PERSON:
        return "patients"
    numbers = [one["number"] for one in found if one is not None]
    padded = all(len(number) >= _PADDED for number in numbers)
    if last not in KIND and padded and any(number.startswith("0") for number in numbers):
        return "patients" if few else "shards"
    return "patients" if many and few and last and last not in KIND else None


def _is_key(name: str) -> bool:
    """Whether the name looks like that of one person in a register: ``1f93a0c2``, ``AB12_007``."""
    return sum(one.isdigit() for one in name) >= _PADDED


def _are_many_in_a_row(names: Sequence[str], images: int) -> bool:
    """Whether names are numbers nearly in a row, and more than classes would be: 0, 1, 2 … 54."""
    numbers = sorted({int(name) for name in names})
    in_a_row = numbers[-1] - numbers[0] < 2 * len(numbers)
    visits = len(numbers) >= _MANY and images <= _VISITS_EACH * len(numbers) and numbers[0] == 1
    return in_a_row and (len(numbers) > _MOST_GRADES or visits)
