"""What the Results page draws: figures, the matrix that one can click, tables and images."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from xraylib.app.results.results_words import (
    cells,
    class_table,
    confusion_figure,
    image_caption,
    matrix_summary,
    metrics_help,
    overall_table,
    shares_fit,
    split_words,
    undefined_reasons,
    verdict,
)
from xraylib.app.shared.runs.predictions import (
    SPLIT_NAMES,
    image_picture,
    images_at,
    places_of_cell,
    split_title,
)
from xraylib.app.shell.frame import plain, show_table, written
from xraylib.evaluation.known_images import KnownImages
from xraylib.evaluation.run_evaluation import RunEvaluation
from xraylib.evaluation.stored_predictions import JudgedImages
from xraylib.metrics.evaluation import Evaluation
from xraylib.metrics.table import METRICS
from xraylib.metrics.uncertainty.coverage import approximate, approximate_reasons
from xraylib.models.wording import as_xrays
from xraylib.reports.metrics_csv import metrics_csv
from xraylib.rounding import rounded
from xraylib.training.run.runs import Run

CELL = "cell"
_PAGE = 12
_INTERVAL = (
    "Of 100 such tests, each with an interval of its own, about 95 intervals hold the true value; "
    "where patients have several X-rays, whole patients count."
)


def choose_split(run: Run, splits: Sequence[str]) -> str:
    """Which images to judge by; the test images first, then those that were judged later."""
    order = [split for split in SPLIT_NAMES if split in splits]
    order += [split for split in splits if split not in order]
    names = {split: split_title(run, split) for split in order}
    chosen: str = st.segmented_control(
        "X-rays",
        order,
        format_func=lambda split: written(names.get(split) or split),
        default=order[0],
        required=True,
        key="split",
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen if chosen in order else order[0]


def show_verdict(evaluation: RunEvaluation, split: str) -> None:
    """How good it is, in words, and which probabilities every figure is of."""
    st.markdown(verdict(evaluation))
    st.caption(
        f"{split_words(split, evaluation.n)} {plain(evaluation.whose)}; every figure is of "
        f"{evaluation.which_probabilities}, as Classify shows them."
    )
    if split == "val":
        st.caption(
            "Validation X-rays had a say in training (they choose the best epoch), so their "
            "figures flatter. The test X-rays had none."
        )
    if split == "train":
        st.caption(
            "The network learnt from these very X-rays: the figures say how well it remembers "
            "them, "
            "not how good it is."
        )


def show_figures(evaluation: Evaluation) -> None:
    """The first metrics, each with its 95 % interval and the number of images."""
    with st.container(horizontal=True):
        for metric in METRICS:
            if "headline" not in metric.told or metric.name not in evaluation:
                continue
            score = evaluation[metric.name]
            between = "no interval"
            if score.interval:
                between = f"{rounded(score.interval.low)} to {rounded(score.interval.high)}"
                if approximate(evaluation, metric):
                    between += ", approximate"
            st.metric(
                f"{metric.title}, {evaluation.n:,} X-rays",
                "–" if score.value is None else rounded(score.value),
                between,
                delta_color="off",
                delta_arrow="off",
                help=f"{metric.help} {_INTERVAL}",
            )


def show_matrix(evaluation: Evaluation, chosen: str | None) -> None:
    """The confusion matrix; a click on a cell puts it into the address.

    Args:
        evaluation: Of the images on show.
        chosen: The cell whose images are on show, from :func:`show_cell`.
    """
    key = f"matrix-{chosen}"  # a new chart: a click on a cell that was selected would undo it
    st.plotly_chart(
        confusion_figure(
            evaluation.classes,
            evaluation.confusion,
            dark=st.context.theme.type == "dark",
            chosen=chosen,
        ),
        on_select=partial(_cell_clicked, key),
        selection_mode="points",
        config={"displayModeBar": False},
        alt=matrix_summary(evaluation),
        key=key,
    )
    st.caption(
        "Click a number to see its X-rays."
        + (
            " Below each number: its share of the true class."
            if shares_fit(evaluation.classes)
            else ""
        )
    )


def _cell_clicked(key: str) -> None:
    points = st.session_state[key]["selection"]["points"]
    if points:
        clicked = points[0]["customdata"]
        st.session_state[CELL] = clicked[0] if isinstance(clicked, list) else clicked


def show_cell(
    run: Run, evaluation: Evaluation, images: JudgedImages | None, split: str
) -> str | None:
    """The images of one cell of the matrix, the least certain mistakes last; the cell's name."""
    counts = cells(evaluation.classes, evaluation.confusion)
    if not counts:
        return None
    if st.session_state.get(CELL) is not None and st.session_state[CELL] not in counts:
        st.session_state.pop(CELL)  # a cell without images, or of another run
    chosen: str = st.selectbox(
        "X-rays of one cell",
        list(counts),
        format_func=lambda name: f"{name} ({counts.get(name, 0)})",
        key=CELL,
        bind="query-params",
        help="Truth first, then what the network called it.",
    )
    places = places_of_cell(images, run.classes, chosen)
    _gallery(run, images, places, split, key="cell", page_size=6, columns=3)
    return chosen


def show_classes(run: Run, evaluation: Evaluation, known: KnownImages | None) -> None:
    """All metrics: of the whole, and of each class against the rest, with 95 % intervals."""
    left, right = st.columns([2, 5], gap="medium")
    show_table(overall_table(evaluation), left, alt="Figures of all X-rays")
    show_table(class_table(evaluation), right, alt="Figures of each class against the rest")
    with st.expander("What these figures and their intervals mean", icon=":material/help:"):
        st.caption(
            "95 % intervals in brackets: Wilson for shares of X-rays, Clopper and Pearson for "
            "those of fewer than 12, Newcombe for the AUC of a class; means over the classes are "
            "made of the classes' own (MOVER), so that a rare "
            "class counts for as little as is known of it. Where patients have several X-rays, "
            "these count for as many as they are worth. ≈ marks an interval that is only "
            f"approximate. {metrics_help(evaluation)}"
        )
    for reason in undefined_reasons(evaluation):
        st.caption(f":material/info: A dash or a missing interval: {plain(as_xrays(reason))}.")
    for reason in approximate_reasons(evaluation):
        st.caption(f"≈ Approximate: {plain(as_xrays(reason))}.")
    for note in map(as_xrays, evaluation.notes):
        st.caption(f"{note[0].upper()}{note[1:]}.")
    st.download_button(
        "These numbers as CSV",
        lambda: metrics_csv(evaluation, known),
        file_name=f"metrics-{run.id}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="metrics-csv",
    )


def show_errors(run: Run, images: JudgedImages | None, split: str) -> None:
    """The images that got a wrong class, the most confident mistakes first."""
    if images is None:
        st.markdown("The predictions of these X-rays are gone.")
        return
    wrong = images.most_confident(images.labels != images.called)
    if not wrong:
        st.markdown(
            f"All {len(images.labels)} X-rays got their own class. Of new X-rays some will not: "
            "see "
            "the interval above."
        )
        return
    st.markdown(
        f"**{len(wrong)} of {len(images.labels)} X-rays** got a wrong class. The most confident "
        "mistakes stand first: they teach most."
    )
    _gallery(run, images, wrong, split, key="errors", page_size=_PAGE, columns=6)


def _gallery(
    run: Run,
    images: JudgedImages | None,
    places: Sequence[int],
    split: str,
    *,
    key: str,
    page_size: int,
    columns: int,
) -> None:
    pages = max(1, -(-len(places) // page_size))
    st.space("small")  # an image's own button stands above it
    grid = st.container()
    page = 1
    if pages > 1:
        page = st.pagination(pages, key=f"{key}-page-{len(places)}")
    with grid, st.grid(columns, min_column_width=130, gap="small"):
        shown = places[(page - 1) * page_size : page * page_size]
        for image in images_at(images, run.classes, shown):
            with st.container(gap="xsmall"):
                picture = image_picture(run, image.path, split)
                if isinstance(picture, bytes):
                    st.image(
                        picture,
                        width="stretch",
                        alt=f"A {image.truth} X-ray that was called {image.called}",
                    )
                else:
                    st.warning(written(picture), icon=":material/broken_image:")
                st.caption(image_caption(image))
