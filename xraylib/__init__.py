"""From a folder of X-rays to a classified upload, for research and education.

Everything the pages and the command do is a function here. Importing this package is instant:
each name is loaded from its module when it is first used, and only building or training a network
loads TensorFlow.

    import xraylib

    index = xraylib.scan("sample_data")
    spec = xraylib.preset("lesson-cnn", classes=len(index.classes))
    print(xraylib.trace(spec).total_params)
    run = xraylib.train(index, model=spec, epochs=20)
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from xraylib.version import VERSION

__version__ = VERSION

_HOMES = {
    "xraylib.errors": ("XrayError",),
    "xraylib.workspace": ("Workspace",),
    "xraylib.images.decode": ("Radiograph",),
    "xraylib.images.prepare": ("Preparation", "prepare"),
    "xraylib.images.sandbox.shared": ("read_image",),
    "xraylib.datasets.scan": ("DatasetIndex", "ImageRow", "scan"),
    "xraylib.audit": ("AuditReport", "Finding", "audit"),
    "xraylib.datasets.split": ("Split", "make_split"),
    "xraylib.augmentation.augment": ("AUGMENT_PRESETS", "AugmentConfig", "augment"),
    "xraylib.networks.spec": ("ModelSpec",),
    "xraylib.networks.trace": ("trace",),
    "xraylib.networks.presets": ("PRESETS", "preset"),
    "xraylib.training.script.keras_script": ("keras_script",),
    "xraylib.networks.render.keras_model": ("build",),
    "xraylib.training.config": ("TrainConfig",),
    "xraylib.training.run.create": ("create_run",),
    "xraylib.training.run.delete": ("delete_run",),
    "xraylib.training.run.runs": ("Run", "list_runs", "open_run"),
    "xraylib.training.groups.learning": ("create_learning_curve",),
    "xraylib.training.search.create": ("create_search",),
    "xraylib.training.search.search": ("open_search",),
    "xraylib.training.search.start": ("search",),
    "xraylib.training.process.queue": ("resume", "start", "stop", "wait"),
    "xraylib.training.train": ("train",),
    "xraylib.metrics.evaluation": ("Evaluation", "evaluate_predictions"),
    "xraylib.evaluation.evaluate": ("evaluate_run",),
    "xraylib.evaluation.run_calibration": ("calibrate_run",),
    "xraylib.evaluation.run_compare": ("compare_runs",),
    "xraylib.evaluation.several.learning_curve": ("learning_curve",),
    "xraylib.evaluation.several.search_result": ("search_result",),
    "xraylib.evaluation.judge_test": ("judge_test_images",),
    "xraylib.reports.run": ("run_report",),
    "xraylib.models.export": ("export_model",),
    "xraylib.models.publish": ("publish_run",),
    "xraylib.models.verify": ("verify_bundle",),
    "xraylib.models.catalog": ("find_model", "list_models"),
    "xraylib.models.classify.classifier": ("Classifier",),
    "xraylib.models.classify.image_facts": ("image_facts",),
    "xraylib.models.classify.prediction": ("Prediction",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}
_NAMESPACES = {"layers": "xraylib.layers"}

__all__ = sorted((*_HOME_OF, *_NAMESPACES))


class _Package(ModuleType):
    """This package: a public function goes before a room of its name, as in ``xraylib.audit``."""

    def __setattr__(self, name: str, value: object) -> None:
        # The import of a room sets it as an attribute here, whoever needed it.
        if not (name in _HOME_OF and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    if name in _NAMESPACES:
        value = import_module(_NAMESPACES[name])
    elif name in _HOME_OF:
        value = getattr(import_module(_HOME_OF[name]), name)
    else:
        raise AttributeError(f"module 'xraylib' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


if TYPE_CHECKING:
    from xraylib import layers as layers
    from xraylib.audit import AuditReport, Finding, audit
    from xraylib.augmentation.augment import AUGMENT_PRESETS, AugmentConfig, augment
    from xraylib.datasets.scan import DatasetIndex, ImageRow, scan
    from xraylib.datasets.split import Split, make_split
    from xraylib.errors import XrayError
    from xraylib.evaluation.evaluate import evaluate_run
    from xraylib.evaluation.judge_test import judge_test_images
    from xraylib.evaluation.run_calibration import calibrate_run
    from xraylib.evaluation.run_compare import compare_runs
    from xraylib.evaluation.several.learning_curve import learning_curve
    from xraylib.evaluation.several.search_result import search_result
    from xraylib.images.decode import Radiograph
    from xraylib.images.prepare import Preparation, prepare
    from xraylib.images.sandbox.shared import read_image
    from xraylib.metrics.evaluation import Evaluation, evaluate_predictions
    from xraylib.models.catalog import find_model, list_models
    from xraylib.models.classify.classifier import Classifier
    from xraylib.models.classify.image_facts import image_facts
    from xraylib.models.classify.prediction import Prediction
    from xraylib.models.export import export_model
    from xraylib.models.publish import publish_run
    from xraylib.models.verify import verify_bundle
    from xraylib.networks.presets import PRESETS, preset
    from xraylib.networks.render.keras_model import build
    from xraylib.networks.spec import ModelSpec
    from xraylib.networks.trace import trace
    from xraylib.reports.run import run_report
    from xraylib.training.config import TrainConfig
    from xraylib.training.groups.learning import create_learning_curve
    from xraylib.training.process.queue import resume, start, stop, wait
    from xraylib.training.run.create import create_run
    from xraylib.training.run.delete import delete_run
    from xraylib.training.run.runs import Run, list_runs, open_run
    from xraylib.training.script.keras_script import keras_script
    from xraylib.training.search.create import create_search
    from xraylib.training.search.search import open_search
    from xraylib.training.search.start import search
    from xraylib.training.train import train
    from xraylib.workspace import Workspace
