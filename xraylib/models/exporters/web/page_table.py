"""What the page in the browser says and goes by: a table of the house's own sentences and limits.

Nothing is said there that is not written here once. What depends on the model alone is a finished
sentence; what depends on the image is a template that both languages fill.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from xraylib import rounding
from xraylib.images.formats import FORMAT_WORDS
from xraylib.images.notes import NOTES
from xraylib.images.png import DRAWN
from xraylib.images.radiograph import refuse
from xraylib.models import track_record, wording
from xraylib.models.classify import classifier, prediction, warnings
from xraylib.models.classify.prediction import Flag
from xraylib.models.classify.table import NOTICE, csv_heading
from xraylib.models.track_record import TrackRecord
from xraylib.ood import marks
from xraylib.ood.familiarity import REASONS, Verdict, in_words

if TYPE_CHECKING:
    from xraylib.json_values import JsonObject, JsonValue
    from xraylib.metrics.intervals import Interval
    from xraylib.models.bundle import Bundle

SECONDS: Final = 30
"""How long one image may take in the browser before its worker is ended."""
_REFUSALS: Final = {
    "empty": "The file is empty",
    "too-large": "The file or its picture is too large",
    "damaged": "The file is damaged",
    "no-pixels": "This DICOM file has no pixel data",
    "several-frames": "The file holds more than one picture",
    "unsupported-compression": "The pixels of the DICOM file are compressed in a way that is not "
    "read",
    "unsupported-pixels": "The file stores its pixels in a way that is not read",
    "decoder-died": "Decoding this file took more than the browser allows",
}
_OTHERS: Final = {
    "not-an-image": f"The file is no {FORMAT_WORDS} picture. Expected one of these. Do this: "
    f"export the X-ray as {FORMAT_WORDS}.",
    "not-here": "Files of this kind are read by X-ray Lab itself, but not by this page in the "
    "browser. Expected a file that is written as usual. Do this: export the X-ray as PNG, or ask "
    "X-ray Lab on a computer.",
    "too-slow": f"Decoding and judging this file took more than {SECONDS} seconds. Expected an "
    "image that is quicker. Do this: export the X-ray at a smaller size.",
    "unreadable": "The browser could not read this file. Expected a file that is still where it "
    "was chosen from. Do this: choose it again.",
    "not-judged": "The network gave no numbers for this image. Expected a probability for each "
    "class. Do this: use another image.",
}


def page_table(bundle: Bundle) -> JsonObject:
    """Everything but the network and the training images' numbers."""
    return {
        "name": bundle.name,
        "version": bundle.version,
        "classes": [*bundle.classes],
        "several": bundle.several,
        "synthetic": bundle.synthetic,
        "preparation": bundle.preparation.to_json(),
        "grey_range": str(bundle.preparation.grey_range or ""),
        "explain": str(bundle.manifest["explain"]["method"]),
        "kernel": (bundle.head or {}).get("kernel"),
        "operating": _operating(bundle),
        "records": _records(bundle),
        "limits": {
            "unsure": prediction.UNSURE,
            "margin": prediction.MARGIN,
            "colour_spread": marks.COLOUR_SPREAD,
            "colour_share": marks.COLOUR_SHARE,
            "mostly_coloured": marks.MOSTLY_COLOURED,
            "fewest_marked": marks.FEWEST_MARKED,
            "most_marked": marks.MOST_MARKED,
            "few_pixels": warnings.FEW_PIXELS,
            "too_few_pixels": warnings.TOO_FEW_PIXELS,
            "shape_ratio": warnings.SHAPE_RATIO,
            "text_letters": warnings.TEXT_LETTERS,
            "cut_share": warnings.CUT_SHARE,
            "flat_deviation": warnings.FLAT_DEVIATION,
            "seconds": SECONDS,
        },
        "warnings": {
            **warnings.MESSAGES,
            "synthetic": warnings.drawn().message,
        },
        "notes": {note.name: note.message for note in NOTES.values()},
        "strange": {reason: _strange(reason, bundle) for reason in REASONS},
        "refusals": {
            **{code: refuse(code, what).message for code, what in _REFUSALS.items()},
            **_OTHERS,
        },
        "remarks": dict(wording.SHORT_WARNINGS),
        "before_the_first": [words.replace("**", "") for words in wording.BEFORE_THE_FIRST],
        "words": _words(bundle),
        "csv": [*csv_heading(bundle)],
    }


def _words(bundle: Bundle) -> JsonObject:
    return {
        "notice": NOTICE,
        "drawn": DRAWN,
        "cannot_judge": wording.CANNOT_JUDGE,
        "more_like": wording.MORE_LIKE,
        "undecided": wording.UNDECIDED,
        "signs": wording.SIGNS,
        "flagged": wording.FLAGGED,
        "unsure_about": wording.UNSURE_ABOUT,
        "no_signs": wording.NO_SIGNS,
        "no_finding": classifier.NO_FINDING,
        "heat": wording.HEAT_WORDS.get(str(bundle.manifest["explain"]["method"]), ""),
        "hint": wording.HINT,
        "speaks_for": wording.SPEAKS_FOR,
        "would_have_spoken_for": wording.WOULD_HAVE_SPOKEN_FOR,
        "anyway": wording.ANYWAY,
        "no_answer": wording.NO_ANSWER,
        "of_training": wording.as_phantoms(wording.OF_TRAINING)
        if bundle.synthetic
        else wording.OF_TRAINING,
        "in_band": wording.IN_BAND,
        "barely_ahead": wording.BARELY_AHEAD,
        "none_reaches": wording.NONE_REACHES,
        "somebody_decides": wording.SOMEBODY_DECIDES,
        "at_least": track_record.AT_LEAST,
        "about": track_record.ABOUT,
        "about_so_many": rounding.ABOUT,
        "fewer_than_one": rounding.FEWER,
        "more_than": rounding.MORE,
        "of_people": track_record.OF_PEOPLE,
        "fewer_than": track_record.FEWER,
        "synthetic": wording.SYNTHETIC if bundle.synthetic else "",
        "unchecked": wording.UNCHECKED if bundle.ood is None else "",
        "how_good": wording.how_good(bundle.metrics, synthetic=bundle.synthetic),
    }


def _strange(reason: str, bundle: Bundle) -> JsonObject:
    doubt = Verdict(score=0.0, threshold=0.0, reason=reason, refuses=False)
    return {
        "doubt": in_words(doubt, synthetic=bundle.synthetic),
        "refuses": in_words(replace(doubt, refuses=True), synthetic=bundle.synthetic),
    }


def _operating(bundle: Bundle) -> JsonValue:
    if not bundle.operating:
        return None
    return {
        name: {
            "threshold": point.threshold,
            "band": None if point.band is None else [*point.band],
            **{
                key: wording.threshold_words(
                    name,
                    Flag(point=point, flagged=key == "reached", uncertain=False),
                    synthetic=bundle.synthetic,
                )
                for key in ("reached", "missed")
            },
        }
        for name, point in bundle.operating.items()
    }


def _records(bundle: Bundle) -> JsonObject:
    found: JsonObject = {}
    for name in bundle.classes:
        record = TrackRecord.of_model(name, bundle)
        if record is None:
            continue
        found[name] = {
            "counts": record.counts,
            "usual": record.usual,
            "have_it": record.have_it,
            "question": record.question,
            "begin": record.where("{people}"),
            "called": record.called_so,
            "others": f"{record.n - record.support:,}",
            "sensitivity": record.sensitivity.value,
            "sensitivity_interval": _ends(record.sensitivity.interval),
            "specificity": record.specificity.value,
            "specificity_interval": _ends(record.specificity.interval),
        }
    return found


def _ends(interval: Interval | None) -> JsonValue:
    return None if interval is None else {"low": interval.low, "high": interval.high}
