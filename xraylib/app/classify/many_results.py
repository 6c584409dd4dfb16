"""What the Classify page says of images that were judged: the bars, the tables, the downloads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from xraylib.app.classify.visit_state import Opened, View
from xraylib.app.shell.charts import Spec
from xraylib.app.shell.pictures import encode_jpeg, image_box, laid_over, windowed
from xraylib.models.bundle import Bundle
from xraylib.models.classify.classified_image import ClassifiedImage
from xraylib.models.classify.prediction import Flag
from xraylib.models.classify.table import NOTICE, predictions_csv, told_model
from xraylib.models.wording import SHORT_WARNINGS, leading, share
from xraylib.reports.image import ImageDocument

OPACITY: Final = 0.4
"""Of the heat map, until somebody moves the slider; and in reports."""

_REFUSALS = {
    "empty": "empty file",
    "not-an-image": "not an image",
    "too-large": "too large",
    "damaged": "damaged file",
    "no-pixels": "no picture in it",
    "several-frames": "several pictures in one file",
    "too-slow": "takes too long to decode",
    "busy": "too many X-rays at once",
    "too-many": "too many X-rays",
    "no-films": "no X-rays in it",
}


def probability_chart(
    shares: Mapping[str, float],
    operating: Mapping[str, Flag] | None,
    colours: Mapping[str, str],
    *,
    dark: bool,
) -> Spec:
    """Probabilities as horizontal bars with their values, highest first, in Vega-Lite.

    A class that has an operating point has a line across its bar at the threshold. The grammar
    is written out: making and checking it with Altair takes longer than judging the image.

    Args:
        shares: By class, 0 to 1.
        operating: ``Prediction.operating``.
        colours: By class, as on every page.
        dark: Whether it stands on a dark page.
    """
    points = operating or {}
    ranked = sorted(shares.items(), key=lambda pair: -pair[1])
    ink = "#e4ebef" if dark else "#0d151b"
    across = {
        "field": "probability",
        "type": "quantitative",
        "title": ["Probability;", "a line across a bar is the threshold"]
        if points
        else "Probability",
        "scale": {"domain": [0, 1]},
        "axis": {"values": [0, 0.25, 0.5, 0.75, 1], "format": ".2f"},
    }
    down = {
        "field": "class",
        "type": "nominal",
        "title": None,
        "sort": [name for name, _ in ranked],
        "axis": {"labelFontSize": 14, "labelLimit": 200},
    }
    colour = {
        "field": "class",
        "type": "nominal",
        "scale": {"domain": list(colours), "range": list(colours.values())},
        "legend": None,
    }
    bars = [{"class": name, "probability": p, "text": share(p)} for name, p in ranked]
    words = {"type": "text", "align": "left", "dx": 6, "fontSize": 14, "color": ink}
    layers: list[dict[str, Any]] = [
        {
            "data": {"values": bars},
            "mark": {"type": "bar", "cornerRadiusEnd": 3, "height": 22},
            "encoding": {"y": down, "x": across, "color": colour, "tooltip": _tip("Probability")},
        },
        {
            "data": {"values": bars},
            "mark": words,
            # Beside the whole scale, where no line crosses them.
            "encoding": {"y": down, "x": {"datum": 1}, "text": {"field": "text"}},
        },
    ]
    if points:
        thresholds = {name: flag.point.threshold for name, flag in points.items()}
        lines = [
            {"class": name, "probability": min(threshold, 1.0), "text": share(threshold)}
            for name, threshold in thresholds.items()
        ]
        layers.append(
            {
                "data": {"values": lines},
                "mark": {"type": "tick", "color": ink, "thickness": 3, "height": 34},
                "encoding": {"y": down, "x": across, "tooltip": _tip("Flagged from")},
            }
        )
    below = 80 if points else 60  # the axis and its title, of two lines with thresholds
    return {"layer": layers, "height": 44 * len(bars) + below}


def _tip(title: str) -> list[dict[str, str]]:
    return [
        {"field": "class", "type": "nominal", "title": "Class"},
        {"field": "text", "type": "nominal", "title": title},
    ]


def probability_summary(shares: Mapping[str, float], operating: Mapping[str, Flag] | None) -> str:
    """The bars for those who cannot see them."""
    told = []
    for name, value in shares.items():
        flag = (operating or {}).get(name)
        threshold = f" (threshold {share(flag.point.threshold)})" if flag else ""
        told.append(f"{name} {share(value)}{threshold}")
    return "Probabilities: " + ", ".join(told) + "."


def overview(images: Sequence[Opened]) -> pd.DataFrame:
    """Many files as a table; give it sorted by ``needs_a_look``."""
    results = [image.result() for image in images]
    return pd.DataFrame(
        {
            "X-ray": [image.thumbnail for image in images],
            "File": [image.name for image in images],
            "More like": [_found(one) for one in results],
            "Probability": [_shares(one) for one in results],
            "To look at": [_remark(one) for one in results],
        }
    )


def _found(result: ClassifiedImage) -> str:
    if result.several and result.probabilities:
        return ", ".join(leading(result)) if result.flagged else "none flagged"
    return " or ".join(leading(result)) or "–"


def _shares(result: ClassifiedImage) -> str:
    shares = ", ".join(share(result.probabilities[name]) for name in leading(result))
    return f"up to {shares}" if result.several and shares and not result.flagged else shares or "–"


def digest(images: Sequence[Opened]) -> str:
    """The same for the same images in the same order."""
    told = "\n".join(f"{image.sha256} {image.name} {image.model}" for image in images)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def history(images: Iterable[Opened], timezone: str | None) -> pd.DataFrame:
    """Everything that was judged in a visit, newest first.

    Args:
        images: Of any model.
        timezone: The visitor's, as the browser calls it; UTC where it is not known.
    """
    ordered = sorted(images, key=lambda image: image.when, reverse=True)
    table = overview(ordered)
    try:
        zone = ZoneInfo(timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    table.insert(0, "Time", [image.when.astimezone(zone).strftime("%H:%M:%S") for image in ordered])
    table.insert(3, "Model", [image.model for image in ordered])
    return table


def csv_download(images: Sequence[Opened], bundle: Bundle) -> tuple[bytes, str]:
    """The predictions as CSV, and a file name that holds their SHA-256."""
    data = predictions_csv([image.result() for image in images], bundle).encode("utf-8")
    return data, _download_name(data, "csv")


def json_download(images: Sequence[Opened], bundle: Bundle) -> tuple[bytes, str]:
    """The same for programs: notice, model, and the records of ``xraylib classify --json``."""
    value = {
        "notice": NOTICE,
        "model": told_model(bundle),
        "films": [image.result().to_json() for image in images],
    }
    data = json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8")
    return data, _download_name(data, "json")


def _download_name(data: bytes, ending: str) -> str:
    return f"xray-lab-{hashlib.sha256(data).hexdigest()[:16]}.{ending}"


def report(
    image: Opened,
    shown: View,
    bundle: Bundle,
    address: str | None,
    prevalence: float | None = None,
    *,
    tried: str = "",
) -> tuple[bytes, str]:
    """The image's result as a page of HTML, and its file name.

    Args:
        image: An image that was read.
        shown: Its pixels and heat map; of one that cannot be judged no map is told.
        bundle: The model that was asked.
        address: Where the model card can be read.
        prevalence: How frequent the class is where the reader is, if said.
        tried: The newest acceptance test of the model in a line, if there was one.
    """
    assert image.prediction is not None
    pixels = windowed(shown.image, 0, image.white)
    overlay = None
    if shown.heat is not None and image.prediction.status == "ok":
        overlay = encode_jpeg(laid_over(pixels, shown.heat, _box(image, bundle), OPACITY))
    document = ImageDocument(
        result=image.result(),
        operating=image.prediction.operating,
        facts=image.facts,
        sha256=image.sha256,
        image=encode_jpeg(pixels),
        overlay=overlay,
        method=shown.method,
        judged=image.when,
        card_address=address,
        prevalence=prevalence,
        tried=tried,
    )
    data = document.to_html(bundle).encode("utf-8")
    return data, _download_name(data, "html")


def _box(image: Opened, bundle: Bundle) -> tuple[float, float, float, float]:
    """Where the heat map lies on the image, in shares of its sides."""
    left, top, width, height = image_box(*image.size, bundle.preparation)
    across, down = image.size
    return left / across, top / down, width / across, height / down


def _remark(result: ClassifiedImage) -> str:
    if result.error:
        return "Refused: " + _REFUSALS.get(result.error["code"], result.error["message"])
    words = [SHORT_WARNINGS.get(warning.code, warning.code) for warning in result.warnings]
    if result.status != "ok":
        return "Cannot be judged: " + "; ".join(words)
    if result.uncertain:
        words.insert(0, "undecided")
    found = "; ".join(words)
    return found[:1].upper() + found[1:]
