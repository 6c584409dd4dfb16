"""How smoothly the window of the drawing on the Architecture page walks, in Chromium.

    python benchmarks/touch_walk.py [--seconds 6] [--rounds 3]

The drawing by itself, without a server. Told are the time between two frames as the browser counts
them (16.7 ms where it draws 60 a second), first on an empty page, which is what the machine gives
at the time, then while the window walks; and how much of each frame is the drawing's own work.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "support")]

from child_decoding import processor  # noqa: E402
from lab_server import chromium  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402
from touched import drawn, packed  # noqa: E402

from xraylib.images.decode import read_image  # noqa: E402
from xraylib.images.prepare import Preparation, prepare  # noqa: E402
from xraylib.models.catalog import find_model  # noqa: E402
from xraylib.networks.presets import preset  # noqa: E402
from xraylib.networks.spec import ModelSpec  # noqa: E402

_INTERVALS = """milliseconds => new Promise(done => {
  const found = [];
  let last = null;
  const began = performance.now();
  const tick = now => {
    if (last !== null) found.push(now - last);
    last = now;
    if (now - began < milliseconds) requestAnimationFrame(tick);
    else done(found);
  };
  requestAnimationFrame(tick);
})"""
_WALK = """(one, [speed, milliseconds]) => {
  const {panel} = one.drawing;
  panel.walk.pause();
  panel.empty();
  panel.walk.speed = speed;
  window.work = [];
  const forward = steps => panel.forward(steps);
  panel.walk.forward = steps => {
    const began = performance.now();
    const more = forward(steps);
    window.work.push(performance.now() - began);
    if (!more) panel.empty();
    return true;
  };
  panel.walk.play();
}"""


def told(name: str, values: list[float]) -> str:
    """A line of the table."""
    sorted_values = np.array(values)
    median, late = np.percentile(sorted_values, [50, 95])
    rate = 1000 * len(values) / sorted_values.sum()
    missed = (sorted_values > 25).mean()
    return f"{name:44} {rate:5.1f} {median:7.2f} {late:7.2f} {missed:8.2%}"


def measure(page: Page, seconds: float) -> None:
    """Prints the lines of one round."""
    page.goto("about:blank")
    print(told("an empty page", page.evaluate(_INTERVALS, seconds * 1000)))
    file = sorted((PROJECT / "sample_data" / "test" / "Covid").glob("*.png"))[0]
    pixels = prepare(read_image(file), Preparation())
    demo = ModelSpec.from_json(find_model("phantom-demo").manifest["spec"])
    for name, spec, layer in (
        ("lesson-cnn, 5×5 on 256×256", preset("lesson-cnn"), 2),
        ("lesson-cnn, max pooling", preset("lesson-cnn"), 3),
        ("small-cnn, 3×3 on 32 channels", demo, 13),
    ):
        drawing = drawn(page, packed(spec, pixels))
        drawing.locator(f"[data-layer='{layer}']").click()
        page.wait_for_timeout(500)
        for speed in ("fast", "rush"):
            drawing.evaluate(_WALK, [speed, seconds * 1000])
            page.wait_for_timeout(300)
            intervals = page.evaluate(_INTERVALS, seconds * 1000)
            work = page.evaluate("window.work")
            drawing.evaluate("one => one.drawing.panel.walk.pause()")
            own = f"own work {np.median(work):.2f} ms, 95 % below {np.percentile(work, 95):.2f}"
            print(f"{told(f'{name}, {speed}', intervals)}   {own}")


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    print(processor())
    print(f"{'':44} {'fps':>5} {'median':>7} {'95 %':>7} {'> 25 ms':>8}")
    with sync_playwright() as playwright, chromium(playwright) as browser:
        for _ in range(asked.rounds):
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            measure(page, asked.seconds)
            page.close()


if __name__ == "__main__":
    main()
