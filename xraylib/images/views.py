"""From which side a chest was taken, as far as a DICOM file says so.

Spellings differ by maker, by hospital and by decade: defined terms (PS3.3 C.8.1.1: ``AP``, ``PA``,
``LL``, ``RL``), words, and codes of two generations of SNOMED (PS3.16, CID 4010).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

LATERAL: Final = "lateral"
"""A view from the side."""

_SIDES: Final = (
    r"(LL|RL|[LR]T?LAT|LAT[LR]?|LATERAL|LATEROLATERAL|X(TABLE|T)?L(AT(ERAL)?)?"
    r"|(CROSS|X)TABLE\w*|PROFILE?)"
)
_FRONT: Final = {
    "AP": "AP",
    "ANTEROPOSTERIOR": "AP",
    "PA": "PA",
    "POSTEROANTERIOR": "PA",
}
_PORTABLE: Final = frozenset(["PORTABLE", "PORT", "PORTABLES", "MOBILE", "BEDSIDE"])

# Old SNOMED (SRT, SNM3) and SNOMED CT numbers of the same views.
_CODES: Final = {
    **dict.fromkeys(("R-102CD", "399067008"), "lateral"),
    **dict.fromkeys(("R-10232", "399198007"), "lateral"),  # right
    **dict.fromkeys(("R-10236", "399173006"), "lateral"),  # left
    **dict.fromkeys(("R-10224", "399260004"), "lateral"),  # medial-lateral
    **dict.fromkeys(("R-10228", "399352003"), "lateral"),  # lateral-medial
    **dict.fromkeys(("G-A145", "30730003"), "lateral"),  # sagittal
    **dict.fromkeys(("R-10206", "399348003"), "AP"),
    **dict.fromkeys(("R-10214", "R-40888", "272479007"), "PA"),
}


def view_of(position: str, codes: Iterable[tuple[str, str]], orientation: str = "") -> str:
    """``"PA"``, ``"AP"`` or ``"lateral"``, perhaps with ``" portable"`` behind it; or that alone.

    Args:
        position: View Position.
        codes: Value and meaning of each item of the View Code Sequence.
        orientation: Patient Orientation of the rows; on a view from the side they run between
            front and back (PS3.3 C.7.6.1.1.1). Asked only where nothing else says the view.

    Returns:
        ``""`` where the file does not say. A patient who lies on a side ("lateral decubitus") and
        oblique views are no views from the side.
    """
    codes = tuple(codes)
    words = [_words(position), *(_words(meaning) for _, meaning in codes)]
    coded = [_CODES[value] for value, _ in codes if value in _CODES]
    told = next(iter([*coded, *filter(None, map(_view, words))]), "")
    said = any(words)
    if not told and not said and orientation.upper().startswith(("A", "P")):
        told = "lateral"
    portable = "portable" if any(_PORTABLE.intersection(some) for some in words) else ""
    return " ".join(filter(None, (told, portable)))


def _words(text: str) -> list[str]:
    """Its words in capitals; two that belong together as one."""
    text = text.upper().replace(".", "")
    joined = re.sub(r"\b(ANTERO|POSTERO|LATERO|X|CROSS|L|R|LT|RT)[-\s]+", r"\1", text)
    return re.findall("[A-Z]+", re.sub(r"\b([AP])/([AP])\b", r"\1\2", joined))


def _view(words: list[str]) -> str:
    if any(word.startswith(("DECUB", "OBLIQ")) for word in words):
        words = [word for word in words if word in _FRONT]
    if any(re.fullmatch(_SIDES, word) for word in words):
        return "lateral"
    return next((_FRONT[word] for word in words if word in _FRONT), "")
