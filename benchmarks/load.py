"""Fifty visitors on one server while a run trains: errors, waiting, training, memory.

    python benchmarks/load.py [--sessions 50] [--every 15] [--seconds 60] [--images 2000]

- sessions: real WebSocket clients, each with an action every 15 s; half of the actions hand in an
  image, the others open Dataset, Architecture, Training, Results and Classify. A page that keeps a
  timer is asked for its news as a browser would. Meanwhile a run of the lesson's CNN trains. The
  server is warm: every page was opened once before.
  Wanted: no error; 95 of 100 actions answered whole within 1.5 s, from the click (an upload
  included) to the last message of the page's script; training at most 20 % slower than in the
  windows before and after, in which nobody visits.
- memory: after a warm-up, images are classified one after the other in four sessions. Wanted: the
  web process grows by at most 1 MB for every 100.

The clients live in a process of their own, which shares the processors with the server and the
run: in earnest they are other people's computers, so all figures are worse than they would be.
What a browser needs to draw is not in them. Exits with 1 if anything is missed. With ``--json`` the
visitors' window alone is measured, and told as JSON; `load_pairs.py` compares two commits by that.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent)]

from earlier import code_folder  # noqa: E402

PROJECT = Path(code_folder())
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "support")]

DICOM = sorted((PROJECT / "sample_data").rglob("*.dcm"))[0]
HANDED_IN = ("film", "dicom")
ROUND = (
    *("Classify", "film", "film", "dicom", "film", "film"),
    *("Dataset", "Architecture", "Training", "Results"),
)
WARM_UP = 200
SESSIONS = 4


class Session:
    """One visitor with a list of things to do."""

    def __init__(self, port: int, number: int, run: str) -> None:
        from visitor import Visitor

        self.number, self.run = number, run
        self.visitor = Visitor(port)
        self.visitor.look().click("I understand, continue")
        self.done: list[tuple[str, float, str]] = []

    def act(self, turn: int) -> None:
        """The next thing, and how long it took; or what went wrong."""
        what, start, trouble = ROUND[(self.number + turn) % len(ROUND)], time.perf_counter(), ""
        try:
            self._do(what, turn)
            trouble = "; ".join(self.visitor.exceptions())
            if what in HANDED_IN and not answered(self.visitor.words()):
                trouble = "no result"
        except Exception as error:  # what happens to a visitor is a finding, not an end
            trouble = f"{type(error).__name__}: {error}"
        self.done.append((what, time.perf_counter() - start, trouble))
        self.visitor.received.clear()

    def _do(self, what: str, turn: int) -> None:
        from marked_images import marked_image

        if what not in HANDED_IN:
            query = f"run={self.run}" if what == "Training" else ""
            self.visitor.look(what, query=query)
            return
        if self.visitor.page != "Classify":
            self.visitor.look("Classify")
        if what == "dicom":
            self.visitor.hand_in(("film.dcm", DICOM.read_bytes()))
        else:
            self.visitor.hand_in(marked_image(self.number, turn))


def answered(words: str) -> bool:
    """Whether the model said something of the picture; a marked one it may not be able to judge."""
    return "More like" in words or "cannot judge this picture" in words


def visit(port: int, run: str, sessions: int, every: float, seconds: float) -> dict[str, Any]:
    """Opens the sessions, says so on a line, and lets them act for a while."""
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda number: Session(port, number, run), range(sessions)))
    for page in ("Dataset", "Architecture", "Training", "Results", "Classify"):
        opened[0].visitor.look(page)  # the sample data is read once in a server's life
    print("open", flush=True)
    began = time.monotonic()

    def act(session: Session) -> None:
        due = began + session.number * every / sessions
        for turn in range(int(seconds / every)):
            session.visitor.stay(max(0.0, due - time.monotonic()))
            session.act(turn)
            due += every
        session.visitor.stay(max(0.0, began + seconds - time.monotonic()))

    threads = [threading.Thread(target=act, args=(session,)) for session in opened]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for session in opened:
        session.visitor.close()
    return {"done": [action for session in opened for action in session.done]}


def classify(port: int, images: int) -> dict[str, Any]:
    """Images one after the other in a few sessions; no answer is kept."""
    from marked_images import marked_image
    from visitor import Visitor

    def work(number: int) -> int:
        judged = 0
        with Visitor(port) as visitor:
            visitor.look().click("I understand, continue")
            for turn in range(images // SESSIONS):
                visitor.hand_in(marked_image(number, turn))
                judged += answered(visitor.words())
                visitor.received.clear()
        return judged

    with ThreadPoolExecutor(SESSIONS) as pool:
        return {"judged": sum(pool.map(work, range(SESSIONS)))}


def clients(*arguments: object) -> subprocess.Popen[str]:
    """This script as a process of its own that plays the visitors."""
    command = [sys.executable, __file__, "--clients", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What the visitors met."""
    text, _ = process.communicate()
    if process.returncode:
        raise SystemExit("the clients have failed")
    value: dict[str, Any] = json.loads(text.splitlines()[-1])
    return value


def decoders(pid: int) -> list[Any]:
    """The processes that decode uploads for the server."""
    import psutil

    children = psutil.Process(pid).children()
    return [child for child in children if "xraylib.images.sandbox.child" in child.cmdline()]


def busy(pid: int) -> float:
    """Processor seconds of the server and its decoders."""
    import psutil

    return sum(sum(one.cpu_times()[:2]) for one in (psutil.Process(pid), *decoders(pid)))


def megabytes(pid: int) -> float:
    """Resident memory of the web process."""
    import psutil

    return float(psutil.Process(pid).memory_info().rss / 1e6)


def tell_size(moment: str, pid: int) -> None:
    """What the server and its decoders hold now."""
    held = ", ".join(f"{one.memory_info().rss / 1e6:.0f}" for one in decoders(pid)) or "none"
    print(f"{moment}: web process {megabytes(pid):.0f} MB; decoders: {held}", flush=True)


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--every", type=float, default=15.0, help="Seconds between actions.")
    parser.add_argument("--seconds", type=float, default=60.0, help="Of each window.")
    parser.add_argument("--images", type=int, default=2_000, help="For the memory; 0 for none.")
    parser.add_argument("--json", action="store_true", help="One window, as JSON.")
    parser.add_argument("--clients", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.clients:
        kind, port, *rest = options.clients
        if kind == "visit":
            found = visit(int(port), rest[0], int(rest[1]), float(rest[2]), float(rest[3]))
        else:
            found = classify(int(port), int(rest[0]))
        print(json.dumps(found))
        return 0
    from lab_server import LabServer

    if options.json:
        with (
            tempfile.TemporaryDirectory() as folder,
            LabServer(Path(folder) / "workspace", Path(folder) / "server.log") as server,
        ):
            print(json.dumps(one_window(server, options)))
        return 0
    good = True

    def verdict(what: str, told: str, reached: bool) -> None:
        nonlocal good
        good &= reached
        print(f"{what:<52}{told:>40}   {'yes' if reached else 'NO'}", flush=True)

    with (
        tempfile.TemporaryDirectory() as folder,
        LabServer(Path(folder) / "workspace", Path(folder) / "server.log") as server,
    ):
        tell_size("started", server.pid)
        if options.sessions:
            measure_sessions(server, options, verdict)
        if options.images:
            measure_memory(server, options.images, verdict)
        verdict("Tracebacks in the server's log", str(server.text().count("Traceback")),
                "Traceback" not in server.text())  # fmt: skip
    print("All reached:", "yes" if good else "NO")
    return 0 if good else 1


def visitors(server: Any, run: Any, options: argparse.Namespace) -> tuple[Any, float, float]:
    """What they met; images a second that the run trained meanwhile; processors of the server."""
    from viewers import rate

    process = clients(
        "visit", server.port, run.id, options.sessions, options.every, options.seconds
    )
    assert process.stdout is not None
    if process.stdout.readline() != "open\n":
        raise SystemExit("the sessions did not open")
    began, used = time.time(), busy(server.pid)
    met = answer(process)
    ended, used = time.time(), busy(server.pid) - used
    return met, rate(run, began, ended), used / (ended - began)


def one_window(server: Any, options: argparse.Namespace) -> dict[str, Any]:
    """Seconds of all actions without trouble, how many had some, and how fast the run was."""
    from viewers import start

    from xraylib.training.process import queue
    from xraylib.workspace import Workspace

    run = start(Workspace(server.workspace))
    met, trained, _ = visitors(server, run, options)
    queue.stop(run)
    queue.wait(run, timeout=60)
    return {
        "seconds": [seconds for _, seconds, trouble in met["done"] if not trouble],
        "troubles": sum(bool(trouble) for _, _, trouble in met["done"]),
        "trained": trained,
    }


def measure_sessions(server: Any, options: argparse.Namespace, verdict: Any) -> None:
    """The visitors, and the run beside them."""
    from viewers import rate, start

    from xraylib.training.process import queue
    from xraylib.workspace import Workspace

    run = start(Workspace(server.workspace))

    def alone() -> float:
        time.sleep(2)
        began = time.time()
        time.sleep(options.seconds)
        return rate(run, began, time.time())

    quiet = [alone()]
    met, loaded, used = visitors(server, run, options)
    quiet.append(alone())
    queue.stop(run)
    queue.wait(run, timeout=60)
    done = [(what, seconds) for what, seconds, trouble in met["done"] if not trouble]
    troubles = [f"{what}: {trouble[:200]}" for what, _, trouble in met["done"] if trouble]
    for trouble, times in Counter(troubles).most_common(8):
        print(f"{times} × {trouble}")
    verdict(f"{options.sessions} sessions: errors in {len(met['done'])} actions",
            str(len(troubles)), not troubles)  # fmt: skip
    for what in dict.fromkeys(ROUND):
        times = sorted(seconds for name, seconds in done if name == what)
        if times:
            print(f"  {what:<14} median {statistics.median(times):.2f} s, most {times[-1]:.2f} s")
    times = sorted(seconds for _, seconds in done)
    late = times[max(0, round(0.95 * len(times)) - 1)]
    verdict(
        "  click to result",
        f"median {statistics.median(times):.2f} s, p95 {late:.2f} s, most {times[-1]:.2f} s",
        late <= 1.5,
    )
    before = statistics.mean(quiet)
    verdict(
        "  training beside them, images/s",
        f"{before:,.0f} alone, {loaded:,.0f} = {1 - loaded / before:.1%} slower",
        loaded >= 0.8 * before,
    )
    print(f"  web process and decoders: {used:.2f} processors")
    tell_size("  after them", server.pid)


def measure_memory(server: Any, images: int, verdict: Any) -> None:
    """What the web process keeps of images that are gone."""
    answer(clients("classify", server.port, WARM_UP))
    before = megabytes(server.pid)
    met = answer(clients("classify", server.port, images))
    time.sleep(1)
    after = megabytes(server.pid)
    verdict(
        f"{met['judged']:,} classifications: memory of the server",
        f"{before:.0f} to {after:.0f} MB, {(after - before) / images * 100:+.2f} MB per 100",
        met["judged"] == images and after - before <= images / 100,
    )
    tell_size("  after them", server.pid)


if __name__ == "__main__":
    raise SystemExit(main())
