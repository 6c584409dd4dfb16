"""What a search may try, from files and presets, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from xraylib.augmentation.config import AUGMENT_PRESETS
from xraylib.errors import ConfigError, PathError
from xraylib.networks.layers import Dense, Dropout
from xraylib.networks.presets import PRESETS, STANDARDISE, preset
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace
from xraylib.training.config import TrainConfig
from xraylib.training.planning.plan import RunPlan
from xraylib.training.search.applied import applied, distinct, fitting, is_inside, values_of
from xraylib.training.search.space import SPACES, Choice, Range, Space, find_space


def plan(model: str = "small-cnn", augment: str = "lesson") -> RunPlan:
    nothing: Any = None
    return RunPlan(
        spec=preset(model, input_shape=(96, 96, 1)),
        train=TrainConfig(),
        index=nothing,
        split=nothing,
        preparation=nothing,
        augment=AUGMENT_PRESETS[augment],
    )


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    toml, json = tmp_path / "space.toml", tmp_path / "space.json"
    toml.write_text(
        "batch_size = [8, 16]\nstandardise = [false, true]\n"
        "learning_rate = {low = 1e-4, high = 0.01, log = true}\n"
    )
    json.write_text(
        '{"batch_size": [8, 16], "standardise": [false, true],'
        ' "learning_rate": {"low": 0.0001, "high": 0.01, "log": true}}'
    )
    space = find_space(toml)
    assert space == find_space(str(json))
    assert space.dimensions == {
        "batch_size": Choice(options=(8, 16)),
        "standardise": Choice(options=(False, True)),
        "learning_rate": Range(low=1e-4, high=0.01, log=True),
    }
    assert Space.from_json(space.to_json()) == space
    assert find_space("rate") is SPACES["rate"]


@pytest.mark.parametrize(
    ("space", "what"),
    [
        ({}, "The search space is {}"),
        ({"learnig_rate": [0.1, 0.2]}, "There is no setting that can be searched for named"),
        ({"learning_rate": [0.1]}, "The setting learning_rate of the search space is [0.1]"),
        ({"learning_rate": [0.1, 0.1]}, "is [0.1, 0.1]"),
        ({"learning_rate": 0.1}, "The setting learning_rate of the search space is 0.1"),
        ({"learning_rate": {"low": 0.1, "high": 0.01}}, "'low': 0.1, 'high': 0.01"),
        ({"learning_rate": {"low": 0, "high": 0.01}}, "of the search space is 0"),
        ({"dropout": {"low": 0.0, "high": 0.5, "log": True}}, "'log': True"),
        ({"dropout": {"low": 0.1, "hihg": 0.5}}, "There is no part of dropout named 'hihg'"),
        ({"dropout": {"low": 0.1}}, "{'low': 0.1}"),
        ({"batch_size": [8, 16.5]}, "The setting batch_size of the search space is 16.5"),
        ({"batch_size": [8, True]}, "is True"),
        ({"optimizer": {"low": 0, "high": 1}}, "The setting optimizer"),
        ({"optimizer": ["adam", "adamw"]}, "is 'adamw'"),
        ({"label_smoothing": [0.0, 0.1]}, "named 'label_smoothing'"),
        ({"learning_rate": {"low": 0.1, "high": float("nan")}}, "is nan"),
    ],
)
def test_what_makes_no_sense_is_refused(space: dict[str, Any], what: str) -> None:
    with pytest.raises(ConfigError) as refused:
        find_space(space)
    assert refused.value.code == "search-space"
    assert what in refused.value.what


def test_a_space_that_is_not_there_and_a_damaged_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        find_space("usul")
    assert refused.value.code == "unknown-space"
    assert refused.value.message == (
        "There is no search space called 'usul'. Expected one of usual, rate, network, wide, or "
        "the path of a JSON or TOML file. Do this: write usual if that was meant."
    )
    bad = tmp_path / "bad.toml"
    bad.write_text("learning_rate = [0.1")
    with pytest.raises(PathError) as damaged:
        find_space(bad)
    assert damaged.value.code == "damaged"


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("space", SPACES)
def test_every_end_of_every_preset_makes_a_network_that_is_possible(name: str, space: str) -> None:
    base = plan(name)
    fitted = fitting(SPACES[space], base)
    for place in (0, -1):
        values = {
            one: found.options[place]
            if isinstance(found, Choice)
            else (found.low, found.high)[place]
            for one, found in fitted.dimensions.items()
        }
        changed = applied(base, values)
        assert trace(changed.spec).error is None
        assert changed.spec.layers[-1] == base.spec.layers[-1]
        kept = dict(values)
        for factor in ("units", "filters", "augmentation"):
            kept.pop(factor, None)
        told = values_of(changed, fitted)
        assert {one: told[one] for one in kept} == kept


def test_the_design_as_it_is_stays_as_it_is() -> None:
    base = plan()
    space = fitting(SPACES["usual"], base)
    values = values_of(base, space)
    assert values == {
        "learning_rate": 0.001,
        "batch_size": 32,
        "optimizer": "adam",
        "schedule": "constant",
        "augmentation": 1.0,
        "dropout": 0.2,
        "standardise": False,
    }
    assert is_inside(space, values)
    assert applied(base, values) == base
    assert not is_inside(find_space({"batch_size": [8, 16]}), {"batch_size": 32})


def test_settings_change_what_they_say() -> None:
    base = plan("lesson-dense", "none")
    changed = applied(
        base, {"units": 2.0, "dropout": 0.4, "standardise": True, "augmentation": 0.5}
    )
    assert [one.units for one in changed.spec.layers if isinstance(one, Dense)] == [200, 100, 3]
    assert isinstance(changed.spec.layers[-2], Dropout)
    assert changed.spec.layers[-2].rate == 0.4
    assert changed.spec.layers[1] == STANDARDISE
    lesson = AUGMENT_PRESETS["lesson"]
    assert changed.augment.rotation_range == lesson.rotation_range / 2
    assert changed.augment.zoom == (0.9, 1.1)
    assert applied(base, {"augmentation": 0.0}).augment.is_identity
    wider = applied(plan(), {"filters": 0.5}).spec
    assert [one.filters for one in wider.layers if hasattr(one, "filters")] == [
        8,
        8,
        16,
        16,
        32,
        32,
    ]


def test_a_setting_without_effect_is_refused_in_a_file_and_left_out_of_a_preset() -> None:
    assert "units" not in fitting(SPACES["network"], plan()).dimensions
    with pytest.raises(ConfigError) as refused:
        fitting(find_space({"units": [0.5, 1.0]}), plan())
    assert refused.value.code == "search-space"
    assert "would change nothing: the network has no Dense layer" in refused.value.what
    bare = ModelSpec(name="bare", layers=(preset("small-cnn").layers[0], Dense(3)))
    with pytest.raises(ConfigError, match="does not begin with a Rescaling"):
        fitting(
            find_space({"standardise": [True, False]}), RunPlan(**{**vars(plan()), "spec": bare})
        )


def test_combinations_are_counted() -> None:
    assert distinct(find_space({"batch_size": [8, 16, 32], "standardise": [True, False]})) == 6
    assert distinct(SPACES["usual"]) is None
