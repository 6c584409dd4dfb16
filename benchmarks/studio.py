"""How long the server takes to redraw the augmentation studio's grid of 12 variants.

    python benchmarks/studio.py [--redraws 30]

Medians of what happens after a slider has moved, without a browser, for two settings: the lesson's
and everything at once, noise and local contrast too.

grid         twelve images varied, described, shrunk, encoded, and their messages to the browser
whole        the whole studio: sliders, grid, both ends of a range, two histograms, code

Wanted: each grid in at most 50 ms. Exits with 1 if it is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from streamlit.testing.v1 import AppTest  # noqa: E402

from xraylib.app.dataset import augmentation_tab  # noqa: E402
from xraylib.app.dataset.augmentation_settings import widget_values  # noqa: E402
from xraylib.augmentation.augment import AUGMENT_PRESETS, AugmentConfig  # noqa: E402

WANTED = 50.0  # milliseconds
SETTINGS = {
    "lesson": AUGMENT_PRESETS["lesson"],
    "everything": AugmentConfig(
        rotation_range=15,
        width_shift_range=0.1,
        height_shift_range=0.1,
        shear_range=5,
        zoom_range=0.2,
        horizontal_flip=True,
        brightness_range=(0.8, 1.2),
        contrast_range=(0.7, 1.3),
        gamma_range=(0.8, 1.25),
        clahe_range=(1, 3),
        blur_range=1.5,
        noise_range=8,
    ),
}


def studio_page(folder: str) -> None:
    """The studio alone on a page."""
    import streamlit as st

    from xraylib.app.dataset.augmentation_tab import show_studio
    from xraylib.datasets.scan import scan

    if "index" not in st.session_state:
        st.session_state["index"] = scan(folder)
    show_studio(st.session_state["index"], synthetic=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Times redraws of the augmentation studio.")
    parser.add_argument("--redraws", type=int, default=30)
    redraws = parser.parse_args().redraws
    grids: list[float] = []
    show_grid = augmentation_tab.show_grid

    def timed_grid(*images: Any, **settings: Any) -> None:
        began = time.perf_counter()
        show_grid(*images, **settings)
        grids.append(1000 * (time.perf_counter() - began))

    augmentation_tab.show_grid = timed_grid
    images = str(PROJECT / "sample_data")
    missed = False
    for name, config in SETTINGS.items():
        page = AppTest.from_function(studio_page, args=(images,), default_timeout=120).run()
        for field, value in widget_values(config).items():
            page.session_state[f"augment-{field}"] = value
        page.run()
        grids.clear()
        whole = []
        for number in range(redraws):
            page.slider(key="augment-rotation_range").set_value(float(1 + number % 80))
            began = time.perf_counter()
            page.run()
            whole.append(1000 * (time.perf_counter() - began))
            if page.exception:
                raise SystemExit(page.exception[0].message)
        grid = statistics.median(grids)
        missed |= grid > WANTED
        print(
            f"{name:12} grid of {augmentation_tab.VARIANTS}: {grid:5.1f} ms, "
            f"whole studio: {statistics.median(whole):5.1f} ms"
        )
    print(f"Wanted: grid at most {WANTED:.0f} ms:", "NO" if missed else "yes")
    return int(missed)


if __name__ == "__main__":
    raise SystemExit(main())
