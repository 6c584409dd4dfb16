"""How values show themselves in a notebook: small pieces of HTML that need nothing else.

They take their colours from the notebook's own text, so light and dark both look right. Standard
library only.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final

_WIDTH: Final = 320
_HEIGHT: Final = 140
_EDGE: Final = 34
_COLOURS: Final = ("#2a78d6", "#e07b00", "#2e9e5b", "#b3459c")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> str:
    """A table; numbers are aligned to the right.

    Args:
        columns: Headings.
        rows: As long as ``columns`` each.
        title: A line above it.
    """
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    caption = f"<p><b>{escape(title)}</b></p>" if title else ""
    return f"{caption}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def pictures(shown: Iterable[tuple[bytes, str]]) -> str:
    """Small JPEG pictures in a row, each with what it shows.

    Args:
        shown: The file's bytes and its words.
    """
    figures = "".join(
        '<figure style="display:inline-block;margin:0 8px 8px 0">'
        f'<img src="data:image/jpeg;base64,{base64.b64encode(data).decode()}" '
        f'alt="{escape(words, quote=True)}"><figcaption>{escape(words)}</figcaption></figure>'
        for data, words in shown
    )
    return f"<div>{figures}</div>" if figures else ""


def curves(title: str, lines: Mapping[str, Sequence[float | None]]) -> str:
    """A line chart over epochs from 1, as SVG; values that are None are left out.

    Args:
        title: What is drawn, for example ``"loss"``.
        lines: By name, one value an epoch.
    """
    told = [value for values in lines.values() for value in values if value is not None]
    if not told:
        return ""
    low, high = min(told), max(told)
    span = high - low or 1.0
    most = max(max(map(len, lines.values())) - 1, 1)

    def place(number: int, value: float) -> str:
        x = _EDGE + number / most * (_WIDTH - 2 * _EDGE)
        y = _HEIGHT - _EDGE - (value - low) / span * (_HEIGHT - 2 * _EDGE)
        return f"{x:.1f},{y:.1f}"

    drawn, words = [], []
    for (name, values), colour in zip(lines.items(), _COLOURS, strict=False):
        points = [place(i, value) for i, value in enumerate(values) if value is not None]
        if len(points) == 1:
            x, y = points[0].split(",")
            drawn.append(f'<circle cx="{x}" cy="{y}" r="2.5" fill="{colour}"/>')
        else:
            drawn.append(
                f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" '
                'stroke-width="1.5"/>'
            )
        words.append(f'<tspan fill="{colour}" dx="6">{escape(name)}</tspan>')
    bottom = _HEIGHT - _EDGE
    return (
        f'<svg role="img" aria-label="{escape(title, quote=True)}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-size="11" fill="currentColor">'
        f'<text x="{_EDGE}" y="14"><tspan font-weight="bold">{escape(title)}</tspan>'
        f"{''.join(words)}</text>"
        f'<path d="M{_EDGE},{_EDGE} V{bottom} H{_WIDTH - _EDGE}" fill="none" '
        'stroke="currentColor" stroke-opacity="0.4"/>'
        f'<text x="{_EDGE - 3}" y="{_EDGE + 4}" text-anchor="end">{high:.3g}</text>'
        f'<text x="{_EDGE - 3}" y="{bottom}" text-anchor="end">{low:.3g}</text>'
        f'<text x="{_EDGE}" y="{bottom + 14}">1</text>'
        f'<text x="{_WIDTH - _EDGE}" y="{bottom + 14}" text-anchor="end">epoch {most + 1}</text>'
        f"{''.join(drawn)}</svg>"
    )


def _cell(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return f"<td>{'–' if value is None else 'yes' if value else 'no'}</td>"
    if isinstance(value, int | float):
        text = f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
        return f'<td style="text-align:right">{text}</td>'
    return f'<td style="text-align:left">{escape(str(value))}</td>'
