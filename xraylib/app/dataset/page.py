"""Dataset: which images there are, how they may vary, and how they are prepared."""

from __future__ import annotations

import streamlit as st

from xraylib.app.dataset import (
    audit_tab,
    augmentation_tab,
    current_audit,
    numbers_tab,
    overview,
    own_folders,
    preparation_tab,
    reading_panel,
    source,
)
from xraylib.app.dataset.gallery_tab import filters, gallery, image_dialog
from xraylib.app.dataset.labels import dicom_switch, findings_view, labels_panel
from xraylib.app.dataset.map_tab import tab
from xraylib.app.shared import code_snippets, fit_design, opened_dataset
from xraylib.app.shell import frame, state
from xraylib.datasets.query import find_images
from xraylib.datasets.reading.found import FoundFolder


def show() -> None:
    """Draws the page."""
    workspace = frame.open_page("dataset")

    left, right = st.columns([2, 7], gap="medium")
    with left:
        name = source.choose_source(workspace)
    if isinstance(name, FoundFolder):
        with right, frame.errors_shown():
            own_folders.show_folder(name)
        return
    with right, frame.errors_shown():
        opened = opened_dataset.open_images(workspace, name)
        index = opened.chosen
        fit_design.fit_to_images(index)
        fit_design.use_grey_range(opened.ref.curation.grey_range)
        frame.refresh()
        synthetic = opened_dataset.is_synthetic(name)
        report = current_audit.current_audit(workspace, opened)
        overview.show_overview(index, report)
        reading_panel.show_reading(workspace, opened)
        labels_panel.show_labels(workspace, opened)
        dicom_switch.show_dicom_switch(workspace, opened)
        images, audit, image_map, numbers, unreadable, augmentation, preparation = st.tabs(
            ["X-rays", "Audit", "Map", "Numbers", "Unreadable", "Augmentation", "Preparation"],
            key="view",
            bind="query-params",
        )
        if images.open:
            with left:
                found = current_audit.found_paths(opened, report) if report is not None else None
                shown, query = filters.choose_filters(opened, found)
            with images:
                gallery.show_gallery(workspace, opened, shown, query)
            image_dialog.show_open_image(
                workspace, name, shown, find_images(shown, query), report, synthetic=synthetic
            )
        if audit.open:
            with audit:
                audit_tab.show_audit(workspace, opened)
        if image_map.open:
            with image_map:
                tab.show_map(workspace, opened)
        if numbers.open:
            with numbers:
                findings_view.show_findings(index)
                numbers_tab.show_numbers(index)
        if unreadable.open:
            with unreadable:
                overview.show_unreadable(index)
        if augmentation.open:
            with augmentation:
                augmentation_tab.show_studio(index, synthetic=synthetic)
        if preparation.open:
            with preparation:
                preparation_tab.show_preparation(workspace, opened, synthetic=synthetic)
            frame.refresh()
        draft = state.get_draft()
        code_snippets.show_code(
            code_snippets.dataset_code(
                index, draft.preparation, draft.augment, opened.ref.curation
            ),
            key="dataset-code",
        )
        frame.link("architecture", "Design the network", icon=":material/arrow_forward:")
