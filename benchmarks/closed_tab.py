"""How much memory a server holds before, while and after a visitor holds 300 MB and closes the tab.

    python benchmarks/closed_tab.py [--files 5] [--megabytes 58]

A demo is started; one visitor looks, hands in files and closes the tab, and nobody else comes.
Printed is the server's resident memory, and how long after the closing it had lost nine tenths of
what the visit had added.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import uuid
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "support"), str(PROJECT / "benchmarks")]

from child_decoding import processor  # noqa: E402
from lab_server import LabServer  # noqa: E402
from visitor import Visitor  # noqa: E402

PATIENCE = 180.0


def resident(pid: int) -> float:
    """Megabytes of a process that are in memory."""
    told = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = (line for line in told if line.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024 / 1e6


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=58)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as place,
        LabServer(
            Path(place) / "workspace", Path(place) / "log", environ={"XRAYLIB_MODE": "demo"}
        ) as server,
    ):
        with Visitor(server.port) as visitor:
            visitor.look().click("I understand, continue")
            before = resident(server.pid)
            for _ in range(options.files):
                data = bytes([7]) * (options.megabytes * 1_000_000)
                status = visitor.put(uuid.uuid4().hex, "large.png", data)
                assert status == 204, status
            held = resident(server.pid)
        closed = time.monotonic()
        gone = 0.0
        while not gone and time.monotonic() - closed < PATIENCE:
            time.sleep(0.5)
            if resident(server.pid) < held - 0.9 * (held - before):
                gone = time.monotonic() - closed
        after = resident(server.pid)
    print(processor())
    print(f"{options.files} files of {options.megabytes} MB in one visit, then the tab is closed")
    for name, megabytes in (("before", before), ("while held", held), ("after", after)):
        print(f"{name:12}{megabytes:8,.0f} MB")
    print(f"nine tenths of it were gone after {gone:.0f} s" if gone else "it was not given back")


if __name__ == "__main__":
    main()
