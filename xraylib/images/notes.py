"""What had to be decided about a picture's greys, by name: nothing is guessed in silence.

A note says that a file is not as the standard wants it, or leaves open what decides its greys, and
what was done. It travels with the picture and stands in the index of a data set. A note is declared
here once; scan, audit, dialog, Classify and the documentation follow. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Note:
    """One kind of decision.

    Attributes:
        name: Stable identifier, in kebab case.
        title: What it is about, in two to four words.
        says: What the file holds and what was done, in full sentences.
        remedy: What a person can do, as a clause that begins with a verb, without a full stop.
        grave: Whether the picture may look quite different from what was meant.
    """

    name: str
    title: str
    says: str
    remedy: str
    grave: bool = False

    @property
    def message(self) -> str:
        """What was found and what to do, in full sentences."""
        return f"{self.says} {self.remedy[0].upper()}{self.remedy[1:]}."


_COMPARE: Final = "compare the picture with the original"
_EXPORT: Final = "compare the picture with the original, or export it again"

_ALL: Final = (
    Note(
        name="lut-empty",
        title="Empty table",
        says="A lookup table of the file is empty. The picture is shown without it.",
        remedy=_EXPORT,
        grave=True,
    ),
    Note(
        name="lut-short",
        title="Short table",
        says="A lookup table of the file has fewer entries than it announces. Its last entry "
        "stands for the missing ones.",
        remedy=_EXPORT,
    ),
    Note(
        name="lut-depth",
        title="Depth of a table",
        says="A lookup table of the file holds fewer bits than it announces. The range that its "
        "entries need counts as the full range.",
        remedy=_COMPARE,
    ),
    Note(
        name="window-narrow",
        title="Narrow window",
        says="The window is narrower than the linear function allows. The exact linear function "
        "is used.",
        remedy=_COMPARE,
    ),
    Note(
        name="window-unusable",
        title="Unusable window",
        says="The file names a window that is no pair of numbers. The full range of the stored "
        "values is shown.",
        remedy=_EXPORT,
        grave=True,
    ),
    Note(
        name="decimal-comma",
        title="Decimal comma",
        says="A number in the file has a comma where the standard wants a point. It is read as a "
        "point.",
        remedy=_COMPARE,
    ),
    Note(
        name="presentation-shape",
        title="Perhaps a negative",
        says="The file's presentation shape contradicts its photometric interpretation, so that "
        "the picture may be a negative.",
        remedy=_COMPARE,
        grave=True,
    ),
    Note(
        name="for-processing",
        title="For processing",
        says="The file holds values for processing, not for showing.",
        remedy="use the processed X-ray where there is one",
        grave=True,
    ),
    Note(
        name="low-range",
        title="Small part of its range",
        says="The values use less than a quarter of the range that the file announces: the "
        "picture is flat, and too dark or too bright.",
        remedy="use the X-ray with its window or, for a whole data set, the range that the values "
        "need",
    ),
    Note(
        name="no-beginning",
        title="No beginning",
        says="The file lacks the part in which a DICOM file says how it is encoded. Its first "
        "elements told it.",
        remedy=_COMPARE,
    ),
    Note(
        name="stream-differs",
        title="Header against pixels",
        says="The compressed pixels are not as the file's header says: in samples, colours, depth "
        "or sign. They are shown as they are.",
        remedy=_EXPORT,
    ),
    Note(
        name="pixels-left-over",
        title="More pixels than said",
        says="The file holds more pixel data than its header tells of. The first of them are "
        "shown.",
        remedy=_EXPORT,
    ),
    Note(
        name="window-function",
        title="Unknown function",
        says="The file names a function for its window that the standard does not know. The "
        "linear one is used.",
        remedy=_COMPARE,
    ),
    Note(
        name="resampled-square",
        title="Pixels not square",
        says="The pixels of the file are not square. The picture was resampled so that they are.",
        remedy="compare the picture's shape with the original",
    ),
    Note(
        name="spacing-unusable",
        title="Unusable spacing",
        says="The file says that its pixels are more than eight times as long as wide. They are "
        "shown as square.",
        remedy="compare the picture's shape with the original",
    ),
    Note(
        name="cut-delimiter",
        title="No mark of the end",
        says="The end of the compressed pixels is not marked. All of the picture was there.",
        remedy="copy or export the file again if something is missing",
    ),
    Note(
        name="cut-end",
        title="No mark of the end",
        says="The end of the JPEG picture is not marked. All of the picture was there.",
        remedy="copy or export the file again if something is missing",
    ),
    Note(
        name="density-unequal",
        title="Pixels said not to be square",
        says="The file says that its pixels are not square. Viewers of such files show them "
        "square, and so does this one.",
        remedy="compare the picture's shape with the original",
    ),
)

NOTES: Final[Mapping[str, Note]] = MappingProxyType({note.name: note for note in _ALL})
"""Every note by its name."""
