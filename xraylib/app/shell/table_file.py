"""A table of a page as a file for spreadsheets.

Streamlit's own button and its copying of cells hand out formulas as they are in names, so the
server's settings take both away (``client.disableDataExport``).
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from xraylib.markup import csv_line, safe_cell


def offer_csv(table: pd.DataFrame, file_name: str, *, key: str) -> None:
    """A button that hands out the table as `table_csv` writes it, made when it is pressed.

    Args:
        table: Its columns are handed out, its index is not.
        file_name: What the browser calls the file.
        key: Of the button.
    """
    st.download_button(
        "As CSV",
        lambda: table_csv(table),
        file_name=file_name,
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
        key=key,
    )


def table_csv(table: pd.DataFrame) -> str:
    """The table with a row of headings; no cell of it is run as a formula.

    Args:
        table: Its columns are written, its index is not; what is missing is an empty cell.
    """
    rows = [list(table.columns), *table.itertuples(index=False)]
    return "".join(csv_line([_told(cell) for cell in row]) for row in rows)


def _told(cell: object) -> str:
    if isinstance(cell, str):
        return safe_cell(cell)
    return "" if pd.isna(cell) else str(cell)
