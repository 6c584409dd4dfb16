"""The child itself: its messages and its limits. What it does for its parent: test_decoder."""

from __future__ import annotations

import io
import struct
import subprocess
import sys

import pytest

from xraylib.images.sandbox.child import read_message, write_message


def test_a_message_arrives_as_it_was_sent_and_the_next_one_after_it() -> None:
    pipe = io.BytesIO()
    write_message(pipe, {"do": "decode", "file": "Lungenübersicht"}, b"\x00\xff")
    write_message(pipe, {}, b"")
    pipe.seek(0)
    assert read_message(pipe) == ({"do": "decode", "file": "Lungenübersicht"}, b"\x00\xff")
    assert read_message(pipe) == ({}, b"")
    with pytest.raises(EOFError):
        read_message(pipe)


@pytest.mark.parametrize(
    "sent",
    [
        struct.pack(">I", 2**32 - 1),
        struct.pack(">I", 2) + b"{}" + struct.pack(">Q", 2**40),
        struct.pack(">I", 2) + b"{}" + struct.pack(">Q", 3) + b"ab",
    ],
    ids=["long header", "long content", "torn"],
)
def test_a_message_that_claims_too_much_or_is_torn_is_none(sent: bytes) -> None:
    with pytest.raises(EOFError):
        read_message(io.BytesIO(sent))


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_memory_has_a_limit_and_running_into_it_harms_nobody() -> None:
    script = "import xraylib.images.sandbox.child as s; s.limit(); x = bytearray(2**30)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert b"MemoryError" in done.stderr
