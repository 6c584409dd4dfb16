"""A workbook is read by a process of its own, which may crash or want too much memory without harm.

Two cells in the far corners of a sheet, or one that is repeated a million times, make a workbook of
a thousand bytes for which its reader wants more memory than there is; then it ends the process.

The child, ``python -m xraylib.datasets.tables.excel_apart``, gets the file by its standard input
and writes JSON: what `xraylib.datasets.tables.excel.workbook_text` found, or what is wrong.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Final

from xraylib.images.sandbox.child_limits import environment, limit

ADDRESS_SPACE: Final = 3 * 2**30
"""Of the child; a sheet of a million rows and ten columns takes half of it."""
SECONDS: Final = 60.0

_COMMAND: Final = (sys.executable, "-P", "-m", "xraylib.datasets.tables.excel_apart")


def text_apart(data: bytes) -> tuple[str, tuple[str, ...]]:
    """`xraylib.datasets.tables.excel.workbook_text` of a file, in the child.

    Raises:
        ValueError: As there, and where the child takes too long or does not survive it.
    """
    try:
        done = subprocess.run(
            _COMMAND,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ValueError(f"reading it was stopped after {SECONDS:g} seconds") from None
    if done.returncode:
        raise ValueError("its reader crashed or ran out of memory on it")
    answer = json.loads(done.stdout)
    if "wrong" in answer:
        raise ValueError(answer["wrong"])
    return str(answer["text"]), tuple(answer["left"])


def _serve() -> None:
    import python_calamine  # noqa: F401 - loaded while there is no limit

    from xraylib.datasets.tables.excel import workbook_text

    limit(ADDRESS_SPACE)
    data = sys.stdin.buffer.read()
    try:
        text, left = workbook_text(data)
        answer: dict[str, object] = {"text": text, "left": left}
    except ValueError as error:
        answer = {"wrong": str(error)}
    sys.stdout.write(json.dumps(answer))  # in letters that every encoding has


if __name__ == "__main__":
    _serve()
