"""Dataset: which films there are, how they may vary, and how they are prepared."""

import streamlit as st

from xraylib.ui import (
    dataset_source,
    dataset_view,
    datasets,
    film_dialog,
    fitting,
    gallery,
    preparing,
    shell,
    snippets,
    state,
    studio,
)

workspace = shell.open_page("dataset")

left, right = st.columns([2, 7], gap="medium")
with left:
    name = dataset_source.choose_source(workspace)
with right, shell.errors_shown():
    index = datasets.open_index(workspace, name)
    fitting.fit_to_classes(index.classes)
    shell.refresh()
    synthetic = datasets.is_synthetic(name)
    dataset_view.show_overview(index)
    films, unreadable, augmentation, preparation = st.tabs(
        ["Films", "Unreadable", "Augmentation", "Preparation"], key="view", bind="query-params"
    )
    if films.open:
        with left:
            filters = dataset_source.choose_filters(index)
        with films:
            gallery.show_gallery(workspace, name, index, filters)
        film_dialog.show_open_film(
            index, index.rows(filters.split, filters.label), synthetic=synthetic
        )
    if unreadable.open:
        with unreadable:
            dataset_view.show_unreadable(index)
    if augmentation.open:
        with augmentation:
            studio.show_studio(index, synthetic=synthetic)
    if preparation.open:
        with preparation:
            preparing.show_preparation(index, synthetic=synthetic)
        shell.refresh()
    draft = state.get_draft()
    snippets.show_code(
        snippets.dataset_code(index, draft.preparation, draft.augment), key="dataset-code"
    )
    shell.link("architecture", "Design the network", icon=":material/arrow_forward:")
