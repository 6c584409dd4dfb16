"""Pieces of a Markdown page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def cell(text: str) -> str:
    """Text as it may stand in a table's cell: on one line, with nothing that Markdown reads."""
    for mark in "\\|<>*_{}[]$`":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def heading(level: int, text: str, target: str) -> str:
    """A heading with an anchor of its own, which does not change with its words."""
    return f"({target})=\n{'#' * level} {text}\n"
