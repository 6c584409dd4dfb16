"""Run in a network namespace: all that commands, a server and its trainers send to elsewhere.

    unshare -n python tests/support/silence.py FOLDER

There, every way leads into the one device that this process listens on. It prints, as JSON, the
addresses that packets went to while the listener itself was tried, and while the others ran.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlencode

PROJECT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(PROJECT), str(Path(__file__).parent)]

from every_page import Place, every_place  # noqa: E402
from judged_findings import judged_findings_run  # noqa: E402
from lab_server import LabServer  # noqa: E402
from made_runs import draw_noise, finish, made_run  # noqa: E402
from made_searches import made_search  # noqa: E402
from until import until  # noqa: E402
from visitor import Visitor  # noqa: E402
from websockets.exceptions import InvalidStatus  # noqa: E402

from xraylib.app.shell.pages import PAGES  # noqa: E402
from xraylib.datasets.catalog import add_dataset  # noqa: E402
from xraylib.settings import SAMPLE_DATA  # noqa: E402
from xraylib.training.run.runs import list_runs  # noqa: E402
from xraylib.workspace import Workspace, write_json  # noqa: E402

ELSEWHERE = "198.51.100.7"  # RFC 5737: for documentation
WAYS = (
    "ip link set lo up",
    "ip address add 192.0.2.1/32 dev lo",
    "ip route add default dev lo src 192.0.2.1",
)
PHANTOM = sorted((SAMPLE_DATA / "test" / "Pneumonia").glob("*.png"))[0]
LESSON = "Learn with the sample X-rays"


class Ear:
    """Notes where packets of version 4 and 6 go that leave this machine, names asked for too."""

    def __init__(self) -> None:
        self.heard: set[str] = set()
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            packet = self._socket.recv(64)
            version = packet[0] >> 4
            if version not in (4, 6):
                continue
            there = ip_address(packet[16:20] if version == 4 else packet[24:40])
            if not (there.is_loopback or there == ip_address("192.0.2.1") or there.is_multicast):
                self.heard.add(str(there))

    def told(self) -> list[str]:
        """What was heard since the last time."""
        time.sleep(0.2)
        heard, self.heard = sorted(self.heard), set()
        return heard


def furnish(workspace: Workspace, folder: Path) -> dict[str, str]:
    """Runs of classes, of findings, of a learning curve and of a search, and two data sets.

    Returns:
        The name of the data set of each run.
    """
    images = draw_noise(folder / "images", train=12)
    add_dataset(images, "noise", workspace=workspace)
    run, other = (finish(made_run(workspace, images, name=name)) for name in ("one", "other"))
    curve = f"{run.id[:-6]}0c0c0c"
    record = {"kind": "shares", "name": "", "runs": [run.id, other.id], "patients_told": True}
    write_json(workspace.runs / ".groups" / f"{curve}.json", record | {"shares": [0.5, 1.0]})
    write_json(other.folder / "origin.json", {"kind": "share", "group": curve})
    find = judged_findings_run(workspace, folder / "findings")
    trial = made_search(workspace, images, trials=5).group.runs[0]
    return {run.id: "noise", other.id: "noise", trial.id: "noise", find.id: "labelled"}


def command(workspace: Workspace, words: str) -> None:
    """Runs ``xraylib`` and expects that it does what it should."""
    code = "import sys; from xraylib.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, *words.split()],
        env={**os.environ, "XRAYLIB_WORKSPACE": str(workspace.root)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (words, done.stderr)


def commands(workspace: Workspace, folder: Path, run: str) -> None:
    """Those that read images, tables, models and runs; what they keep is shown by the pages."""
    (folder / "findings" / "labels.csv").write_text(
        "\n".join(["image,Bright,Striped", *labelled(folder / "findings")]), encoding="utf-8"
    )
    for words in (
        f"scan {folder / 'findings'} --labels labels.csv --name labelled",
        "audit --dataset labelled", "map labelled", "runs", "groups", "models",
        f"accept phantom-demo {SAMPLE_DATA / 'test'}",
        f"classify {PHANTOM} --model phantom-demo", f"evaluate {run}",
        f"report {run} --out {folder / 'report.html'}",
    ):  # fmt: skip
        command(workspace, words)


def labelled(images: Path) -> list[str]:
    """A line for each image, whose name says what it shows."""
    names = (file.relative_to(images).as_posix() for file in sorted(images.rglob("*.png")))
    return [f"{name},{name[-6]},{name[-5]}" for name in names]


def visit(server: LabServer, mode: str, runs: Mapping[str, str]) -> None:
    """Strangers are refused, then every page is opened with each of its tabs and an X-ray judged.

    Args:
        server: The server.
        mode: ``"lab"`` or ``"demo"``.
        runs: Names of data sets by run. Every tab is opened with the first and that of findings,
            Training and Results with the others.
    """
    for _ in range(3):
        with suppress(InvalidStatus):
            Visitor(server.port, origin="http://evil.example")
    with Visitor(server.port, "") as visitor:
        for run, data in runs.items() or [("", "")]:
            judged = data == "labelled" or run == next(iter(runs), "")
            for place in every_place() if judged else (Place("training"), Place("results")):
                page = PAGES[place.page]
                name = Path(page.file).stem.partition("_")[2] if page.key != "home" else ""
                tab = dict([place.tab] if place.tab else [])
                asked = {"run": run, "data": data, "model": "phantom-demo", **tab}
                visitor.look(name, query=urlencode({key: one for key, one in asked.items() if one}))
                assert not visitor.exceptions(), (mode, place, run, visitor.exceptions())
        visitor.look("Classify")
        visitor.click("I understand, continue")
        visitor.hand_in((PHANTOM.name, PHANTOM.read_bytes()))
        assert "more like" in visitor.words().lower(), visitor.words()


def train(server: LabServer, workspace: Workspace) -> None:
    """A run that has begun to learn."""
    before = {run.id for run in list_runs(workspace=workspace)}
    with Visitor(server.port, "") as visitor:
        visitor.look("").click(LESSON)
        visitor.look("Training")
        until(lambda: len(list_runs(workspace=workspace)) > len(before))
        (run,) = (run for run in list_runs(workspace=workspace) if run.id not in before)
        until(
            lambda: run.status().state == "running" or run.status().is_final,
            seconds=400,
            what=run.log_tail,
        )
        assert run.status().state == "running", run.status()


def main() -> None:
    """Prints ``{"tried": …, "commands": …, "lab": …, "demo": …}``."""
    for way in WAYS:
        subprocess.run(way.split(), check=True)
    ear, folder, told = Ear(), Path(sys.argv[1]), {}
    with suppress(OSError):
        socket.create_connection((ELSEWHERE, 80), timeout=0.2)
    told["tried"] = ear.told()
    for mode in ("lab", "demo"):
        workspace = Workspace(folder / mode)
        address = "127.0.0.1" if mode == "lab" else "0.0.0.0"
        runs: dict[str, str] = {}
        if mode == "lab":
            runs = furnish(workspace, folder)
            commands(workspace, folder, next(iter(runs)))
            told["commands"] = ear.told()
        with LabServer(
            workspace.root, folder / f"{mode}.log",
            environ={"XRAYLIB_MODE": mode}, options={"server.address": address},
        ) as server:  # fmt: skip
            visit(server, mode, runs)
            if mode == "lab":
                train(server, workspace)
        told[mode] = ear.told()
    print(json.dumps(told))


if __name__ == "__main__":
    os.environ.pop("XRAYLIB_WORKSPACE", None)
    main()
