"""How long the server takes to redraw the augmentation studio's grid of 12 variants.

    python benchmarks/studio.py [--redraws 30]

In turns, medians: the grid alone (twelve films varied, described, shrunk and encoded as the page
does it), and the whole studio, script and messages included, after a slider has moved (without a
browser). Wanted: the grid in at most 50 ms. Exits with 1 if it is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from streamlit.testing.v1 import AppTest  # noqa: E402

from xraylib.data.augment import AUGMENT_PRESETS, augment, draw  # noqa: E402
from xraylib.data.index import scan  # noqa: E402
from xraylib.data.prepare import Preparation, prepare  # noqa: E402
from xraylib.ui.pictures import encode_png, shrink  # noqa: E402
from xraylib.ui.studio import VARIANTS  # noqa: E402
from xraylib.ui.studio_settings import drawn_words  # noqa: E402

WANTED = 50.0  # milliseconds
SIDE = 256  # pixels of a picture on the page


def studio_page(folder: str) -> None:
    """The studio alone on a page."""
    import streamlit as st

    from xraylib.data.index import scan
    from xraylib.ui.studio import show_studio

    if "index" not in st.session_state:
        st.session_state["index"] = scan(folder)
    show_studio(st.session_state["index"], synthetic=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Times redraws of the augmentation studio.")
    parser.add_argument("--redraws", type=int, default=30)
    redraws = parser.parse_args().redraws
    films = PROJECT / "sample_data"
    index = scan(films)
    row = int(index.rows("train")[0])
    pixels = prepare(index.read(row), Preparation())
    config = AUGMENT_PRESETS["strong"]
    page = AppTest.from_function(studio_page, args=(str(films),), default_timeout=120).run()
    grid, whole = [], []
    for number in range(redraws + 1):
        began = time.perf_counter()
        for variant in range(VARIANTS):
            epoch = number * VARIANTS + variant
            encode_png(shrink(augment(pixels, config, seed=0, epoch=epoch, index=row), SIDE))
            drawn_words(draw(config, seed=0, epoch=epoch, index=row, shape=pixels.shape), config)
        grid.append(1000 * (time.perf_counter() - began))
        page.slider(key="augment-rotation_range").set_value(float(1 + number % 80))
        began = time.perf_counter()
        page.run()
        whole.append(1000 * (time.perf_counter() - began))
        if page.exception:
            raise SystemExit(page.exception[0].message)
    # The first of each does not count.
    found = statistics.median(grid[1:])
    print(f"grid of {VARIANTS}, {pixels.shape[1]} × {pixels.shape[0]} pixels: {found:.1f} ms")
    print(f"whole studio: {statistics.median(whole[1:]):.1f} ms")
    print(f"Wanted: grid at most {WANTED:.0f} ms:", "yes" if found <= WANTED else "NO")
    return 0 if found <= WANTED else 1


if __name__ == "__main__":
    raise SystemExit(main())
