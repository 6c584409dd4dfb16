"""What is said of many images, counted by hand."""

from __future__ import annotations

import numpy as np

from xraylib.app.classify.many_panel import counted, summary
from xraylib.app.classify.visit_state import Opened
from xraylib.models.classify.prediction import Prediction
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


def test_a_class_that_is_called_like_a_group_is_none() -> None:
    found = counted([image("a", normal=0.9)])
    assert list(found) == ["Normal"]
