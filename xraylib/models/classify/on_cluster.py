"""A folder of images judged by a Ray cluster, as the command sees it: a process that asks Ray.

What goes wrong there ends that process at most (`crowd`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from xraylib.errors import ClusterError
from xraylib.models.bundle import Bundle
from xraylib.models.classify.classified_image import ClassifiedImage
from xraylib.models.classify.folder_workers import Batch
from xraylib.settings import read_settings
from xraylib.training.process.places import PLACES

_MODULE: Final = "xraylib.models.classify.crowd"


def judge_there(
    source: str,
    batches: Sequence[Sequence[str]],
    bundle: Bundle,
    most: int | None,
    note: Callable[[str], None],
) -> Iterator[tuple[int, Batch]]:
    """The images of each batch, judged, with the batch's place, as they get ready.

    Args:
        source: The folder, or the address.
        batches: Paths of a few images each; ``file`` of a result is the path as it was given.
        bundle: The published model.
        most: Cores that are used; None: all that the cluster has.
        note: Told why nobody judges, if that lasts.

    Raises:
        InstallationError: code ``no-ray``.
        ClusterError: There is no cluster, its nodes cannot judge, or it went away.
    """
    PLACES["ray"].require()
    job = {"source": source, "batches": batches, "bundle": str(bundle.folder),
           "model": bundle.name, "most": most}  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", _MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="ascii",
    )
    assert process.stdin is not None  # PIPE was asked for; likewise for what it says
    assert process.stdout is not None
    try:
        with suppress(OSError):  # it ended at once: there will be no answer, and that is told
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
        for line in process.stdout:
            told: dict[str, Any] = json.loads(line)
            if "note" in told:
                note(told["note"])
            elif "error" in told:
                raise ClusterError(**told["error"])
            elif "end" in told:
                return
            else:
                yield told["batch"], [ClassifiedImage.from_json(one) for one in told["results"]]
        raise ClusterError(
            f"The head of the Ray cluster at {read_settings().ray_address}, or the node on this "
            "machine, went away",
            expected="both as long as images are judged",
            remedy="start it again, then give the same command again: it goes on where it was",
            code="head-gone",
        )
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                pipe.close()
