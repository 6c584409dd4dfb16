"""What a node of a cluster does for a folder of images: holds the model, judges what it is given.

`NodeJudge` lives in a Ray actor, one a processor core, so it ends with who asked for it. What it
needs lies below ``xraylib-<user>`` in the node's folder for temporary files, as that of runs does.
"""

from __future__ import annotations

import platform
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from xraylib.errors import ImageError
from xraylib.json_values import JsonObject
from xraylib.models.classify.folder_workers import Worker
from xraylib.models.classify.image_source import Address
from xraylib.training.cluster.node import Bytes, root_here, tidy
from xraylib.training.run.locks import take
from xraylib.version import VERSION


class NodeJudge:
    """A model on a node. Two batches may be there at once: one is read while one is judged.

    Args:
        name: The model's.
        bundle: Its files by their names.
        address: Where the images are, or nothing: they are sent.
    """

    def __init__(self, name: str, bundle: Mapping[str, Bytes], address: str) -> None:
        root = root_here()
        tidy(root)
        self._home = Path(tempfile.mkdtemp(prefix="run-", dir=root))
        self._mine = take(self._home / "actor.lock")
        place = self._home / "bundle"
        place.mkdir()
        for file, content in bundle.items():
            (place / file).write_bytes(content.tobytes())
        self._source = Address(address) if address else None
        self._worker = Worker(place, name)
        self._judging = threading.Lock()

    def hello(self) -> JsonObject:
        """Who this is: ``xraylib`` and ``machine``."""
        return {"xraylib": VERSION, "machine": platform.node()}

    def judge(self, names: Sequence[str], sent: Sequence[Bytes | ImageError]) -> list[JsonObject]:
        """What is said of a batch, as JSON.

        Args:
            names: Of the images.
            sent: The content of each, or why there is none; nothing where this node reads them.
        """
        with tempfile.TemporaryDirectory(prefix="batch-", dir=self._home) as folder:
            place = Path(folder)
            if self._source is not None:
                files = self._source.files(names, place)
            else:
                files = [_written(one, place / str(at)) for at, one in enumerate(sent)]
            with self._judging:
                judged = self._worker.judge(names, files)
        return [one.to_json() for one in judged]


def _written(content: Bytes | ImageError, file: Path) -> Path | ImageError:
    if isinstance(content, ImageError):
        return content
    content.tofile(file)
    return file


def as_sent(files: Sequence[Path | ImageError]) -> list[Bytes | ImageError]:
    """The content of files, to be sent to a node; why there is none where there is none."""
    from xraylib.images.decode import read_bytes

    found: list[Bytes | ImageError] = []
    for file in files:
        try:
            found.append(
                file if isinstance(file, ImageError) else np.frombuffer(read_bytes(file), np.uint8)
            )
        except ImageError as error:
            found.append(error)
    return found


def remote(ray: Any) -> Any:
    """`NodeJudge` as an actor that takes a core of a node."""
    return ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0, max_concurrency=2)(NodeJudge)
