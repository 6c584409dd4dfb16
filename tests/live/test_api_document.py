"""The HTTP API against its own description, by a tool that makes requests from it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from lab_server import LabServer
from visitor import KEY

pytestmark = [pytest.mark.timeout(900), pytest.mark.long]

NOT_CHECKED = "positive_data_acceptance"
"""Bytes that the description allows need not be an X-ray: the API answers 422 then, as it says."""


def test_every_answer_is_one_that_the_document_describes(demo: LabServer) -> None:
    made = subprocess.run(
        [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "run",
            demo.address("api/v1/openapi.json"),
            "--header",
            f"Authorization: Bearer {KEY}",
            "--phases",
            "examples,coverage,fuzzing",
            "--exclude-checks",
            NOT_CHECKED,
            "--max-examples",
            "60",
            "--seed",
            "1",
            "--continue-on-failure",
            "--no-color",
        ],
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert made.returncode == 0, made.stdout[-4000:] + made.stderr[-1000:]
    assert "Selected: 2/2" in made.stdout
    assert "Traceback" not in demo.text()
