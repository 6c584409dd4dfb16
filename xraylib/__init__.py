"""From a folder of X-rays to a classified upload, for research and education.

Everything the pages and the command do is a function here. Importing this package is instant:
each name is loaded from its module when it is first used, and only building or training a network
loads TensorFlow.

    import xraylib

    index = xraylib.scan("sample_data")
    spec = xraylib.preset("lesson-cnn", classes=len(index.classes))
    print(xraylib.trace(spec).total_params)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "xraylib.errors": ("XrayError",),
    "xraylib.workspace": ("Workspace",),
    "xraylib.data.images": ("Radiograph", "read_image"),
    "xraylib.data.prepare": ("Preparation", "prepare"),
    "xraylib.data.index": ("DatasetIndex", "Film", "scan"),
    "xraylib.data.audit": ("AuditReport", "Finding", "audit"),
    "xraylib.data.split": ("Split", "make_split"),
    "xraylib.data.augment": ("AUGMENT_PRESETS", "AugmentConfig", "augment"),
    "xraylib.model.spec": ("ModelSpec", "trace"),
    "xraylib.model.presets": ("PRESETS", "preset"),
    "xraylib.model.codegen": ("keras_script",),
    "xraylib.model.builder": ("build",),
    "xraylib.training.config": ("TrainConfig",),
    "xraylib.training.new_run": ("create_run",),
    "xraylib.training.runs": ("Run", "delete_run", "list_runs", "open_run"),
    "xraylib.training.queue": ("start", "stop", "wait"),
    "xraylib.evaluation.metrics": ("evaluate_predictions",),
    "xraylib.evaluation.evaluate": ("evaluate_run",),
    "xraylib.serving.publish": ("publish_run",),
    "xraylib.serving.bundle": ("find_model", "list_models"),
    "xraylib.serving.classifier": ("Classifier",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'xraylib' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


if TYPE_CHECKING:
    from xraylib.data.audit import AuditReport, Finding, audit
    from xraylib.data.augment import AUGMENT_PRESETS, AugmentConfig, augment
    from xraylib.data.images import Radiograph, read_image
    from xraylib.data.index import DatasetIndex, Film, scan
    from xraylib.data.prepare import Preparation, prepare
    from xraylib.data.split import Split, make_split
    from xraylib.errors import XrayError
    from xraylib.evaluation.evaluate import evaluate_run
    from xraylib.evaluation.metrics import evaluate_predictions
    from xraylib.model.builder import build
    from xraylib.model.codegen import keras_script
    from xraylib.model.presets import PRESETS, preset
    from xraylib.model.spec import ModelSpec, trace
    from xraylib.serving.bundle import find_model, list_models
    from xraylib.serving.classifier import Classifier
    from xraylib.serving.publish import publish_run
    from xraylib.training.config import TrainConfig
    from xraylib.training.new_run import create_run
    from xraylib.training.queue import start, stop, wait
    from xraylib.training.runs import Run, delete_run, list_runs, open_run
    from xraylib.workspace import Workspace
