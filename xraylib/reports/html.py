"""Pieces of a report: one HTML file with everything inside, and images as pictures in it."""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from xraylib.errors import ImageError, PathError

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

NOTICE: Final = "Research and education only. Not a medical device."
_SPLITS: Final = {"test": "test X-rays", "val": "validation X-rays", "train": "training X-rays"}
_SIDE: Final = 220
_STYLE: Final = """
@page { size: A4; margin: 16mm; }
body { font: 14px/1.45 system-ui, sans-serif; color: #1b2733; background: #fff; margin: 2rem auto;
  max-width: 900px; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0.2rem; } h2 { font-size: 1.15rem; margin-top: 1.8rem; }
table { border-collapse: collapse; margin: 0.6rem 0; } caption { text-align: left; color: #4b5862; }
th, td { text-align: left; padding: 0.25rem 0.9rem 0.25rem 0; border-bottom: 1px solid #d5dde2; }
td.n { font-variant-numeric: tabular-nums; } .quiet { color: #4b5862; }
.notice { border: 1px solid #b9c4cc; padding: 0.4rem 0.8rem; font-weight: 600; }
.warn { border-left: 4px solid #b65518; padding-left: 0.8rem; }
.row { display: flex; flex-wrap: wrap; gap: 1.2rem; align-items: flex-start; }
figure { margin: 0; break-inside: avoid; } figcaption { font-size: 0.85rem; color: #4b5862; }
.pictures figure { width: 200px; } .pictures img { width: 200px; background: #000; }
section, tr, svg { break-inside: avoid; } svg { max-width: 100%; height: auto; }
h2 { break-after: avoid; } svg text { font-family: system-ui, sans-serif; }
@media screen and (max-width: 700px) { table { display: block; overflow-x: auto; } }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 11pt; } }
"""


def page(title: str, parts: Sequence[str]) -> str:
    """The whole file."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}'
        '</title><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        f"style-src 'unsafe-inline'\"><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(part for part in parts if part)
        + "\n</body></html>\n"
    )


def section(title: str, inside: str) -> str:
    """A part that is not torn apart in print; ``inside`` is HTML."""
    return f"<section><h2>{escape(title)}</h2>{inside}</section>"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells are escaped."""
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join(
        "<tr>" + "".join(f"<td class=n>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def between(interval: Sequence[float] | None) -> str:
    """``, -0.010 to +0.120``; nothing without an interval."""
    return f", {interval[0]:+.3f} to {interval[1]:+.3f}" if interval else ""


def picture(run: Run, split: str, path: str) -> str | None:
    """A small JPEG of an image in base64, or None where the image is gone."""
    from xraylib.datasets.root import image_file
    from xraylib.evaluation.stored_predictions import images_root
    from xraylib.images.sandbox.shared import read_image

    try:
        pixels = read_image(image_file(images_root(run, split), path)).as_uint8()
    except (ImageError, PathError, OSError):
        return None
    scale = _SIDE / max(pixels.shape[:2])
    if scale < 1:
        size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    if pixels.ndim == 3:
        pixels = np.ascontiguousarray(pixels[..., ::-1])
    done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return base64.b64encode(data.tobytes()).decode("ascii") if done else None


def figure(run: Run, split: str, path: str, words: str) -> str:
    """A small picture of an image with a line under it, or that it is no longer there."""
    image = picture(run, split, path)
    inside = (
        f'<img alt="{escape(words)}" src="data:image/jpeg;base64,{image}">'
        if image
        else "<p class=quiet>The X-ray is no longer where it was.</p>"
    )
    return f"<figure>{inside}<figcaption>{escape(words)}</figcaption></figure>"


def heading(title: str, run: Run, images: str = "") -> str:
    """The title, which run of which data, on which images it was judged, and the notice."""
    made = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    data = run.data
    judged = f", judged on {images}" if images else ""
    return (
        f"<h1>{escape(title)}</h1><p class=quiet>Run {escape(run.id)} on “{escape(data.name)}”"
        f"{judged}. Fingerprint of the data {escape(data.fingerprint[:16])}. Written {made}.</p>"
        f"<p class=notice>{NOTICE}</p>"
    )


def made_with(run: Run) -> str:
    """Network, images and settings of a run."""
    train = run.train
    data = run.data
    rows = [
        ("Network", run.spec.name),
        ("X-rays", "; ".join(f"{data.images_in(s):,} {split_words(s)}" for s in data.counts)),
        ("Training", f"{train.epochs} epochs, learning rate {train.learning_rate:g}, "
         f"{train.batch_size} X-rays a step, seed {train.seed}"),
        ("Classes", ", ".join(run.classes)),
    ]  # fmt: skip
    return section(f"How it was made: {run.name or run.id}", table(("", ""), rows))


def split_words(split: str) -> str:
    """``test images``, or the images of a key."""
    return _SPLITS.get(split, f"X-rays of {split}")
