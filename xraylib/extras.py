"""What the bare package does without: the extras, asked for where one is needed.

Classifying, scanning, auditing and all pages need none. Nothing is imported to find out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Final, Literal

from xraylib.errors import InstallationError

Name = Literal["train", "search", "onnx", "map", "tensorboard", "mlflow", "cluster", "addresses"]


@dataclass(frozen=True, kw_only=True)
class Extra:
    """One of the extras in ``pyproject.toml``.

    Attributes:
        packages: The names under which its packages are imported.
        purpose: What needs them, as the beginning of a sentence.
        code: The error's code where they are missing.
    """

    packages: tuple[str, ...]
    purpose: str
    code: str


EXTRAS: Final[Mapping[Name, Extra]] = {
    "train": Extra(
        packages=("tensorflow", "keras", "h5py"),
        purpose="Training a network, and looking into a trained one,",
        code="no-tensorflow",
    ),
    "search": Extra(packages=("optuna",), purpose="A search for settings", code="no-optuna"),
    "onnx": Extra(packages=("onnx", "tf2onnx"), purpose="An export as ONNX", code="no-onnx"),
    "map": Extra(packages=("sklearn",), purpose="Placing images by t-SNE", code="no-scikit-learn"),
    "tensorboard": Extra(
        packages=("tensorboard",), purpose="Telling runs to TensorBoard", code="no-tensorboard"
    ),
    "mlflow": Extra(packages=("mlflow",), purpose="Telling runs to MLflow", code="no-mlflow"),
    "cluster": Extra(packages=("ray",), purpose="A cluster of several machines", code="no-ray"),
    "addresses": Extra(
        packages=("fsspec",), purpose="Reading images from an address", code="no-fsspec"
    ),
}


def lacking(name: Name) -> InstallationError | None:
    """What to tell where an extra is not, or not wholly, installed; None where it is."""
    extra = EXTRAS[name]
    missing = [package for package in extra.packages if find_spec(package) is None]
    if not missing:
        return None
    return InstallationError(
        f"{extra.purpose} needs packages that are not installed here: {', '.join(missing)}",
        expected=f"an installation with the extra `{name}`",
        remedy=f'run `pip install "xray-lab[{name}]"` in this environment, then try again',
        code=extra.code,
    )


def require(name: Name) -> None:
    """Asks for an extra before anything is begun that needs it.

    Raises:
        InstallationError: codes ``no-tensorflow``, ``no-optuna``, ``no-onnx``,
            ``no-scikit-learn``, ``no-tensorboard``, ``no-mlflow``, ``no-ray`` and
            ``no-fsspec``: it is not installed.
    """
    error = lacking(name)
    if error is not None:
        raise error


_CHATTER: Final = re.compile(
    r"[IWE]\d{4} \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d [\d:.]+: [IWE] |(INFO|WARNING|ERROR): |"
    r"WARNING: All log messages before absl|To enable the following instructions: "
)


def is_library_chatter(line: str) -> bool:
    """Whether a line on standard error is what TensorFlow or LiteRT tell their developers.

    What they say when they end the process (``F``) is none.
    """
    return _CHATTER.match(line) is not None
