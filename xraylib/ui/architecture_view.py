"""The Architecture page: the list of layers, the fields of one, and what the network becomes."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from xraylib.errors import SpecError
from xraylib.model.codegen import keras_script
from xraylib.model.layers import LAYERS, Layer
from xraylib.model.layers.settings import ACTIVATIONS, PADDINGS
from xraylib.model.presets import PRESETS, STANDARDISE, preset, preset_note
from xraylib.model.spec import ModelSpec
from xraylib.model.trace import Trace, trace
from xraylib.ui import design
from xraylib.ui.network_picture import describe, network_svg
from xraylib.ui.shell import link, plain, show_error
from xraylib.ui.state import get_draft

_HELP = {
    "filters": "How many patterns this layer looks for; each makes one map.",
    "kernel_size": "Height and width of the window a filter sees at once, in pixels.",
    "strides": "How far the window moves each time. Stride 3 keeps every third position.",
    "padding": "valid: the window stays inside the map, which shrinks. same: zeros are put around "
    "it, so that only strides shrink it.",
    "activation": "What is done to each value afterwards; relu keeps what is above zero.",
    "use_bias": "Whether each filter or unit adds a number of its own.",
    "units": "How many values come out; each sees every value that goes in.",
    "pool_size": "Height and width of the window of which one value is kept.",
    "rate": "Share of the values that is set to zero while training, so that no single one is "
    "relied on.",
    "momentum": "How slowly the averages follow; with few films use 0.9.",
    "scale": "Factor, or for a normalisation: whether a factor is learnt.",
    "offset": "What is added after the factor.",
    "axis": "Over which axes the values are brought to mean 0.",
    "center": "Whether an offset is learnt.",
    "epsilon": "A small number that avoids dividing by zero.",
}
_ADDABLE = [kind for kind in LAYERS if kind != "Input"]


def show_layers() -> None:
    """The left column: where to start from, the layers, and the fields of the open one."""
    spec, now = get_draft().spec, design.history()
    _start_from(spec)
    with st.container(horizontal=True):
        st.button("Undo", icon=":material/undo:", on_click=design.undo, disabled=not now.past)
        st.button("Redo", icon=":material/redo:", on_click=design.redo, disabled=not now.future)
    error = trace(spec).error
    for index, layer in enumerate(spec.layers):
        _row(spec, index, layer, error)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox("New layer", _ADDABLE, index=_ADDABLE.index("Conv2D"), key="new_kind")
        st.button(
            "Add below",
            icon=":material/add:",
            help="Puts the new layer behind the open one.",
            on_click=lambda: _edit(
                design.with_layer(get_draft().spec, design.history().selected, kind),
                selected=design.history().selected + 1,
            ),
        )


def _start_from(spec: ModelSpec) -> None:
    draft = get_draft()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Start from",
            PRESETS,
            index=PRESETS.index(spec.name) if spec.name in PRESETS else None,
            key=f"preset-{design.history().revision}",
            help="The networks of the lesson, and a better small one.",
        )
        if name is not None:
            st.button(
                "Use it",
                icon=":material/restart_alt:",
                on_click=lambda: _edit(
                    preset(
                        name,
                        input_shape=draft.preparation.input_shape,
                        classes=_outputs(spec, draft.class_mode),
                        class_mode=draft.class_mode,
                    ),
                    selected=1,
                ),
            )
    if name is not None:
        st.caption(preset_note(name))
    if len(spec.layers) > 1 and (
        spec.layers[1].kind == "Rescaling" or spec.layers[1] == STANDARDISE
    ):
        st.toggle(
            "Standardise each film",
            value=spec.layers[1] == STANDARDISE,
            key=f"standardise-{design.history().revision}",
            on_change=_switch_scaling,
            help="Brings each film to mean 0 and standard deviation 1 instead of dividing its "
            "values by 255, so that exposure no longer matters. No parameters.",
        )


def _has_scaling(spec: ModelSpec) -> bool:
    return len(spec.layers) > 1 and (
        spec.layers[1].kind == "Rescaling" or spec.layers[1] == STANDARDISE
    )


def _outputs(spec: ModelSpec, class_mode: str) -> int:
    units = getattr(spec.layers[-1], "units", 3)
    return 2 if class_mode == "binary" else max(2, int(units))


def _switch_scaling() -> None:
    spec = get_draft().spec
    first = design.new_layer("Rescaling") if spec.layers[1] == STANDARDISE else STANDARDISE
    _edit(spec.with_layers((spec.layers[0], first, *spec.layers[2:])))


def _row(spec: ModelSpec, index: int, layer: Layer, error: SpecError | None) -> None:
    chosen = design.history().selected == index
    wrong = error is not None and error.index == index
    st.button(
        f"{index}  {layer.label}",
        key=f"layer-{index}",
        type="primary" if chosen else "secondary",
        icon=":material/error:" if wrong else None,
        width="stretch",
        on_click=design.select,
        args=(index,),
    )
    if wrong and error is not None:
        _explain(error)
    if chosen and index > 0:
        _open_layer(spec, index, layer)
    elif chosen:
        st.caption("The films' size and colour mode are set on the Dataset page.")
        link("dataset", "Go to Preparation")


def _explain(error: SpecError) -> None:
    """Why a layer is impossible, and a button for each value that would be possible."""
    show_error(error)
    if error.index is None or error.field is None:
        return
    with st.container(horizontal=True):
        for value in error.nearest[:4]:
            st.button(
                f"{error.field} = {value}",
                key=f"fix-{error.index}-{value}",
                icon=":material/build:",
                on_click=lambda v=value: _edit(
                    design.with_value(get_draft().spec, error.index or 0, error.field or "", v)
                ),
            )


def _open_layer(spec: ModelSpec, index: int, layer: Layer) -> None:
    with st.container(border=True):
        for name in (f.name for f in fields(layer)):
            _field(index, layer, name)
        with st.container(horizontal=True):
            moves = (
                ("Up", ":material/arrow_upward:", design.with_move(spec, index, -1), index - 1),
                ("Down", ":material/arrow_downward:", design.with_move(spec, index, 1), index + 1),
                ("Copy", ":material/content_copy:", design.with_copy(spec, index), index + 1),
                ("Delete", ":material/delete:", design.without_layer(spec, index), index - 1),
            )
            for label, icon, changed, target in moves:
                st.button(
                    label,
                    icon=icon,
                    key=f"{label}-{index}",
                    disabled=changed == spec,
                    on_click=_edit,
                    args=(changed,),
                    kwargs={"selected": max(1, target)},
                )
        refused = st.session_state.pop("refused", None)
        if refused is not None:
            show_error(refused)


def _field(index: int, layer: Layer, name: str) -> None:
    """One setting of the open layer; a change is in the draft before the page is drawn again."""
    value = getattr(layer, name)
    key = f"field-{design.history().revision}-{index}-{name}"
    shared: dict[str, Any] = {
        "label": name,
        "key": key,
        "help": _HELP.get(name),
        "on_change": _typed,
        "args": (index, name, key),
    }
    if isinstance(value, bool):
        st.toggle(value=value, **shared)
    elif name == "padding":
        st.segmented_control(options=PADDINGS, default=value, required=True, **shared)
    elif name == "activation":
        options = [None, *ACTIVATIONS] if layer.kind != "Activation" else list(ACTIVATIONS)
        st.selectbox(
            options=options,
            index=options.index(value),
            format_func=lambda v: v or "none",
            **shared,
        )
    elif isinstance(value, int) or (isinstance(value, tuple) and len(set(value)) == 1):
        number = value if isinstance(value, int) else value[0]
        st.number_input(value=int(number), step=1, **shared)
    elif isinstance(value, float):
        st.number_input(value=value, step=0.05, format="%.6g", **shared)
    else:
        text = "" if value is None else ", ".join(str(part) for part in value)
        st.text_input(value=text, placeholder="as the window", **shared)


def _typed(index: int, name: str, key: str) -> None:
    value = st.session_state[key]
    if isinstance(value, str) and name not in ("padding", "activation"):
        parts = [part.strip() for part in value.split(",") if part.strip()]
        numbers = [int(p) if p.lstrip("-").isdigit() else p for p in parts]
        value = None if not numbers else numbers[0] if len(numbers) == 1 else tuple(numbers)
    try:
        changed = design.with_value(get_draft().spec, index, name, value)
    except SpecError as error:
        st.session_state["refused"] = error
        return
    design.change_design(changed, typed=True)


def _edit(spec: ModelSpec, *, selected: int | None = None) -> None:
    design.change_design(spec, selected=selected)


def show_outcome() -> None:
    """The right column: totals, the picture, the table, the charts and the code."""
    draft, past = get_draft(), design.history().past
    result = trace(draft.spec)
    before = trace(past[-1]) if past else None
    _totals(result, before)
    dark = st.context.theme.type == "dark"
    st.image(network_svg(result.rows, dark=dark), width="content", alt=describe(result.rows))
    if result.error is not None:
        st.warning(
            f"Layer {result.error.index} is impossible, so the table ends before it: "
            f"{plain(result.error.what)}.",
            icon=":material/error:",
        )
    table, charts, code = st.tabs(
        ["Layers", "Where the parameters are", "Code"], on_change="rerun", key="outcome"
    )
    if table.open:
        with table:
            st.dataframe(
                _table(result),
                hide_index=True,
                width="stretch",
                column_config={
                    "Share": st.column_config.ProgressColumn(format="percent", max_value=1.0),
                    "Arithmetic": st.column_config.TextColumn(width="large"),
                },
            )
            _why()
    if charts.open:
        with charts:
            st.altair_chart(_parameter_chart(result), alt="Bar chart of parameters by layer.")
    if code.open:
        with code:
            _code(draft.spec, result)


def _totals(result: Trace, before: Trace | None) -> None:
    last = result.rows[-1]
    figures = (
        ("Parameters", "total_params", "Numbers that training adjusts, and averages it observes."),
        ("Multiply-adds a film", "multiply_adds", "Products that one film costs."),
    )
    columns = st.columns(4)
    for column, (label, name, words) in zip(columns, figures, strict=False):
        now = getattr(result, name)
        delta = now - getattr(before, name) if before is not None else 0
        column.metric(
            label,
            f"{now:,}",
            delta=f"{delta:+,}" if delta else None,
            delta_color="off",
            help=words,
        )
    columns[2].metric("Layers", len(result.rows), help="With the Input.")
    columns[3].metric(
        "Output",
        "×".join(map(str, last.output_shape)),
        help="One value a class comes out of a finished network.",
    )


def _table(result: Trace) -> pd.DataFrame:
    total = max(1, result.total_params)
    return pd.DataFrame(
        {
            "#": row.index,
            "Layer": row.label,
            "Output": " × ".join(map(str, row.output_shape)),
            "Parameters": row.params,
            "Share": row.params / total,
            "Arithmetic": row.arithmetic,
            "Sees (pixels)": "×".join(map(str, row.receptive_field)),
        }
        for row in result.rows
    )


def _parameter_chart(result: Trace) -> alt.LayerChart | alt.FacetChart:
    rows = pd.DataFrame(
        [(f"{row.index} {row.kind}", row.params, row.index) for row in result.rows if row.params],
        columns=["layer", "parameters", "order"],
    )
    base = alt.Chart(
        rows if len(rows) else pd.DataFrame({"layer": [], "parameters": [], "order": []})
    )
    bars = base.mark_bar(cornerRadiusEnd=3).encode(
        x=alt.X("parameters:Q", title="Parameters"),
        y=alt.Y("layer:N", sort=alt.SortField("order"), title=None),
        tooltip=["layer", alt.Tooltip("parameters", format=",")],
    )
    words = base.mark_text(align="left", dx=4).encode(
        x="parameters:Q",
        y=alt.Y("layer:N", sort=alt.SortField("order")),
        text=alt.Text("parameters:Q", format=","),
    )
    return alt.layer(bars, words)


def _why() -> None:
    with st.expander("Why does the size shrink like that?", icon=":material/school:"):
        st.markdown(
            "A window of `k` pixels fits into `n` pixels at `n − k + 1` places. With a stride of "
            "`s` only every `s`-th place is used: `⌊(n − k) / s⌋ + 1`. With padding `same` zeros "
            "are put around the map, and only the stride counts: `⌈n / s⌉`.\n\n"
            "A filter has one number for each pixel of its window in each channel, and one bias: "
            "`filters × (channels × height × width + 1)` parameters. A Dense layer has one number "
            "for each value that goes in, for each unit. That is why a Dense layer right behind "
            "256×256 pixels costs 65,536 parameters a unit, and why one pools or strides before."
        )


def _code(spec: ModelSpec, result: Trace) -> None:
    if result.error is not None:
        st.info("Code appears once every layer is possible.", icon=":material/info:")
        return
    script = keras_script(spec)
    saved = json.dumps(spec.to_json(), indent=2)
    with st.container(horizontal=True):
        st.download_button(
            "Keras script", script, "model.py", "text/x-python", icon=":material/code:"
        )
        st.download_button(
            "Specification", saved, "spec.json", "application/json", icon=":material/data_object:"
        )
    st.caption("This script runs by itself; it needs Keras and TensorFlow alone.")
    st.code(script, language="python", height=360)
