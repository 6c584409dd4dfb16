"""Expressions for patients: what they find, and that none can freeze anybody."""

from __future__ import annotations

import pyarrow as pa
import pytest

from xraylib.datasets.reading.patient_names import check_patient_pattern, patients_of
from xraylib.errors import DatasetError

pytestmark = pytest.mark.fast


@pytest.mark.parametrize(
    ("pattern", "patients"),
    [
        (r"(?P<patient>p\d+)_", ["p1", "p07", "b/case-12.5(x).png", "c/Ä.png"]),
        (r"^(case|pat)-(?P<patient>\d+(\.\d+)?)[(]", ["a/p1_2.png", "p07_1", "12.5", "c/Ä.png"]),
        (r"^(?P<patient>[a-c])/", ["a", "p07_1", "b", "c"]),
        (r"(?P<patient>[()Ä]+)", ["a/p1_2.png", "p07_1", "(", "Ä"]),
        (r"(?P<patient>x*)", ["a/p1_2.png", "p07_1", "b/case-12.5(x).png", "c/Ä.png"]),
    ],
)
def test_the_group_is_searched_in_file_names_or_paths(pattern: str, patients: list[str]) -> None:
    paths = pa.chunked_array([["a/p1_2.png", "p07_1", "b/case-12.5(x).png", "c/Ä.png"]])
    assert patients_of(pattern, paths).to_pylist() == patients


@pytest.mark.timeout(20)  # an engine that goes back would need longer than the sun has
@pytest.mark.parametrize("pattern", [r"(?P<patient>(a+)+b)", r"(?P<patient>(a|aa)+$)c"])
def test_no_pattern_can_freeze_anybody(pattern: str) -> None:
    names = ["a" * 250] * 1000
    assert patients_of(pattern, pa.chunked_array([names])).to_pylist() == names


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"(?<=x)(?P<patient>\d)", "invalid perl operator: (?<="),
        (r"(?P<patient>\d", r"missing ): (?P<patient>\d"),
        (r"(\d)", "it has no group named patient"),
        (r"(?P<patient>a)|(?P<patient>b)", "it has 2 groups named patient"),
        ("(?P<patient>x)" + "y" * 200, "it is longer than 200 characters"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_with_the_reason(pattern: str, why: str) -> None:
    with pytest.raises(DatasetError) as caught:
        check_patient_pattern(pattern)
    assert caught.value.message.startswith(
        f"The patient pattern {pattern[:200]!r} cannot be used: {why}. Expected a regular"
    )
