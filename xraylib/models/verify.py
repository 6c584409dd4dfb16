"""Is a published model, wherever its folder was copied to, still what was published?

Sums say that a folder is as its manifest says, not that its maker meant well. So its networks are
opened in a child process (``python -m xraylib.models.verify DIR``) that may crash, hang or ask
for all memory.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from xraylib.arguments import PathLike, as_path, checked, refused_argument
from xraylib.errors import BundleError
from xraylib.json_values import JsonObject
from xraylib.models.bundle import open_bundle
from xraylib.models.manifest import read_checked, refused

SECONDS: Final = 20.0
_ADDRESS_SPACE: Final = 2**32


@dataclass(frozen=True, kw_only=True)
class VerifiedFile:
    """A file that is as it was published.

    Attributes:
        size: Bytes.
        sha256: Of its bytes.
    """

    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class VerifiedBundle:
    """A version that is as it was published.

    Attributes:
        folder: As it was given.
        name, version: Of the model.
        run: The run that it was published from.
        classes: The names.
        files: By name.
    """

    folder: str
    name: str
    version: int
    run: str
    classes: tuple[str, ...]
    files: Mapping[str, VerifiedFile]

    def to_json(self) -> JsonObject:
        """The fields; of each file ``bytes`` and ``sha256``."""
        return {
            "folder": self.folder,
            "name": self.name,
            "version": self.version,
            "run": self.run,
            "classes": list(self.classes),
            "files": {
                name: {"bytes": file.size, "sha256": file.sha256}
                for name, file in self.files.items()
            },
        }


@checked
def verify_bundle(folder: PathLike, *, seconds: float = SECONDS) -> VerifiedBundle:
    """Checks the folder of one version as the Classify page does before it uses it.

    Files too many or too few, links, sizes, each SHA-256, what ``bundle.json`` must say, and that
    the networks open and have the inputs and outputs that are described. Nothing in it is run as
    code.

    Args:
        folder: ``…/<name>/<version>``.
        seconds: How long the child process that opens the networks may take.

    Raises:
        BundleError: codes ``missing``, ``unexpected-file``, ``too-large``, ``changed``,
            ``schema``, ``damaged``.
        ConfigError: code ``argument``.
        PathError: code ``not-a-path``.
    """
    if not 0 < seconds <= 86_400:
        raise refused_argument(
            "seconds", seconds, "a number above 0, at most 86400", of="verify_bundle"
        )
    folder = as_path(folder, "folder")
    bundle = open_bundle(folder)
    _try_networks(folder, seconds)
    return VerifiedBundle(
        folder=str(folder),
        name=bundle.name,
        version=bundle.version,
        run=str(bundle.manifest["run"]),
        classes=bundle.classes,
        files={
            name: VerifiedFile(size=len(data), sha256=hashlib.sha256(data).hexdigest())
            for name, data in read_checked(folder).items()
        },
    )


def _try_networks(folder: Path, seconds: float) -> None:
    kept = {name: value for name, value in os.environ.items() if name in ("SYSTEMROOT", "PATH")}
    try:
        said = subprocess.run(
            [sys.executable, "-P", "-m", "xraylib.models.verify", str(folder.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=kept,
            timeout=seconds,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired:
        raise _unusable(f"does not open within {seconds:g} seconds") from None
    try:
        answer = json.loads(said)
        error = None if answer is None else BundleError(**answer)
    except (ValueError, TypeError):
        raise _unusable("ends the process that opens it") from None
    if error is not None:
        raise error


def _unusable(problem: str) -> BundleError:
    return refused(
        "damaged", f"has a network that {problem}", "do not use it; publish the run again"
    )


def _child(folder: str) -> None:
    """Opens the networks and runs them once; writes null, or what is wrong with them."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # C libraries may print whatever they like
    import ai_edge_litert.interpreter  # noqa: F401

    from xraylib.models.classify.classifier import Classifier

    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    answer = None
    try:
        bundle = open_bundle(folder)
        inside = Classifier(bundle, workers=1).inside()
        if inside is not None:
            inside.maps(np.zeros(bundle.input_shape, np.uint8))
    except BundleError as error:
        parts = ("what", "expected", "remedy", "code")
        answer = {part: getattr(error, part) for part in parts}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    _child(*sys.argv[1:])
