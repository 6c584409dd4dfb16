"""The drawing of the Architecture page by itself, in a Chromium without a server of ours."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, Route

from xraylib.app.architecture import touch
from xraylib.app.architecture.touch.packet import Xray, pack
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace

SCRIPTS = Path(touch.__file__).parent / "served"
_SITE = "http://drawing.test/"
_SHOW = """async packet => {
  const {default: show} = await import("/touch.js");
  const bytes = Uint8Array.from(atob(packet), one => one.charCodeAt(0));
  window.asked = [];
  show({
    data: bytes, parentElement: window.root,
    setTriggerValue: (name, value) => window.asked.push([name, value]),
  });
}"""
_DARK = (
    "body {background: #11171b; color: #e4ebef; color-scheme: dark;"
    "--st-background-color: #11171b; --st-text-color: #e4ebef;"
    "--st-secondary-background-color: #1b242a; --st-border-color: #33414a;"
    "--st-primary-color: #2fa0c4}"
)
_PAGE = """<!doctype html><html lang="en"><title>The drawing</title><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><main><h1>The drawing</h1><div id="at"></div>
</main><style>body {margin: 8px; max-width: 700px}</style>"""

Floats = NDArray[np.float32]


def packed(
    spec: ModelSpec,
    pixels: NDArray[np.uint8],
    arrays: Sequence[Floats | None] | None = None,
    *,
    classes: Sequence[str] = (),
    origin: str = "run one",
) -> bytes:
    """What the page would send of this network."""
    result = trace(spec)
    return pack(
        result,
        Xray(name="chest.png", pixels=pixels),
        classes=classes,
        arrays=arrays,
        behind=spec.layers[len(result.rows) :],
        chosen={
            "number": 1,
            "xrays": 3,
            "origins": [origin],
            "origin": "" if arrays is None else origin,
        },
    )


def drawn(page: Page, packet: bytes) -> Locator:
    """The drawing of what is sent, once all is computed.

    Args:
        page: Any page of a browser; what it showed is gone.
        packet: From ``packed``.
    """
    page.route(f"{_SITE}**", _answer)
    page.goto(_SITE)
    page.evaluate("window.root = document.getElementById('at').attachShadow({mode: 'open'})")
    return shown(page, packet)


def shown(page: Page, packet: bytes) -> Locator:
    """The same drawing, where it is there already."""
    page.evaluate(_SHOW, b64encode(packet).decode())
    return whole(page.locator(".touch"))


def whole(drawing: Locator) -> Locator:
    """The drawing, once all is computed."""
    drawing.page.locator(".touch[data-done=true]").wait_for()
    return drawing


def darken(drawing: Locator) -> None:
    """Gives the drawing the colours of a dark page."""
    drawing.page.add_style_tag(content=_DARK)
    drawing.evaluate("one => one.drawing.redraw()")


def made(drawing: Locator, index: int) -> Floats | None:
    """What a layer makes of the X-ray, as the drawing has it; None where it has not."""
    told: dict[str, Any] | None = drawing.evaluate("(one, i) => one.drawing.told(i)", index)
    if told is None:
        return None
    return np.array(told["data"], np.float32).reshape(told["shape"])


def detail(drawing: Locator) -> dict[str, Any]:
    """Every number of the open window's place."""
    found: dict[str, Any] = drawing.evaluate(
        """one => {
          const {detail, state} = one.drawing.panel;
          const list = values => values && Array.from(values);
          return {
            ...detail, patch: list(detail.patch.values), added: list(detail.patch.added),
            weights: list(detail.weights), products: list(detail.products), sums: list(detail.sums),
            row: state.row, column: state.column, channel: state.channel, filter: state.filter,
          };
        }"""
    )
    return found


def _answer(route: Route) -> None:
    name = route.request.url.removeprefix(_SITE)
    if not name:
        route.fulfill(body=_PAGE, content_type="text/html")
    elif (file := SCRIPTS / name).is_file():
        route.fulfill(body=file.read_text(encoding="utf-8"), content_type="text/javascript")
    else:
        route.fulfill(status=204)
