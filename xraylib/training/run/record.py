"""What a run's folder says about it, as values: its data, where it came from, and the summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from xraylib.arguments import as_path, checked_fields, refused_argument
from xraylib.json_values import JsonObject
from xraylib.records import texts
from xraylib.training.config import ClassMode

if TYPE_CHECKING:
    from xraylib.augmentation.augment import AugmentConfig
    from xraylib.datasets.curation import Curation
    from xraylib.images.prepare import Preparation
    from xraylib.training.config import TrainConfig
    from xraylib.training.run.status import State

OriginKind = Literal["repeat", "clone", "extension", "fold", "share", "trial"]


BEFORE_TEMPERATURE: Final = (
    "Loss and AUC in training are of the network's own probabilities, before any temperature."
)
"""Beside every such figure; what judges a run tells those that Classify shows."""


@checked_fields
@dataclass(frozen=True, kw_only=True)
class ValidationImages:
    """How a run's validation images were found.

    Attributes:
        fraction: Their part of training and validation images, 0 to 1.
        seed: What the choice of patients depended on.
        made: Whether they were taken from the training images; False for a folder of their own.
    """

    fraction: float
    seed: int
    made: bool


@checked_fields
@dataclass(frozen=True, kw_only=True)
class RunData:
    """What a run learns from, as ``data.json`` keeps it.

    Attributes:
        name: Of the data set.
        root: Its folder, absolute.
        fingerprint: SHA-256 of the images it uses; see ``DatasetIndex.fingerprint``.
        patient_pattern: Regular expression with the group ``patient``.
        classes: Names; a label is a position in them.
        class_mode: ``"categorical"``, ``"binary"``, ``"sparse"`` or ``"multilabel"``.
        preparation: Size and channels.
        augment: How training images vary.
        curation: What was chosen on purpose: images left out, division, patients.
        source_fingerprint: Of the whole data set, before the curation.
        counts: Images by split and class; of several findings the images that show each.
        validation: How the validation images were found.
        images: Images by split, where ``counts`` do not tell because an image may be in several.
    """

    name: str
    root: Path
    fingerprint: str
    patient_pattern: str
    classes: tuple[str, ...]
    class_mode: ClassMode
    preparation: Preparation
    augment: AugmentConfig
    curation: Curation
    source_fingerprint: str
    counts: Mapping[str, Mapping[str, int]]
    validation: ValidationImages
    images: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.classes or len(set(self.classes)) < len(self.classes):
            expected = "names of classes, each another"
            raise refused_argument("classes", self.classes, expected, of="RunData")

    @property
    def same_lesson(self) -> tuple[object, ...]:
        """Equal where two runs learn from the same images with the same classes on them."""
        folders = tuple(sorted(self.curation.reading.classes.items()))
        chosen = self.curation
        return self.fingerprint, self.classes, chosen.labels, chosen.label_table, folders

    @property
    def several(self) -> bool:
        """Whether an image may show several of ``classes``, which are findings then."""
        return self.class_mode == "multilabel"

    def images_in(self, split: str) -> int:
        """How many images of a split the run uses."""
        return self.images.get(split, sum(self.counts.get(split, {}).values()))

    def to_json(self) -> JsonObject:
        """The content of ``data.json``; `from_json` reads it back."""
        return {
            "name": self.name,
            "root": str(self.root),
            "fingerprint": self.fingerprint,
            "patient_pattern": self.patient_pattern,
            "classes": list(self.classes),
            "class_mode": self.class_mode,
            "preparation": self.preparation.to_json(),
            "augment": self.augment.to_json(),
            **self.curation.to_json(),
            "source_fingerprint": self.source_fingerprint,
            "counts": {split: dict(numbers) for split, numbers in self.counts.items()},
            "validation": asdict(self.validation),
            **({"images": dict(self.images)} if self.images else {}),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RunData:
        """What `to_json` wrote, now or in an older version, which knew no curation.

        Raises:
            ConfigError: A value has another type, or makes no sense.
            LookupError, TypeError, ValueError, AttributeError: It is no such record.
        """
        from xraylib.augmentation.config import AugmentConfig
        from xraylib.datasets.curation import Curation
        from xraylib.images.prepare import Preparation

        made = value["validation"]
        return cls(
            name=value["name"],
            root=as_path(value["root"], "root"),
            fingerprint=value["fingerprint"],
            patient_pattern=value["patient_pattern"],
            classes=texts(value["classes"]),
            class_mode=value["class_mode"],
            preparation=Preparation.from_json(value["preparation"]),
            augment=AugmentConfig.from_json(value["augment"]),
            curation=Curation.from_json(value),
            source_fingerprint=value.get("source_fingerprint", value["fingerprint"]),
            counts=value["counts"],
            validation=ValidationImages(
                fraction=made["fraction"], seed=made["seed"], made=made["made"]
            ),
            images=value.get("images", {}),
        )


@checked_fields
@dataclass(frozen=True, kw_only=True)
class RunOrigin:
    """What a run was made from.

    Attributes:
        kind: ``"repeat"`` and ``"clone"`` begin anew like ``run``, ``"extension"`` goes on from its
            end, ``"fold"`` is one of a cross-validation, ``"share"`` one of a learning curve,
            ``"trial"`` one of a search, which judges no test images by itself; None for a run of
            its own.
        run: Id of the run it was made from, if it was.
        group: Id of the group it belongs to, if it does.
        epoch: Where an extension began.
        number: Its place in the group, from 1.
        of: How many runs the group had.
    """

    kind: OriginKind | None = None
    run: str | None = None
    group: str | None = None
    epoch: int | None = None
    number: int | None = None
    of: int | None = None

    def to_json(self) -> JsonObject:
        """What is known; ``{}`` for a run of its own."""
        return {name: item for name, item in asdict(self).items() if item is not None}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RunOrigin:
        """What `to_json` wrote; names that this version does not know are left out.

        Raises:
            ConfigError: A value has another type.
        """
        known = {field.name for field in fields(cls)}
        return cls(**{name: item for name, item in value.items() if name in known})


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """Everything ``xraylib show`` prints about a run.

    Attributes:
        run: Its id.
        name: The name people gave it, or nothing.
        created: When it was made, seconds since 1970.
        state: See ``RunStatus``; likewise the message and the error.
        message: One sentence for people.
        error: ``{"code", "message"}`` of a failed run.
        has_model: Whether there are weights.
        origin: What it was made from.
        model: Name of the network.
        data: What it learns from.
        train: The training settings.
        epochs: Epochs to train.
        epochs_done: Complete ones.
        best_epoch: Epoch with the lowest validation loss, from 1.
        accuracy: Of the epoch whose weights were kept, on training images; None before the first.
        val_loss: Of the same epoch, on validation images.
        val_accuracy: Likewise.
        val_auc: Likewise.
        images_per_second: Training images a second.
        folder: Where all of it is.
    """

    run: str
    name: str
    created: float
    state: State
    message: str
    error: Mapping[str, str] | None
    has_model: bool
    origin: RunOrigin
    model: str
    data: RunData
    train: TrainConfig
    epochs: int
    epochs_done: int
    best_epoch: int | None
    accuracy: float | None
    val_loss: float | None
    val_accuracy: float | None
    val_auc: float | None
    images_per_second: float | None
    folder: Path

    def to_json(self) -> JsonObject:
        """The object that ``xraylib show --json`` prints."""
        return {
            "run": self.run,
            "name": self.name,
            "created": self.created,
            "state": self.state,
            "message": self.message,
            "error": None if self.error is None else dict(self.error),
            "has_model": self.has_model,
            "origin": self.origin.to_json(),
            "model": self.model,
            "data": self.data.name,
            "root": str(self.data.root),
            "fingerprint": self.data.fingerprint,
            "classes": list(self.data.classes),
            "counts": {split: dict(numbers) for split, numbers in self.data.counts.items()},
            "train": self.train.to_json(),
            "preparation": self.data.preparation.to_json(),
            "augment": self.data.augment.to_json(),
            "epochs": self.epochs,
            "epochs_done": self.epochs_done,
            "best_epoch": self.best_epoch,
            "accuracy": self.accuracy,
            "val_loss": self.val_loss,
            "val_accuracy": self.val_accuracy,
            "val_auc": self.val_auc,
            "images_per_second": self.images_per_second,
            "folder": str(self.folder),
        }
