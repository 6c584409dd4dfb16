"""How long `/healthz` takes while 1,000 connections of strangers are refused.

    python benchmarks/refused_connections.py [--connections 1000] [--at-once 50]

A demo is started. `/healthz` is asked again and again, first alone, then while a process of its
own asks for the WebSocket as pages of another origin do and under a name that is not the server's.
Printed are median, 95th percentile and maximum of both.
"""

from __future__ import annotations

import argparse
import http.client
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "support"), str(PROJECT / "benchmarks")]

from child_decoding import processor  # noqa: E402
from lab_server import LabServer  # noqa: E402

# What a stranger says of itself: the name that it asked for, its page's origin.
STRANGERS = (
    (b"127.0.0.1", b"http://evil.example"),
    (b"127.0.0.1", b"null"),
    (b"evil.example", b"http://evil.example"),
)


def refused(port: int, number: int) -> bool:
    """Whether a stranger's WebSocket is refused."""
    host, origin = STRANGERS[number % len(STRANGERS)]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as one:
        one.sendall(
            b"GET /_stcore/stream HTTP/1.1\r\nHost: %s:%d\r\nConnection: Upgrade\r\n"
            b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nOrigin: %s\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" % (host, port, origin)
        )
        return b" 403 " in one.recv(64)


def ask(connection: http.client.HTTPConnection) -> float:
    """Seconds that `/healthz` takes."""
    began = time.perf_counter()
    connection.request("GET", "/healthz")
    assert connection.getresponse().read() == b"ok\n"
    return time.perf_counter() - began


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=1_000)
    parser.add_argument("--at-once", type=int, default=50)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.port:  # the strangers, in a process of their own
        with ThreadPoolExecutor(options.at_once) as pool:
            numbers = range(options.connections)
            assert all(pool.map(lambda number: refused(options.port, number), numbers))
        return
    times: dict[str, list[float]] = {"alone": [], "beside": []}
    with (
        tempfile.TemporaryDirectory() as place,
        LabServer(
            Path(place) / "workspace", Path(place) / "log", environ={"XRAYLIB_MODE": "demo"}
        ) as server,
    ):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        ask(connection)
        for _ in range(1_000):
            times["alone"].append(ask(connection))
        strangers = subprocess.Popen(
            [sys.executable, __file__, f"--port={server.port}", f"--at-once={options.at_once}",
             f"--connections={options.connections}"]
        )  # fmt: skip
        while strangers.poll() is None:
            times["beside"].append(ask(connection))
        assert strangers.returncode == 0
    print(processor())
    print(f"{options.connections:,} connections refused, {options.at_once} at once")
    print(f"{'/healthz':10}{'asked':>8}{'median ms':>12}{'p95 ms':>10}{'most ms':>10}")
    for name, found in times.items():
        p95 = statistics.quantiles(found, n=20)[-1]
        print(
            f"{name:10}{len(found):8,}{1000 * statistics.median(found):12.1f}"
            f"{1000 * p95:10.1f}{1000 * max(found):10.1f}"
        )


if __name__ == "__main__":
    main()
