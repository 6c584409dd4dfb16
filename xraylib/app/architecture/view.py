"""The Architecture page's right side: what the network becomes, in numbers, picture and code."""

from __future__ import annotations

import json
from typing import Final

import streamlit as st

from xraylib.app.architecture.advice_panel import show_advice
from xraylib.app.architecture.comparison import show_comparison
from xraylib.app.architecture.layer_charts import (
    parameter_bars,
    parameter_sentence,
    size_bars,
    size_sentence,
)
from xraylib.app.architecture.layer_table import layer_table
from xraylib.app.architecture.network_picture import network_svg
from xraylib.app.architecture.summary_export import show_summary, summary_text
from xraylib.app.architecture.touch.drawing import show_drawing
from xraylib.app.shared import current_design
from xraylib.app.shared.code_snippets import network_code, show_code
from xraylib.app.shared.expectation_panel import show_expectation
from xraylib.app.shell.frame import plain
from xraylib.app.shell.state import get_draft, traced
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import Trace
from xraylib.training.script.keras_script import keras_script

_VIEWS: Final = ["Layers", "Where the parameters are", "Compare", "Code"]


def show_outcome() -> None:
    """Totals, the picture, then the table, the chart or the code."""
    draft, past = get_draft(), current_design.history().past
    result = traced(draft.spec)
    if result.error is None:
        show_totals(result, traced(past[-1]) if past else None)
        show_advice(result)
    else:  # what there is of it adds up to nothing, and needs no good advice
        st.error(
            f"{plain(result.error.what)}. The ways out stand at the layer.",
            icon=":material/error:",
            title="This network is impossible",
        )
    show_drawing(result)
    view = st.segmented_control(  # no tabs: with each edit a browser draws all of them again
        "What is shown of the network",
        _VIEWS,
        default=_VIEWS[0],
        required=True,
        key="outcome",
        label_visibility="collapsed",
    )
    if view == "Layers":
        st.html(layer_table(draft.spec, result, dark=st.context.theme.type == "dark"))
        _why()
    elif view == "Where the parameters are":
        _show_charts(result)
    elif view == "Compare":
        show_comparison(result)
    else:
        _show_code(draft.spec, result)
    if result.error is None:
        show_expectation(draft, key="architecture")
    show_code(network_code(draft.spec), key="architecture-code")


def show_totals(result: Trace, before: Trace | None) -> None:
    """The sums, with what the last edit changed."""
    last = result.rows[-1]
    figures = (
        ("Parameters", "total_params", "Numbers that training adjusts, and averages it observes."),
        (
            "Multiply-adds",
            "multiply_adds",
            "Products that one X-ray costs, all through the network.",
        ),
    )
    with st.container(horizontal=True, gap="large"):
        for label, name, words in figures:
            now = getattr(result, name)
            delta = now - getattr(before, name) if before is not None else 0
            st.metric(
                label,
                f"{now:,}",
                delta=f"{delta:+,}" if delta else None,
                delta_color="off",
                help=words,
            )
        st.metric("Layers", len(result.rows), help="With the Input.")
        st.metric(
            "Output",
            "×".join(map(str, last.output_shape)),
            help="One value a class comes out of a finished network.",
        )


def _show_charts(result: Trace) -> None:
    dark = st.context.theme.type == "dark"
    left, right = st.columns(2)
    with left:
        st.markdown("**Parameters**")
        st.image(parameter_bars(result, dark=dark), width="content", alt=parameter_sentence(result))
    with right:
        st.markdown("**Height of the feature map** (px)")
        st.image(size_bars(result, dark=dark), width="content", alt=size_sentence(result))


def _why() -> None:
    box = st.expander(
        "Why do sizes shrink, and why standardise each X-ray?",
        icon=":material/school:",
        key="why",
        on_change="rerun",
    )
    if box.open:
        with box:
            _why_sizes()
            _why_standardise()


def _why_sizes() -> None:
    st.markdown(
        "A window of `k` pixels fits into `n` pixels at `n − k + 1` places. With a stride of "
        "`s` only every `s`-th place is used: `⌊(n − k) / s⌋ + 1`. With padding `same` zeros "
        "are put around the map, and only the stride counts: `⌈n / s⌉`.\n\n"
        "A filter has one number for each pixel of its window in each channel, and one bias: "
        "`filters × (channels × height × width + 1)` parameters. A Dense layer has one number "
        "for each value that goes in, for each unit. That is why a Dense layer right behind "
        "256×256 pixels costs 65,536 parameters a unit, and why one pools or strides before."
    )


def _why_standardise() -> None:
    st.markdown(
        "Dividing by 255 keeps the differences of exposure: a dark X-ray stays dark, and the "
        "network must learn to look past that. Standardising subtracts each X-ray's own mean "
        "and divides by its own spread, so that all X-rays come in alike, dark or light. It "
        "has no parameters and changes nothing in the shapes. A network as small as the "
        "lesson's learns the sample data much better that way. Train it once with the switch "
        "off and once with it on, and compare the two runs."
    )


def _show_code(spec: ModelSpec, result: Trace) -> None:
    if result.error is not None:
        st.info("Code appears once every layer is possible.", icon=":material/info:")
        return
    script = keras_script(spec, augment=get_draft().augment)
    saved = json.dumps(spec.to_json(), indent=2)
    with st.container(horizontal=True, gap="xsmall"):
        st.download_button(
            "model.py", script, "model.py", "text/x-python", icon=":material/download:"
        )
        st.download_button(
            "spec.json", saved, "spec.json", "application/json", icon=":material/download:"
        )
        st.download_button(
            "Picture",
            network_svg(result),
            "network.svg",
            "image/svg+xml",
            icon=":material/download:",
        )
        show_summary(spec)
    st.caption("model.py runs by itself; it needs Keras and TensorFlow alone.")
    if (text := summary_text(spec)) is not None:
        with st.expander("Keras summary", icon=":material/summarize:"):
            st.code(text, language=None, height=360)
    st.code(script, language="python", height=420)
