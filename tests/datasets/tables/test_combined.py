"""Two tables as one, beside what pandas makes of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from xraylib.datasets.tables.combined import combined
from xraylib.datasets.tables.table import Table, parse_table
from xraylib.errors import DatasetError


def table(frame: pd.DataFrame, name: str, *, header: bool = True) -> Table:
    return parse_table(frame.to_csv(index=False, header=header).encode(), name)


def rows(found: Table) -> list[tuple[str, ...]]:
    return sorted(zip(*(found.cells[name].to_pylist() for name in found.columns), strict=True))


def expected(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    return sorted(frame.fillna("").astype(str).itertuples(index=False, name=None))


@pytest.mark.parametrize("seed", range(20))
def test_columns_of_two_tables_are_joined_as_by_pandas(seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, two = (
        pd.DataFrame(
            {
                "subject_id": rng.integers(1, 5, size).astype(str),
                "study_id": rng.integers(1, 4, size).astype(str),
                **{name: [f"{name}{place}" for place in range(size)] for name in columns},
            }
        )
        for size, columns in ((rng.integers(1, 12), "ab"), (rng.integers(1, 12), "cd"))
    )
    found = combined(table(one, "one.csv"), table(two, "two.csv"), [])
    merged = one.merge(two, how="outer", on=["subject_id", "study_id"])
    assert found.columns == tuple(merged.columns)
    assert rows(found) == expected(merged)
    assert found.name == "one.csv and two.csv"
    assert [part.name for part in found.sources] == ["one.csv", "two.csv"]


def test_rows_of_the_same_columns_stand_below_each_other_in_any_order_of_columns() -> None:
    one = pd.DataFrame({"file": ["a", "b"], "Mass": ["1", "0"], "Edema": ["0", "0"]})
    two = pd.DataFrame({"Edema": ["1"], "FILE": ["c"], "Mass": ["1"]})
    found = combined(table(one, "one.csv"), table(two, "two.csv"), [])
    both = pd.concat([one, two.rename(columns={"FILE": "file"})])
    assert found.columns == tuple(both.columns)
    assert rows(found) == expected(both)


def test_a_column_that_a_few_rows_lack_is_empty_there() -> None:
    one = pd.DataFrame({"id": ["a"], "who": ["R1"], **{f"F{n}": ["1"] for n in range(9)}})
    two = pd.DataFrame({"id": ["b"], **{f"F{n}": ["0"] for n in range(9)}})
    found = combined(table(one, "one.csv"), table(two, "two.csv"), [])
    assert rows(found) == expected(pd.concat([one, two]))


def test_lists_without_a_header_stand_below_each_other() -> None:
    one, two = (pd.DataFrame([[f"p{n}", f"{n}.png", "positive", "sirm"]]) for n in ("one", "two"))
    tables = [table(frame, "t.txt", header=False) for frame in (one, two)]
    assert rows(combined(*tables, [])) == expected(pd.concat([one, two]))


def test_without_a_column_in_common_rows_that_name_the_same_image_belong_together() -> None:
    one = pd.DataFrame({"image": ["x/a.png", "x/b.png"], "Mass": ["1", "0"]})
    two = pd.DataFrame({"path": ["b.jpg", "c.jpg"], "sex": ["F", "M"]})
    found = combined(table(one, "one.csv"), table(two, "two.csv"), ["i/a.png", "i/b.png", "c.png"])
    assert rows(found) == sorted(
        [("x/a.png", "1", "", ""), ("x/b.png", "0", "b.jpg", "F"), ("", "", "c.jpg", "M")]
    )


def test_what_both_tell_is_said_by_the_first_where_it_says_something() -> None:
    one = pd.DataFrame({"patient_id": ["1", "2"], "image": ["a", "b"], "sex": ["F", ""]})
    two = pd.DataFrame({"patient_id": ["1", "2"], "sex": ["M", "M"], "age": ["50", "60"]})
    found = combined(table(one, "one.csv"), table(two, "two.csv"), [])
    assert rows(found) == [("1", "a", "F", "50"), ("2", "b", "M", "60")]


def test_tables_that_nothing_joins_are_refused() -> None:
    one, two = pd.DataFrame({"a": ["1", "2"], "b": "x"}), pd.DataFrame({"c": ["1", "2"], "d": "y"})
    with pytest.raises(DatasetError, match=r"Nothing tells which rows of one\.csv and"):
        combined(table(one, "one.csv"), table(two, "two.csv"), ["a.png"])


def test_tables_whose_rows_all_belong_together_are_refused() -> None:
    one, two = (
        pd.DataFrame({"patient": ["1"] * 3000, name: [str(n) for n in range(3000)]})
        for name in ("a", "b")
    )
    with pytest.raises(DatasetError, match="belong together in 9,000,000 ways"):
        combined(table(one, "one.csv"), table(two, "two.csv"), [])
