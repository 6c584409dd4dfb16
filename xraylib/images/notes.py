"""What had to be decided about a picture's greys, by name: nothing is guessed in silence.

A note says that a file is not as the standard wants it, or leaves open what decides its greys, and
what was done. It travels with the picture. Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NOTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "lut-empty": "A lookup table of the file is empty. The picture is shown without it.",
        "lut-short": "A lookup table of the file has fewer entries than it announces. Its last "
        "entry stands for the missing ones.",
        "lut-depth": "A lookup table of the file holds fewer bits than it announces. The range "
        "that its entries need counts as the full range.",
        "window-narrow": "The window is narrower than the linear function allows. The exact "
        "linear function is used.",
        "window-unusable": "The file names a window that is no pair of numbers. The full range "
        "of the stored values is shown.",
        "decimal-comma": "A number in the file has a comma where the standard wants a point. It "
        "is read as a point.",
        "presentation-shape": "The file's presentation shape contradicts its photometric "
        "interpretation, so that the picture may be a negative. Compare it with the original.",
        "for-processing": "The file holds values for processing, not for showing. Use the "
        "processed X-ray where there is one.",
        "low-range": "The values use a small part of the range that the file announces, and "
        "there is no window: the picture is dark and flat. Use the X-ray with its window.",
        "cut-delimiter": "The end of the compressed pixels is not marked. All of the picture was "
        "there.",
    }
)
"""Each note's name and what it says, in full sentences."""
