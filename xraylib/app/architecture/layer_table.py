"""The table of layers as one piece of HTML: 200 cells of Markdown take a browser far longer."""

from __future__ import annotations

from typing import Final

from xraylib.networks.render.html_table import html_table
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import Trace

_TITLE: Final = "Layers with their output sizes, parameters and arithmetic"
_WORDS: Final = (
    "Output: height × width × channels, or values in a row. Share: of all parameters. "
    "Sees: the part of the X-ray that one value can depend on, in pixels."
)
_STYLE: Final = """
.layers {overflow-x: auto}
.layers table {width: 100%; border-collapse: collapse; font-size: 0.875rem; line-height: 1.35}
.layers th {text-align: left; font-weight: 400; opacity: 0.75}
.layers th, .layers td {padding: 0.3rem 0.35rem; border-bottom: 1px solid #8795a155}
.layers tr > :nth-child(4), .layers tr > :nth-child(5) {text-align: right}
.layers td {font-variant-numeric: tabular-nums}
.layers td:nth-child(2) {min-width: 7rem}
.layers td:nth-child(3), .layers td:nth-child(7) {white-space: nowrap}
.layers td:nth-child(6) {min-width: 11rem}
.layers-words {margin: 0.6rem 0 0; font-size: 0.875rem; line-height: 1.5; opacity: 0.7}
"""
_ERROR: Final = {True: "#ff8f86", False: "#b3261e"}


def layer_table(spec: ModelSpec, result: Trace, *, dark: bool) -> str:
    """A line a layer; the first impossible one says why, those behind it have only their names.

    What the columns mean stands below.

    Args:
        spec: The network.
        result: Its trace.
        dark: Whether the page is dark.
    """
    why = result.error.what.partition(": ")[2] if result.error is not None else ""
    lines = result.lines()
    for index in range(len(result.rows), len(spec.layers)):
        output, reason = ("impossible", why) if index == len(result.rows) else ("–", "")
        lines.append((f"{index}", spec.layers[index].label, output, "–", "", reason, ""))
    style = f"{_STYLE}.layers .impossible {{color: {_ERROR[dark]}}}"
    return (
        f'<style>{style}</style><div class="layers" role="region" aria-label="{_TITLE}" '
        f'tabindex="0">{html_table(lines, wrong=len(result.rows))}</div>'
        f'<p class="layers-words">{_WORDS}</p>'
    )
