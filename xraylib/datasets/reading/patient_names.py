"""Patients told by names, as public data sets write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

DEFAULT_PATIENT_PATTERN: Final = r"(?P<patient>p\d+)_"

_KNOWN: Final = (
    (r"(?P<patient>person\d+)_", "person<N>_ in file names"),
    (r"(?P<patient>patient[-_]?\d+)[/_.-]", "patient<N> in paths"),
    (r"^(?P<patient>\d{8})_\d{3}\.", "the first eight digits of file names"),
)
_LEAST: Final = 0.2  # of the images, so that a name met by chance decides nothing


def patients_of(pattern: re.Pattern[str], paths: Iterable[str]) -> list[str]:
    """The patient in each path; a path without a match is a patient of its own.

    Args:
        pattern: Has a group ``patient``; searched in the file name, or in the path below the root
            if the expression has a ``/``.
        paths: Relative, with ``/``.
    """
    whole = "/" in pattern.pattern
    found = []
    for path in paths:
        match = pattern.search(path if whole else path.rpartition("/")[2])
        found.append((match and match["patient"]) or path)
    return found


def known_pattern(pattern: str, paths: Sequence[str]) -> tuple[str, str]:
    """The expression for the patients of these paths, and where they come from in words.

    Args:
        pattern: The one asked for. Where it is `DEFAULT_PATIENT_PATTERN` and no file name has
            such a number, the ways in which public data sets write patients are tried.
        paths: Relative, with ``/``.
    """
    if _share(pattern, paths) > 0:
        words = "p<N>_ in file names" if pattern == DEFAULT_PATIENT_PATTERN else "your pattern"
        return pattern, words
    if pattern == DEFAULT_PATIENT_PATTERN:
        for known, words in _KNOWN:
            if _share(known, paths) >= _LEAST:
                return known, words
    return pattern, ""


def _share(pattern: str, paths: Sequence[str]) -> float:
    expression = re.compile(pattern)
    told = sum(one != path for one, path in zip(patients_of(expression, paths), paths, strict=True))
    return told / max(1, len(paths))
