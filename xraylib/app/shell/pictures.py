"""Images as pictures for the browser: encoded, small enough, and laid over each other."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from xraylib.images.prepare import Preparation

Pixels = NDArray[np.uint8]

LARGEST_SIDE = 1400
"""Most pixels of a side on the screen; an image is 2,000 to 4,000 wide and a laptop 1,366."""


def shrink(pixels: NDArray[Any], side: int) -> NDArray[Any]:
    """``pixels`` with neither side longer than ``side``; never enlarged.

    Args:
        pixels: uint8 or uint16, ``(height, width)`` or ``(height, width, channels)``.
        side: In pixels.
    """
    height, width = pixels.shape[:2]
    factor = side / max(height, width)
    if factor >= 1:
        return pixels
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small: NDArray[Any] = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return small


def windowed(pixels: NDArray[Any], low: float, high: float, *, inverted: bool = False) -> Pixels:
    """Grey levels from ``low`` (black) to ``high`` (white) as uint8; what lies outside is cut.

    Args:
        pixels: uint8 or uint16, of any shape.
        low: Black and everything below.
        high: White and everything above; more than ``low``.
        inverted: Exchanges black and white.
    """
    table = np.arange(int(np.iinfo(pixels.dtype).max) + 1, dtype=np.float32)
    table = np.clip((table - low) * (255.0 / max(high - low, 1)), 0, 255)
    shown: Pixels = np.rint(255 - table if inverted else table).astype(np.uint8)[pixels]
    return shown


def encode_jpeg(pixels: Pixels, *, quality: int = 90) -> bytes:
    """Grey or RGB pixels as JPEG."""
    return _encode(".jpg", _bgr(pixels), [int(cv2.IMWRITE_JPEG_QUALITY), quality])


def encode_png(pixels: Pixels) -> bytes:
    """Grey, RGB or RGBA pixels as PNG."""
    return _encode(".png", _bgr(pixels), [])


def data_uri(data: bytes) -> str:
    """An encoded picture as an address that holds it, so that no store keeps it."""
    kind = "png" if data.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def heat_layer(heat_map: NDArray[np.float32]) -> Pixels:
    """A heat map as RGBA ``(height, width, 4)``: the hotter, the brighter and the less clear.

    Args:
        heat_map: ``(height, width)``, 0 to 1.
    """
    level = (np.clip(heat_map, 0.0, 1.0) * 255).astype(np.uint8)
    colour = cv2.cvtColor(cv2.applyColorMap(level, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    return np.dstack([colour, level]).astype(np.uint8)


def greyed(layer: Pixels) -> Pixels:
    """A heat map of :func:`heat_layer` without its colours, for one that is no answer."""
    level = layer[..., 3]
    return np.dstack([level, level, level, level])


def image_box(
    width: int, height: int, preparation: Preparation
) -> tuple[float, float, float, float]:
    """Where the network's square lies on the image: (left, top, width, height) in image pixels."""
    if preparation.fit == "stretch":
        return 0.0, 0.0, float(width), float(height)
    rows, columns = preparation.image_size
    pick = min if preparation.fit == "crop" else max
    scale = pick(width / columns, height / rows)
    wide, high = columns * scale, rows * scale
    return (width - wide) / 2, (height - high) / 2, wide, high


@dataclass(frozen=True, kw_only=True)
class Part:
    """The part of an image that is on show.

    Attributes:
        zoom: 1 for the whole image, 2 for half of each side, ….
        across, down: Where the part lies: 0 for the left or upper edge, 1 for the other.
    """

    zoom: float = 1.0
    across: float = 0.5
    down: float = 0.5

    def ranges(self, width: int, height: int) -> tuple[tuple[float, float], tuple[float, float]]:
        """First and last column, first and last row, in pixels of the image."""
        wide, high = width / self.zoom, height / self.zoom
        left, top = (width - wide) * self.across, (height - high) * self.down
        return (left, left + wide), (top, top + high)


def laid_over(
    image: Pixels, heat: Pixels, box: tuple[float, float, float, float], opacity: float
) -> Pixels:
    """The image in RGB with the heat map over it.

    Args:
        image: uint8, ``(height, width)`` or ``(height, width, 3)``.
        heat: RGBA from :func:`heat_layer`.
        box: (left, top, width, height) of the heat map in shares of the image's sides; what lies
            outside of the image is cut off.
        opacity: Of the heat map, 0 to 1.
    """
    base = cv2.cvtColor(image, cv2.COLOR_GRAY2RGB) if image.ndim == 2 else image
    rows, columns = base.shape[:2]
    move = np.array(
        [
            [box[2] * columns / heat.shape[1], 0, box[0] * columns],
            [0, box[3] * rows / heat.shape[0], box[1] * rows],
        ]
    )
    laid = cv2.warpAffine(heat, move, (columns, rows), flags=cv2.INTER_LINEAR).astype(np.float32)
    weight = laid[:, :, 3:] * (opacity / 255.0)
    mixed: Pixels = np.rint(base * (1 - weight) + laid[:, :, :3] * weight).astype(np.uint8)
    return mixed


def image_figure(
    image: Pixels,
    *,
    size: tuple[int, int],
    heat: Pixels | None = None,
    box: tuple[float, float, float, float] | None = None,
    opacity: float = 0.0,
    height: int = 460,
    part: Part | None = None,
) -> go.Figure:
    """An image on black that one can zoom and move, with a heat map over it.

    Args:
        image: uint8 grey or RGB, already small enough for the screen.
        size: (width, height) of the original in pixels; the axes count in them.
        heat: RGBA from :func:`heat_layer`.
        box: Where the heat map lies, from :func:`image_box`.
        opacity: Of the heat map, 0 to 1.
        height: Of the figure, in pixels.
        part: What of the image is on show; all of it by default.
    """
    width, tall = size
    part = part or Part()
    (left, right), (top, bottom) = part.ranges(width, tall)
    images: list[dict[str, Any]] = [
        _image(data_uri(encode_jpeg(image)), (0.0, 0.0, float(width), float(tall)), 1.0, "below")
    ]
    if heat is not None and box is not None and opacity > 0:
        # In a layer of its own: Plotly draws one of two images in the same place.
        images.append(_image(data_uri(encode_png(heat)), box, opacity, "above"))
    # All at once and without Plotly's template: five times faster than an update.
    layout = {
        "template": "none",
        "images": images,
        "height": height,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
        "paper_bgcolor": "#000000",
        "plot_bgcolor": "#000000",
        "dragmode": "pan",
        "xaxis": {"visible": False, "range": [left, right], "constrain": "domain"},
        "yaxis": {
            "visible": False,
            "range": [bottom, top],
            "scaleanchor": "x",
            "constrain": "domain",
        },
        # The same image keeps its zoom when only the heat map changes.
        "uirevision": f"{part.zoom} {part.across} {part.down}",
    }
    return go.Figure(layout=layout)


IMAGE_CONFIG = {
    "scrollZoom": True,
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "toImage"],
}
"""What ``st.plotly_chart`` needs beside :func:`image_figure`."""


def _image(
    source: str, box: tuple[float, float, float, float], opacity: float, layer: str
) -> dict[str, Any]:
    left, top, width, height = box
    return {
        "source": source,
        "xref": "x",
        "yref": "y",
        "x": left,
        "y": top,
        "sizex": width,
        "sizey": height,
        "xanchor": "left",
        "yanchor": "top",
        "sizing": "stretch",
        "opacity": opacity,
        "layer": layer,
    }


def _bgr(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2:
        return pixels
    orders = {1: None, 3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}
    order = orders[pixels.shape[2]]
    turned: Pixels = pixels if order is None else cv2.cvtColor(pixels, order)
    return turned


def _encode(kind: str, pixels: Pixels, options: list[int]) -> bytes:
    _, data = cv2.imencode(kind, pixels, options)
    return bytes(data)
