"""Patients told by names, as public data sets write them.

A person writes the expression, so it is matched by RE2 (inside Arrow), whose time grows with the
length of a name and nothing else: ``(a+)+b`` freezes nobody. It has no look-around and no back
references, which names of patients do not need.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from xraylib.datasets.reading.folders import Folder
from xraylib.errors import DatasetError

DEFAULT_PATIENT_PATTERN: Final = r"(?P<patient>p\d+)_"

_KNOWN: Final = (
    (r"(?P<patient>person\d+)_", "person<N>_ in file names"),
    (r"(?P<patient>patient[-_]?\d+)[/_.-]", "patient<N> in paths"),
    (r"/(?P<patient>p\d{8})/", "p<8 digits> in paths"),
    (
        r"(?:^|/)(?P<patient>(?i:sub|subject|subj|pat|pt|case|id)[-_]?\d+)/",
        "numbered folders in paths",
    ),
    (r"^(?P<patient>\d{8})_\d{3}\.", "the first eight digits of file names"),
)
_LEAST: Final = 0.2  # of the images, so that a name met by chance decides nothing
_LONGEST: Final = 200
_ALONE: Final = 5  # characters of a name that is one patient's wherever it stands
# An escaped character, a class of characters, or an opening bracket with what follows it.
_PIECE: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?P<patient>|\?)?", re.DOTALL)


def check_patient_pattern(pattern: str) -> None:
    """Looks whether a pattern can be used.

    Raises:
        DatasetError: code ``patient-pattern``: it is no regular expression that RE2 knows, has no
            group named ``patient``, or more than 200 characters.
    """
    why = ""
    if len(pattern) > _LONGEST:
        why = f"it is longer than {_LONGEST} characters"
    else:
        try:
            found = pc.extract_regex(pa.array([""], pa.string()), _one_group(pattern))
            named = [field.name for field in found.type].count("patient")
            if named != 1:
                why = f"it has {'no group' if not named else f'{named} groups'} named patient"
        except pa.ArrowException as error:
            why = str(error).splitlines()[0].rpartition("expression: ")[2].rstrip(". ")
    if why:
        raise DatasetError(
            f"The patient pattern {pattern[:_LONGEST]!r} cannot be used: {why}",
            expected="a regular expression with a named group, like "
            f"{DEFAULT_PATIENT_PATTERN}, without look-around and back references",
            remedy="correct the pattern",
            code="patient-pattern",
        )


def patients_of(pattern: str, paths: pa.ChunkedArray) -> Any:
    """The patient in each path; a path without a match is a patient of its own.

    Args:
        pattern: Has a group ``patient``; searched in the file name, or in the path below the root
            if the expression has a ``/``.
        paths: Relative, with ``/``.

    Returns:
        A column of text as long as ``paths``.

    Raises:
        DatasetError: As `check_patient_pattern`.
    """
    check_patient_pattern(pattern)
    found = _search(pattern, paths)
    return pc.if_else(pc.equal(found, ""), paths, found)


def known_pattern(
    pattern: str, paths: pa.ChunkedArray, folders: tuple[str, str] = ("", "")
) -> tuple[str, str]:
    """The expression for the patients of these paths, and where they come from in words.

    Args:
        pattern: The one asked for. Where it is `DEFAULT_PATIENT_PATTERN` and no file name has
            such a number, the ways in which public data sets write patients are tried.
        paths: Relative, with ``/``.
        folders: What `folder_pattern` told, tried last.

    Raises:
        DatasetError: As `check_patient_pattern`.
    """
    check_patient_pattern(pattern)
    if _share(pattern, paths) > 0:
        words = "p<N>_ in file names" if pattern == DEFAULT_PATIENT_PATTERN else "your pattern"
        return pattern, words
    if pattern == DEFAULT_PATIENT_PATTERN:
        for known, words in _KNOWN:
            if _share(known, paths) >= _LEAST:
                return known, words
        if folders[0]:
            return folders
    return pattern, ""


def folder_pattern(parents: Sequence[Folder]) -> tuple[str, str]:
    """The expression for patients that have a folder each, and where they come from in words.

    Short numbers count anew in every class and split, so a patient is then the whole path.

    Args:
        parents: The folders in which each folder is a patient's; none, or in several depths: no
            expression can tell them.
    """
    depths = {len(one.path.split("/")) if one.path else 0 for one in parents}
    if len(depths) != 1:
        return "", ""
    (depth,) = depths
    above = f"(?:[^/]+/){{{depth}}}" if depth else ""
    names = [below.name for one in parents for below in one.below]
    if len(parents) > 1 and any(len(name) < _ALONE for name in names):
        return f"^(?P<patient>{above}[^/]+)/", "the patients' folders"
    return f"^{above}(?P<patient>[^/]+)/", "the patients' folders"


def _share(pattern: str, paths: pa.ChunkedArray) -> float:
    told = pc.sum(pc.not_equal(_search(pattern, paths), ""), min_count=0).as_py()
    return float(told) / max(1, len(paths))


def _search(pattern: str, paths: pa.ChunkedArray) -> Any:
    """What the group holds in each path, ``""`` where nothing."""
    names = paths if "/" in pattern else pc.replace_substring_regex(paths, "(?s)^.*/", "")
    found = pc.extract_regex(names, _one_group(pattern))
    return pc.fill_null(pc.struct_field(found, "patient"), "")


def _one_group(pattern: str) -> str:
    """The pattern with its unnamed groups as mere brackets: Arrow takes named ones alone."""

    def piece(found: re.Match[str]) -> str:
        return "(?:" if found[0] == "(" else found[0]

    return _PIECE.sub(piece, pattern)
