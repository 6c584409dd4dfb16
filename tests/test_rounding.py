"""Numbers as people read them."""

from __future__ import annotations

import ast
import re
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest

from xraylib.metrics.comparing.paired import p_words
from xraylib.metrics.intervals import Interval
from xraylib.metrics.measured import Score
from xraylib.rounding import no_more_than, percent, rounded
from xraylib.settings import PROJECT


@pytest.mark.parametrize(
    ("value", "digits", "told"),
    [
        (0.99996, 3, "> 0.999"),
        (0.9994, 3, "0.999"),
        (1.0, 3, "1.000"),
        (1 - 1e-15, 3, "1.000"),
        (0.00004, 3, "< 0.001"),
        (0.0, 2, "0.00"),
        (-0.0, 2, "0.00"),
        (0.996, 2, "> 0.99"),
        (-0.996, 2, "< -0.99"),
        (-0.004, 2, "-0.00"),
        (1.0004, 3, "1.000"),
        (2.718, 2, "2.72"),
        (None, 2, "–"),
    ],
)
def test_what_is_not_all_or_nothing_is_not_told_so(
    value: float | None, digits: int, told: str
) -> None:
    assert rounded(value, digits) == told


def test_every_number_told_holds_for_the_number() -> None:
    rng = np.random.default_rng(0)
    values = np.concatenate(
        [rng.uniform(-1, 1, 500), rng.uniform(0.99, 1, 500), rng.beta(0.01, 1, 500)]
    )
    for value in values.tolist():
        told = rounded(value, 2)
        if told[0] == ">":
            assert value > float(told[2:])
        elif told[0] == "<":
            assert value < float(told[2:])
        else:
            exact = Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
            assert float(told) == float(exact)
            near = abs(value - float(told)) < 1e-12
            assert abs(float(told)) not in (0, 1) or near or told.startswith("-0")


@pytest.mark.parametrize(
    ("share", "digits", "told"),
    [
        (0.997, 0, "> 99%"),
        (1.0, 0, "100%"),
        (0.002, 0, "< 1%"),
        (0.0, 0, "0%"),
        (0.9996, 1, "> 99.9%"),
        (0.045, 1, "4.5%"),
    ],
)
def test_a_share_in_percent_neither(share: float, digits: int, told: str) -> None:
    assert percent(share, digits) == told


def test_a_score_and_its_interval_neither() -> None:
    assert str(Score(0.9804, Interval(0.88, 0.9997))) == "0.98 (0.88 to > 0.99)"
    assert f"{Score(1.0, Interval(0.86, 1.0)):.3f}" == "1.000 (0.860 to 1.000)"
    assert f"{Score(0.0004, None):+.3f}" == "+0.000"  # a difference


@pytest.mark.parametrize(
    ("p", "told"),
    [(0.0004, "p < 0.001"), (0.034, "p = 0.034"), (0.9998, "p > 0.999"), (1, "p = 1.000")],
)
def test_a_p_neither(p: float, told: str) -> None:
    assert p_words(p) == told


NO_SHARE = re.compile(
    r"temperature|fitted|applied|seconds|threshold'\]|refused_beyond|lowest|^end$|loss|MARGIN|UNSURE"
    r"|together\['p'\]|^x$|^y$|^low$|^high$|minutes|^share$"
)
"""Temperatures, losses, places in a picture, scores of strangeness, a permutation's p."""
SCORES = re.compile(
    r"self|score|tested\.sens\w+|tested\.spec\w+|(result|entry|own|one)\[.*\]|whole\.(accuracy|auc)|own\.auc"
)
"""Values of `Score`, which rounds itself and its interval so."""


def test_no_sentence_rounds_a_share_by_itself() -> None:
    """Every place that writes 2 or 3 digits of something that may be a share uses `rounded`."""
    found = []
    for room in ("app", "cli", "evaluation", "models", "reports", "metrics", "audit"):
        for file in sorted((PROJECT / "xraylib" / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if not isinstance(node, ast.FormattedValue) or node.format_spec is None:
                    continue
                spec = ast.unparse(node.format_spec)[2:-1]
                value = ast.unparse(node.value)
                if re.fullmatch(r"\.[23]f", spec) and not (
                    NO_SHARE.search(value) or SCORES.fullmatch(value)
                ):
                    found.append(f"{file.relative_to(PROJECT)}:{node.lineno} {value}:{spec}")
    assert found == []


def test_what_is_allowed_to_differ_is_never_told_as_less_than_it_did() -> None:
    assert no_more_than(1.0132789611816406e-06) == "2e-06"
    assert no_more_than(1e-06) == "1e-06"
    assert no_more_than(9.5e-07) == "1e-06"
    assert no_more_than(0.0) == "0"
    for value in np.random.default_rng(0).uniform(-9, -3, 200):
        assert 10**value <= float(no_more_than(10**value)) <= 2.001 * 10**value
