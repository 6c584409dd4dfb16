"""What stands in the cells of a table: yes, no, unknown or uncertain; a name, or several."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xraylib.datasets.labels.findings import ABSENT, PRESENT, UNCERTAIN, UNKNOWN

Codes = NDArray[np.int64]

BLANK: Final = frozenset(
    (
        *("", "nan", "na", "n/a", "<na>", "nat", "null", "none", "nd", "?", "todo", "unknown"),
        *("not available", "-9", "k.a.", "unbekannt", "keine angabe"),
    )
)
_NUMBERS: Final = {1.0: PRESENT, 0.0: ABSENT, -1.0: UNCERTAIN}
_WORDS: Final = {
    **dict.fromkeys(["true", "t", "yes", "y", "present", "positive", "pos"], PRESENT),
    **dict.fromkeys(["ja", "j", "vorhanden", "positiv", "oui", "si", "sí", "sim"], PRESENT),
    **dict.fromkeys(["false", "f", "no", "n", "absent", "negative", "neg"], ABSENT),
    **dict.fromkeys(["nein", "nicht vorhanden", "negativ", "non", "não"], ABSENT),
    **dict.fromkeys(["definite", "certain", "sicher"], PRESENT),
    **dict.fromkeys(["uncertain", "maybe", "possible", "equivocal"], UNCERTAIN),
    **dict.fromkeys(["probable", "likely", "suspected", "indeterminate"], UNCERTAIN),
    **dict.fromkeys(["fraglich", "unklar", "unsicher", "möglich", "wahrscheinlich"], UNCERTAIN),
}
_NOTHING: Final = frozenset(
    (
        *("nofinding", "nofindings", "normal", "healthy", "noabnormality"),
        *("nosignificantabnormality", "ohnebefund", "ob", "obb", "keinbefund", "normalbefund"),
        *("unauffällig", "gesund"),
    )
)
FORMULA: Final = r"^=|^[@+]\s*[A-Za-z]+\s*\("
"""A cell that holds a formula in place of a value; a negative number is none."""
_NO_LETTER: Final = re.compile(r"[\W_]+")
_QUOTE: Final = re.compile(r"""\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")\s*,?""")
_QUOTED: Final = re.compile(f"(?:{_QUOTE.pattern})*\\s*")


def coded(column: pa.ChunkedArray) -> tuple[Codes, list[str]]:
    """``(rows,)`` places, and the different texts that they are places of."""
    encoded = pc.dictionary_encode(column).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = pa.concat_arrays(encoded.chunks)
    places = encoded.indices.to_numpy(zero_copy_only=False)
    return np.asarray(places, np.int64), encoded.dictionary.to_pylist()


def each(column: pa.ChunkedArray, read: Callable[[str], float]) -> NDArray[np.float64]:
    """``(rows,)``: what ``read`` makes of each cell; equal cells are read once."""
    places, texts = coded(column)
    return np.array([read(text) for text in texts], np.float64)[places] if texts else np.empty(0)


def said(text: str) -> int | None:
    """1, 0, -1 (unknown) or -2 (uncertain) for a cell that says yes or no; None for another."""
    plain = text.strip().casefold()
    if plain in BLANK:
        return UNKNOWN
    if plain in _WORDS:
        return _WORDS[plain]
    try:
        return _NUMBERS.get(float(plain.replace(",", ".")))
    except ValueError:
        return None


def says_yes_or_no(texts: Iterable[str]) -> bool:
    """Whether all of these say yes, no or nothing, and one at least yes or no."""
    values = [said(text) for text in texts]
    return None not in values and any(value in (PRESENT, ABSENT) for value in values)


def yes_or_no(column: pa.ChunkedArray) -> NDArray[np.int8]:
    """``(rows,)`` of 1, 0, -1 and -2; a cell that says something else is unknown."""
    places, texts = coded(column)
    values = [said(text) for text in texts]
    found = np.array([UNKNOWN if one is None else one for one in values], np.int8)
    return found[places] if len(texts) else np.empty(0, np.int8)


def is_nothing(name: str) -> bool:
    """Whether a finding of this name is that there is none: ``No Finding``, ``normal`` …"""
    return _NO_LETTER.sub("", name.casefold()) in _NOTHING


def names_in(text: str, mark: str) -> list[str]:
    """The names in a cell: ``a|b`` by its mark, or ``['a', 'b']``."""
    plain = text.strip()
    if plain.startswith("[") and plain.endswith("]"):
        inside = plain[1:-1]
        quoted = _QUOTED.fullmatch(inside) is not None
        parts = _unquoted(inside) if quoted else inside.split(",")
    else:
        parts = plain.split(mark) if mark else [plain]
    names = (" ".join(part.split()).strip("'\"") for part in parts)
    return [name for name in dict.fromkeys(names) if name]


def _unquoted(inside: str) -> list[str]:
    """Texts between quotation marks, as Python writes a list of them."""
    found = (one[1] or one[2] or "" for one in _QUOTE.finditer(inside))
    return [re.sub(r"\\(.)", r"\1", text) for text in found]
