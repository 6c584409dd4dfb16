"""What the reference is made of: the words of errors and the arrows between rooms."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

import pytest

import xraylib
from scripts.reference import error_source, rooms
from xraylib.settings import PROJECT


def _codes_in(folder: str, pattern: str) -> Iterator[str]:
    for file in (PROJECT / folder).rglob("*.py"):
        yield from re.findall(pattern, file.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_no_code_that_a_docstring_promises_is_missing() -> None:
    known = {one.code for one in error_source.told()}
    for file in (PROJECT / "xraylib").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                continue
            raised = (ast.get_docstring(node) or "").partition("Raises:")[2]
            for sentence in re.findall(r"codes? ((?:``[a-z-]+``(?:,? and |, | or )?)+)", raised):
                promised = set(re.findall(r"``([a-z-]+)``", sentence))
                assert promised <= known, f"{file.name}: {promised - known}"


@pytest.mark.slow
def test_no_code_that_a_test_expects_of_an_error_is_missing() -> None:
    known = {one.code for one in error_source.told()}
    expected = set(_codes_in("tests", r"caught\.value\.code == \"([a-z-]+)\""))
    assert expected
    assert expected <= known


@pytest.mark.slow
def test_a_maker_of_errors_is_told_in_the_words_of_its_callers() -> None:
    (one,) = [
        one for one in error_source.told() if one.code == "train-config" and "seed" in one.what
    ]
    assert one.what.startswith("The training setting seed is {")
    assert one.expected == "a whole number from 0 to 4294967295"
    assert one.remedy == "change seed"
    assert (one.kind, one.module) == ("ConfigError", "xraylib/training/config.py")


@pytest.mark.slow
def test_a_maker_looks_up_the_row_of_its_table_for_the_code_of_its_caller() -> None:
    (one,) = [one for one in error_source.told() if one.code == "archive-encrypted"]
    assert one == error_source.Told(
        code="archive-encrypted",
        kind="DatasetError",
        what="The entry {…} of the archive is encrypted",
        expected="an archive without a password",
        remedy="pack the folder without a password",
        module="xraylib/datasets/archives/strict_zip.py",
    )


FUNCTIONS = [name for name in xraylib.__all__ if inspect.isfunction(getattr(xraylib, name))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_argument_of_a_public_function_is_described(name: str) -> None:
    function = getattr(xraylib, name)
    told = inspect.getdoc(function) or ""
    for argument in inspect.signature(function).parameters:
        assert re.search(rf"\b{argument}\b", told), argument


def test_the_picture_of_the_rooms_shows_the_real_imports() -> None:
    picture = (PROJECT / "docs" / "pictures" / "rooms.svg").read_text(encoding="utf-8")
    assert picture == rooms.picture(), "draw it again: python scripts/docs.py rooms"


def test_an_arrow_that_another_way_says_is_not_drawn() -> None:
    graph = {"a": frozenset("bc"), "b": frozenset("c"), "c": frozenset()}
    assert rooms.reduced(graph) == {"a": {"b"}, "b": {"c"}, "c": frozenset()}
    assert rooms.storeys(graph) == [["a"], ["b"], ["c"]]
