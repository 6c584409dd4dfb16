"""One class that is written in several ways."""

from __future__ import annotations

from dataclasses import replace

from xraylib.datasets.reading.folder_names import class_key
from xraylib.datasets.reading.plan import Part
from xraylib.datasets.reading.reading_choice import ReadingChoice


def merge_spellings(parts: list[Part], choice: ReadingChoice) -> dict[str, tuple[str, ...]]:
    """Gives classes that differ in spelling alone the name of most training images.

    Args:
        parts: What each folder is; those with another spelling are put anew.
        choice: Names that somebody gave stay, and ``merge=False`` leaves all.

    Returns:
        The spellings of each name that has several.
    """
    said = set(choice.classes.values())
    names: dict[str, dict[str, tuple[int, int]]] = {}
    for part in parts:
        if part.role == "class" and part.label and part.label not in said:
            of = names.setdefault(class_key(part.label), {})
            train, every = of.get(part.label, (0, 0))
            train += part.images if part.split == "train" else 0
            of[part.label] = (train, every + part.images)
    renamed: dict[str, str] = {}
    spellings: dict[str, tuple[str, ...]] = {}
    for of in names.values():
        if len(of) > 1 and choice.merge:
            best = max(sorted(of), key=lambda name: of[name])
            spellings[best] = tuple(sorted(of))
            renamed |= dict.fromkeys(of, best)
    for place, part in enumerate(parts):
        if part.role == "class" and part.label in renamed:
            name = renamed[part.label]
            reason = "" if name == part.label else f"written {part.label}"
            parts[place] = replace(part, label=name, reason=reason)
    return spellings
