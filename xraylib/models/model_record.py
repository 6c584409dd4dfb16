"""What is told of a published model without opening its network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xraylib.json_values import JsonObject, JsonValue
from xraylib.metrics.chosen_point import ChosenPoint
from xraylib.metrics.intervals import Interval


@dataclass(frozen=True, kw_only=True)
class ModelRecord:
    """What is told about one published version without opening its network.

    Attributes:
        name, version: Of the model.
        in_use: Whether the Classify page uses this version.
        run: The run that it was published from; None where it cannot be read.
        classes: The names.
        accuracy, interval, auc, auc_interval, n: On the images that it was tested with.
        operating: The thresholds that were chosen, by class; none where nobody chose.
        published: When, UTC.
        network, data: Their names.
        synthetic: Whether it learned from phantoms.
        read_only: Whether it came with the project.
        problem: Why it cannot be opened, or None.
    """

    name: str
    version: int
    in_use: bool = False
    run: str | None = None
    classes: tuple[str, ...] = ()
    accuracy: float | None = None
    interval: Interval | None = None
    auc: float | None = None
    auc_interval: Interval | None = None
    n: int | None = None
    operating: Mapping[str, ChosenPoint] = field(default_factory=dict)
    published: str | None = None
    network: str | None = None
    data: str | None = None
    synthetic: bool = False
    read_only: bool = False
    problem: str | None = None

    def to_json(self) -> JsonObject:
        """The fields; the intervals as ``accuracy_ci`` and ``auc_ci``."""
        interval: JsonValue = None if self.interval is None else [*self.interval]
        return {
            "name": self.name,
            "version": self.version,
            "in_use": self.in_use,
            "run": self.run,
            "classes": list(self.classes),
            "accuracy": self.accuracy,
            "published": self.published,
            "accuracy_ci": interval,
            "auc": self.auc,
            "auc_ci": None if self.auc_interval is None else [*self.auc_interval],
            "n": self.n,
            "operating": {name: point.told() for name, point in self.operating.items()},
            "network": self.network,
            "data": self.data,
            "synthetic": self.synthetic,
            "read_only": self.read_only,
            "problem": self.problem,
        }
