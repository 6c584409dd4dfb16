"""What the Classify page draws: the notice, the samples, one film with its result, many films."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.typing import UploadedFile

from xraylib.errors import XrayError
from xraylib.serving.classifier import Classifier
from xraylib.serving.report import NOTICE
from xraylib.ui import charts, classify_view
from xraylib.ui.classify_view import UNSURE, Opened, Visit
from xraylib.ui.pictures import FILM_CONFIG, film_box, film_figure, windowed
from xraylib.ui.shell import emphasis, link, plain, show_error
from xraylib.workspace import Workspace

HEAT_WORDS = {
    "cam": "Class activation map: where the last convolution found what speaks for this class.",
    "occlusion": "Occlusion: where a dark square over the film lowers the probability most.",
}


def ask_to_accept() -> None:
    """The notice before the first film, with its button; nothing else until it is accepted."""
    if st.session_state.get("accepted"):
        return
    with st.container(border=True, width=720):
        st.subheader("Before the first film", icon=":material/info:")
        st.markdown(
            "This page shows how a neural network sorts chest X-rays. It is for **research and "
            "education**.\n\n"
            "- It is **not a medical device** and gives no diagnosis. Do not decide anything "
            "about a patient with it.\n"
            "- It knows only the classes it was trained on and will sort any picture into one "
            "of them, right or wrong.\n"
            "- Films you hand in stay in the memory of this visit. They are not stored, logged "
            "or sent on, and are gone soon after you close the page, or at once when you press "
            "*Forget everything now*."
        )
        st.button(
            "I understand, continue",
            type=emphasis(),
            icon=":material/check:",
            on_click=lambda: st.session_state.update(accepted=True),
            key="accept",
        )
    st.stop()


def choose_model(workspace: Workspace) -> Classifier:
    """The published model to use, with how good it is; the page ends here if there is none."""
    models = classify_view.models_in_use(workspace)
    if not models:
        st.info("There is no published model yet. Publish a run on the Results page first.")
        link("results", "Go to Results")
        st.stop()
    name = st.selectbox(
        "Model",
        list(models),
        key="model",
        bind="query-params",
        help="Published models. Each proved to be the same as the network that was trained.",
    )
    try:
        return classify_view.classifier(workspace, models[name])
    except XrayError as error:
        show_error(error)
        st.stop()


def drop_area(visit: Visit) -> list[UploadedFile]:
    """Where films are dropped."""
    # Any file name: DICOM files often have no ending. What a file is, its content says.
    files: list[UploadedFile] = st.file_uploader(
        "Drop chest films here: PNG, JPEG or DICOM, one or many",
        accept_multiple_files=True,
        max_upload_size=64,
        key=f"films-{visit.number}",
        on_change=visit.drop_sample,
        help="Films stay in the memory of this visit. Nothing is stored, logged or sent on.",
    )
    return files


def offer_samples(visit: Visit, model: Classifier) -> None:
    """What stands in place of a result: how good the model is, and synthetic films to try."""
    st.caption(classify_view.model_sentence(model.bundle))
    st.markdown("No film at hand? Try a synthetic one.")
    with st.grid(3, min_column_width=180):
        for place, sample in enumerate(classify_view.samples()):
            with st.container(border=True, horizontal_alignment="center"):
                st.image(
                    classify_view.sample_picture(str(sample.file)),
                    alt=f"{sample.title}, synthetic",
                    width=190,
                )
                st.button(
                    sample.title,
                    key=f"sample-{place}",
                    on_click=visit.take_sample,
                    args=(sample.file,),
                    width="stretch",
                )


def judge(files: Sequence[tuple[str, bytes]], visit: Visit, model: Classifier) -> list[Opened]:
    """What the model says about each file, what needs a look first in front."""
    films = []
    bar = st.progress(0.0, text="Looking at the films") if len(files) > 2 else None
    for name, data in files:
        films.append(classify_view.open_film(visit, name, data, model))
        if bar is not None:
            bar.progress(len(films) / len(files), text=f"Film {len(films)} of {len(files)}")
    if bar is not None:
        bar.empty()
    return sorted(films, key=lambda film: film.needs_a_look)


def choose(films: Sequence[Opened]) -> Opened:
    """A table of many films; the one that is selected."""
    refused = sum(film.prediction is None for film in films)
    st.markdown(
        f"**{len(films)} files**, {refused} refused. What needs a look first stands on top; "
        "select a row to open it."
    )
    event = st.dataframe(
        classify_view.overview(films),
        column_config={"Film": st.column_config.ImageColumn("Film", width=70)},
        hide_index=True,
        row_height=56,
        height=min(38 + 56 * len(films), 300),
        on_select="rerun",
        selection_mode="single-row-required",
        key="files",
        placeholder="",
        alt="The films of this visit with the class each looks most like",
    )
    chosen: list[int] = event.selection.rows
    return films[min(chosen[0], len(films) - 1) if chosen else 0]


def show(film: Opened, model: Classifier) -> None:
    """One film with its result, or why it was refused."""
    if film.prediction is None or film.film is None:
        st.text(film.name)
        reason = film.error["message"] if film.error else "It was not judged."
        st.error(reason, icon=":material/block:", title="This file was refused")
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _film(film, model)
    with right:
        _result(film, model)


@st.fragment
def _film(film: Opened, model: Classifier) -> None:
    """The film on black with the heat map over it; the slider redraws only this."""
    prediction = film.prediction
    if prediction is None or film.film is None:
        return
    heat = classify_view.heat_picture(prediction)
    picture, place = st.container(), st.container()
    opacity = 0.0
    if heat is not None:
        opacity = st.slider(
            f"Heat map: what speaks for {prediction.label}",
            0.0,
            1.0,
            0.4,
            0.05,
            key="opacity",
            persist_state="page",
            help=HEAT_WORDS.get(prediction.heat_map_method, "")
            + " A hot spot is a hint at what the network uses, not a finding.",
        )
    with place.container(horizontal=True, vertical_alignment="center"):
        st.text(film.name)
        st.caption(film.facts, width="stretch")
        low, high, inverted = _window(film)
    picture.plotly_chart(
        film_figure(
            windowed(film.film, low, high, inverted=inverted),
            size=film.size,
            heat=heat,
            box=film_box(*film.size, model.preparation),
            opacity=opacity,
            height=380,
        ),
        theme=None,
        config=FILM_CONFIG,
        alt=f"The film, with a heat map of what speaks for {prediction.label} laid over it",
        key=f"film-{film.sha256[:16]}",
    )


def _window(film: Opened) -> tuple[float, float, bool]:
    """The darkest and the brightest grey level that are told apart, and whether to invert."""
    with st.popover("Window", icon=":material/contrast:"):
        low, high = st.slider(
            "Grey levels shown",
            0,
            film.white,
            (0, film.white),
            key=f"window-{film.sha256[:16]}",
            persist_state="page",
            help="What lies below is black and what lies above is white. A narrow window shows "
            "faint differences. The network always sees all levels.",
        )
        inverted = st.toggle(
            "Invert black and white", key=f"invert-{film.sha256[:16]}", persist_state="page"
        )
    return low, high, inverted


def _result(film: Opened, model: Classifier) -> None:
    prediction = film.prediction
    if prediction is None:
        return
    st.subheader(f"More like {plain(prediction.label)} than the others")
    if film.confidence < UNSURE:
        st.markdown("The model is unsure: no class stands out clearly.")
    st.altair_chart(
        classify_view.probability_chart(
            prediction.probabilities,
            charts.class_colours(model.classes),
            dark=st.context.theme.type == "dark",
        ),
        alt=classify_view.probability_summary(film),
    )
    for warning in prediction.warnings:
        st.warning(warning.message, icon=":material/warning:")
    if model.bundle.synthetic:
        st.info(
            "This model learned from synthetic phantoms only. It says nothing about patients.",
            icon=":material/science:",
        )
    st.caption(classify_view.model_sentence(model.bundle))
    st.caption(f":material/gavel: {NOTICE}")


def offer_more(films: Sequence[Opened], visit: Visit, model: Classifier) -> None:
    """The predictions as a file to keep, and other synthetic films to try."""
    data, file_name = classify_view.csv_download(films, model.bundle)
    samples = {sample.title: sample for sample in classify_view.samples()}
    with st.container(horizontal=True):
        st.download_button(
            "Download the results as CSV",
            data,
            file_name,
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        data, file_name = classify_view.json_download(films, model.bundle)
        st.download_button(
            "As JSON", data, file_name, "application/json", icon=":material/data_object:",
            on_click="ignore",
        )  # fmt: skip
        picked = st.menu_button(
            "Try a synthetic film", list(samples), icon=":material/science:", key="more-samples"
        )
    if picked in samples:
        visit.take_sample(samples[picked].file)
        st.rerun()


def bottom_bar(visit: Visit) -> None:
    """Always in view: what this is not, and the way to make it forget."""
    with st.bottom, st.container(horizontal=True, vertical_alignment="center"):
        st.caption(NOTICE, width="stretch")
        st.button(
            "Forget everything now",
            icon=":material/delete_forever:",
            on_click=visit.forget,
            key="forget",
            help="Drops every film and result of this visit from the server's memory.",
        )
