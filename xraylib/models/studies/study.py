"""Something that was tried on a run beside judging it, for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Study:
    """Something that was tried, or that nobody has tried, for people.

    Attributes:
        title: What it is called.
        words: What was done and found, in sentences.
        heads: Of the table.
        rows: Of the table; none where there is none.
        notes: Further sentences, after the table.
    """

    title: str
    words: str
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    notes: Sequence[str] = ()
