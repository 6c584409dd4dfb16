"""A run as a Jupyter notebook that repeats it with plain Keras: its script, in cells that explain.

The notebook holds no output and no X-ray; beside it lies the table that says which images train,
validate and test. Format 4.5: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import ast
import io
import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xraylib.arguments import PathLike, as_path, checked
from xraylib.errors import PathError
from xraylib.markup import plain
from xraylib.rounding import rounded
from xraylib.training.script.run_script import run_script
from xraylib.training.script.templates import OTHER, SAME
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from xraylib.json_values import JsonObject
    from xraylib.training.run.runs import Run

_TABLES: Final = ("split.csv", "findings.csv")
_NOT_HERE: Final = ("import argparse", "import sys", "HERE = ")
_MEASURES: Final = ("area", "measured")
_SHOW: Final = """for epoch in range(len(history.epoch)):
    values = {name: round(told[epoch], 4) for name, told in history.history.items()}
    print(epoch + 1, values)"""


@checked
def write_notebook(run: Run, out: PathLike) -> tuple[Path, ...]:
    """Writes the notebook, and beside it the table of images that it reads.

    Args:
        run: A run with a network that ends in probabilities.
        out: The notebook's file, ``.ipynb``.

    Returns:
        The files that were written.

    Raises:
        PathError: code ``not-a-notebook``: another ending; ``cannot-write``; a damaged run.
        SpecError: As `run_script`.
    """
    file = as_path(out, "out")
    if file.suffix != ".ipynb":
        raise PathError(
            f"The notebook is to be called {file.name!r}",
            expected="a name that ends in .ipynb",
            remedy=f"write --out {file.stem or 'run'}.ipynb",
            code="not-a-notebook",
        )
    write_atomic(file, run_notebook(run))
    tables = _tables(run)
    copies = [file.with_name(table.name) for table in tables]
    for table, copy in zip(tables, copies, strict=True):
        shutil.copyfile(table, copy)
    return (file, *copies)


def zipped_notebook(run: Run) -> bytes:
    """The same files as one zip file.

    Raises:
        PathError, SpecError: As `write_notebook`.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run.ipynb", run_notebook(run))
        for table in _tables(run):
            archive.write(table, table.name)
    return made.getvalue()


def _tables(run: Run) -> list[Path]:
    return [run.folder / name for name in _TABLES if (run.folder / name).is_file()]


def run_notebook(run: Run) -> str:
    """The notebook as JSON text; see `write_notebook`."""
    parts = _parts(run_script(run))
    data = (
        f"HERE = Path()  # where the table lies\nDATA = Path({str(run.data.root)!r})  # the images"
    )
    texts = [
        ("markdown", _about(run)),
        ("code", f"{parts['head']}\n\n{data}"),
        ("markdown", "## The network"),
        ("code", f"{parts['network']}\n\nmodel.summary()"),
        ("markdown", "## How images are read, varied and put into batches"),
        ("code", parts["images"]),
        ("markdown", "## How it is measured"),
        ("code", parts["measures"]),
        ("markdown", "## How it is trained"),
        ("code", parts["train"]),
        ("markdown", "## Train it\n\n" + _told(run)),
        ("code", "history = train(DATA, EPOCHS)"),
        ("markdown", "## Its curves"),
        ("code", _SHOW),
    ]
    cells = [_cell(kind, text, place) for place, (kind, text) in enumerate(texts) if text]
    book = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def _parts(script: str) -> Mapping[str, str]:
    """The script's statements by what they are for, each with the comments before it."""
    lines = script.split("\n")  # as Python counts them
    found: dict[str, list[str]] = {
        name: [] for name in ("head", "network", "images", "measures", "train")
    }
    part, end = "head", 0
    for place, node in enumerate(ast.parse(script).body):
        last = node.end_lineno or 0
        text = "\n".join(lines[end:last])
        end = last
        if place == 0 or isinstance(node, ast.If):  # the docstring, and what a command does
            continue
        if part == "head" and not isinstance(node, ast.Import | ast.ImportFrom | ast.Assign):
            part = "network"
        name = node.name if isinstance(node, ast.FunctionDef) else ""
        where = "measures" if name in _MEASURES else "train" if name == "train" else part
        if not text.strip().startswith(_NOT_HERE):
            found[where].append(text)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "model":
            part = "images"
    return {name: "\n".join(texts).strip("\n") for name, texts in found.items()}


def _about(run: Run) -> str:
    varied = run.augment.is_identity is False
    name = " ".join((run.name or run.id).split())
    return (
        f"# {plain(name)}\n\nThe run {run.id} of X-ray Lab: the network {plain(run.spec.name)} on "
        f"{plain(run.data.name)}. It needs Keras with TensorFlow, Pillow and OpenCV, the images in "
        "`DATA` and the table beside this notebook.\n\n"
        + (OTHER if varied else SAME).replace("\n", " ")
        + "\n\nFor research and education only. Not a medical device."
    )


def _told(run: Run) -> str:
    epochs = run.epochs()
    if not epochs:
        return "The run itself has not trained an epoch yet."
    rows = ["| epoch | loss | validation loss |", "|---|---|---|"]
    some: Sequence[int] = sorted({0, len(epochs) // 2, len(epochs) - 1})
    for place in some:
        event = epochs[place]
        loss, held = rounded(event["loss"], 4), rounded(event.get("val_loss"), 4)
        rows.append(f"| {event['epoch']} | {loss} | {held} |")
    return "The run itself, to compare with:\n\n" + "\n".join(rows)


def _cell(kind: str, text: str, place: int) -> JsonObject:
    more: JsonObject = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {
        "cell_type": kind, "id": f"cell-{place:02d}", "metadata": {},
        "source": [*text.splitlines(keepends=True)], **more,
    }  # fmt: skip
