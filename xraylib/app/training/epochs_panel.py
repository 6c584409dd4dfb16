"""What validation says of each class or finding by epoch, and which X-rays it gets wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import altair as alt
import numpy as np
import pyarrow as pa
import streamlit as st

from xraylib.app.shared.runs.charts import History, thinned
from xraylib.app.shared.runs.feed import run_feed
from xraylib.app.shared.runs.words import told_epoch
from xraylib.app.shell.charts import Spec, class_colours, class_name
from xraylib.app.shell.frame import plain
from xraylib.app.shell.pictures import data_uri, encode_jpeg, shrink
from xraylib.errors import PathError
from xraylib.records import read_json
from xraylib.regular import read_array
from xraylib.rounding import rounded
from xraylib.training.prepared_cache import CACHE_FILE
from xraylib.training.run.runs import Run

# Pixels of a side: a few kilobytes a picture.
_SIDE: Final = 128
# Markers a line: enough to tell the lines apart without their colours.
_MARKS: Final = 30
_SCHEMA: Final = pa.schema(
    [("x", pa.int64()), ("value", pa.float64()), ("class", pa.string()), ("mark", pa.bool_())]
)


@dataclass(frozen=True)
class Told:
    """What an epoch tells of each class or finding.

    Attributes:
        key: Of the epoch's event.
        name: To people.
        of: What it is told of.
    """

    key: str
    name: str
    of: str


RECALL: Final = Told(key="val_recall", name="Recall", of="class")
AUC: Final = Told(key="val_aucs", name="AUC", of="finding")
"""Of findings, whose recall at 0.5 says little where they are rare."""


def told_rows(told: Told, history: History, best: int | None) -> pa.Table:
    """Columns ``x`` (epoch), ``value``, ``class`` and ``mark``, whether the point has a marker.

    Thinned, the best epoch always among them.
    """
    columns: dict[str, list[Any]] = {name: [] for name in _SCHEMA.names}
    points = [(float(e["epoch"]), 0.0, e["epoch"] == best) for e in history.epochs]
    kept = {int(x) for x, _, _ in thinned(points)}
    every = max(1, len(kept) // _MARKS)
    shown = [event for event in history.epochs if event["epoch"] in kept]
    for place, event in enumerate(shown):
        for name, value in (event.get(told.key) or {}).items():
            if value is not None:
                columns["x"].append(event["epoch"])
                columns["value"].append(value)
                columns["class"].append(class_name(name))
                columns["mark"].append(place % every == 0)
    return pa.table(columns, schema=_SCHEMA)


def told_spec(told: Told, classes: Sequence[str], epochs: int) -> Spec:
    """The Vega-Lite figure for :func:`told_rows`, without data."""
    names = [class_name(name) for name in classes]
    colours = class_colours(names)
    shapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]
    colour = alt.Color(
        "class:N",
        scale=alt.Scale(domain=names, range=[colours[name] for name in names]),
        legend=alt.Legend(title=None, orient="top", offset=4, padding=0),
    )
    base = alt.Chart(alt.NamedData("rows")).encode(
        x=alt.X(
            "x:Q",
            title="Epoch",
            scale=alt.Scale(domain=[1, max(epochs, 2)], nice=False),
            axis=alt.Axis(tickMinStep=1, format="d", grid=False),
        ),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(domain=[0, 1])),
        color=colour,
    )
    markers = base.transform_filter("datum.mark").mark_point(size=26, filled=True)
    points = markers.encode(
        shape=alt.Shape(
            "class:N", scale=alt.Scale(domain=names, range=(shapes * len(names))[: len(names)])
        ),
    )
    hover = base.mark_point(size=60, opacity=0).encode(
        tooltip=[
            alt.Tooltip("class:N", title=told.of.capitalize()),
            alt.Tooltip("x:Q", title="Epoch", format="d"),
            alt.Tooltip("value:Q", title=told.name, format=".3f"),
        ],
    )
    spec: Spec = (
        (base.mark_line(strokeWidth=2) + points + hover)
        .properties(
            height=220, title=alt.Title(f"{told.name}, validation", anchor="start", offset=2)
        )
        .to_dict()
    )
    spec.pop("data", None)
    spec.pop("config", None)
    for layer in spec["layer"]:
        layer.pop("data", None)
    return spec


def told_words(told: Told, history: History) -> str:
    """The chart's last values in a sentence."""
    last = history.epochs[-1] if history.epochs else {}
    values = [
        f"{class_name(name)} {rounded(value)}"
        for name, value in (last.get(told.key) or {}).items()
        if value is not None
    ]
    begin = f"{told.name} of each {told.of} by epoch."
    if not values:
        return f"{begin} No epoch has ended yet."
    return f"{begin} After epoch {last['epoch']}: {', '.join(values)}."


def wrong_pictures(run: Run, wrong: Sequence[Mapping[str, Any]]) -> list[str | None]:
    """These images as the network sees them, from the prepared images; None where they are gone.

    As addresses that hold the pictures: one in the server's store would be gone with its epoch,
    before a slow browser has fetched it.
    """
    try:
        key = str(read_json(run.folder / CACHE_FILE)["key"])
        file = run.folder.parent.parent / "cache" / Path(key).name / "pixels.npy"
        pixels = read_array(file)
        if pixels.ndim != 4 or pixels.dtype != np.uint8:
            raise ValueError("it holds no images")
    except (OSError, ValueError, KeyError, TypeError, PathError):
        return [None] * len(wrong)
    found: list[str | None] = []
    for image in wrong:
        place = image.get("place")
        if not isinstance(place, int) or not 0 <= place < len(pixels):
            found.append(None)
            continue
        one = np.asarray(pixels[place])
        picture = shrink(one[:, :, 0] if one.shape[2] == 1 else one, _SIDE)
        found.append(data_uri(encode_jpeg(picture, quality=80)))
    return found


@st.cache_data(max_entries=32, show_spinner=False)
def draw_epochs(folder: str, version: int) -> None:  # noqa: ARG001 - a part of the key
    """What validation says of one run, built once for all viewers and every time it is new.

    Args:
        folder: Of the run.
        version: ``RunFeed.version``; another one is drawn anew.
    """
    feed = run_feed(folder)
    history, run = feed.history, feed.run
    last = history.epochs[-1] if history.epochs else {}
    if not last.get("val_recall"):
        return
    status = run.status()
    epochs = status.epoch if status.is_final and status.epoch else status.epochs
    told = AUC if run.data.several else RECALL
    left, right = st.columns(2)
    with left:
        st.vega_lite_chart(
            told_rows(told, history, feed.best_epoch),
            told_spec(told, run.classes, max(epochs, 2)),
            alt=told_words(told, history),
        )
    with right:
        _wrong(run, told_epoch(history, status))


def mistake_words(image: Mapping[str, Any], *, several: bool) -> str:
    """``Covid, taken for Normal (0.71)``; of findings ``Mass made up (0.71)`` or ``missed``."""
    label, taken, share = image["label"], image["predicted"], image["probability"]
    if not several:
        return f"{class_name(label)}, taken for {class_name(taken)} ({rounded(share)})"
    if taken == f"no {label}":
        return f"{label} missed ({rounded(1 - share)})"
    return f"{taken} made up ({rounded(share)})"


def _wrong(run: Run, event: Mapping[str, Any]) -> None:
    wrong = event.get("val_wrong") or []
    images = run.data.images_in("val")
    if not wrong:
        st.markdown(f"**Epoch {event['epoch']}: all {images} validation X-rays right.**")
        return
    st.markdown(f"**Epoch {event['epoch']}: {_how_many_wrong(run, event, len(wrong))}")
    with st.grid("auto", min_column_width=86, gap=("small", "xsmall")) as grid:
        for image, picture in zip(wrong, wrong_pictures(run, wrong), strict=True):
            words = mistake_words(image, several=run.data.several)
            with grid.cell():
                if picture is not None:
                    name = str(image["path"]).rpartition("/")[2]
                    st.image(picture, width="stretch", alt=f"X-ray {name}: {words}")
                st.caption(plain(words))


def _how_many_wrong(run: Run, event: Mapping[str, Any], shown: int) -> str:
    """Of findings the accuracy is one of labels, which does not tell of X-rays."""
    accuracy = float(event.get("val_accuracy") or 0.0)
    if run.data.several:
        return (
            f"{accuracy:.0%} of the known validation labels right.** The first X-rays with a "
            "finding missed or made up:"
        )
    images = run.data.images_in("val")
    missed = round((1 - accuracy) * images)
    more = f", the first {shown}" if missed > shown else ""
    return f"{missed} of {images} validation X-rays wrong**{more}"
