"""What the name of a folder says in published data sets: a split, a fold, masks, shards, patients.

Names decide only how folders stand to each other; every decision is shown and can be changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from xraylib.datasets.names import SplitName

_ENDING: Final = r"(?:[-_ ]?(?:set|data|dataset|images?|imgs?|split|folder))?[-_ ]?\d*"
_TRAINING: Final = r"train(?:ing)?(?:[-_ +&]*(?:and)?[-_ ]?(?:val|valid|validation|dev))?"
_VALIDATION: Final = "validierung|validaci[oó]n|valida[cç][aã]o"
_SPLITS: Final[tuple[tuple[SplitName, re.Pattern[str]], ...]] = (
    ("train", re.compile(rf"(?:{_TRAINING}|entrenamiento|treino|entra[iî]nement){_ENDING}")),
    ("val", re.compile(rf"(?:val|valid|validat(?:e|ion)|{_VALIDATION}|dev|development){_ENDING}")),
    ("test", re.compile(rf"(?:test|testing|eval|evaluation|hold[-_ ]?out|prueba|teste){_ENDING}")),
)
_FOLD: Final = re.compile(r"(?:k?[-_ ]?folds?|split|cv|cross[-_ ]?val(?:idation)?)[-_ ]?(\d+)")
_MASKS: Final = re.compile(r"(?:^|[^a-z])masks?(?:$|[^a-z])")
_NO_MASKS: Final = re.compile(r"(?:^|[^a-z])(?:with|without|no)(?:$|[^a-z])")
_ANNOTATIONS: Final = re.compile(
    r"(?:labels?|annotations?|segmentations?|segs?|gt|ground[-_ ]?truths?|contours?|overlays?)"
)
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORDS: Final = re.compile(r"[^\W\d_]+")
_GENERIC: Final = frozenset(
    [
        "image",
        "images",
        "img",
        "imgs",
        "pic",
        "pics",
        "picture",
        "pictures",
        "photo",
        "photos",
        "png",
        "pngs",
        "jpg",
        "jpgs",
        "jpeg",
        "jpegs",
        "dicom",
        "dicoms",
        "dcm",
        "tif",
        "tiff",
        "cxr",
        "cxrs",
        "xray",
        "xrays",
        "x",
        "ray",
        "rays",
        "film",
        "films",
        "scan",
        "scans",
        "radiograph",
        "radiographs",
        "data",
        "dataset",
        "datasets",
        "file",
        "files",
        "original",
        "originals",
        "raw",
        "frontal",
        "all",
    ]
)
_ASIDE: Final = frozenset(
    [
        "static",
        "assets",
        "asset",
        "doc",
        "docs",
        "documentation",
        "notebook",
        "notebooks",
        "screenshot",
        "screenshots",
        "figure",
        "figures",
        "fig",
        "figs",
        "plot",
        "plots",
        "chart",
        "charts",
        "result",
        "results",
        "output",
        "outputs",
        "template",
        "templates",
        "web",
        "webapp",
        "app",
        "apps",
        "src",
        "source",
        "scripts",
        "code",
        "models",
        "model",
        "weights",
        "checkpoints",
        "logs",
        "runs",
        "venv",
        "env",
        "build",
        "dist",
        "demo",
        "paper",
        "papers",
        "report",
        "reports",
        "media",
        "public",
        "readme",
        "node_modules",
    ]
)
_NUMBERED: Final = re.compile(r"(?P<stem>.*?)[-_ .]?(?P<number>\d+)")
_SHARD: Final = frozenset(
    [
        "image",
        "images",
        "img",
        "imgs",
        "part",
        "parts",
        "batch",
        "batches",
        "shard",
        "shards",
        "chunk",
        "chunks",
        "vol",
        "volume",
        "volumes",
        "disc",
        "disk",
        "archive",
        "archives",
        "subset",
        "subsets",
        "dir",
        "folder",
        "data",
        "block",
        "cxr",
        "xray",
        "xrays",
        "png",
        "jpg",
    ]
)
_PERSON: Final = frozenset(
    [
        "patient",
        "patients",
        "pat",
        "pt",
        "p",
        "person",
        "persons",
        "subject",
        "subjects",
        "subj",
        "sub",
        "case",
        "cases",
        "id",
        "pid",
    ]
)
_KIND: Final = frozenset(
    [
        "class",
        "classes",
        "category",
        "cat",
        "grade",
        "grades",
        "stage",
        "stages",
        "type",
        "types",
        "level",
        "levels",
        "score",
        "scores",
        "kl",
        "birads",
        "label",
        "labels",
        "group",
        "groups",
        "cluster",
        "density",
    ]
)
_MOST_GRADES: Final = 12
"""Numbers in a row that may be classes: grades, scores, months; more are shards."""
_LONG_NUMBER: Final = re.compile(r"\d{5,}|[12](?:\.\d+){4,}|[0-9a-f]{16,}", re.IGNORECASE)
_MANY: Final = 8
_FEW_EACH: Final = 20


def split_of(name: str) -> SplitName | None:
    """The split that a folder of this name holds: ``Training``, ``valid``, ``test_set2`` …"""
    plain = name.strip().casefold()
    return next((split for split, form in _SPLITS if form.fullmatch(plain)), None)


def fold_of(name: str) -> int | None:
    """The number of the fold that a folder of this name holds: ``fold_1``, ``cv 3`` …"""
    found = _FOLD.fullmatch(name.strip().casefold())
    return None if found is None else int(found[1])


def names_masks(name: str) -> bool:
    """Whether a folder of this name holds masks: ``masks``, ``leftMask``, ``lung_masks`` …"""
    plain = _CAMEL.sub("_", name).casefold()
    return bool(_MASKS.search(plain)) and not _NO_MASKS.search(plain)


def names_annotations(name: str) -> bool:
    """Whether pictures in a folder of this name, beside one of images, are drawn on them."""
    return bool(_ANNOTATIONS.fullmatch(name.strip().casefold()))


def is_generic(name: str) -> bool:
    """Whether the name says no more than that images are there: ``images``, ``CXR_png``."""
    words = _WORDS.findall(name.casefold())
    return bool(words) and all(word in _GENERIC for word in words)


def is_aside(name: str) -> bool:
    """Whether pictures in a folder of this name belong to a program or a paper, not to the data."""
    return name.strip().casefold() in _ASIDE


def class_key(name: str) -> str:
    """What is equal in two spellings of one class: case, blanks, ``_`` and ``-`` do not count."""
    return re.sub(r"[\s_-]+", "", name).casefold()


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
    found = [_NUMBERED.fullmatch(name.strip().casefold()) for name in names]
    stems = {one["stem"] for one in found if one is not None}
    if None in found or len(stems) != 1:
        return None
    (stem,) = stems
    if not stem and _are_many_in_a_row(names):
        return "shards" if images > _FEW_EACH * len(names) or "0" in names else "patients"
    words = _WORDS.findall(stem)
    last = words[-1] if words else ""
    if last in _SHARD:
        return "shards"
    if last in _PERSON:
        return "patients"
    many = len(names) >= _MANY and images <= _FEW_EACH * len(names)
    return "patients" if many and last and last not in _KIND else None


def _are_many_in_a_row(names: Sequence[str]) -> bool:
    """Whether names are numbers nearly in a row, and more than classes would be: 0, 1, 2 … 54."""
    numbers = sorted({int(name) for name in names})
    return len(numbers) > _MOST_GRADES and numbers[-1] - numbers[0] < 2 * len(numbers)
