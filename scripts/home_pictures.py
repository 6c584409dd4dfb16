"""Makes the four small pictures of Home: an X-ray, what a network makes of it, curves, a heat map.

    python scripts/home_pictures.py [--workspace DIR]

All of it is real: a test image of the samples, the maps of every convolution of the run that the
button on Home starts, that run's own validation figures, its heat map and its answer. With a
workspace its newest quick start is drawn; without one the run is trained first, about a minute.
`{ink}` in the files is the colour of words, which the page puts in.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT)]

from xraylib.app.shared.runs.start import QUICK_NAME, quick_start  # noqa: E402
from xraylib.app.shell.charts import class_colours  # noqa: E402
from xraylib.app.shell.pictures import (  # noqa: E402
    data_uri,
    encode_jpeg,
    encode_png,
    heat_layer,
    shrink,
)
from xraylib.images.sandbox.shared import read_image  # noqa: E402
from xraylib.models.assemble import look_inside  # noqa: E402
from xraylib.models.classify.classifier import Classifier  # noqa: E402
from xraylib.models.wording import share  # noqa: E402
from xraylib.training.process import queue  # noqa: E402
from xraylib.training.run.runs import Run, list_runs  # noqa: E402
from xraylib.workspace import Workspace  # noqa: E402

OUT: Final = PROJECT / "xraylib" / "app" / "home" / "pictures"
IMAGES: Final = sorted((PROJECT / "sample_data" / "test" / "Pneumonia").glob("*.png"))
WIDE, HIGH = 240, 180
_STYLE: Final = (
    "<style>text{{font:13px sans-serif;fill:{{ink}}}}{more}"
    "@media (prefers-reduced-motion:reduce){{*{{animation:none!important}}}}</style>"
)


def svg(title: str, body: str, style: str = "") -> str:
    """One picture; its motion is in its style, and stops where somebody asked for less of it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" role="img">'
        f"<title>{title}</title>{_STYLE.format(more=style)}{body}</svg>\n"
    )


def picture(place: tuple[float, float, float], data: bytes, more: str = "") -> str:
    """A square picture at (left, top), so many units wide."""
    left, top, side = place
    return (
        f'<image x="{left:g}" y="{top:g}" width="{side:g}" height="{side:g}" '
        f'href="{data_uri(data)}" {more}/>'
    )


def grey(pixels: NDArray[np.uint8], side: int = 168) -> bytes:
    """An image as a small JPEG."""
    return encode_jpeg(shrink(pixels, side), quality=82)


def maps_picture(classifier: Classifier, prepared: NDArray[np.uint8]) -> str:
    """The livelier half of four maps of each convolution, one column a layer, lit in turn."""
    inside = classifier.inside()
    assert inside is not None
    parts, steps = [], len(inside.convolutions)
    side, gap = 34.0, 5.0
    for column, (layer, maps) in enumerate(inside.maps(prepared).items()):
        order = np.argsort(-maps.reshape(-1, maps.shape[2]).std(axis=0))[:4]
        shape = next(one.shape for one in inside.convolutions if one.name == layer)
        tiles = "".join(
            picture(
                (4 + column * (side + gap), 8 + row * (side + gap), side), tile(maps[:, :, one])
            )
            for row, one in enumerate(order)
        )
        label = f'<text x="{4 + column * (side + gap) + side / 2:g}" y="176" text-anchor="middle" '
        label += f'style="font-size:10px">{shape[0]}²×{shape[2]}</text>'
        parts.append(
            f'<g class="m" style="animation-delay:{column * 0.35:.2f}s">{tiles}</g>{label}'
        )
    cycle = 0.35 * steps + 2
    style = (
        "@keyframes lit{0%,100%{opacity:1}12%{opacity:.25}}"
        f".m{{animation:lit {cycle:.1f}s infinite}}"
    )
    return svg("The maps of each convolution", "".join(parts), style)


def tile(one: NDArray[np.float32]) -> bytes:
    """One map from its darkest to its brightest point."""
    low, top = float(one.min()), float(one.max())
    level = np.rint((one - low) / max(top - low, 1e-9) * 255).astype(np.uint8)
    return encode_jpeg(cv2.resize(level, (32, 32), interpolation=cv2.INTER_NEAREST), quality=60)


def curves_picture(run: Run) -> str:
    """Training and validation accuracy by epoch, drawn as they came."""
    epochs = run.epochs()
    left, bottom, wide, high = 34, 150, 196, 132
    parts = [
        f'<path d="M{left} {bottom - high * y:g}h{wide}" stroke="{{ink}}" stroke-opacity=".15"/>'
        f'<text x="{left - 5}" y="{bottom - high * y + 4:g}" text-anchor="end">{y:g}</text>'
        for y in (0, 0.5, 1)
    ]
    for key, colour, word, y in (
        ("accuracy", "#0072b2", "training", 0),
        ("val_accuracy", "#d55e00", "validation", 0),
    ):
        points = [
            f"{left + wide * place / (len(epochs) - 1):.1f} {bottom - high * epoch[key]:.1f}"
            for place, epoch in enumerate(epochs)
        ]
        parts.append(
            f'<path class="c" pathLength="1" d="M{"L".join(points)}" fill="none" '
            f'stroke="{colour}" stroke-width="2.5" stroke-linejoin="round"/>'
        )
        at = left if word == "training" else left + 80
        parts.append(
            f'<path d="M{at} {bottom + 20}h14" stroke="{colour}" stroke-width="3"/>'
            f'<text x="{at + 19}" y="{bottom + 24 + y}">{word}</text>'
        )
    style = (
        "@keyframes draw{0%{stroke-dashoffset:1}70%,100%{stroke-dashoffset:0}}"
        ".c{stroke-dasharray:1;animation:draw 6s infinite}"
    )
    return svg("Accuracy by epoch", "".join(parts), style)


def heat_picture(classifier: Classifier, pixels: NDArray[np.uint8], image: Path) -> str:
    """The same image with its heat map over it, and what the network said."""
    prediction = classifier.classify(read_image(image))
    assert prediction.heat_map is not None
    heat = encode_png(shrink(heat_layer(prediction.heat_map), 84))
    parts = [
        picture((0, 6, 118), grey(pixels)),
        picture((0, 6, 118), heat, 'class="h"'),
    ]
    colours = class_colours(classifier.classes)
    for row, (name, value) in enumerate(prediction.probabilities.items()):
        top = 12 + row * 38
        parts.append(
            f'<text x="128" y="{top + 8}">{name}</text>'
            f'<rect x="128" y="{top + 13}" width="104" height="9" rx="2" fill="{{ink}}" '
            f'fill-opacity=".12"/><rect x="128" y="{top + 13}" width="{104 * value:.1f}" '
            f'height="9" rx="2" fill="{colours[name]}"/>'
            f'<text x="232" y="{top + 8}" text-anchor="end">{share(value)}</text>'
        )
    parts.append(f'<text x="0" y="146">More like {prediction.likeliest}</text>')
    style = (
        "@keyframes warm{0%,15%{opacity:0}45%,100%{opacity:.75}}"
        ".h{opacity:.75;animation:warm 6s infinite}"
    )
    return svg("A heat map and an answer", "".join(parts), style)


def newest(workspace: Workspace) -> Run:
    """The newest quick start that has ended, or one that is trained now."""
    for run in list_runs(workspace=workspace):
        if run.name == QUICK_NAME and run.status().state == "finished":
            return run
    run = quick_start(workspace)
    assert queue.wait(run, timeout=900).state == "finished", run.log_tail()
    return run


def main() -> None:
    """Writes the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        run = newest(Workspace(options.workspace or Path(place)))
        classifier = Classifier(look_inside(run))
        image = next(
            one for one in IMAGES if classifier.classify(read_image(one)).label == "Pneumonia"
        )
        pixels = read_image(image).as_uint8()
        prepared = classifier.prepare(read_image(image))
        made = {
            "image": svg("A chest X-ray", picture((36, 6, 168), grey(pixels, 224))),
            "network": maps_picture(classifier, prepared),
            "curves": curves_picture(run),
            "answer": heat_picture(classifier, pixels, image),
        }
    OUT.mkdir(exist_ok=True)
    for name, text in made.items():
        (OUT / f"{name}.svg").write_text(text, encoding="utf-8")
        print(f"{name}.svg: {len(text):,} bytes")


if __name__ == "__main__":
    main()
