"""A data set as it was corrected: a table of its images, and a folder of links to them."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from xraylib.arguments import PathLike, as_path
from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.image_row import ImageRow
from xraylib.errors import DatasetError
from xraylib.markup import csv_line, safe_cell
from xraylib.workspace import writing

COLUMNS: Final = ("path", "label", "split", "patient", "why", "label_of_folder", "tags")
LEFT_OUT: Final = "left out"
"""What stands for the split of an image that takes no part."""


def corrected_table(
    whole: DatasetIndex, curation: Curation, *, reasons: Mapping[str, str] | None = None
) -> str:
    """The readable images after a curation as CSV, those that were left out among them, by path.

    ``path,label,split,patient,why,label_of_folder,tags``: ``split`` is ``train``, ``val``, ``test``
    or ``left out``; ``why`` says what was changed and the reason; ``label_of_folder`` is the class
    before any correction. A cell that a spreadsheet would run as a formula gets an apostrophe in
    front.

    Args:
        whole: All images of the data set, before or after the curation.
        curation: What was decided.
        reasons: ``{path: reason}`` for images without one of their own, for example the audit's.
    """
    chosen = curation.apply(whole)
    told = {one.path: one for one in curation.corrections}
    kept = {image.path: image for image in _images(chosen)}
    lines = [csv_line(COLUMNS)]
    for image in _images(curation.whose(whole)):
        one, here = told.get(image.path), kept.get(image.path)
        words = []
        if here is None:
            words.append(LEFT_OUT)
        elif here.split != image.split:
            words.append(f"moved from {image.split} with its patient")
        if one is not None and one.label is not None:
            words.append(f"class changed from {one.was or '(no class)'}")
        reason = (one.why if one is not None else "") or (reasons or {}).get(image.path, "")
        what = "; ".join(words)
        why = f"{what}: {reason}" if what and reason else what or (one.why if one else "")
        cells = (
            image.path,
            image.label,
            LEFT_OUT if here is None else here.split,
            "" if image.patient == image.path else image.patient,
            why,
            one.was if one is not None and one.label is not None else image.label,
            " ".join(one.tags) if one is not None else "",
        )
        lines.append(csv_line([safe_cell(cell) for cell in cells]))
    return "".join(lines)


def corrected_links(whole: DatasetIndex, curation: Curation, folder: PathLike) -> int:
    """Makes a folder of links to the images, ``SPLIT/CLASS/NAME``; how many there are.

    The folder appears complete or not at all. Images of one name in one class get ``~2`` and so on;
    those without a class stand right in the folder of their split.

    Args:
        whole: All images of the data set, before or after the curation.
        curation: What was decided.
        folder: To make; its parents too.

    Raises:
        DatasetError: code ``name-taken``: there is something of that name already.
        PathError: codes ``not-a-path``; ``cannot-write``: also where the system makes no links.
    """
    target = as_path(folder, "folder").absolute()
    if target.exists() or target.is_symlink():
        raise DatasetError(
            f"There is {target.name!r} already",
            expected="a folder that is not there yet",
            remedy="choose another name, or delete the old folder first",
            code="name-taken",
        )
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    chosen, number = curation.apply(whole), 0
    try:
        with writing("Cannot make links to the images", target.parent):
            taken: set[str] = set()
            for image in _images(chosen):
                place = draft / image.split / image.label
                place.mkdir(parents=True, exist_ok=True)
                name = _free(place, image.path.rpartition("/")[2], taken)
                os.symlink((chosen.root / image.path).absolute(), place / name)  # noqa: PTH211
                number += 1
            draft.mkdir(parents=True, exist_ok=True)
            draft.rename(target)
    finally:
        with suppress(OSError):
            shutil.rmtree(draft)
    return number


def _images(index: DatasetIndex) -> Iterable[ImageRow]:
    return (image for image in index if not image.error_code)


def _free(place: Path, name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    number, free = 1, name
    while str(place / free).casefold() in taken:
        number += 1
        free = f"{stem}~{number}{dot}{ending}" if dot else f"{name}~{number}"
    taken.add(str(place / free).casefold())
    return free
