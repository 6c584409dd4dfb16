"""What a network says of the X-ray that is tried, as the script in the browser draws it."""

from __future__ import annotations

from dataclasses import dataclass, field

from xraylib.app.shared.trying.tried import Tried
from xraylib.app.shared.trying.what_if import LIMITS, WhatIf
from xraylib.app.shell import charts
from xraylib.app.shell.pictures import (
    Pixels,
    data_uri,
    encode_jpeg,
    heat_layer,
    image_box,
    laid_over,
    shrink,
)
from xraylib.images.radiograph import Radiograph
from xraylib.json_values import JsonObject, JsonValue
from xraylib.models.classify.classified_image import ClassifiedImage
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.prediction import Prediction
from xraylib.models.classify.warnings import ImageWarning
from xraylib.models.wording import SPEAKS_FOR, headline, share

_SIDE = 480
_OPACITY = 0.4
_QUALITY = 85
_REFUSED = "Why it has no answer stands below the X-ray."
_BACK = " With less change, or “As it was”, the bars come back."


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One answer.

    Attributes:
        data: For the script: ``picture``, ``headline``, ``bars`` and so on, JSON alone.
        warnings: Reasons for doubt; those for which there is no answer first.
        prediction: What it was made of.
    """

    data: JsonObject = field(repr=False)
    warnings: tuple[ImageWarning, ...]
    prediction: Prediction = field(repr=False)


def judged_for_browser(classifier: Classifier, visit: Tried, what: WhatIf, *, heat: bool) -> Judged:
    """Judges the X-ray of a visit, changed as asked.

    Args:
        classifier: The run's network, opened for LiteRT.
        visit: With its radiograph.
        what: How the X-ray is changed.
        heat: Whether its heat map is laid over it.

    Raises:
        BundleError: code ``not-judged``.
    """
    assert visit.radiograph is not None
    radiograph = what.apply(visit.radiograph)
    prediction = classifier.classify(radiograph, heat_map=heat)
    result = ClassifiedImage.of(visit.name, prediction)
    over = ""
    if prediction.heat_map is not None:
        over = f", with a heat map of {SPEAKS_FOR.format(name=prediction.likeliest)} laid over it"
    picture = encode_jpeg(_picture(radiograph, prediction, classifier), quality=_QUALITY)
    data: JsonObject = {
        "picture": data_uri(picture),
        "alt": f"The X-ray{', changed' if what else ''}{over}",
        "headline": headline(result, prediction.operating),
        "classes": len(classifier.classes),
        "bars": _bars(result, prediction, classifier),
        "instead": _REFUSED + _BACK * bool(what),
        "limits": {name: [*limits] for name, limits in LIMITS.items()},
        "values": {**{name: getattr(what, name) for name in LIMITS},
                   "cover": None if what.cover is None else [*what.cover], "heat": heat},
    }  # fmt: skip
    return Judged(data=data, warnings=prediction.warnings, prediction=prediction)


def _bars(result: ClassifiedImage, prediction: Prediction, classifier: Classifier) -> JsonValue:
    """One a class, always in the same order so that they move; none where there is no answer."""
    colours = charts.class_colours(classifier.classes)
    points = prediction.operating or {}
    return [
        {
            "name": name,
            "share": value,
            "text": share(value),
            "colour": colours[name],
            "threshold": points[name].point.threshold if name in points else None,
        }
        for name, value in result.probabilities.items()
    ]


def _picture(radiograph: Radiograph, prediction: Prediction, classifier: Classifier) -> Pixels:
    image: Pixels = shrink(radiograph.as_uint8(), _SIDE)
    if prediction.heat_map is None:
        return image
    width, height = radiograph.width, radiograph.height
    left, top, wide, high = image_box(width, height, classifier.preparation)
    box = (left / width, top / height, wide / width, high / height)
    return laid_over(image, heat_layer(prediction.heat_map), box, _OPACITY)
