"""The Curves tab: where to put the threshold of a class, and what follows from it."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from xraylib.app.results.cached_numbers import aspect, curves, points
from xraylib.app.results.curve_charts import with_point
from xraylib.app.results.curve_tables import (
    approximate_rates,
    approximate_words,
    band_words,
    matrix_table,
    rates_table,
    recall_words,
    rests_on_words,
    roc_words,
    tested_words,
)
from xraylib.app.results.results_words import marked, split_words
from xraylib.app.results.review import decision_panel
from xraylib.app.shell.frame import errors_shown, plain, show_error, show_table, written
from xraylib.errors import XrayError
from xraylib.evaluation.operating import Choice
from xraylib.evaluation.run_thresholds import choose_point
from xraylib.evaluation.sides.run_points import forget_point, save_point
from xraylib.metrics.thresholds import OperatingPoint, at_threshold, predictive_values
from xraylib.metrics.uncertainty.resampling import worth_of
from xraylib.models.wording import as_xrays
from xraylib.rounding import rounded
from xraylib.training.run.runs import Run

By = Literal["hand", "sensitivity", "specificity", "cost"]

_WAYS: Final[dict[str, By]] = {
    "By hand": "hand",
    "Sensitivity": "sensitivity",
    "Specificity": "specificity",
    "Cost": "cost",
}


def show_curves(run: Run, split: str) -> None:
    """ROC and precision-recall of a class, its threshold, and all that moves with it."""
    st.fragment(_show)(run, split)


def _show(run: Run, split: str) -> None:
    left, right = st.columns([2, 3], gap="medium")
    with left:
        name = _choose_class(run)
        choice = _choose(name)
    # A threshold is chosen where it may be: on the validation images. What it does on the test
    # images is told once it is saved, so that nobody moves it until these look well.
    on = "val" if aspect(run, "val", name) is not None else split
    found = curves(run, on, name)
    shown = aspect(run, on, name)
    if isinstance(found, str) or shown is None:
        right.info(
            written(found)
            if isinstance(found, str)
            else "There are no predictions of these X-rays."
        )
        return
    positive, scores, groups = shown.positive, shown.scores, shown.groups
    try:
        chosen = _chosen(run, name, choice)
        point = at_threshold(positive, scores, chosen.threshold)
    except XrayError as error:
        with right:
            show_error(error)
        return
    with left:
        _rests_on(name, choice, chosen)
        choice = _band(choice, chosen.threshold)
        _save(run, name, choice)
    with right:
        roc, recall = st.columns(2)
        roc.vega_lite_chart(
            spec=with_point(found[0], 1 - point.specificity, point.sensitivity),
            alt=roc_words(name, point),
        )
        flagged = point.flagged_right + point.negatives - point.passed_right
        marked_curve = (
            with_point(found[1], point.sensitivity, point.flagged_right / flagged)
            if flagged
            else {**found[1]}
        )
        recall.vega_lite_chart(spec=marked_curve, alt=recall_words(name, point))
        st.markdown(f"**At {rounded(chosen.threshold, 3)}, on {split_words(on, len(scores))}**")
        table, rates = st.columns(2, gap="medium")
        show_table(matrix_table(name, positive, scores, chosen.threshold, choice.band), table)
        show_table(rates_table(positive, scores >= chosen.threshold, groups), rates)
        if choice.band is not None:
            st.caption(band_words(positive, scores, chosen.threshold, choice.band, groups))
        if on == "val":
            st.caption(
                "The curves and these counts are of the validation X-rays, on which the threshold "
                "is chosen: they flatter. What is published tells what it does on test X-rays."
            )
        prevalence = _prevalence(point, positive, scores >= chosen.threshold, groups)
        decision_panel.show(run, split, name, prevalence)


def _choose_class(run: Run) -> str:
    several = run.data.several
    chosen: str = st.selectbox(
        "Finding" if several else "Class",
        list(run.classes),
        key="curve-class",
        bind="query-params",
        help="An X-ray is flagged where its probability for this finding is at least the "
        "threshold. Only X-rays of which it is known whether they show it count."
        if several
        else "One class against all others: an X-ray is flagged where its probability for this "
        "class is at least the threshold.",
    )
    return chosen if chosen in run.classes else run.classes[0]


def _choose(name: str) -> Choice:
    way = st.segmented_control(
        "Choose the threshold by",
        list(_WAYS),
        default="By hand",
        required=True,
        key="threshold-by",
        help="By hand: you set it. Sensitivity: the highest threshold that still flags the wanted "
        "share of the class. Specificity: the lowest that still passes the wanted share of the "
        "others. Cost: the cheapest, when a missed X-ray costs more than a false alarm.",
    )
    by = _WAYS[way or "By hand"]
    if by == "hand":
        value = st.slider("Threshold", 0.0, 1.0, 0.5, 0.01, key="threshold", bind="query-params")
        return Choice(by="hand", value=float(value))
    if by == "cost":
        one, two = st.columns(2)
        missed = one.number_input("A missed X-ray costs", 0.1, 1000.0, 5.0, 0.5, key="cost-missed")
        alarm = two.number_input("A false alarm costs", 0.1, 1000.0, 1.0, 0.5, key="cost-alarm")
        return Choice(by="cost", missed=float(missed), false_alarm=float(alarm))
    value = st.slider(f"Wanted {by} for {plain(name)}", 0.5, 1.0, 0.9, 0.01, key=f"wanted-{by}")
    return Choice(by=by, value=float(value))


def _chosen(run: Run, name: str, choice: Choice) -> OperatingPoint:
    """The point on the validation images; by hand also where the run has none."""
    validation = aspect(run, "val", name)
    if validation is None:
        if choice.by != "hand":
            raise _no_validation()
        return OperatingPoint(
            threshold=choice.value,
            flagged_right=0,
            positives=0,
            passed_right=0,
            negatives=0,
            rests_on=0,
        )
    return choose_point(validation.positive, validation.scores, choice)


def _no_validation() -> XrayError:
    from xraylib.errors import DatasetError

    return DatasetError(
        "This run has no validation X-rays",
        expected="validation X-rays to choose a threshold on, because choosing on test X-rays "
        "would "
        "make the test worthless",
        remedy="set the threshold by hand, or train again with some X-rays kept for validation",
        code="no-films",
    )


def _rests_on(name: str, choice: Choice, chosen: OperatingPoint) -> None:
    words = rests_on_words(name, choice.by, chosen)
    if chosen.too_few:
        st.warning(words, icon=":material/warning:")
    else:
        st.caption(words)


def _band(choice: Choice, threshold: float) -> Choice:
    width = st.slider(
        "Uncertain, ask a human: this much around the threshold",
        0.0,
        0.4,
        0.0,
        0.01,
        key="band-width",
        help="X-rays whose probability lies in this band are called neither. 0 is no band.",
    )
    if not width:
        return choice
    top = max(threshold, min(1.0, threshold + float(width)))
    return Choice(**{**vars(choice), "band": (max(0.0, threshold - float(width)), top)})


def _save(run: Run, name: str, choice: Choice) -> None:
    saved = points(run).get(name)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Save this operating point",
            icon=":material/save:",
            key="save-operating",
            help="Keeps it with the run. The published model marks it and uses it.",
        ):
            try:
                save_point(run, name, choice)
            except XrayError as error:
                show_error(error)
            else:
                st.rerun()
        if saved and st.button("Remove", icon=":material/delete:", key="forget-operating"):
            with errors_shown():
                forget_point(run, name)
                st.rerun()
    if saved:
        band = saved.band
        more = f", uncertain from {rounded(band[0])} to {rounded(band[1])}" if band else ""
        st.caption(
            f":material/check: Saved for {plain(name)}: {rounded(saved.threshold, 3)}, chosen by "
            f"{plain(as_xrays(saved.who_chose))}{more}."
        )
        st.markdown(tested_words(name, saved))


def _prevalence(
    point: OperatingPoint,
    positive: NDArray[np.bool_],
    flagged: NDArray[np.bool_],
    groups: NDArray[np.int64],
) -> float:
    one, two = st.columns([1, 3], vertical_alignment="center")
    percent = one.number_input(
        "Of 100 people, this many have it",
        0.1,
        99.9,
        10.0,
        0.5,
        key="prevalence",
        help="Test sets hold far more disease than a waiting room. What a flag means depends on "
        "how common the disease is where the model is used.",
    )
    worth = worth_of(flagged, positive, groups), worth_of(~flagged, ~positive, groups)
    values = predictive_values(point, float(percent) / 100, worth=worth)
    reasons = approximate_rates(groups)
    with two:
        for sentence in values.sentences:
            words = f"By the validation X-rays, which flatter: {as_xrays(sentence)}"
            st.markdown(marked(words, "ppv at a prevalence" in reasons) + ".")
    if reasons:
        st.caption(approximate_words(reasons))
    return float(percent) / 100
