"""How good a run is on some images, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from xraylib.json_values import JsonObject
from xraylib.metrics.evaluation import Evaluation


@dataclass(frozen=True, kw_only=True, repr=False)
class RunEvaluation(Evaluation):
    """How good a run is on some images: an :class:`Evaluation`, and what was judged.

    Attributes:
        run: The run's id.
        split: ``"train"``, ``"val"``, ``"test"``, ``"all"`` of a folder without split folders, or
            the key of images that it was judged on later.
        data: The images' folder.
        source: ``"stored"`` predictions or ``"predicted"`` now.
        left_out: Readable images of classes that the run does not know.
        kept: The key under which the predictions were kept, which stands for a split; or None.
    """

    run: str
    split: str
    data: str
    source: str
    left_out: int = 0
    kept: str | None = None

    @classmethod
    def of(cls, found: Evaluation, **about: Any) -> Self:
        """An evaluation with ``run``, ``split``, ``data``, ``source`` and so on."""
        return cls(**vars(found), **about)

    def to_json(self) -> JsonObject:
        """What :meth:`Evaluation.to_json` gives and the fields; ``kept`` only where it is."""
        return {
            **super().to_json(),
            "run": self.run,
            "split": self.split,
            "data": self.data,
            "source": self.source,
            "left_out": self.left_out,
            **({} if self.kept is None else {"kept": self.kept}),
        }

    @classmethod
    def _fields(cls, value: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **super()._fields(value),
            **{name: str(value[name]) for name in ("run", "split", "data", "source")},
            "left_out": int(value["left_out"]),
            "kept": value.get("kept"),
        }
