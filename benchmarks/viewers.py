"""How much ten open Training pages slow training down; target: by at most 20 %.

    python benchmarks/viewers.py [--viewers 10] [--seconds 20] [--rounds 3]

A web server, a run of the lesson's CNN on the sample data as a user starts it, and clients that
speak Streamlit's protocol over WebSockets as a browser does: they open the page, keep the timers
that the page asks for, and name the messages that they hold already. Windows with and without
clients take turns within one run; compared are the medians of the images a second in them, counted
from the run's own events. The clients live in a process of their own at the lowest priority: in
earnest they are other people's computers. Printed too: what they were sent, how many figures, and
the share of a core that the server worked meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent)]

from earlier import code_folder  # noqa: E402

PROJECT = Path(code_folder())
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "support")]


class Viewer:
    """One open page."""

    def __init__(self, port: int, query: str) -> None:
        self.port = port
        self.query = query
        self.page = ""
        self.held: set[str] = set()
        self.ticks = self.messages = self.bytes = self.figures = 0
        self._timers: dict[str, asyncio.Task[None]] = {}

    async def watch(self, seconds: float) -> None:
        """Opens the page and stays."""
        import websockets
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        origin = f"http://127.0.0.1:{self.port}"
        async with websockets.connect(
            address,
            subprotocols=["streamlit"],
            origin=origin,
            max_size=None,  # type: ignore[list-item,arg-type]
        ) as socket:
            await self._ask(socket)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    async for data in socket:
                        assert isinstance(data, bytes)
                        self.bytes += len(data)
                        self.messages += 1
                        message = ForwardMsg()
                        message.ParseFromString(data)
                        self._take(socket, message)
            for timer in self._timers.values():
                timer.cancel()

    def _take(self, socket: Any, message: Any) -> None:
        kind = message.WhichOneof("type")
        if message.hash and message.metadata.cacheable:
            self.held.add(message.hash)
        if kind == "new_session":
            self.page = message.new_session.page_script_hash
        elif kind == "auto_rerun":
            timer = message.auto_rerun
            old = self._timers.pop(timer.fragment_id, None)
            if old is not None:
                old.cancel()
            self._timers[timer.fragment_id] = asyncio.create_task(
                self._tick(socket, timer.fragment_id, timer.interval)
            )
        elif kind == "delta" and "vega" in str(message.delta.new_element.WhichOneof("type")):
            self.figures += 1

    async def _tick(self, socket: Any, fragment: str, interval: float) -> None:
        while True:
            await asyncio.sleep(interval)
            self.ticks += 1
            await self._ask(socket, fragment)

    async def _ask(self, socket: Any, fragment: str = "") -> None:
        from streamlit.proto.BackMsg_pb2 import BackMsg

        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        state.cached_message_hashes.extend(sorted(self.held))
        if fragment:
            state.page_script_hash = self.page
            state.fragment_id = fragment
            state.is_auto_rerun = True
        else:
            state.page_name = "Training"
        await socket.send(message.SerializeToString())


def clients(port: int, query: str, viewers: int, seconds: float) -> dict[str, int]:
    """Opens the pages in this process; what came in all."""
    made = [Viewer(port, query) for _ in range(viewers)]

    async def all_of_them() -> None:
        await asyncio.gather(*(viewer.watch(seconds) for viewer in made))

    asyncio.run(all_of_them())
    names = ("ticks", "messages", "bytes", "figures")
    return {name: sum(getattr(viewer, name) for viewer in made) for name in names}


def start(workspace: Any) -> Any:
    """A long run of the lesson's CNN."""
    from xraylib.augmentation.augment import AUGMENT_PRESETS
    from xraylib.datasets.scan import scan
    from xraylib.datasets.split import make_split
    from xraylib.images.prepare import Preparation
    from xraylib.networks.presets import preset
    from xraylib.training.config import TrainConfig
    from xraylib.training.process import queue
    from xraylib.training.run.create import create_run

    index = scan(PROJECT / "sample_data")
    preparation = Preparation()
    run = create_run(
        spec=preset("lesson-cnn", input_shape=preparation.input_shape, classes=3),
        train=TrainConfig(epochs=10_000),
        index=index,
        split=make_split(index),
        preparation=preparation,
        augment=AUGMENT_PRESETS["lesson"],
        workspace=workspace,
    )
    queue.start(run)
    while run.status().epoch < 5:
        if run.status().is_final:
            raise SystemExit(f"{run.status().message}\n{run.log_tail()}")
        time.sleep(0.2)
    return run


def rate(run: Any, began: float, ended: float) -> float:
    """Images a second between two moments, from the epochs that ended between them."""
    epochs = [e for e in run.epochs() if began <= e["time"] <= ended]
    if len(epochs) < 2:
        raise SystemExit("fewer than two epochs in a window: use longer --seconds")
    images = sum(e["images"] for e in epochs[1:])
    return float(images / (epochs[-1]["time"] - epochs[0]["time"]))


def seconds_of(process: int) -> float:
    """Processor time of a process so far."""
    import psutil

    times = psutil.Process(process).cpu_times()
    return float(times.user + times.system)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", nargs=2, metavar=("PORT", "QUERY"))
    options = parser.parse_args()
    if options.clients:
        port, query = options.clients
        print(json.dumps(clients(int(port), query, options.viewers, options.seconds)))
        return
    from lab_server import LabServer

    from xraylib.workspace import Workspace

    settle = 8.0
    alone: list[float] = []
    watched: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        LabServer(Path(folder) / "workspace", Path(folder) / "server.log") as server,
    ):
        run = start(Workspace(server.workspace))
        command = [sys.executable, __file__, "--viewers", str(options.viewers)]
        command += ["--seconds", str(settle + options.seconds + 1)]
        command += ["--clients", str(server.port), f"run={run.id}"]
        for number in range(options.rounds):
            began = time.time()
            time.sleep(options.seconds)
            alone.append(rate(run, began, time.time()))
            pages = subprocess.Popen(["nice", "-n", "19", *command], stdout=subprocess.PIPE)
            time.sleep(settle)  # opening a page costs once; what counts is watching
            began, worked = time.time(), seconds_of(server.pid)
            time.sleep(options.seconds)
            watched.append(rate(run, began, time.time()))
            share = (seconds_of(server.pid) - worked) / (time.time() - began)
            came = json.loads(pages.communicate()[0])
            print(
                f"round {number + 1}: alone {alone[-1]:,.0f}, watched {watched[-1]:,.0f} images/s; "
                f"{came['ticks']} ticks, {came['messages']:,} messages, "
                f"{came['bytes'] / 1e6:.1f} MB, {came['figures']} figures, "
                f"server {share:.2f} cores "
                f"(load {os.getloadavg()[0]:.1f})",
                flush=True,
            )
    slower = 1 - statistics.median(watched) / statistics.median(alone)
    print(f"{options.viewers} viewers slow training by {slower:.1%} (target: at most 20 %)")


if __name__ == "__main__":
    main()
