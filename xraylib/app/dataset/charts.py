"""Charts of how sizes, storage and brightness are spread over the classes: values to figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xraylib.app.shell.charts import class_colours, class_name, worded_bars
from xraylib.datasets.summary import BRIGHTNESS_BINS, Spread

_STEP: Final = 17  # pixels a bar
_LEGEND: Final = 28  # letters that one row of a legend takes in beside the table


def spread_table(spread: Spread) -> pd.DataFrame:
    """Columns Value, Class, Images and Share (of the images of the class)."""
    rows = [
        {
            "Value": value,
            "Class": class_name(label),
            "X-rays": images,
            "Share": images / max(1, sum(numbers)),
        }
        for label, numbers in spread.images.items()
        for value, images in zip(spread.values, numbers, strict=True)
    ]
    return pd.DataFrame(rows, columns=["Value", "Class", "X-rays", "Share"])


def spread_chart(spread: Spread) -> alt.LayerChart:
    """The share of each class's images that have each value, bars of a class a value."""
    tooltip = [
        alt.Tooltip("Value:N", title="Value"),
        alt.Tooltip("Class:N"),
        alt.Tooltip("X-rays:Q", format=","),
        alt.Tooltip("Share:Q", title="Share of these X-rays", format=".1%"),
    ]
    # Room to the right for the words of a bar that is the whole width.
    bars = worded_bars(
        spread_table(spread), "Value", "Share",
        number=".0%", reach=3.0, step=_STEP, tooltip=tooltip,
    )  # fmt: skip
    chart: alt.LayerChart = bars.configure_view(strokeWidth=0)
    return chart


def spread_sentence(name: str, spread: Spread) -> str:
    """A spread in words."""
    parts = []
    for label, numbers in spread.images.items():
        told = [
            f"{images:,} {value}"
            for value, images in zip(spread.values, numbers, strict=True)
            if images
        ]
        parts.append(f"{class_name(label)}: {', '.join(told) or 'none'}")
    return f"{name} by label. {'; '.join(parts)}."


def brightness_table(spread: Mapping[str, NDArray[np.int64]]) -> pd.DataFrame:
    """Columns Grey (middle of the bin), Class, Images and Share (of the images of the class)."""
    width = 256 / BRIGHTNESS_BINS
    return pd.DataFrame(
        [
            {
                "Grey": (place + 0.5) * width,
                "Class": class_name(label),
                "X-rays": int(images),
                "Share": images / max(1, int(numbers.sum())),
            }
            for label, numbers in spread.items()
            for place, images in enumerate(numbers)
        ],
        columns=["Grey", "Class", "X-rays", "Share"],
    )


def brightness_chart(spread: Mapping[str, NDArray[np.int64]]) -> alt.Chart:
    """How the mean grey levels of the images are spread, a line a class."""
    table = brightness_table(spread)
    classes = list(dict.fromkeys(table["Class"]))
    colours = class_colours(classes)
    # 0 is as many as there are: names that may not stand in one row stand in two columns.
    legend = alt.Legend(orient="top", columns=0 if sum(map(len, classes)) <= _LEGEND else 2)
    chart: alt.Chart = (
        alt.Chart(table)
        .mark_line(interpolate="monotone", strokeWidth=2)
        .encode(
            x=alt.X(
                "Grey:Q",
                title="Mean grey level of the X-ray, 0 is black",
                scale=alt.Scale(domain=[0, 256], nice=False),
                axis=alt.Axis(values=[0, 64, 128, 192, 255], grid=False),
            ),
            y=alt.Y(
                "Share:Q",
                title="Share of these X-rays",
                axis=alt.Axis(format=".0%", tickCount=4),
            ),
            color=alt.Color(
                "Class:N",
                title=None,
                scale=alt.Scale(domain=classes, range=[colours[name] for name in classes]),
                legend=legend,
            ),
            strokeDash=alt.StrokeDash(
                "Class:N",
                title=None,
                scale=alt.Scale(domain=classes),
                legend=legend,
            ),
            tooltip=["Class:N", "Grey:Q", "X-rays:Q", alt.Tooltip("Share:Q", format=".1%")],
        )
        .properties(height=240)
        .configure_view(strokeWidth=0)
    )
    return chart


def brightness_sentence(spread: Mapping[str, NDArray[np.int64]]) -> str:
    """The brightness chart in words."""
    width = 256 / BRIGHTNESS_BINS
    middles = (np.arange(BRIGHTNESS_BINS) + 0.5) * width
    parts = []
    for label, numbers in spread.items():
        if numbers.sum():
            mean = float((middles * numbers).sum() / numbers.sum())
            parts.append(f"{class_name(label)} about {mean:.0f}")
    return f"Mean grey level of the X-rays by label: {', '.join(parts) or 'not known'}."
