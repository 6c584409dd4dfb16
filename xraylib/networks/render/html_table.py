"""The table of layers as one piece of HTML. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

COLUMNS: Final = ("", "Layer", "Output", "Parameters", "Share", "Arithmetic", "Sees (px)")
_BREAKS: Final = ("GlobalAverage", "GlobalAverage<wbr/>")  # the longest name may go on below


def html_table(lines: Sequence[Sequence[str]], *, wrong: int | None = None) -> str:
    """A ``<table>`` with a line for each layer.

    Args:
        lines: A cell for each of ``COLUMNS``, as ``Trace.lines`` has them.
        wrong: The line of the first impossible layer, which gets the class ``impossible``.
    """
    head = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    body = "".join(
        ('<tr class="impossible">' if index == wrong else "<tr>")
        + "".join(f"<td>{escape(text).replace(*_BREAKS)}</td>" for text in line)
        + "</tr>"
        for index, line in enumerate(lines)
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
