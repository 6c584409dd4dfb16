"""Tables of many classes are read without a word that is broken, and hold every number."""

from __future__ import annotations

import re

import pytest

from xraylib.cli import console

CLASSES = [f"Finding{number:02}" for number in range(30)]


def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    rows = [[name, *(100 * at + place for place in range(30))] for at, name in enumerate(CLASSES)]
    console.print_table(["truth", *CLASSES], rows)
    return capsys.readouterr().out


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_matrix_of_thirty_classes_comes_in_parts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    text = printed(capsys, monkeypatch, width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    cells = [re.findall(r"[^\s│┃]+", line) for line in lines]
    for at, name in enumerate(CLASSES):
        told = [word for row in cells if row[:1] == [name] for word in row[1:]]
        assert told == [f"{100 * at + place:,}" for place in range(30)]
    heads = [word for row in cells if row[:1] == ["truth"] for word in row[1:]]
    assert heads == CLASSES


def test_one_that_fits_is_one_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert printed(capsys, monkeypatch, 500).count("truth") == 1


def test_a_long_word_is_no_reason_to_leave_anything_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    console.print_table(["file", "sum"], [["a.png", "0123456789abcdef" * 4]])
    told = re.sub(r"[^0-9a-f]", "", capsys.readouterr().out.partition("a.png")[2])
    assert told == "0123456789abcdef" * 4


def test_no_word_is_broken_beside_columns_that_could_be_wider(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    names = ("recall", "precision", "specificity", "f1")
    heads = ["class", "images", *(f"{name}, 95 % interval" for name in names)]
    console.print_table(heads, [["Pneumonia", 20, *["0.95 (0.71 to > 0.99)"] * 4]] * 3)
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    words = {word for line in text.splitlines() for word in re.findall(r"[^\s│┃]+", line)}
    assert {f"{name}," for name in names} <= words
    assert "," not in words


def test_a_moment_is_a_date() -> None:
    assert console.moment(1764589458.7) == "2025-12-01 11:44 UTC"
