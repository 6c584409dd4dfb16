"""Charts of data sets and networks: values in, Altair figures out.

Colours stand for classes in the same order on every page. They are Okabe and Ito's, which
colour-blind readers can tell apart (https://jfly.uni-koeln.de/color/), without black and with
yellow last, and never the only carrier of meaning: the class's name always stands beside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

OKABE_ITO: Final = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#e69f00",
    "#f0e442",
)
SPLIT_NAMES: Final[Mapping[str, str]] = {"train": "Training", "val": "Validation", "test": "Test"}
NO_CLASS: Final = "(no class)"
"""What stands for the class of images that lie in no class folder."""

Spec = dict[str, Any]
"""A chart as Vega-Lite."""

BEFORE, AFTER = "As stored", "As the network sees it"
# In the middle between light and dark, readable on both.
QUIET: Final = "#7d8b94"
_ACCENT: Final = "#2b88a6"


def class_colours(classes: Sequence[str]) -> dict[str, str]:
    """A colour for each class, by its place among the sorted classes."""
    return dict(zip(classes, cycle(OKABE_ITO), strict=False))


def class_name(label: str) -> str:
    """A class for people: images outside of class folders have none."""
    return label or NO_CLASS


def counts_table(counts: Mapping[str, Mapping[str, int]]) -> pd.DataFrame:
    """``{split: {class: images}}`` as columns Split, Class, Images and Share (of the split)."""
    rows = []
    for split, numbers in counts.items():
        total = sum(numbers.values())
        rows += [
            {
                "Split": SPLIT_NAMES.get(split, split),
                "Class": class_name(label),
                "X-rays": images,
                "Share": images / total if total else 0.0,
            }
            for label, images in numbers.items()
        ]
    return pd.DataFrame(rows, columns=["Split", "Class", "X-rays", "Share"])


def class_chart(counts: Mapping[str, Mapping[str, int]]) -> alt.LayerChart:
    """Images of each class, in one group of bars a split, each bar with its class and number."""
    table = counts_table(counts)
    tooltip = [
        alt.Tooltip("Split:N"),
        alt.Tooltip("Class:N"),
        alt.Tooltip("X-rays:Q"),
        alt.Tooltip("Share:Q", title="Share of the split", format=".0%"),
    ]
    # Room to the right for the words of the longest bar.
    reach = float(table["X-rays"].max() or 1) * 1.22
    step = 17 if len(table) <= 12 else 13
    bars = worded_bars(
        table, "Split", "X-rays", number=",", reach=reach, step=step, tooltip=tooltip
    )
    chart: alt.LayerChart = _plain(bars)
    return chart


def worded_bars(
    table: pd.DataFrame,
    group: str,
    column: str,
    *,
    number: str,
    reach: float,
    step: int,
    tooltip: Sequence[alt.Tooltip],
) -> alt.LayerChart:
    """Groups of bars in the colours of their classes, each with its class and its number behind it.

    The places of the bars are numbers: with Vega's ``yOffset`` the words stood beside other bars,
    the further off the more classes there were.

    Args:
        table: A row a bar, with a column ``Class``, in the order of the colours.
        group: The column whose values are the groups; they stand beside theirs.
        column: Whose values are the bars' lengths.
        number: How a value is written, in d3's format.
        reach: The value at the right edge, with room for the words of the longest bar.
        step: Pixels a bar.
        tooltip: What a bar says.
    """
    classes, groups = (list(dict.fromkeys(table[name])) for name in ("Class", group))
    apart = len(classes) + 1  # the space between groups is one bar
    places = [
        groups.index(one) * apart + classes.index(label)
        for one, label in zip(table[group], table["Class"], strict=True)
    ]
    table = table.assign(Place=places, Top=np.array(places) - 0.4, End=np.array(places) + 0.4)
    middles = [place * apart + (len(classes) - 1) / 2 for place in range(len(groups))]
    colours = class_colours(classes)
    base = alt.Chart(table).encode(
        y=alt.Y(
            "Place:Q",
            title=None,
            scale=alt.Scale(
                domain=[-0.6, apart * len(groups) - 1.4], reverse=True, nice=False, zero=False
            ),
            axis=alt.Axis(
                values=middles,
                labelExpr=f"{json.dumps(groups)}[floor(datum.value / {apart})]",
                labelLimit=160,
                ticks=False,
                domain=False,
                grid=False,
            ),
        ),
        tooltip=list(tooltip),
    )
    x = alt.X(f"{column}:Q", title=None, scale=alt.Scale(domain=[0, reach]), axis=None)
    bars = base.mark_rect(cornerRadius=2).encode(
        x=x,
        x2=alt.X2Datum(0),
        y=alt.Y("Top:Q"),
        y2=alt.Y2("End:Q"),
        color=alt.Color(
            "Class:N",
            scale=alt.Scale(domain=classes, range=[colours[name] for name in classes]),
            legend=None,
        ),
    )
    value = f"format(datum[{json.dumps(column)}], '{number}')"
    words = (
        base.transform_calculate(words=f"truncate(datum.Class, 22) + '  ' + {value}")
        .mark_text(align="left", baseline="middle", dx=5, fontSize=11, color=QUIET)
        .encode(x=x, text=alt.Text("words:N"))
    )
    chart: alt.LayerChart = (bars + words).properties(height=step * apart * len(groups) + 10)
    return chart


def counts_sentence(counts: Mapping[str, Mapping[str, int]]) -> str:
    """The class chart in words, for those who cannot see it."""
    parts = [
        f"{SPLIT_NAMES.get(split, split)}: "
        + ", ".join(f"{class_name(label)} {images:,}" for label, images in numbers.items())
        for split, numbers in counts.items()
    ]
    return "X-rays by split and class. " + "; ".join(parts) + "."


def imbalance(counts: Mapping[str, Mapping[str, int]]) -> str:
    """A sentence where the largest training class has 1.5 times the smallest or more; or ``""``."""
    numbers = {label: images for label, images in counts.get("train", {}).items() if images}
    if len(numbers) < 2:
        return ""
    most, least = max(numbers, key=lambda c: numbers[c]), min(numbers, key=lambda c: numbers[c])
    ratio = numbers[most] / numbers[least]
    if ratio < 1.5:
        return ""
    always = numbers[most] / sum(numbers.values())
    return (
        f"The classes are uneven: {class_name(most)} has {ratio:.1f} times as many training X-rays "
        f"as {class_name(least)}. Always answering {class_name(most)} would be right in "
        f"{always:.0%} of them."
    )


def histogram_table(pixels: NDArray[np.uint8], *, bins: int = 64) -> pd.DataFrame:
    """Grey levels as columns Grey and End (edges of the bin) and Share (of the pixels).

    Args:
        pixels: uint8 of any shape.
        bins: Divides 256.
    """
    width = 256 // bins
    numbers = np.bincount(pixels.reshape(-1) // width, minlength=bins)
    edges = np.arange(bins) * width
    return pd.DataFrame(
        {"Grey": edges, "End": edges + width, "Share": numbers / max(1, pixels.size)}
    )


def histogram_chart(
    pixels: NDArray[np.uint8],
    *,
    title: str = "Grey levels, 0 is black",
    height: int = 150,
    scale: float = 1.0,
    offset: float = 0.0,
) -> alt.Chart:
    """Histogram of grey levels, 0 (black) to 255 (white).

    Args:
        pixels: uint8 of any shape.
        title: Over it.
        height: Of everything, title and axis too, in pixels.
        scale: The axis tells ``grey level · scale + offset``; not 0.
        offset: See ``scale``.
    """
    table = histogram_table(pixels)
    table[["Grey", "End"]] = table[["Grey", "End"]] * scale + offset
    stored = scale == 1 and not offset
    ticks = {"values": [0, 64, 128, 192, 255]} if stored else {"tickCount": 5}
    # A black border would press everything else flat: no bar is drawn higher than twice the
    # height that 95 of 100 stay below.
    limit = float(max(np.quantile(table["Share"], 0.95) * 2, 1e-6))
    table["Height"] = table["Share"].clip(upper=limit)
    chart: alt.Chart = _plain(
        alt.Chart(table)
        .mark_rect(color=_ACCENT, strokeWidth=0)
        .encode(
            # Whole channels: Altair takes 10 ms to make one of a bare string.
            x=alt.X(
                "Grey:Q",
                title=None,
                scale=alt.Scale(domain=sorted((offset, 256 * scale + offset)), nice=False),
                axis=alt.Axis(grid=False, labelFlush=12, **ticks),
            ),
            x2=alt.X2("End:Q"),
            y=alt.Y("Height:Q", title=None, axis=None, scale=alt.Scale(nice=False)),
            y2=alt.Y2Datum(0),
            tooltip=[
                alt.Tooltip("Grey:Q", title="Grey level from"),
                alt.Tooltip("Share:Q", title="Share of pixels", format=".2%"),
            ],
        )
        .properties(
            height=height, title=alt.Title(title, anchor="start", fontSize=12, fontWeight="normal")
        )
    )
    return chart


def histogram_sentence(name: str, pixels: NDArray[np.uint8]) -> str:
    """The histogram in words."""
    return (
        f"Grey levels, {name.lower()}: mean {pixels.mean():.0f}, spread {pixels.std():.0f}, "
        f"from {int(pixels.min())} to {int(pixels.max())}."
    )


def _plain(chart: Any) -> Any:
    """Without the frame around the plot."""
    return chart.configure_view(strokeWidth=0)


def sizes_table(widths: Sequence[int], heights: Sequence[int]) -> pd.DataFrame:
    """How many images there are of each size, most first."""
    pairs, numbers = np.unique(np.stack([widths, heights], 1), axis=0, return_counts=True)
    rows: list[dict[str, Any]] = [
        {"Size (pixels)": f"{w} × {h}", "X-rays": int(n)}
        for (w, h), n in zip(pairs.tolist(), numbers, strict=True)
    ]
    return pd.DataFrame(sorted(rows, key=lambda row: -row["X-rays"]))
