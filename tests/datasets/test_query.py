"""A gallery page is what a plain loop over the images would show, at any size."""

from __future__ import annotations

import dataclasses
import random
import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_images import made_index

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.query import (
    SORT_COLUMNS,
    ImageQuery,
    find_images,
    image_page,
    neighbours,
    rows_of,
)
from xraylib.errors import DatasetError


def some_index(count: int = 60, seed: int = 0) -> DatasetIndex:
    """Images of three classes in three splits with sizes, depths and patients at random."""
    chance = random.Random(seed)
    rows = [
        (chance.choice(["Covid", "Normal", "Über"]), chance.choice(["train", "val", "test"]), "")
        for _ in range(count)
    ]
    index = made_index(rows, unreadable=chance.sample(range(count), count // 10))
    paths = index.table["path"].to_pylist()
    patients = [f"P{chance.randrange(9)}" if chance.random() < 0.5 else path for path in paths]
    new = {
        "patient": patients,
        "bytes": [chance.randrange(5) for _ in paths],
        "width": [chance.choice([8, 16]) for _ in paths],
    }
    table = index.table
    for name, values in new.items():
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.field(at), pa.array(values, table.field(at).type))
    return dataclasses.replace(index, table=table.sort_by("path"))


INDEX = some_index()
IMAGES = INDEX.images(range(len(INDEX)))

queries = st.builds(
    ImageQuery,
    split=st.sampled_from([None, "train", "val", "test"]),
    label=st.sampled_from([None, "Covid", "Normal", "Über"]),
    text=st.sampled_from(["", "p3", "P3", "über", "ÜBER  0", "train/", "normal png", "%", "0.*1"]),
    paths=st.none()
    | st.frozensets(st.sampled_from([image.path for image in IMAGES] + ["no/1.png"])),
    readable=st.sampled_from([True, False, None]),
    sort=st.sampled_from(SORT_COLUMNS),
    descending=st.booleans(),
)


def by_hand(query: ImageQuery) -> list[int]:
    rows = [
        row
        for row, image in enumerate(IMAGES)
        if query.readable in (None, not image.error_code)
        and query.split in (None, image.split)
        and query.label in (None, image.label)
        and all(
            word in image.path.lower() or word in image.patient.lower()
            for word in query.text.lower().split()
        )
        and (query.paths is None or image.path in query.paths)
    ]

    def value(row: int) -> object:
        found = getattr(IMAGES[row], query.sort)
        return found.encode() if isinstance(found, str) else found

    return sorted(rows, key=value, reverse=query.descending)  # keeps equal ones in order


@settings(deadline=None, max_examples=150)
@given(queries)
def test_a_query_finds_what_a_loop_over_the_images_finds(query: ImageQuery) -> None:
    assert find_images(INDEX, query).tolist() == by_hand(query)


def test_pages_together_are_the_whole_and_a_page_too_far_is_the_last() -> None:
    query = ImageQuery(sort="bytes", descending=True)
    whole = find_images(INDEX, query)
    first = image_page(INDEX, query, 1, 10)
    pages = [image_page(INDEX, query, number, 10) for number in range(1, first.pages + 1)]
    assert np.concatenate([page.rows for page in pages]).tolist() == whole.tolist()
    assert [page.first for page in pages] == [10 * number for number in range(len(pages))]
    assert {page.total for page in pages} == {len(whole)}
    for number, nearest in ((99, first.pages), (0, 1), (-5, 1)):
        assert image_page(INDEX, query, number, 10).number == nearest


def test_a_query_that_nothing_passes_is_one_empty_page() -> None:
    page = image_page(INDEX, ImageQuery(text="no such image"))
    assert (page.rows.tolist(), page.number, page.pages, page.total) == ([], 1, 1, 0)


def test_the_paths_of_a_finding_become_rows() -> None:
    assert rows_of(INDEX, [IMAGES[7].path, IMAGES[2].path, "gone.png", "\udcff.png"]).tolist() == [
        2,
        7,
    ]


def test_the_neighbours_of_an_image_are_those_that_differ_in_the_fewest_bits() -> None:
    hashes = [0b1111, 0b1110, 0b0001, 0, 0b1111, 2**63 + 0b1111]
    index = made_index([("a", "train", "")] * 6, unreadable=[4])
    at = index.table.schema.get_field_index("phash")
    column = pa.array(hashes, pa.uint64())
    table = index.table.set_column(at, index.table.field(at), column)
    index = dataclasses.replace(index, table=table)
    rows, bits = neighbours(index, 0)
    assert (rows.tolist(), bits.tolist()) == ([1, 5, 2], [1, 1, 3])
    assert neighbours(index, 0, 1)[0].tolist() == [1]
    for flat_or_unreadable in (3, 4):
        assert neighbours(index, flat_or_unreadable)[0].tolist() == []


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        (
            ImageQuery(label="Flu"),
            "no-such-films",
            "There is no class named 'Flu'. Expected one of: Covid, Normal, Über. "
            "Do this: choose another class.",
        ),
        (
            ImageQuery(sort="price"),
            "no-such-column",
            "There is no column named 'price' to sort by. Expected one of: "
            f"{', '.join(SORT_COLUMNS)}. Do this: choose another column.",
        ),
    ],
)
def test_what_is_not_there_is_refused_by_name(query: ImageQuery, code: str, message: str) -> None:
    with pytest.raises(DatasetError) as caught:
        find_images(INDEX, query)
    assert (caught.value.code, caught.value.message) == (code, message)


def test_an_answer_is_remembered_and_cannot_be_changed() -> None:
    query = ImageQuery(text="covid")
    first = find_images(INDEX, query)
    assert find_images(INDEX, dataclasses.replace(query)) is first
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1
    for number in range(100):
        find_images(INDEX, ImageQuery(text=str(number)))
    assert len(INDEX.memo["queries"]) == 16


def test_100_000_images_are_found_in_less_time_than_a_loop_takes() -> None:
    labels = ("Covid", "Normal")
    index = made_index(
        (labels[number % 2], "train", f"p{number % 977}") for number in range(100_000)
    )
    query = ImageQuery(sort="patient", text="p97", label="Covid")
    columns = [index.table[name].to_pylist() for name in ("path", "patient", "label")]
    began = time.thread_time()
    rows = [
        row
        for row, (path, patient, label) in enumerate(zip(*columns, strict=True))
        if label == "Covid" and ("p97" in path.lower() or "p97" in patient.lower())
    ]
    rows.sort(key=columns[1].__getitem__)
    loop = time.thread_time() - began
    image_page(index, ImageQuery(sort="patient", text="p1"))  # the order is found once
    began = time.thread_time()
    found = image_page(index, query, 3)
    assert time.thread_time() - began < loop
    assert found.rows.tolist() == rows[48:72]
