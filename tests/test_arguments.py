"""Arguments are checked by the types of the signature, and refused in our words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pytest

from xraylib.arguments import (
    PathLike,
    as_path,
    check_names,
    check_whole,
    checked,
    checked_fields,
    short,
)
from xraylib.errors import ConfigError, PathError
from xraylib.type_hints import is_a, words_for

if TYPE_CHECKING:
    from xraylib.networks.spec import ModelSpec


class Named(Protocol):
    @property
    def name(self) -> str: ...


class Bad:
    def __repr__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("hint", "right", "wrong"),
    [
        (int, [0, -3, np.int64(2)], [True, 1.0, "1", None]),
        (float, [0, 1.5, np.float32(2)], [False, "1", None]),
        (str, ["", "a"], [b"a", 1]),
        (bool, [True], [1, "yes"]),
        (int | None, [None, 3], ["3"]),
        (Any, [None, 1, "x"], []),
        (Literal["a", 1], ["a", 1], ["b", True, 1.0, []]),
        (tuple[int, int], [(1, 2)], [(1,), (1, 2, 3), [1, 2], (1, "2")]),
        (tuple[str, ...], [(), ("a", "b")], [("a", 1), ["a"], "ab"]),
        (Sequence[str], [["a"], ("a",), np.array(["a"])], ["a", b"a", [1], {"a"}, None]),
        (Iterable[str], [{"a"}, iter(["a"])], ["a", 3]),
        (Mapping[str, int], [{}, {"a": 1}], [{"a": "b"}, {1: 1}, [], None]),
        (Callable[[int], None], [print], [3, "print"]),
        (PathLike, ["x", Path("x")], [b"x", 3, None]),
        (os.PathLike[str], [Path("x")], ["x"]),
        (npt.NDArray[np.int64], [np.zeros(3)], [[0], 0]),
        (Named, [Path("x")], ["x", None]),
    ],
)
def test_a_value_is_what_its_type_says(hint: object, right: list[Any], wrong: list[Any]) -> None:
    assert [value for value in right if not is_a(value, hint)] == []
    assert [value for value in wrong if is_a(value, hint)] == []


@checked
def made(
    spec: ModelSpec, *, kind: Literal["a", "b"] = "a", sizes: Sequence[int] = (), **rest: object
) -> str:
    """Takes a class that is imported for type checkers alone."""
    return f"{type(spec).__name__} {kind} {len(sizes)} {len(rest)}"


def test_a_name_for_type_checkers_alone_is_compared_by_name() -> None:
    from xraylib.networks.presets import preset

    assert made(preset("lesson-cnn"), sizes=[1], more=None) == "ModelSpec a 1 1"
    assert made.__doc__ == "Takes a class that is imported for type checkers alone."
    with pytest.raises(ConfigError) as refused:
        made("lesson-cnn")  # type: ignore[arg-type]
    assert refused.value.message == (
        "The argument spec of made is 'lesson-cnn'. Expected a ModelSpec. Do this: pass something "
        "else as spec."
    )


ONCE = "give each once, and those after the star by name"


@checked
def fixed(first: int, *, second: str = "") -> None:
    """Takes two arguments."""


@pytest.mark.parametrize(
    ("args", "named", "code", "remedy"),
    [
        ((1,), {"secnd": "x"}, "unknown-argument", "write second if that was meant"),
        ((1,), {"xyz": 1}, "unknown-argument", "use one of these names"),
        ((), {"second": "x"}, "missing-argument", "give what is missing"),
        ((1, "x"), {}, "unknown-argument", ONCE),
        (
            (1,),
            {"first": 1},
            "unknown-argument",
            "give each once, and those after the star by name",
        ),
    ],
)
def test_a_call_that_does_not_fit_is_refused(
    args: tuple[Any, ...], named: dict[str, Any], code: str, remedy: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        fixed(*args, **named)
    assert (refused.value.code, refused.value.remedy) == (code, remedy)


def test_an_error_from_inside_a_function_comes_out_as_it_is() -> None:
    @checked
    def inner(value: int) -> None:
        raise TypeError(f"from inside: {value}")

    with pytest.raises(TypeError, match="from inside: 3"):
        inner(3)


def test_a_path_is_text_or_a_path_and_nothing_else() -> None:
    assert as_path("a/b") == as_path(Path("a/b")) == Path("a/b")
    assert as_path("~/x") == Path.home() / "x"
    for wrong in ("", b"a", None, 3, "a\0b", "~no-such-user-here/x", Path):
        with pytest.raises(PathError) as refused:
            as_path(wrong, "root")
        assert refused.value.code == "not-a-path"
        assert refused.value.what.startswith("The path given as root is ")


def test_whole_numbers_are_of_their_range() -> None:
    assert check_whole(np.int64(3), "n", least=1) == 3
    for wrong in (0, True, 1.0, "1", None):
        with pytest.raises(ConfigError, match="Expected a whole number of at least 1"):
            check_whole(wrong, "n", least=1)
    with pytest.raises(ConfigError, match="Expected a whole number from 1 to 5"):
        check_whole(6, "n", least=1, most=5)


def test_values_are_named_on_one_line_and_briefly() -> None:
    assert short("a\nb") == r"'a\nb'"
    assert len(short("x" * 500)) == 80
    assert short(Bad()) == "a Bad"
    assert short(np.zeros((2, 3), np.uint8)) == "an array of uint8 (2, 3)"


def test_types_are_named_for_people() -> None:
    assert words_for(PathLike) == "text or a path"
    assert words_for(int | None) == "a whole number or None"
    assert words_for(Literal["a", "b"]) == "'a' or 'b'"
    assert words_for(npt.NDArray[np.int64]) == "a NumPy array"


def test_names_are_checked_against_those_that_are_known() -> None:
    check_names(["a"], ["a", "b"], what="name", code="names")
    with pytest.raises(ConfigError, match="There is no name named 3"):
        check_names([3], ["a", "b"], what="name", code="names")


def test_the_class_itself_is_what_comes_out_of_the_decorator() -> None:
    @checked_fields
    class Point:
        def __init__(self, x: int) -> None:
            self.x = x

    assert isinstance(Point(3), Point)
    with pytest.raises(ConfigError, match=r"The argument x of .*Point is 'a'"):
        Point("a")  # type: ignore[arg-type]
