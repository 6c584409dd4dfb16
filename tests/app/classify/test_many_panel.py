"""What is said of many images, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from xraylib.app.classify.many_panel import counted, summary
from xraylib.app.classify.many_results import overview
from xraylib.app.classify.visit_state import Opened
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.models.classify.prediction import Flag, Prediction
from xraylib.models.classify.warnings import ImageWarning


def image(
    name: str, *, normal: float = 0.1, uncertain: bool = False, codes: tuple[str, ...] = ()
) -> Opened:
    warnings = tuple(
        ImageWarning(code=code, message="Why.", refuses=code == "inverted") for code in codes
    )
    prediction = Prediction(
        outputs={"Normal": normal, "Ill": 1 - normal},
        uncertain=uncertain,
        operating=None,
        warnings=warnings,
        prepared=np.zeros((0, 0, 1), np.uint8),
        heat_map=None,
        heat_map_method="",
        milliseconds=1.0,
    )
    return Opened(name=name, sha256=name, model="m 1", prediction=prediction)


def test_thirty_results_are_told_in_a_line() -> None:
    images = [
        *(image(f"i{n}") for n in range(21)),
        *(image(f"n{n}", normal=0.9) for n in range(5)),
        image("u", normal=0.45, uncertain=True),
        image("w", codes=("too-dark",)),
        image("x", codes=("inverted",)),
        Opened(name="cut", sha256="cut", model="m 1", error={"code": "damaged", "message": "No."}),
    ]
    assert summary(images) == (
        "**30 files**: 21 more like Ill, 5 more like Normal, 2 to look at first, "
        "1 cannot be judged, 1 refused."
    )
    assert sum(counted(images).values()) == 30 + 3  # the undecided one under two, two to look at


def finding(name: str, mass: float, edema: float, *, flagged: tuple[str, ...]) -> Opened:
    opened = image(name)
    assert opened.prediction is not None
    points = {
        one: Flag(point=ChosenPoint(threshold=0.5), flagged=one in flagged, uncertain=False)
        for one in ("Mass", "Edema")
    }
    prediction = replace(
        opened.prediction, outputs={"Mass": mass, "Edema": edema}, several=True, operating=points
    )
    return replace(opened, prediction=prediction)


def test_of_findings_only_those_that_are_flagged_are_told() -> None:
    images = [
        finding("a", 0.1, 0.2, flagged=()),
        finding("b", 0.3, 0.2, flagged=()),
        finding("c", 0.8, 0.6, flagged=("Mass", "Edema")),
    ]
    assert summary(images) == (
        "**3 files**: 1 flagged for Edema, 1 flagged for Mass, 2 with no finding flagged."
    )
    table = overview(images)
    assert table["More like"].tolist() == ["none flagged", "none flagged", "Mass, Edema"]
    assert table["Probability"].tolist() == ["up to 0.20", "up to 0.30", "0.80, 0.60"]


def test_a_class_that_is_called_like_a_group_is_none() -> None:
    found = counted([image("a", normal=0.9)])
    assert list(found) == ["Normal"]
