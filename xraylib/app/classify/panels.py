"""Around an image on the Classify page: the notice, the drop area, many images, forgetting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st
from streamlit.typing import UploadedFile

from xraylib.app.classify import acceptance_panel, judging, many_results
from xraylib.app.classify.many_panel import COLUMNS, ROW, TABLE
from xraylib.app.classify.visit_state import Opened, Source, Visit
from xraylib.app.shared.trying.pasting import takes_pasted
from xraylib.app.shell.frame import emphasis, link, show_error
from xraylib.app.shell.pages import PAGES
from xraylib.errors import XrayError
from xraylib.images.formats import FORMAT_WORDS
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.table import NOTICE
from xraylib.models.which_model import models_in_use
from xraylib.models.wording import BEFORE_THE_FIRST
from xraylib.workspace import Workspace

_BAR: Final = """<style>@media (max-width: 640px) {
  .st-key-bottom-bar {flex-wrap: nowrap; gap: .25rem}
  .st-key-bottom-bar [data-testid=stCaptionContainer] p {font-size: .75rem; white-space: nowrap}
  .st-key-forget button [data-testid=stMarkdownContainer] {position: absolute;
    clip-path: inset(50%); white-space: nowrap}
}</style>"""
"""On a phone one line: of the button its icon, and its words to those who listen."""


def ask_to_accept() -> None:
    """The notice before the first image, with its button; nothing else until it is accepted."""
    if st.session_state.get("accepted"):
        return
    what, *not_so = BEFORE_THE_FIRST
    with st.container(border=True, width=720):
        st.subheader("Before the first X-ray", icon=":material/info:")
        st.markdown(
            f"{what}\n\n"
            + "".join(f"- {words}\n" for words in not_so)
            + "- X-rays you hand in stay in the memory of this visit. They are not stored, logged "
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
    """The published model to use, with its card; the page ends here if there is none."""
    models = models_in_use(workspace=workspace)
    if not models:
        st.info("There is no published model yet. Publish a run on the Results page first.")
        link("results", "Go to Results")
        st.stop()
    name = st.selectbox(
        "Model",
        list(models),
        format_func=lambda name: f"{name} (damaged)" if models[name].problem else name,
        key="model",
        bind="query-params",
        help="Published models. Each proved to be the same as the network that was trained.",
    )
    try:
        return judging.classifier(workspace, models[name])
    except XrayError as error:
        show_error(error)
        st.stop()


def drop_area(visit: Visit) -> list[UploadedFile]:
    """Where images, archives and folders are dropped."""
    # Any file name: DICOM files often have no ending. What a file is, its content says.
    with takes_pasted():
        files: list[UploadedFile] = st.file_uploader(
            f"Drop chest X-rays here: {FORMAT_WORDS}, one or many, or a zip archive of them",
            accept_multiple_files=True,
            max_upload_size=64,
            key=f"images-{visit.number}",
            help="Or paste one with Ctrl+V. X-rays stay in the memory of this visit. Nothing is "
            "stored, logged or sent on.",
        )
    return files


def beside(visit: Visit, model: Classifier, workspace: Workspace) -> list[UploadedFile]:
    """Under the choice of a model: a whole folder, the model's card, how it did here."""
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover("A whole folder", icon=":material/folder_open:"):
            files: list[UploadedFile] = st.file_uploader(
                "Choose a folder of X-rays",
                accept_multiple_files="directory",
                max_upload_size=64,
                key=f"folder-{visit.number}",
                help="All X-rays in the folder and in the folders below it.",
            )
        st.page_link(
            PAGES["card"].file,
            label="Model card",
            icon=PAGES["card"].icon,
            query_params={"model": model.bundle.name},
        )
    acceptance_panel.show_line(model.bundle, workspace)
    return files


def offer_samples(visit: Visit, model: Classifier) -> None:
    """What stands in place of a result: how good the model is, and synthetic images to try."""
    st.caption(judging.model_sentence(model.bundle))
    st.markdown("No X-ray at hand? Try a synthetic one.")
    with st.grid(3, min_column_width=180):
        for place, sample in enumerate(judging.samples()):
            with st.container(border=True, horizontal_alignment="center"):
                st.image(
                    judging.sample_picture(str(sample.file)),
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


def judge(sources: Sequence[Source], visit: Visit, model: Classifier) -> list[Opened]:
    """What the model says about each image, with a bar while many are looked at."""
    place = st.empty()

    def tell(done: int, total: int) -> None:
        if total > 2:
            place.progress(done / total, text=f"Looking at X-ray {done + 1:,} of {total:,}")

    images = judging.judge(sources, visit, model, tell)
    place.empty()
    return images


def offer_more(images: Sequence[Opened], visit: Visit, model: Classifier) -> None:
    """The predictions as files to keep, and other synthetic images to try."""
    bundle = model.bundle
    samples = {sample.title: sample for sample in judging.samples()}
    with st.container(horizontal=True):
        data, file_name = many_results.csv_download(images, bundle)
        st.download_button(
            "Download the results as CSV",
            data,
            file_name,
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        data, file_name = many_results.json_download(images, bundle)
        st.download_button(
            "As JSON", data, file_name, "application/json", icon=":material/data_object:",
            on_click="ignore",
        )  # fmt: skip
        picked = st.menu_button(
            "Try a synthetic X-ray", list(samples), icon=":material/science:", key="more-samples"
        )
    if picked in samples:
        visit.take_sample(samples[picked].file)
        st.rerun()


def history(visit: Visit) -> None:
    """Everything that was judged in this visit, by whichever model; nothing before it is opened."""
    if len(visit.opened) < 2:
        return
    box = st.expander(
        "History of this visit", icon=":material/history:", key="history", on_change="rerun"
    )
    if not box.open:
        return
    with box:
        st.caption(
            "Gone when you close the page or press *Forget everything now*; an X-ray that you take "
            "out of the drop area is gone with your next click."
        )
        st.space("small")  # for the table's buttons, which lie over its upper edge
        st.dataframe(
            many_results.history(visit.opened.values(), st.context.timezone),
            column_config=COLUMNS,
            hide_index=True,
            row_height=ROW,
            height=min(38 + ROW * len(visit.opened), TABLE),
            placeholder="",
            key="history-table",
            alt="All X-rays of this visit, newest first, with time, model and result",
        )


def bottom_bar(visit: Visit) -> None:
    """Always in view: what this is not, and the way to make it forget."""
    with (
        st.bottom,
        st.container(horizontal=True, vertical_alignment="center", key="bottom-bar"),
    ):
        st.html(_BAR)
        st.caption(NOTICE, width="stretch")
        st.button(
            "Forget everything now",
            icon=":material/delete_forever:",
            on_click=_forget,
            args=(visit,),
            key="forget",
            help="Drops every X-ray and result of this visit from the server's memory.",
        )


def _forget(visit: Visit) -> None:
    number = len(visit.opened)
    visit.forget()
    if number:
        st.toast(
            f"Forgotten: {number:,} X-ray{'' if number == 1 else 's'}.",
            icon=":material/delete_forever:",
        )
