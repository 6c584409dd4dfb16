"""What a run says to an item of a checklist, or why it cannot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """A sentence from a run.

    Attributes:
        words: What it says; or what is missing.
        missing: Whether it is missing.
        remedy: What would fill it; empty where nothing is missing.
    """

    words: str
    missing: bool = False
    remedy: str = ""


def lacking(words: str, remedy: str) -> Fact:
    """What is missing, and what would fill it."""
    return Fact(words, missing=True, remedy=remedy)
