"""The exported page's worker, run by Node outside of a browser: the other language's answers."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from xraylib.images.prepare import Preparation

SCRIPT = Path(__file__).with_suffix(".mjs")


class RefusedError(Exception):
    """The worker refuses a file; the code is its text."""


class WebWorker:
    """Asks the worker of an exported folder."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, what: str, **request: Any) -> Any:
        """One answer.

        Raises:
            RefusedError: The worker refuses the file.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"ask": what, **request}) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        if "refused" in told:
            raise RefusedError(told["refused"])
        assert "failed" not in told, told
        return told["answer"]

    def read(self, data: bytes, preparation: Preparation) -> Any:
        """A file as it was decoded and prepared; arrays as arrays."""
        words = str(preparation.grey_range or "")
        settings = preparation.to_json()
        told = self.ask("read", data=encoded_bytes(data), preparation=settings, range=words)
        return {**told, "pixels": _array(told["pixels"]), "prepared": _array(told["prepared"])}

    def judge(self, pixels: np.ndarray, features: np.ndarray | None) -> Any:
        """How strange prepared pixels are."""
        height, width, channels = pixels.shape
        size = {"width": width, "height": height, "channels": channels}
        means = None if features is None else features.tolist()
        return self.ask("judge", data=encoded_bytes(pixels.tobytes()), features=means, **size)

    def filled(self, pixels: np.ndarray, marked: np.ndarray) -> np.ndarray:
        """Prepared pixels without what is marked."""
        height, width, channels = pixels.shape
        size = {"width": width, "height": height, "channels": channels}
        asked = {"data": encoded_bytes(pixels.tobytes()), "marked": encoded_bytes(marked.tobytes())}
        return _array(self.ask("filled", **asked, **size)).reshape(pixels.shape)


@contextmanager
def web_worker(folder: Path) -> Iterator[WebWorker]:
    """The worker of this folder; Node must be on the path."""
    command = [shutil.which("node") or "node", str(SCRIPT), str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield WebWorker(process)
        assert process.stdin is not None
        process.stdin.close()


def encoded_bytes(data: bytes) -> str:
    """As the worker takes them."""
    return base64.b64encode(data).decode("ascii")


def _array(told: Any) -> np.ndarray:
    data = base64.b64decode(told["data"])
    return np.frombuffer(data, told["type"]).reshape(told["shape"])
