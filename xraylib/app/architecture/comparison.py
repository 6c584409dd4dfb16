"""Two designs side by side: what each costs, and how far each sees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
import streamlit as st

from xraylib.app.architecture.network_charts import show_network
from xraylib.app.shell.frame import show_table
from xraylib.app.shell.state import get_draft, traced
from xraylib.errors import SpecError
from xraylib.networks.declaration.effect import Part, Weight
from xraylib.networks.designs import list_designs
from xraylib.networks.presets import PRESETS, preset
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import Trace

_FLOAT: Final = 4  # bytes of a value


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What two designs are compared by.

    Attributes:
        parameters: All of them.
        multiply_adds: For one image.
        map_bytes: Of all layers' outputs for one image, as 32-bit numbers. Training keeps them all.
        receptive_field: Height and width that one value of the last map sees, in pixels.
        depth: Kernels that an image passes one after the other, or beside in a residual block.
        output: Shape of what comes out.
    """

    parameters: int
    multiply_adds: int
    map_bytes: int
    receptive_field: tuple[int, int]
    depth: int
    output: tuple[int, ...]


def figures(result: Trace) -> Figures:
    """The figures of a traced network, as far as it is possible."""
    maps = [row for row in result.rows if len(row.output_shape) == 3]
    return Figures(
        parameters=result.total_params,
        multiply_adds=result.multiply_adds,
        map_bytes=_FLOAT * sum(math.prod(row.output_shape) for row in result.rows),
        receptive_field=maps[-1].receptive_field,
        depth=sum(_kernels(row.weights, row.parts) for row in result.rows),
        output=result.output_shape,
    )


def compare_table(left: tuple[str, Figures], right: tuple[str, Figures]) -> pd.DataFrame:
    """A line a figure, a column a design, and how many times the first the second is."""
    (name, a), (other, b) = left, right
    lines: list[tuple[str, str, str, str]] = [
        (
            "Parameters",
            f"{a.parameters:,}",
            f"{b.parameters:,}",
            _ratio(a.parameters, b.parameters),
        ),
        (
            "Multiply-adds an X-ray",
            f"{a.multiply_adds:,}",
            f"{b.multiply_adds:,}",
            _ratio(a.multiply_adds, b.multiply_adds),
        ),
        (
            "Memory of feature maps an X-ray",
            memory_words(a.map_bytes),
            memory_words(b.map_bytes),
            _ratio(a.map_bytes, b.map_bytes),
        ),
        ("Sees (px)", _size(a.receptive_field), _size(b.receptive_field), ""),
        ("Depth (kernels)", f"{a.depth}", f"{b.depth}", _ratio(a.depth, b.depth)),
        ("Output", _size(a.output), _size(b.output), ""),
    ]
    second = other if other != name else f"{other} (2)"
    return pd.DataFrame(lines, columns=["", name, second, "Ratio"]).set_index("")


def memory_words(size: int) -> str:
    """Bytes as ``413 KiB`` or ``1.4 MiB``."""
    return f"{size / 1024:,.0f} KiB" if size < 1024**2 else f"{size / 1024**2:,.1f} MiB"


def show_comparison(result: Trace) -> None:
    """A choice of another design, then the table and its picture below this one's."""
    draft = get_draft()
    saved = {d.name: d.spec for d in list_designs() if d.spec is not None}
    names = [*saved, *(name for name in PRESETS if name not in saved)]
    first = next((name for name in reversed(names) if name != draft.spec.name), names[0])
    chosen = st.selectbox(
        "Compare with",
        names,
        index=names.index(first),
        key="compare-with",
        help="Saved designs and presets, for X-rays of this network's size.",
    )
    try:
        other = (saved.get(chosen) or _preset(chosen)).with_input_shape(draft.spec.input_shape)
    except SpecError:
        other = preset(chosen)
    beside = traced(other)
    show_table(
        compare_table((draft.spec.name, figures(result)), (other.name, figures(beside))),
        border="horizontal",
    )
    if result.error is not None or beside.error is not None:
        st.caption("A network that is not possible yet is counted up to its first problem.")
    show_network(beside)
    st.caption(
        "Memory: every layer's output for one X-ray in 32-bit numbers; training keeps all of them, "
        "for each X-ray of a batch. Sees: what one value of the last map depends on."
    )


def _preset(name: str) -> ModelSpec:
    draft = get_draft()
    return preset(
        name,
        classes=max(2, len(draft.classes)) if draft.classes else 3,
        class_mode=draft.class_mode,
    )


def _kernels(weights: Sequence[Weight], parts: Sequence[Part]) -> int:
    if parts:
        return sum(_kernels(part.weights, part.parts) for part in parts)
    return sum(len(weight.shape) > 1 for weight in weights)


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def _ratio(a: int, b: int) -> str:
    if not a or not b:
        return ""
    ratio = b / a
    return f"{ratio:,.0f} ×" if ratio >= 10 else f"{ratio:.3g} ×"
