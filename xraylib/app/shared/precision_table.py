"""How precise figures are and what more precision takes, as a table that two pages show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from xraylib.app.shell.frame import show_table
from xraylib.evaluation.precision import Precision
from xraylib.evaluation.run_evaluation import of_patients
from xraylib.metrics.study.precision import Plan, about, points
from xraylib.models.wording import as_xrays
from xraylib.rounding import rounded

HELP: Final = (
    "Half the width of the 95 % interval (Wilson; of fewer than 12 Clopper and Pearson); of a "
    "figure of 1.00 or 0.00 all of it, and what more takes is told for the middle of its interval. "
    "X-rays of one patient are worth less than as many of different patients."
)


def wanted_width(key: str) -> float:
    """How precise a figure is to be, asked in points; as a share."""
    chosen = st.slider(
        "Wanted precision (± points)",
        1,
        15,
        5,
        key=key,
        persist_state="page",
        width=260,
        help="0.75 ± 5 points: the 95 % interval goes from about 0.70 to 0.80.",
    )
    return int(chosen) / 100


def show_precision(figures: Sequence[Precision], within: float, *, expected: bool) -> None:
    """One row a figure, and the first of them in a sentence.

    Args:
        figures: Accuracy first.
        within: Half the width that is wanted.
        expected: Whether the figures are assumed, not measured.
    """
    heading = "Expected" if expected else "Measured"
    st.markdown(f"{headline(figures[0])}.")
    table = pd.DataFrame(
        {
            "Figure": [figure_name(one) for one in figures],
            heading: ["–" if one.share is None else rounded(one.share) for one in figures],
            "X-rays": [f"{one.images:,}{one.whose}" for one in figures],
            "Now": [
                "–" if one.half_width is None else f"± {points(one.half_width)}" for one in figures
            ],
            f"For ± {points(within)}": [_needed(one) for one in figures],
        }
    )
    show_table(table.set_index("Figure"), alt="How precise each figure is, and what more takes")
    st.caption(
        HELP
        + (
            " How alike they are is not known before a network has judged them, so a patient's "
            "X-rays count as one here."
            if expected
            else ""
        )
    )


def headline(figure: Precision) -> str:
    """``66 X-rays: ± 10 points. For ± 5 points at 0.75 about 290 X-rays of as many patients``."""
    words = as_xrays(str(figure)).removeprefix(f"{figure.figure}: ")
    have, _, wanted = words.partition("; ")
    told = f"**{have[0].upper()}{have[1:]}**"
    if figure.precise_enough:
        return f"{told}, which is as precise as wanted"
    return f"{told}. {wanted[0].upper()}{wanted[1:]}" if wanted else told


def figure_name(figure: Precision) -> str:
    """``Sensitivity for Covid``."""
    return f"{figure.figure[0].upper()}{figure.figure[1:]}"


def _needed(figure: Precision) -> str:
    if figure.plan is None:
        return "–"
    return "reached" if figure.precise_enough else f"about {_planned(figure.plan)}"


def _planned(plan: Plan) -> str:
    images, patients = about(plan.images), about(plan.patients)
    return f"{images:,}{of_patients(images, patients, told=True)}"
