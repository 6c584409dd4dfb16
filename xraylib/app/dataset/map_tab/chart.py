"""The map as a figure, and what was drawn around in it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import cycle
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from xraylib.app.dataset.map_tab.colours import OTHERS
from xraylib.app.shell.charts import OKABE_ITO, QUIET
from xraylib.app.shell.frame import plain
from xraylib.datasets.scan import DatasetIndex
from xraylib.maps.image_map import ImageMap

_MARKS: Final = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star")
_NEUTRAL: Final = (OTHERS, "none", "not told", "not judged")
_MANY: Final = 2_000  # points, from which they are drawn smaller
_HEIGHT: Final = 520


def map_figure(found: ImageMap, rows: NDArray[np.int64], groups: Sequence[str]) -> go.Figure:
    """A point an image; each group has a colour and a mark of its own, and a line in the legend.

    Args:
        found: Where the images stand.
        rows: ``(n,)`` of the index, which the points carry.
        groups: ``(n,)`` names.
    """
    size = 8 if len(rows) <= _MANY else 5
    of = np.array(groups, dtype=object)
    names = sorted(set(groups), key=lambda name: (name not in _NEUTRAL, name))  # those below others
    colours, marks = cycle(OKABE_ITO), cycle(_MARKS)
    traces = []
    for name in names:
        here = np.flatnonzero(of == name)
        neutral = name in _NEUTRAL
        traces.append(
            go.Scatter(  # that for WebGL makes code at run time, which the pages forbid
                x=found.places[here, 0],
                y=found.places[here, 1],
                mode="markers",
                name=escape(f"{name} ({len(here):,})"),  # Plotly reads HTML
                customdata=rows[here],
                text=[escape(found.paths[place]) for place in here],
                hovertemplate="%{text}<extra></extra>",
                marker={
                    "color": QUIET if neutral else next(colours),
                    "symbol": "circle-open" if neutral else next(marks),
                    "size": size,
                    "opacity": 0.75,
                },
                unselected={"marker": {"opacity": 0.2}},
            )
        )
    axis = {"visible": False, "zeroline": False}
    return go.Figure(
        traces,
        {
            "height": _HEIGHT,
            "margin": {"l": 0, "r": 0, "t": 8, "b": 0},
            "xaxis": axis,
            "yaxis": axis,
            "dragmode": "lasso",
            "hovermode": "closest",
            "legend": {"orientation": "h", "y": -0.02, "itemsizing": "constant"},
        },
    )


def map_sentence(images: int, colouring: str, groups: Sequence[str]) -> str:
    """What the figure shows, for those who cannot see it."""
    names = ", ".join(f"{name} {groups.count(name):,}" for name in sorted(set(groups)))
    return f"{images:,} X-rays as points, near those like them. {colouring}: {plain(names)}."


def selected_paths(event: Any, index: DatasetIndex) -> frozenset[str]:
    """The images whose points were drawn around or clicked; rows that are not there are none."""
    points = event["selection"]["points"] if event else []
    rows = [_row(point.get("customdata")) for point in points]
    paths = index.table["path"]
    return frozenset(paths[row].as_py() for row in rows if 0 <= row < len(index))


def _row(value: Any) -> int:
    while isinstance(value, (list, tuple, dict)) and value:
        value = next(iter(value.values() if isinstance(value, dict) else value))
    return value if isinstance(value, int) and not isinstance(value, bool) else -1
