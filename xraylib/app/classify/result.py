"""One image on the Classify page: large on black with its heat map, and what the model says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from xraylib.app.classify import answer, judging, many_results
from xraylib.app.classify.visit_state import Opened, Source, View, Visit
from xraylib.app.shell.frame import plain, show_error, written
from xraylib.app.shell.pictures import IMAGE_CONFIG, Part, image_box, image_figure, windowed
from xraylib.errors import XrayError
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.prediction import Prediction
from xraylib.models.wording import HEAT_WORDS, HINT, SPEAKS_FOR, WOULD_HAVE_SPOKEN_FOR

_PASSING: Final = ("busy", "too-slow", "decoder-died")
"""Refusals that may not be the image's fault."""


def show(image: Opened, sources: Sequence[Source], visit: Visit, model: Classifier) -> None:
    """One image with its result, or why there is none."""
    if image.prediction is None:
        st.text(image.name)
        reason = image.error["message"] if image.error else "It was not judged."
        st.error(written(reason), icon=":material/block:", title="This file was refused")
        if image.error and image.error["code"] in _PASSING:
            st.button(
                "Try again", on_click=visit.try_again, args=(image,), icon=":material/refresh:"
            )
        return
    told = image.prediction.status == "ok" or answer.asked_anyway(image)
    try:
        shown = judging.view(image, sources, visit, model, anyway=told)
    except XrayError as error:
        show_error(error)
        return
    judged = image.prediction.status == "ok"
    # Where there is no answer its reason comes first, also on a phone, where columns are stacked.
    first, second = st.columns([3, 2] if judged else [2, 3], gap="medium")
    with first if judged else second:
        _image(image, image.prediction, shown if told else shown.without_heat(), model)
    with second if judged else first:
        answer.show(image, image.prediction, shown, model)


@st.fragment
def _image(image: Opened, prediction: Prediction, shown: View, model: Classifier) -> None:
    """The image on black with the heat map over it; the controls redraw only this."""
    picture, place = st.container(), st.container()
    told = SPEAKS_FOR if prediction.status == "ok" else WOULD_HAVE_SPOKEN_FOR
    opacity, speaks = 0.0, told.format(name=prediction.likeliest)
    if shown.heat is not None:
        opacity = st.slider(
            f"Heat map: {plain(speaks)}",
            0.0,
            1.0,
            many_results.OPACITY,
            0.05,
            key="opacity",
            persist_state="page",
            help=f"{HEAT_WORDS.get(shown.method, '')} {HINT}",
        )
    with place.container(horizontal=True, vertical_alignment="center"):
        st.text(image.name)
        st.caption(image.facts, width="stretch")
        part = _part(image)
        low, high, inverted = _window(image)
    over = "" if shown.heat is None else f", with a heat map of {speaks} laid over it"
    picture.plotly_chart(
        image_figure(
            windowed(shown.image, low, high, inverted=inverted),
            size=image.size,
            heat=shown.heat,
            box=image_box(*image.size, model.preparation),
            opacity=opacity,
            height=380,
            part=part,
        ),
        theme=None,
        config=IMAGE_CONFIG,
        alt=f"The X-ray{over}",
        key=f"image-{image.sha256[:16]}",
    )


def _part(image: Opened) -> Part:
    """The part of the image on show, for those who do not use the wheel of a mouse."""
    with st.popover("Zoom", icon=":material/zoom_in:"):
        st.caption("The wheel of the mouse, two fingers, or these sliders.")
        key = image.sha256[:16]
        zoom = st.slider("Zoom", 1.0, 8.0, 1.0, 0.5, key=f"zoom-{key}", persist_state="page")
        whole = zoom == 1.0
        across = st.slider(
            "Left to right", 0.0, 1.0, 0.5, 0.05, key=f"across-{key}", disabled=whole
        )
        down = st.slider("Top to bottom", 0.0, 1.0, 0.5, 0.05, key=f"down-{key}", disabled=whole)
    return Part(zoom=zoom, across=across, down=down)


def _window(image: Opened) -> tuple[float, float, bool]:
    """The darkest and the brightest grey level that are told apart, and whether to invert."""
    with st.popover("Window", icon=":material/contrast:"):
        low, high = st.slider(
            "Grey levels shown",
            0,
            image.white,
            (0, image.white),
            key=f"window-{image.sha256[:16]}",
            persist_state="page",
            help="What lies below is black and what lies above is white. A narrow window shows "
            "faint differences. The network always sees all levels.",
        )
        inverted = st.toggle(
            "Invert black and white", key=f"invert-{image.sha256[:16]}", persist_state="page"
        )
    return low, high, inverted
