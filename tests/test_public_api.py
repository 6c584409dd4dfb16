"""Whatever a public function is given, only our errors come out, with their three parts whole."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from made_runs import draw_noise, finish, made_run
from scanned import scanned

import xraylib
from xraylib.errors import ConfigError, SpecError, XrayError
from xraylib.workspace import Workspace

pytestmark = pytest.mark.xdist_group("tensorflow")  # one of the functions builds a Keras model

WRONG: Final[dict[str, object]] = {
    "None": None,
    "empty text": "",
    "-1": -1,
    "3.5": 3.5,
    "a list": [],
    "a dict": {},
    "an object": object(),
    "bytes": b"\x00",
}

# What takes an object() without a word, and why.
TAKEN_AS_GIVEN: Final = {
    # A result, made by the hundred thousand when an index is read; nothing takes one.
    "ImageRow",
    # A result of `Classifier.classify`; nothing takes one.
    "Prediction",
    # Raising an error must not raise another one.
    "XrayError",
}

NUMBERS: Final = count()
"""For names that nothing has yet."""

NOT_CALLED: Final = {"AUGMENT_PRESETS", "PRESETS", "layers"}


@dataclass(frozen=True)
class Case:
    """What valid arguments are made of."""

    workspace: Workspace
    index: Any
    run: Any
    image: Path
    group: Any
    search: Any


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    folder = tmp_path_factory.mktemp("edge")
    workspace = Workspace(folder / "workspace")
    images = draw_noise(folder / "images")
    run = finish(made_run(workspace, images))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XRAYLIB_WORKSPACE", str(workspace.root))
        patch.setattr("xraylib.training.process.queue.start", lambda _run, **_: None)
        group = xraylib.create_learning_curve(**_curve(scanned(images)))
        for one in group.runs:
            finish(one)
        patch.setattr("xraylib.training.search.search.Search.start", lambda _search, **_: None)
        search = xraylib.create_search(**_design_on(scanned(images)), trials=2)
        image = next(images.rglob("*.png"))
        yield Case(workspace, scanned(images), run, image, group, search)


def _spec(_: Case) -> dict[str, object]:
    return {"spec": xraylib.preset("lesson-dense", input_shape=(24, 20, 1))}


def _design(case: Case) -> dict[str, object]:
    return _design_on(case.index)


def _design_on(index: Any) -> dict[str, Any]:
    return {
        "spec": xraylib.preset("lesson-dense", input_shape=(24, 20, 1)),
        "train": xraylib.TrainConfig(epochs=1),
        "index": index,
        "split": xraylib.make_split(index),
        "preparation": xraylib.Preparation(image_size=(24, 20)),
        "augment": xraylib.AugmentConfig(),
    }


def _curve(index: Any) -> dict[str, Any]:
    return {**_design_on(index), "shares": (0.5, 0.8, 1.0), "seeds": 1}


def _pixels(_: Case) -> np.ndarray:
    return np.zeros((8, 8, 1), np.uint8)


def _run(case: Case) -> dict[str, object]:
    return {"run": case.run}


def _row(case: Case) -> dict[str, object]:
    row = case.index[0]
    return {name: getattr(row, name) for name in row.__slots__}


def _model(_: Case) -> Any:
    return xraylib.find_model("phantom-demo")


VALID: Final[dict[str, Callable[[Case], dict[str, object]]]] = {
    "AuditReport": lambda _: {"findings": (), "fingerprint": "0", "images": 3},
    "AugmentConfig": lambda _: {},
    "Classifier": lambda case: {"bundle": _model(case)},
    "DatasetIndex": lambda case: {
        "root": case.index.root,
        "classes": case.index.classes,
        "passed_over": 0,
        "patient_pattern": case.index.patient_pattern,
        "table": case.index.table,
    },
    "Evaluation": lambda _: vars(
        xraylib.evaluate_predictions([0, 1], [[0.9, 0.1], [0.2, 0.8]], ["a", "b"])
    ),
    "Finding": lambda _: {
        "code": "imbalance",
        "severity": "info",
        "message": "A.",
        "remedy": "B",
        "paths": (),
    },
    "ImageRow": _row,
    "ModelSpec": lambda _: {"name": "mine", "layers": xraylib.preset("lesson-cnn").layers},
    "Prediction": lambda case: vars(_model_says(case)),
    "Preparation": lambda _: {},
    "Radiograph": lambda case: {
        "pixels": _pixels(case)[:, :, 0],
        "bit_depth": 8,
        "mode": "L",
        "format": "PNG",
    },
    "Run": lambda case: {"folder": case.run.folder},
    "Split": lambda case: vars(xraylib.make_split(case.index)),
    "TrainConfig": lambda _: {},
    "Workspace": lambda case: {"root": case.workspace.root},
    "XrayError": lambda _: {"what": "A", "expected": "b", "remedy": "c"},
    "audit": lambda case: {"index": case.index},
    "augment": lambda case: {
        "pixels": _pixels(case),
        "config": xraylib.AugmentConfig(),
        "seed": 0,
        "epoch": 0,
        "index": 0,
    },
    "build": _spec,
    "calibrate_run": _run,
    "compare_runs": lambda case: {"runs": [case.run], "workspace": case.workspace},
    "create_learning_curve": lambda case: _curve(case.index),
    "create_run": _design,
    "create_search": lambda case: {**_design(case), "trials": 2},
    "delete_run": _run,
    "evaluate_predictions": lambda _: {
        "y_true": [0, 1],
        "probabilities": [[0.9, 0.1], [0.2, 0.8]],
        "classes": ["a", "b"],
    },
    "evaluate_run": _run,
    "export_model": lambda case: {
        "bundle": _model(case),
        "form": "litert",
        "out": case.workspace.root / f"export-{next(NUMBERS)}",
    },
    "find_model": lambda _: {"name": "phantom-demo"},
    "image_facts": lambda case: {"source": case.image},
    "judge_test_images": _run,
    "keras_script": _spec,
    "learning_curve": lambda case: {"group": case.group},
    "list_models": lambda _: {},
    "list_runs": lambda _: {},
    "make_split": lambda case: {"index": case.index},
    "open_run": lambda case: {"run_id": case.run.id},
    "open_search": lambda case: {"search_id": case.search.id},
    "prepare": lambda case: {
        "radiograph": xraylib.read_image(case.image),
        "preparation": xraylib.Preparation(),
    },
    "preset": lambda _: {"name": "lesson-cnn"},
    "publish_run": lambda case: {**_run(case), "name": "mine"},
    "read_image": lambda case: {"source": case.image},
    "resume": _run,
    "run_report": _run,
    "scan": lambda case: {"root": case.index.root},
    "search": lambda case: {
        "data": case.index,
        "model": _spec(case)["spec"],
        "trials": 2,
        "wait": False,
    },
    "search_result": lambda case: {"search": case.search},
    "start": _run,
    "stop": _run,
    "trace": _spec,
    "train": lambda case: {"data": case.index, "model": _spec(case)["spec"], "wait": False},
    "verify_bundle": lambda case: {"folder": _model(case).folder},
    "wait": _run,
}


def _model_says(case: Case) -> Any:
    return xraylib.Classifier(_model(case)).classify(xraylib.read_image(case.image))


def _parameters() -> list[tuple[str, str]]:
    return [
        (name, parameter.name)
        for name in VALID
        for parameter in inspect.signature(getattr(xraylib, name)).parameters.values()
        if parameter.kind is not parameter.VAR_KEYWORD
    ]


def test_every_public_name_is_called_here() -> None:
    assert set(xraylib.__all__) == set(VALID) | NOT_CALLED


@pytest.mark.parametrize(("name", "parameter"), _parameters())
def test_only_our_errors_come_out_of_wrong_arguments(
    case: Case, tmp_path: Path, name: str, parameter: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    wrong = WRONG | {"a missing path": tmp_path / "missing", "a folder": folder}
    function = getattr(xraylib, name)
    for what, value in wrong.items():
        given = {**VALID[name](case), parameter: value}
        try:
            function(**given)
        except XrayError as error:
            check_whole(error)
        except Exception as error:
            pytest.fail(f"{name}({parameter}={what}) raised {error!r}")
        else:
            taken = what == "an object" and name not in TAKEN_AS_GIVEN
            assert not taken, f"{name}({parameter}=object()) was taken"


@pytest.mark.parametrize("name", [name for name in VALID if name != "XrayError"])
def test_an_unknown_keyword_is_refused_with_the_nearest_name(case: Case, name: str) -> None:
    if name in TAKEN_AS_GIVEN:
        return
    function = getattr(xraylib, name)
    known = next(iter(inspect.signature(function).parameters))
    with pytest.raises((ConfigError, SpecError)) as refused:
        function(**VALID[name](case), **{f"{known}x": 1})
    check_whole(refused.value)
    assert f"write {known} if that was meant" in refused.value.remedy


def check_whole(error: XrayError) -> None:
    """Its three parts are phrases without a full stop of their own, and its code is one."""
    for part in (error.what, error.expected, error.remedy):
        assert part.strip() == part != ""
        assert not part.endswith((".", ".'", "!"))
    assert error.message == f"{error.what}. Expected {error.expected}. Do this: {error.remedy}."
    assert ".." not in error.message
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", error.code)
    assert "\n" not in error.message
