"""One thing to know before a run is published, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xraylib.json_values import JsonObject

FEW_IMAGES: Final = 300
"""Test images under which intervals are so wide that the values alone mislead."""


@dataclass(frozen=True, kw_only=True)
class PublishWarning:
    """One thing to know before publishing.

    Attributes:
        code: Short and stable.
        grave: Whether the model may do harm where nobody knows of it.
        message: A sentence that speaks of images.
    """

    code: str
    grave: bool
    message: str

    def to_json(self) -> JsonObject:
        """The fields."""
        return {**vars(self)}


def grave(code: str, message: str) -> PublishWarning:
    """One that says that the model may do harm."""
    return PublishWarning(code=code, grave=True, message=message)


def note(code: str, message: str) -> PublishWarning:
    """One that is good to know."""
    return PublishWarning(code=code, grave=False, message=message)
