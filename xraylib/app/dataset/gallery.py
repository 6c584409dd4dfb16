"""Images by the page, each to be opened large."""

from __future__ import annotations

from typing import Final

import streamlit as st

from xraylib.app.dataset.image_dialog import open_image
from xraylib.app.shared.opened_dataset import is_synthetic
from xraylib.app.shell.charts import SPLIT_NAMES, class_name
from xraylib.app.shell.frame import plain
from xraylib.datasets.query import ImageQuery, image_page
from xraylib.datasets.scan import DatasetIndex, ImageRow
from xraylib.datasets.thumbnails import thumbnail
from xraylib.errors import XrayError
from xraylib.workspace import Workspace

IMAGES_A_PAGE: Final = 24
_PAGE: Final = "page"


def show_gallery(workspace: Workspace, name: str, index: DatasetIndex, query: ImageQuery) -> None:
    """The images that pass the filters, 24 a page.

    Args:
        workspace: Keeps the thumbnails.
        name: Of the data set.
        index: Its index.
        query: Filters and order.
    """
    wanted = image_page(index, query, int(st.session_state.get(_PAGE, 1)), IMAGES_A_PAGE)
    if not wanted.total:
        st.info("No readable X-ray passes these filters.", icon=":material/filter_alt_off:")
        return
    pages = wanted.pages
    if _PAGE in st.session_state and int(st.session_state[_PAGE]) > pages:
        st.session_state[_PAGE] = 1
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        place = st.container(width="content")
        page = 1
        if pages > 1:
            page = st.pagination(pages, key=_PAGE, bind="query-params")
    shown = image_page(index, query, page, IMAGES_A_PAGE).rows
    place.caption(range_words(page, len(shown), wanted.total, synthetic=is_synthetic(name)))
    with st.grid("auto", min_column_width=118, gap="xsmall") as grid:
        for row, image in zip(shown.tolist(), index.images(shown), strict=True):
            with grid.cell():
                _tile(workspace, name, index, row, image)


def range_words(page: int, shown: int, total: int, *, synthetic: bool) -> str:
    """``Images 25 to 48 of 300, synthetic``."""
    first = (page - 1) * IMAGES_A_PAGE + 1
    words = f"X-rays {first:,} to {first + shown - 1:,} of {total:,}"
    return f"{words}, synthetic" if synthetic else words


def image_words(image: ImageRow, *, synthetic: bool) -> str:
    """What an image is, for those who cannot see it."""
    kind = "Synthetic chest phantom" if synthetic else "X-ray"
    split = SPLIT_NAMES.get(image.split, image.split).lower()
    return f"{kind} {image.path.rpartition('/')[2]}, class {class_name(image.label)}, {split}"


def _tile(
    workspace: Workspace,
    name: str,
    index: DatasetIndex,
    row: int,
    image: ImageRow,
) -> None:
    try:
        picture = thumbnail(name, index, row, workspace=workspace)
    except XrayError as error:
        st.caption(f":material/broken_image: {plain(error.what)}")
        return
    st.image(picture, width="stretch", alt=image_words(image, synthetic=is_synthetic(name)))
    st.button(
        plain(class_name(image.label)),
        key=f"film-{row}",
        type="tertiary",
        icon=":material/open_in_full:",
        help=plain(image.path),
        width="stretch",
        wrap=False,
        on_click=open_image,
        args=(row,),
    )
