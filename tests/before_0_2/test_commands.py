"""The JSON of every command still has each key and type that it had in version 0.1.0."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import signature
from typing import Any

import pytest
from before import recorded
from command_json import KERAS, QUICK, answer, lost, places, shape

from xraylib.cli import app, main
from xraylib.settings import SAMPLE_DATA

pytestmark = pytest.mark.slow  # its tests take some seconds together

# Their keys are looked at in test_run.py, with what they do.
_WITH_THE_RUN = ("publish", "resume --epochs")


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The workspace of before and a data set with faults, used by all commands in turn."""
    made = places(tmp_path_factory.mktemp("before"), SAMPLE_DATA)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XRAYLIB_WORKSPACE", made["workspace"])
        yield made


@pytest.mark.parametrize("name", QUICK)
def test_a_command_keeps_its_keys(name: str, where: dict[str, str]) -> None:
    assert _gone(name, answer(main, QUICK[name], where)) == []


@pytest.mark.xdist_group("trainer")
@pytest.mark.parametrize("name", [name for name in KERAS if name not in _WITH_THE_RUN])
def test_a_command_that_trains_keeps_its_keys(name: str, where: dict[str, str]) -> None:
    assert _gone(name, answer(main, KERAS[name], where)) == []


def _gone(name: str, told: Any) -> list[str]:
    """What is lost; the reason why a number is missing may go where there is a number now."""
    gone = lost(recorded("shapes")[name], shape(told))
    return [line for line in gone if not line.startswith("$.undefined.")]


NEWER = {
    "accept",
    "card",
    "checklist",
    "correct",
    "decision",
    "external",
    "host",
    "image",
    "layers",
    "learning-curve",
    "map",
    "precision",
    "samples",
    "sanity",
    "search",
    "shortcuts",
    "stress",
    "subgroups",
    "test-set",
    "ui",
}
"""Commands that version 0.1.0 did not have."""


def test_every_command_that_prints_json_is_among_them() -> None:
    printing = {
        command.name or command.callback.__name__
        for command in app.registered_commands
        if command.callback is not None and "json" in signature(command.callback).parameters
    }
    assert recorded("shapes").keys() == {*QUICK, *KERAS}
    assert {name.split()[0] for name in (*QUICK, *KERAS)} == printing - NEWER


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ({"a": "text"}, {"a": "text", "b": "number"}, []),
        ({"a": "text"}, {"b": "text"}, ["$.a: gone"]),
        ({"a": ["number"]}, {"a": ["text"]}, ["$.a[]: was number, is text"]),
        ({"a": ["number"]}, {"a": []}, ["$.a[]: gone"]),
        ([{"a": "text"}, {"b": "text"}], [{"a": "text", "c": "text"}], ["$[].b: gone"]),
    ],
)
def test_what_is_lost_is_named(before: object, now: object, told: list[str]) -> None:
    assert lost(before, now) == told
