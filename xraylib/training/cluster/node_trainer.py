"""The process that trains a run on a node: a trainer that ends with whoever holds its input.

``python -m xraylib.training.cluster.node_trainer ONEDNN`` loads TensorFlow at once, while images
still travel, and reads one line: the folder of the run that it is to train. The rest of its input
is silence, and its end is that of the process which holds it, however that ended.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Final

from xraylib import onednn
from xraylib.training.process.trainer import prepare_process, train_run
from xraylib.training.process.waiting import load_tensorflow
from xraylib.training.run.runs import Run

ONEDNN: Final = {"on": True, "off": False, "": None}


def main(arguments: list[str]) -> int:
    """Trains the run that is named; returns the exit code."""
    prepare_process()
    onednn.use(ONEDNN[arguments[0]])
    loading = load_tensorflow()
    folder = os.fsdecode(sys.stdin.buffer.readline().rstrip(b"\n"))
    if not folder:
        os._exit(0)
    threading.Thread(target=_end_with_input, daemon=True, name="end with the node").start()
    return train_run(Run(Path(folder)), loading)


def _end_with_input() -> None:
    while os.read(0, 1024):  # not by sys.stdin, whose lock the interpreter's end would wait for
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
