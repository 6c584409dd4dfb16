"""What is known of one image file, and its picture: what `xraylib image` prints and writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from xraylib.arguments import PathLike, as_path, checked
from xraylib.images.decode import read_bytes
from xraylib.images.file_stats import grey_levels
from xraylib.images.notes import NOTES, Note
from xraylib.images.prepare import Preparation, prepare
from xraylib.images.radiograph import Radiograph
from xraylib.images.sandbox.shared import read_image
from xraylib.json_values import JsonObject
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.warnings import ImageWarning, image_warnings
from xraylib.workspace import write_atomic


@dataclass(frozen=True, kw_only=True)
class ImageFacts:
    """One image file, decoded.

    Attributes:
        file: Its path, as it was given.
        file_bytes: Its size.
        radiograph: The picture.
        lowest: The lowest grey value, 0 to ``2**bit_depth - 1``.
        highest: The highest.
        mean: Mean grey level, where 255 is the image's full range.
        sd: Standard deviation of the grey levels on that scale.
        preparation: What it was prepared with; None if it was not.
        prepared: ``(height, width, channels)`` uint8, as a network gets it; None likewise.
        warnings: What a model would be warned of, but for what a note says already.
    """

    file: str
    file_bytes: int
    radiograph: Radiograph
    lowest: int
    highest: int
    mean: float
    sd: float
    preparation: Preparation | None = None
    prepared: NDArray[np.uint8] | None = field(default=None, repr=False)
    warnings: tuple[ImageWarning, ...] = ()

    @property
    def attributes(self) -> Mapping[str, str | int | float]:
        """Technical facts from the file; see `Radiograph`."""
        return self.radiograph.attributes

    @property
    def notes(self) -> tuple[Note, ...]:
        """What had to be decided about its greys."""
        return tuple(NOTES[name] for name in self.radiograph.notes)

    @property
    def view(self) -> str:
        """``"PA"``, ``"AP"``, ``"lateral"``, perhaps ``"portable"``; ``""`` if not told."""
        return str(self.attributes.get("View", ""))

    def to_json(self) -> JsonObject:
        """All of it but the pixels."""
        image = self.radiograph
        return {
            "file": self.file,
            "bytes": self.file_bytes,
            "format": image.format,
            "mode": image.mode,
            "width": image.width,
            "height": image.height,
            "channels": 1 if image.pixels.ndim == 2 else 3,
            "bit_depth": image.bit_depth,
            "lowest": self.lowest,
            "highest": self.highest,
            "mean": round(self.mean, 3),
            "sd": round(self.sd, 3),
            "view": self.view,
            "shown": str(self.attributes.get("Shown", "")),
            "attributes": {**self.attributes},
            "notes": [
                {"name": note.name, "says": note.says, "remedy": note.remedy} for note in self.notes
            ],
            "warnings": [{**warning.to_json()} for warning in self.warnings],
            "preparation": None if self.preparation is None else self.preparation.to_json(),
        }

    def png(self, *, prepared: bool = False) -> bytes:
        """The picture as PNG of 8 bits.

        Args:
            prepared: As the network gets it, if it was prepared. Else as people see it, with the
                full range of the image's depth as 0 to 255.
        """
        chosen = self.prepared if prepared else None
        pixels = self.radiograph.as_uint8() if chosen is None else chosen
        if pixels.ndim == 3 and pixels.shape[2] == 3:
            pixels = np.ascontiguousarray(pixels[:, :, ::-1])
        return bytes(cv2.imencode(".png", pixels)[1])

    def save(self, file: PathLike, *, prepared: bool = False) -> None:
        """Writes `png`.

        Raises:
            PathError: codes ``cannot-write`` and ``not-a-path``.
        """
        write_atomic(as_path(file, "file"), self.png(prepared=prepared))


@checked
def image_facts(
    source: PathLike,
    *,
    preparation: Preparation | None = None,
    classifier: Classifier | None = None,
) -> ImageFacts:
    """Everything that is known of one image file, which is decoded in a child process.

    Args:
        source: The file.
        preparation: Also prepare it like this.
        classifier: Also prepare it for this published model, and say what is unlike the images
            that the model learned from.

    Raises:
        ImageError: The file does not become an image; ``code`` says why.
        PathError: code ``not-a-path``.
    """
    path = as_path(source, "source")
    data = read_bytes(path)
    image = read_image(data)
    wanted = preparation if classifier is None else classifier.preparation
    prepared = None if wanted is None else prepare(image, wanted)
    if classifier is None:
        seen = image.as_uint8() if prepared is None else prepared
        warnings = image_warnings(image, seen if seen.ndim == 3 else seen[:, :, None])
    else:
        warnings = classifier.classify(image, heat_map=False).warnings
    mean, sd = grey_levels(image)
    return ImageFacts(
        file=str(Path(path)),
        file_bytes=len(data),
        radiograph=image,
        lowest=int(image.pixels.min()),
        highest=int(image.pixels.max()),
        mean=mean,
        sd=sd,
        preparation=wanted,
        prepared=prepared,
        warnings=tuple(warning for warning in warnings if warning.code not in image.notes),
    )
