"""What a benchmark prints with the code of an earlier commit of this project.

A benchmark that can compare puts :func:`code_folder` on its path before it imports ``xraylib``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
_FOLDER = "XRAYLIB_CODE_OF"


def code_folder() -> str:
    """The folder whose ``xraylib`` is measured: this project, or that of the earlier commit."""
    return os.environ.get(_FOLDER, str(PROJECT))


def printed_by(commit: str, script: str, *options: str) -> Any:
    """The JSON that a script prints, with ``xraylib`` as it was at a commit.

    Args:
        commit: Of this project.
        script: Its path.
        options: Of the script; ``--json`` is added.
    """
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(
            ["git", "archive", commit], cwd=PROJECT, check=True, capture_output=True
        ).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
        printed = subprocess.run(
            [sys.executable, script, "--json", *options],
            env={**os.environ, _FOLDER: folder},
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
    return json.loads(printed)
