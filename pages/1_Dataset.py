"""Dataset: which films there are, how they may vary, and how they are prepared."""

import streamlit as st

from xraylib.data.query import find_films
from xraylib.ui import (
    audit_view,
    audited,
    dataset_numbers,
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
    opened = datasets.open_films(workspace, name)
    index = opened.chosen
    fitting.fit_to_classes(index.classes)
    shell.refresh()
    synthetic = datasets.is_synthetic(name)
    report = audited.current_audit(workspace, opened)
    dataset_view.show_overview(index, report)
    films, audit, numbers, unreadable, augmentation, preparation = st.tabs(
        ["Films", "Audit", "Numbers", "Unreadable", "Augmentation", "Preparation"],
        key="view",
        bind="query-params",
    )
    if films.open:
        with left:
            found = audited.found_paths(opened, report) if report is not None else None
            query = dataset_source.choose_filters(index, found)
        with films:
            gallery.show_gallery(workspace, name, index, query)
        film_dialog.show_open_film(
            workspace, name, index, find_films(index, query), report, synthetic=synthetic
        )
    if audit.open:
        with audit:
            audit_view.show_audit(workspace, opened)
    if numbers.open:
        with numbers:
            dataset_numbers.show_numbers(index)
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
