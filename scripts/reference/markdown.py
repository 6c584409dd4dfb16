"""Pieces of a Markdown page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def cell(text: str) -> str:
    """Text on one line, with nothing in it that Markdown reads, and options of commands as code."""
    for mark in "\\|<>*_{}[]$`":
        text = text.replace(mark, f"\\{mark}")
    return re.sub(r"(?<![^\s(])--[a-z][a-z-]*", r"`\g<0>`", " ".join(text.split()))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def heading(level: int, text: str, target: str) -> str:
    """A heading with an anchor of its own, which does not change with its words."""
    return f"({target})=\n{'#' * level} {text}\n"
