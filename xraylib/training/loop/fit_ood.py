"""What the images that a run learned from look like: fitted at its end, kept in its folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from xraylib.errors import DatasetError
from xraylib.json_values import JsonObject
from xraylib.metrics.uncertainty.resampling import share_interval
from xraylib.ood.familiarity import FORMAT, Familiar, Verdict
from xraylib.ood.fit import FEWEST, fit_familiar
from xraylib.ood.image_features import Described, Floats, Pixels, describe_images
from xraylib.ood.strangers import DOUBTED, STRANGERS, mirrored, parts_of
from xraylib.records import read_if_kept
from xraylib.workspace import write_atomic

if TYPE_CHECKING:
    from xraylib.training.run.runs import Run

FILE: Final = "ood.json"
MOST: Final = {"train": 800, "val": 400, "test": 400}
"""Images of each split that are looked at, spread evenly."""
_MADE_OF: Final = 100
_BATCH: Final = 32

Rows = NDArray[np.int64]
Features = Callable[[Pixels], "NDArray[Any] | None"]


def familiar_of(
    features: Features,
    rows: Mapping[str, Sequence[int] | Rows],
    patients: Mapping[str, Sequence[str] | NDArray[np.int32]],
    read: Callable[[Any], Pixels],
) -> JsonObject | None:
    """:class:`xraylib.ood.familiarity.Familiar` as JSON; None with too few images.

    Beside it what was measured on test images, which had no part in it. ``"test"``: how many it
    calls strange and how many it does not judge: ``{"films", "patients", "strange",
    "strange_patients", "interval", "refused", "refused_patients", "refused_interval"}``, the
    intervals Wilson's of what the images of so many patients are worth. ``"strangers"``: of the
    pictures of `xraylib.ood.strangers`, made of at most 100 of them, how many are not judged:
    ``[{"kind", "films", "refused"}]``. ``"doubted"``: of pictures of ``DOUBTED`` there, likewise
    made, how many have a warning or are not judged: ``[{"kind", "films", "warned"}]``. Without
    test images the first two are None and the last is empty.

    Args:
        features: The network's averaged feature maps ``(n, filters)`` of prepared pixels
            ``(n, height, width, channels)``, or None for a network without a convolution.
        rows: Which images train, which validate, and which test.
        patients: Whose images they are.
        read: Prepared pixels ``(n, height, width, channels)`` of some of these rows.
    """
    if len(rows["train"]) < FEWEST:
        return None
    described = {
        split: describe_images(
            _images(features, _spread(rows[split], MOST[split]), read),
            _spread(patients[split], MOST[split]),
        )
        for split in ("train", "val")
    }
    held_out: Described | None = described["val"] if len(described["val"]) >= FEWEST else None
    try:
        familiar = fit_familiar(
            described["train"],
            held_out,
            describe_images(_parts(_spread(rows["train"], MOST["train"]), read)),
            describe_images(
                _images(lambda _: None, _spread(rows["train"], MOST["train"]), read, mirrored)
            ),
        )
    except DatasetError:  # too few images to say what is usual
        return None
    tested = _spread(rows["test"], MOST["test"])

    def verdicts(change: Callable[[Pixels], Pixels]) -> list[Verdict]:
        return _verdicts(familiar, features, tested[:: _every(tested)], read, change)

    return {
        **familiar.to_json(),
        "test": _measured(
            _verdicts(familiar, features, tested, read), _spread(patients["test"], MOST["test"])
        ),
        "strangers": [_missed(kind, verdicts(change)) for kind, change in STRANGERS.items()]
        if len(tested)
        else None,
        "doubted": [_warned(kind, verdicts(change)) for kind, change in DOUBTED.items()]
        if len(tested)
        else [],
    }


def keep_familiar(run: Run, value: Mapping[str, Any]) -> None:
    """Keeps it in the run's folder."""
    text = json.dumps(value, separators=(",", ":"))
    write_atomic(run.folder / FILE, text, new_folder=False)


def kept_familiar(run: Run) -> JsonObject | None:
    """What was kept, in this format, of the weights that the run has now, or None.

    Raises:
        PathError: codes ``damaged`` and ``newer-version``.
    """
    return read_if_kept(
        run.folder / FILE,
        _fitting,
        of=run.weights_file,
        schema=FORMAT,
        key="format",
        remedy=f"delete {FILE}: what is usual is found again when the run is published",
    )


def _fitting(value: dict[str, Any]) -> JsonObject | None:
    if not {"refused_beyond", "mirrored", "noisiest", "doubted"} <= value.keys():
        return None  # earlier versions looked for less
    value["format"] = FORMAT
    Familiar.from_json(value)
    familiar_facts(value)
    return value


def familiar_facts(value: Mapping[str, Any] | None) -> JsonObject | None:
    """What a model card tells of :func:`familiar_of`."""
    keys = ("n_train", "n_held_out", "held_out", "quantile", "refused_quantile", "confidence",
            "threshold", "refused_beyond", "test", "strangers")  # fmt: skip
    if value is None:
        return None
    return {**{key: value[key] for key in keys}, "doubted": value.get("doubted")}


def _measured(verdicts: Sequence[Verdict], patients: Any) -> JsonObject | None:
    if not verdicts:
        return None
    strange = np.array([bool(one.reason) for one in verdicts])
    refused = np.array([one.refuses for one in verdicts])
    whose = np.unique(np.asarray(patients), return_inverse=True)[1]
    every = np.ones_like(strange)
    return {
        "films": len(strange),
        "patients": len(np.unique(whose)),
        "strange": int(strange.sum()),
        "strange_patients": len(np.unique(whose[strange])),
        "interval": list(share_interval(strange, every, whose) or ()),
        "refused": int(refused.sum()),
        "refused_patients": len(np.unique(whose[refused])),
        "refused_interval": list(share_interval(refused, every, whose) or ()),
    }


def _missed(kind: str, verdicts: Sequence[Verdict]) -> JsonObject:
    refused = sum(one.refuses for one in verdicts)
    return {"kind": kind, "films": len(verdicts), "refused": refused}


def _warned(kind: str, verdicts: Sequence[Verdict]) -> JsonObject:
    warned = sum(bool(one.reason) for one in verdicts)
    return {"kind": kind, "films": len(verdicts), "warned": warned}


def _verdicts(
    familiar: Familiar,
    features: Features,
    rows: Any,
    read: Callable[[Any], Pixels],
    change: Callable[[Pixels], Pixels] = lambda pixels: pixels,
) -> list[Verdict]:
    return [familiar.judge(*one) for one in _images(features, rows, read, change)]


def _every(rows: Any) -> int:
    return max(1, -(-len(rows) // _MADE_OF))


def _spread(rows: Any, most: int) -> Any:
    return rows[:: max(1, -(-len(rows) // most))]


def _parts(rows: Any, read: Callable[[Any], Pixels]) -> Iterator[tuple[Pixels, None]]:
    for start in range(0, len(rows), _BATCH):
        for place, image in enumerate(read(rows[start : start + _BATCH]), start):
            yield from ((part, None) for part in parts_of(image, place))


def _images(
    features: Features,
    rows: Any,
    read: Callable[[Any], Pixels],
    change: Callable[[Pixels], Pixels] = lambda pixels: pixels,
) -> Iterator[tuple[Pixels, Floats | None]]:
    for start in range(0, len(rows), _BATCH):
        pixels = np.stack([change(one) for one in read(rows[start : start + _BATCH])])
        found = features(pixels)
        for place, image in enumerate(pixels):
            yield image, None if found is None else np.asarray(found[place], np.float64)
