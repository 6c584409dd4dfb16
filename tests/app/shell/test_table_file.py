"""A table of a page as CSV: its cells as they are written, and no formula among them."""

from __future__ import annotations

import csv

import pandas as pd

from xraylib.app.shell.table_file import table_csv


def test_every_cell_is_there_and_no_formula_is_run() -> None:
    table = pd.DataFrame(
        {
            "=A1": ["@x", 'a "b", c'],
            "X-rays": [3, None],
            "Share": [0.25, None],
            "Best": [None, "–"],
        },
        index=["=B1", "b"],
    )
    assert list(csv.reader(table_csv(table).splitlines())) == [
        ["'=A1", "X-rays", "Share", "Best"],
        ["'@x", "3.0", "0.25", ""],
        ['a "b", c', "", "", "–"],
    ]


def test_a_table_of_nothing_has_its_headings() -> None:
    assert table_csv(pd.DataFrame({"a": [], "b": []})) == "a,b\r\n"
