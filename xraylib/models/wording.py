"""What a model says about an image, in words for people: never certain, never a diagnosis.

Programs get exact numbers as JSON; people get these sentences, on the page, in reports and from
the command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from xraylib.evaluation.known_images import KnownImages
from xraylib.images.notes import NOTES
from xraylib.metrics.chosen_point import NOBODY
from xraylib.models.classify.prediction import MARGIN, UNSURE
from xraylib.models.track_record import PARTS
from xraylib.rounding import rounded

if TYPE_CHECKING:
    from xraylib.metrics.chosen_point import ChosenPoint
    from xraylib.models.classify.classified_image import ClassifiedImage
    from xraylib.models.classify.prediction import Flag

BEFORE_THE_FIRST: Final = (
    "This page shows how a neural network judges chest X-rays. It is for **research and "
    "education**.",
    "It is **not a medical device** and gives no diagnosis. Do not decide anything about a patient "
    "with it.",
    "It knows only the classes or findings it was trained on: whatever else an X-ray shows, it "
    "answers in these, right or wrong. It refuses pictures unlike those that it learned from, but "
    "does not notice all of them.",
)
"""What is to be accepted before the first X-ray, in Markdown: what it is, and what it is not."""
SHORT_WARNINGS: Final = MappingProxyType(
    {
        "unlike-training": "not like the training X-rays",
        "other-body-part": "another body part or view?",
        "inverted": "black and white exchanged?",
        "rotated": "turned?",
        "too-dark": "very dark",
        "too-bright": "very bright",
        "lateral": "lateral view",
        "burned-in-text": "text in the X-ray",
        "low-resolution": "few pixels",
        "too-small": "too few pixels",
        "shape": "not the shape of a chest X-ray",
        "no-contrast": "almost no contrast",
        "colour": "in colour",
        "marks": "the answer comes from coloured marks",
        "cut": "parts missing at the edges?",
        "mirrored": "left and right exchanged?",
        "noisy": "noisier than the training X-rays",
        "synthetic": "made by a program",
        "beyond-range": "greys beyond those of the training X-rays",
        **{note.name: note.title[0].lower() + note.title[1:] for note in NOTES.values()},
    }
)
"""Warnings in a few words, for tables of many X-rays, by their code."""
HEAT_WORDS: Final = MappingProxyType(
    {
        "cam": "Class activation map: where the last convolution found what speaks for this class.",
        "occlusion": "Occlusion: where a dark square over the X-ray lowers the probability most.",
    }
)
"""What a heat map shows, by its method."""
HINT: Final = "A hot spot is a hint at what the network uses, not a finding."
SPEAKS_FOR: Final = "what speaks for {name}"
WOULD_HAVE_SPOKEN_FOR: Final = "what would have spoken for {name}"
"""What a heat map is of, where there is an answer and where there is none."""
ANYWAY: Final = "Show what it would have said"
NO_ANSWER: Final = (
    "No answer: of such a picture this means nothing. It would have said {name}, {share}."
)
OF_TRAINING: Final = "That was of pictures like its training X-rays."
"""Around what it would have said of a picture that it cannot judge."""
CANNOT_JUDGE: Final = "This model cannot judge this picture"
"""In place of an answer."""
UNCHECKED: Final = "It cannot notice pictures of another kind: it learned from too few for that."
"""Of a model that does not know what its training images look like."""
SYNTHETIC: Final = (
    "This model learned from synthetic phantoms only. It says nothing about patients."
)
MORE_LIKE: Final = "More like {name} than the others"
UNDECIDED: Final = "Undecided: {classes}"
"""The answer where one class stands out, and where none does."""
SIGNS: Final = "More than usual signs of: {findings}"
FLAGGED: Final = "{name} {share} (flagged)"
UNSURE_ABOUT: Final = "Unsure about: {findings}"
NO_SIGNS: Final = "No finding reaches its threshold; the highest is {name}, {share}"
"""The answer of a model of findings: flagged ones, unsure ones, or neither."""
IN_BAND: Final = "{share} for {name} lies in its uncertain band, {low} to {high}"
BARELY_AHEAD: Final = "{first} is less than {margin} ahead of {second}"
NONE_REACHES: Final = "no class reaches {unsure}"
SOMEBODY_DECIDES: Final = "{why}. Somebody who reads X-rays should decide."
"""Why nothing stands out, and who decides."""
_OF_NOBODY: Final = re.compile(
    r"\b(?:([Aa])n( ))?X-ray(s?)\b"
    r"(?! (?:of|from) (?:a |another )?(?:patient|hospital)| Lab\b|[/\\])"
)
_CHOSEN: Final = {
    "sensitivity": "so that {value} of those who have it reach it",
    "specificity": "so that {value} of the others do not",
    "cost": "by what a missed one and a false alarm cost",
    "hand": "by hand",
}


def share(value: float | None) -> str:
    """A share with two digits that never claims certainty: ``0.88``, ``> 0.99``, ``–``."""
    if value is None:
        return "–"
    if value >= 0.995:
        return "> 0.99"
    return "< 0.01" if value < 0.005 else rounded(value)


def how_good(metrics: Mapping[str, Any], *, synthetic: bool) -> str:
    """``Accuracy 0.98 (0.91 to > 0.99; 95 % interval) on 60 test images that it had not seen``.

    Of findings their mean AUC.

    Not seen is said only where it was looked for: where its training knew some of them, by
    picture or by patient, or the images are those by which it was watched, that is said instead.
    Where the audit reached something without looking at the anatomy, that is said after it.

    Args:
        metrics: ``Bundle.metrics``; those of earlier versions do not tell what training knew.
        synthetic: Whether the images are phantoms.
    """
    if not metrics.get("n"):
        return "It was never tested on X-rays of its own"
    if metrics.get("kind") == "multilabel":
        figure, title = "auc", f"Mean AUC of {len(metrics['per_finding'])} findings"
    else:
        figure, title = "accuracy", "Accuracy"
    interval = metrics.get(f"{figure}_ci")
    bounds = f" ({share(interval[0])} to {share(interval[1])}; 95 % interval)" if interval else ""
    images = "phantoms (synthetic)" if synthetic else "X-rays"
    accuracy = f"{title} {share(metrics[figure])}{bounds} on {metrics['n']}"
    if metrics.get("split") == "val":
        return f"{accuracy} validation {images}, by which its training was watched: expect less"
    known = metrics.get("known")
    told = KnownImages.from_json(metrics["known_images"]) if metrics.get("known_images") else None
    tested = f"{accuracy} test {images}"
    if known:
        kinds = f" ({told.kinds})" if told else ""
        tested += f", {known} of which its training knew{kinds}: expect less"
    elif known == 0:
        tested += " that it had not seen"
    if told is not None and told.by_validation:
        tested += f"; {told.by_validation}"
    if told is None or told.shortcut is None:
        return tested
    return (
        f"{tested}. {rounded(told.shortcut)} is reached on such X-rays without looking at the "
        "anatomy: it may tell classes by what has nothing to do with disease"
    )


def headline(result: ClassifiedImage, operating: Mapping[str, Flag] | None = None) -> str:
    """The answer in one line, or that there is none.

    ``More like Covid than the others``; ``Undecided: Normal 0.41, Pneumonia 0.34`` where a human
    should decide. Of findings ``More than usual signs of: Effusion 0.81 (flagged)``, ``Unsure
    about: Mass 0.45``, or ``No finding reaches its threshold; the highest is Mass, 0.31``.

    Args:
        result: Of an image that was read.
        operating: ``Prediction.operating``: it says which findings are unsure.
    """
    if result.status != "ok":
        return CANNOT_JUDGE
    if result.several:
        return _findings(result, operating)
    if not result.uncertain:
        return MORE_LIKE.format(name=result.label)
    likeliest = (f"{name} {share(result.probabilities[name])}" for name in leading(result))
    return UNDECIDED.format(classes=", ".join(likeliest))


def _findings(result: ClassifiedImage, operating: Mapping[str, Flag] | None) -> str:
    shares = result.probabilities
    ranked = sorted(shares, key=lambda name: -shares[name])
    unsure = [
        name for name in ranked if operating and name in operating and operating[name].uncertain
    ]
    flagged = [
        FLAGGED.format(name=name, share=share(shares[name]))
        for name in ranked
        if name in (result.flagged or ()) and name not in unsure
    ]
    doubted = ", ".join(f"{name} {share(shares[name])}" for name in unsure)
    told = [SIGNS.format(findings=", ".join(flagged))] if flagged else []
    told += [UNSURE_ABOUT.format(findings=doubted)] if unsure else []
    if not told:
        return NO_SIGNS.format(name=ranked[0], share=share(shares[ranked[0]]))
    return "; ".join(told)


def leading(result: ClassifiedImage) -> tuple[str, ...]:
    """The classes that an answer is about: one, or the two likeliest where it is undecided.

    Of findings those that are flagged, or the likeliest.
    """
    ranked = sorted(result.probabilities, key=lambda name: -result.probabilities[name])
    if result.several:
        flagged = tuple(name for name in ranked if name in (result.flagged or ()))
        return flagged or tuple(ranked[:1])
    return tuple(ranked[: 2 if result.uncertain else 1])


def undecided_words(result: ClassifiedImage, operating: Mapping[str, Flag] | None) -> str:
    """Why an image is undecided, and who should decide; nothing for one that is not."""
    if not result.uncertain:
        return ""
    bands = [
        IN_BAND.format(
            share=share(result.probabilities[name]),
            name=name,
            low=share(flag.point.band[0]),
            high=share(flag.point.band[1]),
        )
        for name, flag in (operating or {}).items()
        if flag.uncertain and flag.point.band
    ]
    if result.several:
        return SOMEBODY_DECIDES.format(why="; ".join(bands)) if bands else ""
    first, second = leading(result)
    ahead = result.probabilities[first] - result.probabilities[second]
    if bands:
        why = "; ".join(bands)
    elif ahead < MARGIN:
        why = BARELY_AHEAD.format(first=first, margin=f"{MARGIN:.2f}", second=second)
    else:
        why = NONE_REACHES.format(unsure=f"{UNSURE:.2f}")
    return SOMEBODY_DECIDES.format(why=f"{why[0].upper()}{why[1:]}")


def threshold_words(name: str, flag: Flag, *, synthetic: bool = False) -> str:
    """What the threshold of a class is, what it rests on, what became of images that reached it.

    Args:
        name: The class.
        flag: What its operating point says of an image.
        synthetic: Whether the model learned from phantoms and was tested on them.
    """
    words = _threshold(name, flag)
    if not synthetic:
        return words
    return as_phantoms(words.replace("this X-ray", "this picture"))  # it may be of a patient


def _threshold(name: str, flag: Flag) -> str:
    point = flag.point
    few = ", which are few" if point.too_few else ""
    rests = f"chosen on {point.rests_on:,} X-rays{few}" if point.rests_on else ""
    rests = "nobody chose another" if point.chosen_by == NOBODY else rests
    kind, _, value = point.chosen_by.partition(" ")
    told = ", ".join(part for part in (rests, _CHOSEN.get(kind, "").format(value=value)) if part)
    reached = "reaches it" if flag.flagged else "does not reach it"
    return (
        f"The threshold for {name} is {share(point.threshold)}{f' ({told})' if told else ''}; this "
        f"X-ray {reached}. {_reached(point)}{_found(name, point)}"
    )


def _found(name: str, point: ChosenPoint) -> str:
    """How many of the class a threshold found in testing; the flagged ones do not tell it."""
    tested = point.tested
    if tested is None:
        return ""
    ends = tested.sensitivity.interval  # a share of counts, which may be all or none
    bounds = f" ({rounded(ends[0])} to {rounded(ends[1])}; 95 % interval)" if ends else ""
    return (
        f" Of {tested.positives:,} X-rays of {name} in testing {tested.found:,} reached it, "
        f"sensitivity {rounded(tested.sensitivity.value)}{bounds}."
    )


def _reached(point: ChosenPoint) -> str:
    where = PARTS.get(point.flagged_split, "testing")
    right, of = point.flagged_right, point.flagged
    if not of:
        return f"In {where} no X-ray reached it."
    xrays = f"{of:,} X-ray{'' if of == 1 else 's'}"
    if right == of:
        told = "rightly" if of == 1 else "all rightly"
    elif not right:
        told = "wrongly" if of == 1 else "all wrongly"
    else:
        told = f"{right:,} rightly"
    return f"In {where} {xrays} reached it, {told}."


def as_xrays(words: str) -> str:
    """A sentence of the library, which speaks of images, for people who look at X-rays.

    Folders of that name, and files, stay what they are.
    """
    return re.sub(r"(?<![/\\])\b[Ii]mage(s?)\b(?!(?:[/\\]|\.\w))", r"X-ray\1", words)


def as_phantoms(words: str) -> str:
    """Sentences about X-rays, of a model that has seen phantoms alone.

    Those of patients and hospitals stay what they are.
    """
    return _OF_NOBODY.sub(r"\1\2phantom\3", words)
