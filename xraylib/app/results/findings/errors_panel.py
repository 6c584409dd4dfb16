"""What a run of findings missed, and its false alarms, with their images."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from xraylib.app.results.cached_numbers import aspect
from xraylib.app.shared.runs.predictions import image_picture
from xraylib.app.shell.frame import plain
from xraylib.evaluation.findings.run_findings import RunFindings
from xraylib.models.wording import as_xrays, share
from xraylib.rounding import rounded
from xraylib.training.run.runs import Run

_MOST: Final = 12
_COLUMNS: Final = 6


def show(run: Run, split: str, images: RunFindings) -> None:
    """A choice of a finding, and its surest mistakes of both kinds."""
    chosen = st.selectbox("Finding", list(run.classes), key="finding", bind="query-params")
    name = chosen if chosen in run.classes else run.classes[0]
    one = aspect(run, split, name)
    if one is None or not len(one):
        st.info(f"Of no X-ray it is known whether it shows {plain(name)}.")
        return
    paths = np.array(images.paths, dtype=object)[one.rows]
    missed, alarms = one.positive & ~one.flagged, ~one.positive & one.flagged
    present = int(one.positive.sum())
    st.caption(f"Flagged from {rounded(one.threshold, 3)} on.")
    _gallery(run, split, f"Missed: {int(missed.sum())} of {present} with {name}",
             paths[missed], one.scores[missed], lowest=True)  # fmt: skip
    _gallery(run, split,
             f"False alarms: {int(alarms.sum())} of {len(one) - present} without {name}",
             paths[alarms], one.scores[alarms], lowest=False)  # fmt: skip


def _gallery(
    run: Run,
    split: str,
    title: str,
    paths: NDArray[Any],
    said: NDArray[np.float64],
    *,
    lowest: bool,
) -> None:
    """The surest mistakes first."""
    st.markdown(f"**{plain(title)}**")
    order = np.argsort(said if lowest else -said, kind="stable")[:_MOST].tolist()
    for start in range(0, len(order), _COLUMNS):
        for column, place in zip(
            st.columns(_COLUMNS), order[start : start + _COLUMNS], strict=False
        ):
            picture = image_picture(run, str(paths[place]), split)
            caption = f"{Path(str(paths[place])).name}: {share(float(said[place]))}"
            if isinstance(picture, bytes):
                column.image(picture, caption=plain(caption))
            else:
                column.caption(plain(f"{caption}. {as_xrays(picture)}"))
