"""The kernel kills a decoder for want of memory: its file is named, and the next is decoded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from little_memory import little_memory, python_in
from PIL import Image

from xraylib.training.run.status import out_of_memory_kills

DECODE = """
import sys
from pathlib import Path
from xraylib.errors import ImageError
from xraylib.images.sandbox.decoder import Decoder
with Decoder(seconds=60) as decoder:
    for name in sys.argv[1:]:
        try:
            print(decoder.decode(Path(name).read_bytes()).pixels.shape)
        except ImageError as error:
            print(error.code, error.message)
"""


@pytest.mark.slow
def test_a_decoder_that_the_kernel_kills_costs_its_file_alone(tmp_path: Path) -> None:
    small, large = tmp_path / "small.png", tmp_path / "large.png"
    Image.fromarray(np.eye(40, dtype=np.uint8)).save(small)
    Image.fromarray(np.zeros((5000, 4900), np.uint16)).save(large)
    before = out_of_memory_kills()
    with little_memory(140_000_000) as group:
        told = python_in(group, DECODE, small, large, small).splitlines()
    assert told[0] == told[2] == "(40, 40)"
    assert told[1].startswith("decoder-died The decoder crashed or ran out of memory on this file")
    assert before is not None
    assert (out_of_memory_kills() or 0) > before
