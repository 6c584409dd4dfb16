"""The JSON of every command on data that fill each part of it, and its shape: keys and types.

Version 0.1.0's was recorded by running this file with its checkout first on the path, as
``tests/before_0_2/README.md`` says; so it uses nothing of xraylib but the command itself.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from before import MODEL, RUN, restore

TWIN: Final = "20261129T220219Z-29ffe3"
"""A copy of the run, so that there are two to compare."""

QUICK: Final[dict[str, str]] = {
    "scan": "scan {poor}",
    "audit": "audit {poor}",
    "summary": "summary lesson-cnn",
    "presets": "presets",
    "runs": "runs",
    "show": "show {run}",
    "groups": "groups",
    "cache": "cache",
    "evaluate": "evaluate {run} --split test",
    "compare": "compare {run} {twin}",
    "calibrate": "calibrate {run}",
    "calibrate --class": "calibrate {twin} --class Normal --sensitivity 0.8 --band 0.3,0.6",
    "report": "report {run} --out {out}/report.html",
    "models": "models",
    "verify": "verify {workspace}/models/{model}/1",
    "classify": "classify {samples}/test/Covid/p001_1.png {poor}/train/Covid/torn.png"
    " --model {model}",
    "classify DIR": "classify {samples}/test/Covid --out {out}/table.csv --workers 1"
    " --model {model}",
    "export folder": "export {model} folder {out}/folder",
    "delete": "delete {twin}",
}
"""Commands that need no Keras, by what they are called in the record."""

KERAS: Final[dict[str, str]] = {
    "evaluate --data": "evaluate {run} --data {poor} --split test --keep",
    "explain": "explain {run} test/Covid/p001_1.png",
    "explain RUN": "explain {run}",
    "keras-summary": "keras-summary lesson-cnn",
    "publish": "publish {run} again",
    "trial": "trial lesson-dense --input-shape 32,32,1 --training 32 --batch-size 16",
    "train --repeats": "train {samples} --model lesson-dense --epochs 1 --image-size 32"
    " --repeats 2 --name both",
    "groups after": "groups",
    "cache after": "cache",
    "cache --prune": "cache --prune",
    "resume --epochs": "resume {run} --epochs 3",
    "stop": "stop {run}",
}
"""Commands that train, build or export networks, in an order in which each has what it needs."""


def places(folder: Path, samples: Path) -> dict[str, str]:
    """A workspace of before with two runs, and a data set with every kind of fault, in ``folder``.

    Args:
        folder: An empty folder, which will hold all.
        samples: The sample data.
    """
    run = restore(folder / "workspace", samples)
    shutil.copytree(run, run.with_name(TWIN))
    (folder / "out").mkdir()
    return {
        "run": RUN,
        "twin": TWIN,
        "model": MODEL,
        "samples": str(samples),
        "poor": str(_poor_folder(samples, folder / "poor")),
        "out": str(folder / "out"),
        "workspace": str(folder / "workspace"),
    }


def answer(main: Callable[[list[str]], int], line: str, where: dict[str, str]) -> Any:
    """What the command prints with ``--json``; of several lines, the list of them.

    Args:
        main: ``xraylib.cli.main``.
        line: One of the commands above.
        where: What :func:`places` returned.
    """
    words = [*(word.format(**where) for word in line.split()), "--json"]
    if words[0] == "trial":  # TensorFlow lets a process choose its threads once
        command = [sys.executable, "-m", "xraylib", *words]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    else:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            main(words)
        said = printed.getvalue()
    values = [json.loads(text) for text in said.splitlines()]
    assert values, line
    return values[0] if len(values) == 1 else values


def shape(value: object) -> Any:
    """Keys and types: a list becomes ``[the shapes of its items]``, a text ``"text"``."""
    if isinstance(value, dict):
        return {key: shape(part) for key, part in value.items()}
    if isinstance(value, list):
        found: list[Any] = []
        for part in map(shape, value):
            if part not in found:
                found.append(part)
        return sorted(found, key=json.dumps)
    kinds = {bool: "yes or no", int: "number", float: "number", str: "text", type(None): "nothing"}
    return kinds[type(value)]


def lost(before: Any, now: Any, where: str = "$") -> list[str]:
    """What ``before`` had and ``now`` has not: keys that are gone and types that changed."""
    if isinstance(before, dict):
        if not isinstance(now, dict):
            return [f"{where}: no longer an object"]
        gone = [f"{where}.{key}: gone" for key in before.keys() - now.keys()]
        for key in before.keys() & now.keys():
            gone += lost(before[key], now[key], f"{where}.{key}")
        return sorted(gone)
    if isinstance(before, list):
        if not isinstance(now, list):
            return [f"{where}: no longer a list"]
        missing = [
            min(
                (lost(item, other, f"{where}[]") for other in now),
                key=len,
                default=[f"{where}[]: gone"],
            )
            for item in before
        ]
        return [line for lines in missing for line in lines]
    # Who could read nothing in this place can read what stands in it for other items.
    return [] if before in (now, "nothing") else [f"{where}: was {before}, is {now}"]


def _poor_folder(samples: Path, folder: Path) -> Path:
    """Sample images with copies, patients on both sides, contradictions and a torn file."""
    for part, first, count in (("train", 0, 8), ("test", 0, 6)):
        for label in ("Covid", "Normal", "Pneumonia"):
            target = folder / part / label
            target.mkdir(parents=True)
            for file in sorted((samples / part / label).glob("*.png"))[first : first + count]:
                shutil.copy(file, target / file.name)
    one = sorted((folder / "train" / "Covid").glob("*.png"))[0]
    shutil.copy(one, folder / "test" / "Covid" / "p900_1.png")
    shutil.copy(one, folder / "train" / "Normal" / "p901_1.png")
    shutil.copy(one, folder / "test" / "Covid" / one.name)
    (folder / "train" / "Covid" / "torn.png").write_bytes(one.read_bytes()[:2000])
    return folder


def record() -> dict[str, Any]:
    """The shapes of all commands of the xraylib that is first on the path."""
    from xraylib.cli import main

    samples = Path(sys.argv[1]).absolute()
    with tempfile.TemporaryDirectory() as folder:
        where = places(Path(folder), samples)
        os.environ["XRAYLIB_WORKSPACE"] = where["workspace"]
        return {name: shape(answer(main, line, where)) for name, line in {**QUICK, **KERAS}.items()}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(record(), indent=1, sort_keys=True) + "\n")
