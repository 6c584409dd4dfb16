"""Which setting explains what: against a function of which it is known, and against Optuna."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from xraylib.metrics.study.importance import importance


def trials(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Of an outcome whose variance comes from three settings as 16 : 4 : 0."""
    settings = np.random.default_rng(seed).random((n, 3))
    return settings, 4 * settings[:, 0] + 2 * settings[:, 1]


def test_shares_are_those_of_a_function_of_which_they_are_known() -> None:
    found = importance(*trials(400), draws=30)
    assert found is not None
    assert [one.share for one in found] == pytest.approx([0.8, 0.2, 0.0], abs=0.1)
    for one in found:
        assert 0 <= one.ci.low <= one.share <= one.ci.high <= 1


def test_few_trials_say_less_surely() -> None:
    few, many = importance(*trials(16)), importance(*trials(200))
    assert few is not None
    assert many is not None
    width = [one[0].ci.high - one[0].ci.low for one in (few, many)]
    assert width[0] > 2 * width[1]


def test_it_agrees_with_optuna() -> None:
    optuna = pytest.importorskip("optuna")
    from optuna.distributions import FloatDistribution

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    settings, outcome = trials(80, seed=4)
    ranks = np.argsort(np.argsort(outcome))
    study = optuna.create_study()
    names = ("a", "b", "c")
    for row, value in zip(settings, ranks, strict=True):
        study.add_trial(
            optuna.trial.create_trial(
                params=dict(zip(names, row.tolist(), strict=True)),
                distributions=dict.fromkeys(names, FloatDistribution(0, 1)),
                value=float(value),
            )
        )
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=1)
    theirs = optuna.importance.get_param_importances(study, evaluator=evaluator)
    found = importance(settings, outcome)
    assert found is not None
    whole = sum(one.share for one in found)
    for name, one in zip(names, found, strict=True):
        assert one.share / whole == pytest.approx(theirs[name], abs=0.1)


def test_nothing_is_said_of_too_few_or_of_equal_outcomes() -> None:
    settings, outcome = trials(7)
    assert importance(settings, outcome) is None
    assert importance(*trials(9)[:1], np.ones(9)) is None
