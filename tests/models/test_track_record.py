"""Counts as they were, and what an answer is worth where a disease is rarer than in testing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from xraylib.models.track_record import TrackRecord, of_people

CLASSES = ("Covid", "Normal", "Pneumonia")
# Truth by row, what they were called by column.
CONFUSION = [[21, 0, 5], [1, 0, 19], [0, 1, 19]]


def record(name: str, confusion: Any = CONFUSION, **more: Any) -> TrackRecord:
    found = TrackRecord.of(name, {"confusion": confusion, **more}, CLASSES)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "Pneumonia",
            "In testing it called 43 X-rays Pneumonia: 19 were, 19 were Normal, 5 Covid.",
        ),
        ("Covid", "In testing it called 22 X-rays Covid: 21 were, 1 was Normal."),
        ("Normal", "In testing it called 1 X-ray Normal: none was, 1 was Pneumonia."),
    ],
)
def test_counts_are_told_as_they_were(name: str, told: str) -> None:
    assert record(name).counts == told
    assert record(name, split="val").counts == told.replace("testing", "validation")


def test_a_class_that_was_always_or_never_right_or_never_called() -> None:
    sure = [[2, 0, 0], [0, 0, 3], [0, 0, 1]]
    assert record("Covid", sure).counts == "In testing it called 2 X-rays Covid: all of them were."
    assert record("Covid", [[1, 0, 0], [0, 1, 0], [0, 0, 1]]).counts == (
        "In testing it called 1 X-ray Covid: it was."
    )
    assert record("Normal", sure).counts == (
        "In testing it called no X-ray Normal: what that is worth was never seen."
    )
    assert record("Covid", [[0, 0, 0], [3, 4, 0], [1, 0, 2]]).counts == (
        "In testing it called 4 X-rays Covid: none was, 3 were Normal, 1 Pneumonia. "
        "None of all 10 was, so it could not be right."
    )
    assert TrackRecord.of("Covid", {}, CLASSES) is None


def test_where_a_disease_is_rare_fewer_of_those_called_ill_are() -> None:
    told = record("Pneumonia")
    # 19 of 20 are found, 24 of 46 others are called so, too. Of 10,000 people 200 have it: 190 are
    # called so, and 9,800 · 24 / 46 = 5,113 others; 190 / 5,303 = 0.0358.
    worth = told.worth(0.02)
    assert worth.value == pytest.approx(190 / (190 + 9800 * 24 / 46))
    assert told.at(0.02).startswith(
        "20 of the 66 test X-rays were Pneumonia. Where 2 of 100 have it, about 36 of 1,000 that "
        "it calls Pneumonia would have it ("
    )


def test_a_model_of_phantoms_tells_what_became_of_phantoms() -> None:
    told = TrackRecord.of("Pneumonia", {"confusion": CONFUSION}, CLASSES, synthetic=True)
    assert told is not None
    assert told.counts == (
        "In testing it called 43 phantoms Pneumonia: 19 were, 19 were Normal, 5 Covid."
    )
    assert told.at(0.02).startswith(
        "20 of the 66 test phantoms were Pneumonia. Where 2 of 100 phantoms have it, about 36 of "
    )
    assert told.question == "Of 100 such phantoms, how many have Pneumonia?"


def test_an_answer_that_was_never_wrong_is_not_told_as_sure() -> None:
    told = record("Covid", [[20, 0, 0], [0, 20, 0], [0, 0, 20]]).at(0.02)
    assert told.startswith(
        "20 of the 60 test X-rays were Covid. Where 2 of 100 have it, at least 18 of 100 that it "
        "calls Covid would have it."
    )
    assert told.endswith("It called none of the 40 others so, which are too few to say more.")


def test_a_class_that_is_no_disease_is_not_had() -> None:
    told = record("Normal", [[20, 0, 0], [0, 19, 1], [0, 3, 17]])
    assert told.usual == pytest.approx(0.98)
    assert "Where 98 of 100 are Normal, about " in told.at(told.usual)


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0.02, "2 of 100"),
        (0.5, "50 of 100"),
        (0.005, "5 of 1,000"),
        (0.0358, "36 of 1,000"),
        (0.0004, "4 of 10,000"),
        (0.00001, "fewer than 1 of 10,000"),
        (0.998, "998 of 1,000"),
    ],
)
def test_a_hundred_is_taken_where_it_is_not_too_coarse(share: float, told: str) -> None:
    assert of_people(share) == told


def test_a_told_estimate_never_lies_outside_its_told_interval() -> None:
    for right in range(21):
        for wrong in range(0, 41, 3):
            confusion = [[right, 20 - right, 0], [wrong, 40 - wrong, 0], [0, 0, 0]]
            if not right + wrong:
                continue
            for prevalence in (0.0001, 0.003, 0.02, 0.2, 0.9):
                told = record("Covid", confusion).at(prevalence)
                if "at least" in told:
                    continue
                found = re.search(
                    r", (about|fewer than|more than) (\d+) of (\d+) that .* \((\d+) to (\d+)\)\.$",
                    re.sub(r"(?<=\d),(?=\d{3})", "", told),
                )
                assert found is not None, told
                count, base, low, high = map(int, found.groups()[1:])
                least, most = (count - 1, count) if found[1] == "fewer than" else (count, count)
                most += found[1] == "more than"
                assert low <= least <= most <= high, told
                worth = record("Covid", confusion).worth(prevalence).value
                if count in (0, base):
                    assert worth == count / base, told  # nobody and all are told of these alone
