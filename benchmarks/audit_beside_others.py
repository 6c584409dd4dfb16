"""What the audit finds on a real set that leaks, and what it costs, beside another tool.

    XRAYLIB_REAL_DATA=... python benchmarks/audit_beside_others.py [--baseline CHECKOUT]
    python benchmarks/audit_beside_others.py --images 10000 --cleanvision PYTHON

The set is the lesson's (``codecademy_covid19``): nine of its test images are also in training, six
of them byte for byte, three changed. Beside `xraylib audit` stands `data-doctor leakage` of
vision-data-doctor 0.2.0, installed into a temporary environment, and, if given, `xraylib audit` of
another checkout with an environment of its own in ``.venv``. Whole processes take turns; printed
are the least seconds and the least processor time (children included), and their ratios. A first
audit has an empty workspace; "again" has what the first one kept.

With ``--images`` the set is so many bent phantoms and a changed copy of every hundredth, and beside
ours stands what cleanvision looks for by itself, run by an interpreter that has it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from child_decoding import processor  # noqa: E402
from near_duplicates import write_many  # noqa: E402

DOCTOR = "vision-data-doctor==0.2.0"
LEAKING = {f"Covid/{number}.png" for number in (8, 16, 24, 40, 47, 55, 56, 58, 60)}
"""Test images whose picture is also in training, found by comparing all files and pictures."""


def run(command: Sequence[str], folder: Path, **environment: str) -> tuple[float, float, str]:
    """Seconds, processor seconds and standard output of a process that may find something.

    It stands in ``folder``, from where ``python -m`` takes packages first.
    """
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode not in (0, 1) or not done.stdout:
        raise SystemExit(f"{' '.join(command)} failed")
    return seconds, busy, done.stdout


def ours(checkout: Path, data: Path, workspace: str) -> tuple[float, float, set[str]]:
    """An audit by a checkout, with the test images that it says leak."""
    python = sys.executable if checkout == PROJECT else str(checkout / ".venv/bin/python")
    words = [python, "-m", "xraylib", "audit", str(data), "--json"]
    seconds, busy, text = run(words, checkout, XRAYLIB_WORKSPACE=workspace)
    found = json.loads(text)["findings"]
    paths = {path for one in found if one["code"] == "split-leak" for path in one["paths"]}
    return seconds, busy, {p.removeprefix("test/") for p in paths if p.startswith("test/")}


def doctors(command: str, data: Path, folder: str) -> tuple[float, float, set[str]]:
    """The same by the other tool."""
    file = Path(folder) / "doctor.json"
    words = [command, "leakage", "--train", str(data / "train"), "--val", str(data / "test")]
    seconds, busy, _ = run([*words, "--json", str(file)], Path(folder))
    told = json.loads(file.read_text())
    return seconds, busy, {one["val"] for one in (*told["exact_leaks"], *told["near_leaks"])}


def install(folder: str) -> str:
    """The other tool's command, in an environment that goes with the folder."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([f"{folder}/bin/pip", "install", "--quiet", DOCTOR], check=True)
    return f"{folder}/bin/data-doctor"


_PAIRS = ("near-duplicate", "exact-duplicate", "patient-leak")
CLEANVISION = """
import sys
from cleanvision import Imagelab
lab = Imagelab(data_path=sys.argv[1])
lab.find_issues(verbose=False)
print(len(lab.info["near_duplicates"]["sets"]), len(lab.info["exact_duplicates"]["sets"]))
"""


def many(count: int, python: str, rounds: int) -> None:
    """Prints the seconds and processor seconds of both on so many images."""
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary) / "images"
        data.mkdir()
        copies = write_many(data, count)
        print(f"{processor()}; {count:,} images and {copies} changed copies", flush=True)
        ratios = []
        for number in range(rounds):
            workspace = f"{temporary}/{number}"
            words = [sys.executable, "-m", "xraylib", "audit", str(data), "--json"]
            seconds, busy, text = run(words, PROJECT, XRAYLIB_WORKSPACE=workspace)
            told = [one for one in json.loads(text)["findings"] if one["code"] in _PAIRS]
            pairs = sum(len(one["paths"]) // 2 for one in told)
            their_seconds, their_busy, said = run(
                [python, "-c", CLEANVISION, str(data)], Path(temporary)
            )
            ratios.append(busy / their_busy)
            print(
                f"ours {seconds:.1f} s, {busy:.1f} s of processor ({pairs} pairs); "
                f"cleanvision {their_seconds:.1f} s, {their_busy:.1f} s (near and exact sets: "
                f"{said.splitlines()[-1]}); ratio {ratios[-1]:.2f}",
                flush=True,
            )
        print(f"median ratio of processor time {statistics.median(ratios):.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--baseline", type=Path, help="another checkout, with a .venv")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--images", type=int, help="compare on so many images with cleanvision")
    parser.add_argument("--cleanvision", help="a Python that has cleanvision", metavar="PYTHON")
    options = parser.parse_args()
    if options.images:
        many(options.images, options.cleanvision, options.rounds)
        return
    data = Path(os.environ["XRAYLIB_REAL_DATA"]) / "codecademy_covid19"
    results: dict[str, list[tuple[float, float, set[str]]]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        doctor = install(f"{temporary}/doctor")
        for number in range(options.rounds):
            workspace = f"{temporary}/{number}"
            results.setdefault("first", []).append(ours(PROJECT, data, workspace))
            results.setdefault("again", []).append(ours(PROJECT, data, workspace))
            if options.baseline:
                told = ours(options.baseline.resolve(), data, f"{workspace}-before")
                results.setdefault("baseline", []).append(told)
            results.setdefault(DOCTOR, []).append(doctors(doctor, data, temporary))
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'':28}{'seconds':>10}{'processor s':>13}{'ratio':>8}{'found of 9':>12}{'false':>7}")
    reference = min(busy for _, busy, _ in results.get("baseline", results["first"]))
    for name, rounds in results.items():
        busy = min(one[1] for one in rounds)
        found = rounds[0][2]
        print(
            f"{name:28}{min(one[0] for one in rounds):>10.2f}{busy:>13.2f}{busy / reference:>8.2f}"
            f"{len(found & LEAKING):>12}{len(found - LEAKING):>7}"
        )


if __name__ == "__main__":
    main()
