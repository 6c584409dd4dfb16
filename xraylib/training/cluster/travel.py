"""What travels to a node before a run trains there, and what comes back; piece by piece."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np

from xraylib.networks.weights.pretrained import pretrained_files
from xraylib.regular import open_regular
from xraylib.training.cluster.node import CHECKPOINT, PIECE, Bytes
from xraylib.training.loop.checkpoint import CheckpointStore
from xraylib.training.loop.session import write_script
from xraylib.training.run.runs import Run
from xraylib.workspace import cannot_write

# What a trainer reads; the rest of a run's folder stays at home.
_TAKEN: Final = (
    "train.json", "data.json", "split.csv", "index.parquet", "environment.json", "status.json",
    "origin.json", "notes.json", "metrics.jsonl",
)  # fmt: skip

Ask = Callable[..., Any]
"""``ask("method", …)`` calls a method of `NodeRun` on the node and returns what it says."""


def send_run(run: Run, pixels: Path, ask: Ask, wait: Callable[[], None]) -> None:
    """Sends all that a trainer needs: settings, split, checkpoint, prepared pixels, weights.

    Args:
        run: The run.
        pixels: The file of its prepared images; it travels if the node does not have it.
        ask: Calls the node.
        wait: Called while another run brings the same images there.
    """
    here = f"runs/{run.id}"
    for name in _TAKEN:
        if (run.folder / name).exists():
            _send(run.folder / name, f"{here}/{name}", ask)
    newest = CheckpointStore(run.folder / "checkpoint").newest()
    for part in CHECKPOINT if newest else ():
        assert newest is not None
        _send(newest / part, f"{here}/checkpoint/{newest.name}/{part}", ask)
    _send_network(run, ask)
    key = pixels.parent.name
    while (answer := ask("offer_pixels", key)) == "wait":
        wait()
    if answer == "send":
        for piece, last in _pieces(pixels):
            ask("take_pixels", key, piece, last=last)


def fetch_results(run: Run, files: dict[str, int], ask: Ask) -> None:
    """Brings files back, each whole or not at all, and writes what is made from them here.

    Raises:
        PathError: code ``cannot-write``.
    """
    for name, size in files.items():
        if name in CHECKPOINT:
            continue
        draft = run.folder / f".{name}.{secrets.token_hex(4)}"
        try:
            _fetch(name, size, draft, ask)
            draft.replace(run.folder / name)
        except OSError as error:
            raise cannot_write(f"Cannot write {name}", run.folder, error) from error
        finally:
            with suppress(OSError):
                draft.unlink()
    if "model.weights.h5" in files:
        write_script(run)


def fetch_checkpoint(run: Run, name: str, files: dict[str, int], ask: Ask) -> None:
    """Brings a checkpoint back, in place of the older one.

    Raises:
        OSError: The disk is full; the older one is untouched.
    """

    def write(draft: Path) -> None:
        for part in CHECKPOINT:
            _fetch(part, files[part], draft / part, ask)

    CheckpointStore(run.folder / "checkpoint").receive(name, write)


def _send_network(run: Run, ask: Ask) -> None:
    """``spec.json``, and the weights that its backbones begin with, where the node reads them."""
    spec: dict[str, Any] = run.spec.to_json()
    home = ask("hello")["folder"]
    for index, file in pretrained_files(run.spec).items():
        layer = spec["layers"][index]
        own = layer["weights"] != "imagenet"
        place = f"weights/{index}-{file.name}" if own else f"keras/models/{file.name}"
        if own:
            layer["weights"] = f"{home}/{place}"
        _send(file, place, ask)
    content = np.frombuffer(json.dumps(spec).encode(), np.uint8)
    ask("take_piece", f"runs/{run.id}/spec.json", content)


def _send(file: Path, name: str, ask: Ask) -> None:
    for piece, _last in _pieces(file):
        ask("take_piece", name, piece)


def _pieces(file: Path) -> Iterator[tuple[Bytes, bool]]:
    """The content of a file, and whether a piece is the last; an empty file has one."""
    with open_regular(file) as stream:
        left = os.fstat(stream.fileno()).st_size
        while True:
            piece = np.frombuffer(stream.read(min(PIECE, left)), np.uint8)
            left -= len(piece)
            yield piece, not left
            if not left:
                return


def _fetch(name: str, size: int, place: Path, ask: Ask) -> None:
    with place.open("wb") as file:
        while file.tell() < size:
            file.write(ask("read", name, file.tell()).tobytes())
        file.flush()
        os.fsync(file.fileno())
