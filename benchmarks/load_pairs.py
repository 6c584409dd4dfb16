"""Fifty visitors beside a run: this code against that of another checkout, in alternating windows.

    python benchmarks/load_pairs.py CHECKOUT [--pairs 8] [--sessions 50] [--seconds 60]

CHECKOUT is a folder with the code of an earlier commit and with an environment ``.venv`` in which
that is installed, because the children of a server find their code there. Each pair is a window
with the server of one and then with that of the other, in turns the earlier or this one first; each
window has a server, a run and visitors of its own (`load.py`). Of each window the median and the
95th percentile from click to result are printed, and at the end the ratio of this one to the
earlier, as the geometric mean over the pairs with its interval of 95 % (Student's t of the
logarithms): what disturbs the machine for minutes disturbs both of a pair. Wanted: a 95th
percentile of at most 1.1 times. A pair takes about four minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

from child_decoding import processor
from earlier import PROJECT
from scipy.stats import t as student

SCRIPT = str(Path(__file__).with_name("load.py"))
MOST = 1.1


def percentile_95(seconds: list[float]) -> float:
    """As `load.py` tells it."""
    return sorted(seconds)[max(0, round(0.95 * len(seconds)) - 1)]


def ratio(earlier: list[float], now: list[float]) -> tuple[float, float, float]:
    """Geometric mean of ``now / earlier`` over the pairs, and its interval of 95 %."""
    logs = [log(b / a) for a, b in zip(earlier, now, strict=True)]
    mean = statistics.mean(logs)
    reach = student.ppf(0.975, len(logs) - 1) * statistics.stdev(logs) / sqrt(len(logs))
    return exp(mean), exp(mean - reach), exp(mean + reach)


def _python_of(checkout: Path) -> str:
    return sys.executable if checkout == PROJECT else str(checkout / ".venv" / "bin" / "python")


def window(checkout: Path, options: list[str]) -> Any:
    """What visitors met with the code of a checkout and its environment."""
    done = subprocess.run(
        [_python_of(checkout), SCRIPT, "--json", *options],
        env={**os.environ, "XRAYLIB_CODE_OF": str(checkout), "PYTHONPATH": str(checkout)},
        check=True,
        stdout=subprocess.PIPE,
    )
    return json.loads(done.stdout)


def main() -> None:
    """Prints the windows and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkout", type=lambda text: Path(text).resolve())
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    asked = parser.parse_args()
    options = ["--sessions", str(asked.sessions), "--seconds", str(asked.seconds)]
    print(processor())
    print(f"{'pair':>4}  {'code':8}{'median s':>10}{'p95 s':>8}{'most s':>8}{'trained':>9}")
    found: dict[str, list[Any]] = {"earlier": [], "now": []}
    for pair in range(asked.pairs):
        for name in ("earlier", "now") if pair % 2 == 0 else ("now", "earlier"):
            met = window(asked.checkout if name == "earlier" else PROJECT, options)
            found[name].append(met)
            seconds = met["seconds"]
            print(
                f"{pair + 1:4}  {name:8}{statistics.median(seconds):10.3f}"
                f"{percentile_95(seconds):8.3f}{max(seconds):8.2f}{met['trained']:9.0f}"
                + (f"   {met['troubles']} with trouble" if met["troubles"] else ""),
                flush=True,
            )
    told = {
        "median": lambda met: statistics.median(met["seconds"]),
        "p95": lambda met: percentile_95(met["seconds"]),
        "training": lambda met: met["trained"],
    }
    for what, of in told.items():
        middle, low, high = ratio(*([of(met) for met in mets] for mets in found.values()))
        print(f"{what}: {middle:.2f} times ({low:.2f} to {high:.2f})")
        if what == "p95":
            word = "yes" if high <= MOST else "NO" if low > MOST else "undecided: more pairs"
            print(f"p95 at most {MOST} times: {word}")


if __name__ == "__main__":
    main()
