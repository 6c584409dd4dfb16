"""The training settings."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xraylib.errors import ConfigError
from xraylib.training.config import CLASS_MODES, OPTIMIZERS, SCHEDULES, TrainConfig


@given(
    config=st.builds(
        TrainConfig,
        optimizer=st.sampled_from(OPTIMIZERS),
        learning_rate=st.floats(1e-9, 10),
        epochs=st.integers(1, 10_000),
        batch_size=st.integers(1, 4_096),
        seed=st.integers(0, 2**32 - 1),
        early_stopping_patience=st.none() | st.integers(1, 100),
        class_weights=st.booleans(),
        class_mode=st.sampled_from(CLASS_MODES),
        schedule=st.sampled_from(SCHEDULES),
        plateau_patience=st.integers(1, 100),
        plateau_factor=st.floats(0.01, 0.99),
        label_smoothing=st.floats(0, 0.99),
        global_clipnorm=st.none() | st.floats(1e-6, 100),
    )
)
def test_a_configuration_survives_json(config: TrainConfig) -> None:
    assert TrainConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_early_stopping_and_class_weights_are_off_unless_asked_for() -> None:
    assert TrainConfig().early_stopping_patience is None
    assert TrainConfig().class_weights is False


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"learning_rate": 0},
            "The training setting learning_rate is 0. Expected a number above 0 and at most 10. "
            "Do this: change learning_rate.",
        ),
        (
            {"learning_rate": float("inf")},
            "The training setting learning_rate is inf. Expected a number above 0 and at most "
            "10. Do this: change learning_rate.",
        ),
        (
            {"epochs": 2.5},
            "The training setting epochs is 2.5. Expected a whole number from 1 to 10000. Do "
            "this: change epochs.",
        ),
        (
            {"optimizer": "lion"},
            "The training setting optimizer is 'lion'. Expected one of adam, sgd, rmsprop. Do "
            "this: change optimizer.",
        ),
        (
            {"class_mode": "multi"},
            "The training setting class_mode is 'multi'. Expected one of categorical, binary, "
            "sparse, multilabel. Do this: change class_mode.",
        ),
        (
            {"batch": 3},
            "There is no training setting named 'batch'. Expected one of the names optimizer, "
            "learning_rate, epochs, batch_size, seed, early_stopping_patience, class_weights, "
            "class_mode, uncertain, schedule, warmup_epochs, minimum_learning_rate, "
            "plateau_patience, plateau_factor, label_smoothing, global_clipnorm, head_epochs, "
            "fine_tuning_factor. "
            "Do this: write batch_size if that was meant.",
        ),
        (
            {"epochs": 3, "warmup_epochs": 3},
            "The training setting warmup_epochs is 3. Expected fewer than the 3 epoch(s) of the "
            "training. Do this: change warmup_epochs.",
        ),
        (
            {"minimum_learning_rate": 0.01},
            "The training setting minimum_learning_rate is 0.01. Expected a number from 0 to the "
            "learning rate 0.001. Do this: change minimum_learning_rate.",
        ),
        (
            {"label_smoothing": 1},
            "The training setting label_smoothing is 1. Expected a number from 0 to below 1. Do "
            "this: change label_smoothing.",
        ),
        (
            {"global_clipnorm": 0},
            "The training setting global_clipnorm is 0. Expected a number above 0, or none. Do "
            "this: change global_clipnorm.",
        ),
        (
            {"epochs": 3, "head_epochs": 3},
            "The training setting head_epochs is 3. Expected fewer than the 3 epoch(s) of the "
            "training. Do this: change head_epochs.",
        ),
        (
            {"head_epochs": 2, "warmup_epochs": 3},
            "The training setting warmup_epochs is 3. Expected at most the 2 epoch(s) of the first "
            "phase. Do this: change warmup_epochs.",
        ),
        (
            {"fine_tuning_factor": 0},
            "The training setting fine_tuning_factor is 0. Expected a number above 0 and at most "
            "1. Do this: change fine_tuning_factor.",
        ),
        (
            {"schedule": "step"},
            "The training setting schedule is 'step'. Expected one of constant, cosine, plateau. "
            "Do this: change schedule.",
        ),
    ],
)
def test_nonsense_is_refused_in_plain_words(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        TrainConfig.from_json(settings)
    assert str(refused.value) == message
    assert refused.value.code == "train-config"


def test_a_file_of_an_older_version_loads_with_today_s_defaults() -> None:
    old = {
        **{"optimizer": "sgd", "learning_rate": 0.1, "epochs": 3, "batch_size": 8, "seed": 2},
        **{"early_stopping_patience": None, "class_weights": True, "class_mode": "binary"},
    }
    config = TrainConfig.from_json(old)
    assert (config.optimizer, config.seed, config.schedule) == ("sgd", 2, "constant")
    assert (config.label_smoothing, config.global_clipnorm, config.warmup_epochs) == (0, None, 0)


def test_the_settings_need_the_standard_library_alone() -> None:
    code = (
        "import sys; before = set(sys.modules); import xraylib.training.config;"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print(sorted(new - set(sys.stdlib_module_names) - {'xraylib'}))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "[]"
