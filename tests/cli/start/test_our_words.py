"""What libraries write past Python is kept from standard error; whatever else is written is not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from xraylib.extras import is_library_chatter

_CHATTER = (
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
    "To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow.",
    "I0000 00:00:1796070673.967276   23075 port.cc:153] oneDNN custom operations are on.",
    "E0000 00:00:1796069383.040798    5122 cuda_platform.cc:52] failed call to cuInit",
    "2026-11-30 20:09:43.100000: I tensorflow/core/util/port.cc:153] oneDNN",
    "INFO: Created TensorFlow Lite XNNPACK delegate for CPU.",
)
_OURS = (
    "Rebuilding the trained network",
    "error[no-run]: There is no run of this name.",
    "F0000 00:00:1796069383.040798 5122 cpu.cc:1] Check failed: memory",
    "Fatal Python error: Segmentation fault",
)


@pytest.mark.parametrize("line", _CHATTER)
def test_this_is_chatter(line: str) -> None:
    assert is_library_chatter(line)


@pytest.mark.parametrize("line", _OURS)
def test_this_is_not(line: str) -> None:
    assert not is_library_chatter(line)


def test_native_lines_are_told_apart_and_python_keeps_its_stream() -> None:
    code = (
        "import os, sys\n"
        "from xraylib.cli.start.our_words import without_chatter\n"
        "before = sys.stderr\n"
        "with without_chatter():\n"
        f"    for line in {(*_CHATTER, *_OURS)!r}:\n"
        "        os.write(2, line.encode() + b'\\n')\n"
        "    print('a bar', end='\\r', file=sys.stderr, flush=True)\n"
        "    os.system('echo from a child >&2')\n"
        "assert sys.stderr is before\n"
        "os.write(2, b'INFO: afterwards\\n')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, check=True, timeout=120
    )
    told = done.stderr.decode()
    lines = told.replace("a bar\r", "").splitlines()
    assert "a bar\r" in told
    assert lines == [*_OURS, "from a child", "INFO: afterwards"]


def test_a_closed_standard_error_is_no_trouble() -> None:
    code = (
        "import os\nos.close(2)\n"
        "from xraylib.cli.start.our_words import without_chatter\n"
        "with without_chatter():\n    print('there')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True, timeout=120
    )
    assert done.stdout == "there\n"
