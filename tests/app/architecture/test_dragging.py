"""What a browser tells of a dragged layer, and what is no such thing."""

from __future__ import annotations

import pytest

from xraylib.app.architecture import dragging
from xraylib.app.shared.current_design import with_place
from xraylib.app.shell.state import Draft
from xraylib.networks.presets import preset
from xraylib.networks.spec import ModelSpec

SPEC = preset("lesson-cnn")


def kinds(spec: ModelSpec) -> list[str]:
    return [layer.kind for layer in spec.layers]


def test_a_layer_lands_where_it_was_dropped_downwards_and_upwards() -> None:
    before = kinds(SPEC)
    down = [before[0], before[1], *before[3:5], before[2], *before[5:]]
    assert kinds(with_place(SPEC, 2, 4)) == down
    up = [*before[:2], before[4], *before[2:4], *before[5:]]
    assert kinds(with_place(SPEC, 4, 2)) == up


@pytest.mark.parametrize(("index", "place"), [(0, 2), (2, 0), (2, 99), (-1, 2), (99, 1)])
def test_the_input_and_what_is_not_there_stay(index: int, place: int) -> None:
    assert with_place(SPEC, index, place) == SPEC


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[ModelSpec, int]]:
    """What the page's design was changed to, and which layer was opened."""
    found: list[tuple[ModelSpec, int]] = []
    monkeypatch.setattr(dragging, "get_draft", lambda: Draft(spec=SPEC))
    monkeypatch.setattr(
        dragging.current_design,
        "change_design",
        lambda spec, *, selected: found.append((spec, selected)),
    )
    return found


def test_a_dragged_layer_is_the_open_one(changed: list[tuple[ModelSpec, int]]) -> None:
    dragging.put([2, 4])
    assert changed == [(with_place(SPEC, 2, 4), 4)]


@pytest.mark.parametrize(
    "moved", [None, 3, [1], [1, 2, 3], ["1", 2], [1.0, 2], [True, 2], {}, [2, 2], [0, 3], [3, 99]]
)
def test_what_is_no_move_changes_nothing(
    moved: object, changed: list[tuple[ModelSpec, int]]
) -> None:
    dragging.put(moved)
    assert changed == []
