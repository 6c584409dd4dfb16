"""A network's picture on a page, with words large enough to read on a phone too."""

from __future__ import annotations

from typing import Final

import streamlit as st

from xraylib.app.architecture.network_picture import describe, network_svg, network_width
from xraylib.networks.trace import Trace

_LEAST_WIDTH: Final = 600  # pixels; the words of a smaller picture could not be read


def show_network(result: Trace) -> None:
    """The picture; where it does not fit, it is moved sideways instead of shrunk."""
    least = min(_LEAST_WIDTH, network_width(result))
    with st.grid(1, min_column_width=least, wrap=False):
        dark = st.context.theme.type == "dark"
        st.image(network_svg(result, dark=dark), width="content", alt=describe(result))
