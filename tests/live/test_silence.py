"""Commands, server, trainers and decoders send nothing elsewhere."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lab_server import PROJECT
from silence import ELSEWHERE

SCRIPT = PROJECT / "tests" / "support" / "silence.py"


@pytest.mark.timeout(1200)
def test_nothing_leaves_this_machine_from_the_start_to_the_last_page(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if unshare is None or shutil.which("ip") is None:
        pytest.skip("without unshare and ip no network namespace can be made")
    if subprocess.run([unshare, "-n", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this account may not make a network namespace")
    command = [unshare, "-n", sys.executable, str(SCRIPT), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # What the listener itself sends is heard: whatever a server sent would be.
    assert json.loads(done.stdout) == {
        "tried": [ELSEWHERE], "commands": [], "lab": [], "demo": []
    }  # fmt: skip
