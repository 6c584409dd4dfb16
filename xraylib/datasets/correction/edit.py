"""A curation after one more decision about some images, or without what was decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from xraylib.datasets.correction.decided import Correction
from xraylib.datasets.curation import Curation
from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.query import rows_of
from xraylib.errors import DatasetError


def give_class(
    curation: Curation, index: DatasetIndex, paths: Iterable[str], label: str, *, why: str = ""
) -> Curation:
    """Images with another class; the one of their folder stays on record.

    Giving an image the class of its folder takes an earlier correction back.

    Args:
        curation: What was decided before.
        index: The whole data set, before or after that.
        paths: The images.
        label: The class, there already or new.
        why: The reason.

    Raises:
        DatasetError: code ``no-such-films``: a path is not in the index.
        ConfigError: code ``correction``: a class or reason that cannot be used.
    """
    known = {one.path: one for one in curation.corrections}
    wanted, out = known_paths(index, paths), set(curation.excluded)
    labels = {image.path: image.label for image in index.images(rows_of(index, wanted))}

    def given(one: Correction) -> Correction:
        before = known.get(one.path)
        was = labels[one.path] if before is None or before.label is None else before.was
        new = Correction(path=one.path, label=label, was=was, tags=one.tags, why=why or one.why)
        if new.label != was:
            return new
        return replace(new, label=None, was="", why=one.why if one.path in out else "")

    return _changed(curation, wanted, given)


def leave_out(
    curation: Curation, index: DatasetIndex, paths: Iterable[str], *, why: str = ""
) -> Curation:
    """Images that take no part any more; arguments and errors as of `give_class`."""
    wanted = known_paths(index, paths)
    told = _changed(curation, wanted, lambda one: replace(one, why=why or one.why))
    return replace(told, excluded=(*curation.excluded, *wanted))


def tag(
    curation: Curation, index: DatasetIndex, paths: Iterable[str], word: str, *, why: str = ""
) -> Curation:
    """Images marked with one more word; arguments and errors as of `give_class`."""
    return _changed(
        curation,
        known_paths(index, paths),
        lambda one: replace(one, tags=(*one.tags, word), why=why or one.why),
    )


def undo(curation: Curation, paths: Iterable[str]) -> Curation:
    """Images as their folders have them: class, part in the set, no tags, no reason."""
    back = set(paths)
    return replace(
        curation,
        excluded=tuple(path for path in curation.excluded if path not in back),
        corrections=tuple(one for one in curation.corrections if one.path not in back),
    )


def known_paths(index: DatasetIndex, paths: Iterable[str]) -> tuple[str, ...]:
    """The paths, sorted, each once.

    Raises:
        DatasetError: code ``no-such-films``: one is not in the index.
    """
    wanted = sorted(set(paths))
    there = {index.table["path"][row].as_py() for row in rows_of(index, wanted).tolist()}
    for path in wanted:
        if path not in there:
            raise DatasetError(
                f"There is no image {path!r} in this data set",
                expected="a path relative to the data set's folder, as `xraylib scan` lists it",
                remedy="check the spelling, or scan the folder again",
                code="no-such-films",
            )
    return tuple(wanted)


def _changed(
    curation: Curation, paths: Iterable[str], change: Callable[[Correction], Correction]
) -> Curation:
    known = {one.path: one for one in curation.corrections}
    for path in paths:
        known[path] = change(known.get(path, Correction(path=path)))
    return replace(curation, corrections=tuple(one for one in known.values() if one))
