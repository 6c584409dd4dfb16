"""What a model says about an image, in words for people: never certain, never a diagnosis.

Programs get exact numbers as JSON; people get these sentences, on the page, in reports and from
the command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from xraylib.evaluation.known_images import KnownImages
from xraylib.metrics.intervals import wilson_interval

if TYPE_CHECKING:
    from xraylib.metrics.chosen_point import ChosenPoint
    from xraylib.models.classify.classifier import Flag

UNCERTAIN: Final = "Uncertain: somebody who reads X-rays should decide."

_PARTS: Final = {"test": "testing", "val": "validation"}


def share(value: float | None) -> str:
    """A share with two digits that never claims certainty: ``0.88``, ``> 0.99``, ``–``."""
    if value is None:
        return "–"
    if value >= 0.995:
        return "> 0.99"
    return "< 0.01" if value < 0.005 else f"{value:.2f}"


def how_good(metrics: Mapping[str, Any], *, synthetic: bool) -> str:
    """``Accuracy 0.98 (0.91 to > 0.99; 95 % interval) on 60 test images that it had not seen``.

    Not seen is said only where it was looked for: where its training knew some of them, by
    picture or by patient, or the images are those by which it was watched, that is said instead.

    Args:
        metrics: ``Bundle.metrics``; those of earlier versions do not tell what training knew.
        synthetic: Whether the images are phantoms.
    """
    if not metrics.get("n"):
        return "It was never tested on X-rays of its own"
    interval = metrics.get("accuracy_ci")
    bounds = f" ({share(interval[0])} to {share(interval[1])}; 95 % interval)" if interval else ""
    images = "phantoms (synthetic)" if synthetic else "X-rays"
    accuracy = f"Accuracy {share(metrics['accuracy'])}{bounds} on {metrics['n']}"
    if metrics.get("split") == "val":
        return f"{accuracy} validation {images}, by which its training was watched: expect less"
    known = metrics.get("known")
    if known:
        told = metrics.get("known_images")
        kinds = f" ({KnownImages.from_json(told).kinds})" if told else ""
        return f"{accuracy} test {images}, {known} of which its training knew{kinds}: expect less"
    return f"{accuracy} test {images}" + (" that it had not seen" if known == 0 else "")


def image_sentence(label: str, operating: Mapping[str, Flag] | None) -> str:
    """The class that an image is more like, and what that was worth in testing.

    Args:
        label: The class with the highest probability.
        operating: ``Prediction.operating``, or None for a model without operating points.
    """
    likeness = f"More like {label} than the others"
    flag = (operating or {}).get(label)
    if flag is None:
        return f"{likeness}."
    threshold = share(flag.point.threshold)
    if not flag.flagged:
        return (
            f"{likeness}, but below its threshold ({threshold}): in testing such an X-ray was not "
            f"counted as {label}."
        )
    return f"{likeness}; at this threshold ({threshold}) {flag_frequency(flag.point)}."


def few_words(point: ChosenPoint) -> str:
    """``Chosen on only 15 X-rays: take it with care.``; nothing where it rests on enough."""
    if not point.too_few:
        return ""
    return f"Chosen on only {point.rests_on} X-rays: take it with care."


def flag_frequency(point: ChosenPoint) -> str:
    """``84 of 100 such images in testing were (76 to 90; 120 images)``.

    Models of earlier versions have no interval: Wilson's for independent images takes its place.
    Where every image was right, it says so without a hundred.
    """
    right, flagged = point.flagged_right, point.flagged
    where = _PARTS.get(point.flagged_split, "testing")
    interval = point.flagged_interval or wilson_interval(right, flagged)
    if interval is None:
        return f"no X-ray in {where} was flagged, so nothing is known of such X-rays"
    low, high = (round(100 * bound) for bound in interval)
    images = "X-ray" if flagged == 1 else "X-rays"
    if right == flagged:
        return (
            f"all of the {flagged} such {images} in {where} were (that can mean as few as {low} of "
            "100)"
        )
    of_100 = min(round(100 * right / flagged), 99)
    return (
        f"{of_100} of 100 such X-rays in {where} were ({low} to {min(high, 99)}; {flagged} X-rays)"
    )


def as_xrays(words: str) -> str:
    """A sentence of the library, which speaks of images, for people who look at X-rays.

    For sentences without file names.
    """
    return re.sub(r"\b[Ii]mage(s?)\b", r"X-ray\1", words)
