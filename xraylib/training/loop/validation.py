"""What an epoch's validation says about classes and images, for the epoch's event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xraylib.loading.loader import Ints
from xraylib.training.loop.epoch_metrics import EpochMetrics
from xraylib.training.run.events import Event, WrongImage

MOST_WRONG: Final = 12


@dataclass(frozen=True, kw_only=True)
class Names:
    """What classes and validation images are called.

    Attributes:
        classes: In the order of the labels.
        images: Paths of the validation images, in their order.
        places: Where each is among the prepared images, if that is known.
    """

    classes: Sequence[str]
    images: Sequence[str]
    places: Sequence[int] | Ints | None = None

    def about(self, metrics: EpochMetrics) -> Event:
        """``val_recall``, ``val_wrong`` and ``notes`` of one validation.

        ``val_recall`` is ``{class: recall}``, None for a class without validation images;
        ``val_aucs`` the AUC of each finding, where images have several; ``val_wrong`` the first
        images that were taken for what they are not, at most 12: ``{"path", "label", "predicted",
        "probability"}`` and ``"place"`` if places are known; ``notes`` says why a number is
        missing.
        """
        recall = dict(zip(self.classes, metrics.recall(), strict=True))
        wrong: list[WrongImage] = []
        for one in metrics.mistakes(MOST_WRONG, self.classes):
            place = one.place
            known: WrongImage = {} if self.places is None else {"place": int(self.places[place])}
            wrong.append(
                {
                    **known,
                    "path": self.images[place],
                    "label": one.label,
                    "predicted": one.predicted,
                    "probability": round(one.probability, 4),
                }
            )
        missing = [name for name, value in recall.items() if value is None]
        notes = []
        aucs = dict(zip(self.classes, metrics.aucs(), strict=False))
        without = ", ".join(missing)
        if missing and aucs:
            notes.append(f"The validation AUC leaves out {without}: no validation image shows it.")
        elif missing:
            notes.append(
                f"The validation AUC is undefined: there is no validation image of {without}."
            )
        told: Event = {"val_aucs": aucs} if aucs else {}
        return {"val_recall": recall, **told, "val_wrong": wrong, "notes": notes}
