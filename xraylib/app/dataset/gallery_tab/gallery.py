"""Images by the page, each to be opened large, or several to be corrected at once."""

from __future__ import annotations

from typing import Final

import streamlit as st

from xraylib.app.dataset.gallery_tab.curation_tools import mark_words, show_tools
from xraylib.app.dataset.gallery_tab.image_dialog import open_image
from xraylib.app.dataset.gallery_tab.picked import choose_picked, pick_box
from xraylib.app.dataset.labels.findings_view import shown_words
from xraylib.app.shared.opened_dataset import OpenDataset, is_synthetic
from xraylib.app.shell.charts import SPLIT_NAMES
from xraylib.app.shell.frame import plain
from xraylib.datasets.query import ImageQuery, find_images, image_page
from xraylib.datasets.scan import DatasetIndex, ImageRow
from xraylib.datasets.thumbnails import thumbnail
from xraylib.errors import XrayError
from xraylib.workspace import Workspace

IMAGES_A_PAGE: Final = 24
_PAGE: Final = "page"


def show_gallery(
    workspace: Workspace, opened: OpenDataset, index: DatasetIndex, query: ImageQuery
) -> None:
    """The images that pass the filters, 24 a page.

    Args:
        workspace: Keeps the thumbnails and what is decided.
        opened: The data set.
        index: Those of its images to show.
        query: Filters and order.
    """
    name = opened.ref.name
    wanted = image_page(index, query, int(st.session_state.get(_PAGE, 1)), IMAGES_A_PAGE)
    pages = wanted.pages
    if _PAGE in st.session_state and int(st.session_state[_PAGE]) > pages:
        st.session_state[_PAGE] = 1
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        place = st.container(width="content")
        picking = st.toggle(
            "Select several",
            key="picking",
            help="To give X-rays another class, leave them out or tag them, many at once. With "
            "shift held, a box selects all from the box before.",
        )
        page = 1
        if pages > 1:
            page = st.pagination(pages, key=_PAGE, bind="query-params")
    found = image_page(index, query, page, IMAGES_A_PAGE)
    if picking:
        picked = choose_picked(index, name, find_images(index, query), found.rows)
        show_tools(workspace, opened, picked, key="picked")
    if not wanted.total:
        st.info("No readable X-ray passes these filters.", icon=":material/filter_alt_off:")
        return
    place.caption(range_words(page, len(found.rows), wanted.total, synthetic=is_synthetic(name)))
    curation = opened.ref.curation
    told = {one.path: one for one in curation.corrections}
    with st.grid("auto", min_column_width=118, gap=("small", "xsmall")) as grid:
        images = zip(found.rows.tolist(), index.images(found.rows), strict=True)
        for number, (row, image) in enumerate(images, start=found.first + 1):
            with grid.cell():
                marks = mark_words(curation, image.path, told.get(image.path))
                _tile(workspace, name, index, row, image, marks)
                if picking:
                    pick_box(name, image, number)


def range_words(page: int, shown: int, total: int, *, synthetic: bool) -> str:
    """``Images 25 to 48 of 300, synthetic``."""
    first = (page - 1) * IMAGES_A_PAGE + 1
    words = f"X-rays {first:,} to {first + shown - 1:,} of {total:,}"
    return f"{words}, synthetic" if synthetic else words


def image_words(image: ImageRow, shows: str, *, synthetic: bool) -> str:
    """What an image is, for those who cannot see it."""
    kind = "Synthetic chest phantom" if synthetic else "X-ray"
    split = SPLIT_NAMES.get(image.split, image.split).lower()
    return f"{kind} {image.path.rpartition('/')[2]}, {shows}, {split}"


def _tile(
    workspace: Workspace, name: str, index: DatasetIndex, row: int, image: ImageRow, marks: str
) -> None:
    try:
        picture = thumbnail(name, index, row, workspace=workspace)
    except XrayError as error:
        st.caption(f":material/broken_image: {plain(error.what)}")
        return
    st.image(
        picture,
        width="stretch",
        alt=image_words(image, shown_words(index, row), synthetic=is_synthetic(name)),
    )
    st.button(
        plain(shown_words(index, row)),
        key=f"image-{row}",
        type="tertiary",
        icon=":material/open_in_full:",
        help=plain(image.path),
        width="stretch",
        wrap=False,
        on_click=open_image,
        args=(row,),
    )
    if marks:
        st.caption(f":material/edit: {plain(marks)}")
