"""Makes the film of the README: a convolution that is touched, in the drawing of Architecture.

    python scripts/film.py                        # docs/pictures/touch.webp, and a still picture
    python scripts/film.py --into DIR --dark

Needs Chromium and the extra ``test``. The network is the published model that comes with the
project, the X-ray one of its phantoms. Each picture is taken after the next step, so that the film
is the same on a slow machine.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests" / "support")]

from lab_server import chromium, find_chromium  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import Locator, Page, sync_playwright  # noqa: E402
from touched import darken, drawn, packed, whole  # noqa: E402

from xraylib.images.decode import read_image  # noqa: E402
from xraylib.images.prepare import prepare  # noqa: E402
from xraylib.models.catalog import find_model  # noqa: E402
from xraylib.networks.spec import ModelSpec  # noqa: E402
from xraylib.networks.weights.weights_file import read_weights  # noqa: E402

MOST_BYTES = 2_000_000
WIDTH, HEIGHT = 704, 700
PAUSE = 60
"""Milliseconds between two pictures."""

LAYER = 3


def network(page: Page) -> Locator:
    """The drawing with the shipped model and a phantom inside."""
    bundle = find_model("phantom-demo")
    spec = ModelSpec.from_json(bundle.manifest["spec"])
    file = sorted((PROJECT / "sample_data" / "test" / "Covid").glob("*.png"))[1]
    arrays = read_weights(bundle.folder / "model.weights.h5", spec)
    pixels = prepare(read_image(file), bundle.preparation)
    return drawn(page, packed(spec, pixels, arrays, classes=bundle.classes, origin="phantom-demo"))


def scenes(drawing: Locator) -> Iterator[int]:
    """Does one thing after the other; gives how many pictures to take after each."""
    page = drawing.page
    yield 12
    drawing.locator(f"[data-layer='{LAYER}']").click()
    page.wait_for_timeout(600)
    drawing.get_by_role("button", name="Filter 16").click()
    drawing.evaluate("one => one.drawing.panel.empty()")
    drawing.locator(".panel").evaluate("one => one.scrollIntoView({block: 'start'})")
    yield 10
    for place in range(26):  # dragged over a lung
        drawing.evaluate(
            "(one, at) => one.drawing.panel.moveTo(...at)", [14 + place // 2, 12 + place]
        )
        yield 1
    yield 6
    drawing.evaluate("one => one.drawing.panel.empty()")
    for steps in (*([1] * 14), *range(2, 62, 4), *([64] * 56)):
        drawing.evaluate("(one, n) => one.drawing.panel.forward(n)", steps)
        yield 1
    yield 14
    page.evaluate("scrollTo(0, 0)")
    yield 6
    for _ in range(4):
        drawing.get_by_label("Move the X-ray 8 pixels to the right").click()
        whole(drawing)
        page.wait_for_timeout(150)
        yield 5
    yield 12


def pictures(drawing: Locator) -> Iterator[Image.Image]:
    """The film, picture by picture."""
    for count in scenes(drawing):
        taken = drawing.page.screenshot(clip={"x": 0, "y": 0, "width": WIDTH, "height": HEIGHT})
        picture = Image.open(io.BytesIO(taken)).convert("RGB")
        for _ in range(count):
            yield picture


def main() -> int:
    """Writes the film; 1 if there is no Chromium or it is larger than it may be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, default=PROJECT / "docs" / "pictures")
    parser.add_argument("--dark", action="store_true")
    options = parser.parse_args()
    if find_chromium() is None:
        print("No Chromium found. Install it, for example with: apt-get install chromium")
        return 1
    with sync_playwright() as playwright, chromium(playwright) as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        drawing = network(page)
        if options.dark:
            darken(drawing)
        # No heading, and all of the width.
        page.add_style_tag(content="h1 {display: none} body {margin: 10px 20px; max-width: none}")
        page.wait_for_timeout(300)
        first, *others = pictures(drawing)
    film = options.into / ("touch-dark.webp" if options.dark else "touch.webp")
    first.save(
        film, save_all=True, append_images=others, duration=PAUSE, loop=0, quality=55, method=4
    )
    still = film.with_suffix(".png")
    others[len(others) // 2].save(still, optimize=True)
    size = film.stat().st_size
    print(f"{film}: {len(others) + 1} pictures, {size:,} bytes; {still}")
    return int(size > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
