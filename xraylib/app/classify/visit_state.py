"""One visit to the Classify page: what was handed in, what was said about it, and forgetting it.

Everything of an upload lives in the visit, which lives in the session; nothing reaches a disk, a
log, or a cache that others share. Of many images only small pictures and numbers are kept; the
image on show is decoded again from the bytes in the drop area.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import streamlit as st
from numpy.typing import NDArray
from streamlit.typing import UploadedFile

from xraylib.app.shell.upload_memory import release
from xraylib.errors import XrayError
from xraylib.models.classify.classified_image import ClassifiedImage
from xraylib.models.classify.prediction import Prediction
from xraylib.models.classify.uploads import is_archive, open_archive

MOST_IMAGES: Final = 2_000
"""Images that are judged in one visit."""
_VIEWS: Final = 2

Key = tuple[str, str, str]
"""SHA-256 of an image, its name, and the model that judged it."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A file that was handed in, and what became of it.

    Attributes:
        name: The file's name, shown as text only; of an archive's member ``archive/member``.
        sha256: Of its bytes; of an archive that was refused, of the archive.
        model: ``"name version"`` of the model that was asked.
        source: Which `Source` it came from, and its place among the images in it.
        when: When it was judged.
        bit_depth: White is ``2**bit_depth - 1``.
        size: (width, height) of the original in pixels.
        facts: ``"DICOM, 12 bit, 256 × 256 pixels"``.
        thumbnail: The image, small, as an address that holds it, or None.
        prediction: What the model said, without pixels and map, or None.
        error: ``{"code", "message"}`` of a refusal, or None.
    """

    name: str
    sha256: str
    model: str
    source: tuple[str, int] = ("", 0)
    when: datetime = field(default_factory=lambda: datetime.now(UTC))
    bit_depth: int = 8
    size: tuple[int, int] = (0, 0)
    facts: str = ""
    thumbnail: str | None = field(default=None, repr=False)
    prediction: Prediction | None = field(default=None, repr=False)
    error: Mapping[str, str] | None = None

    @property
    def key(self) -> Key:
        return self.sha256, self.name, self.model

    @property
    def white(self) -> int:
        """The highest grey level that the image could have."""
        return int(2**self.bit_depth) - 1

    @property
    def confidence(self) -> float:
        """Highest probability; 0 where there is no answer."""
        return max(self.result().probabilities.values(), default=0.0)

    @property
    def needs_a_look(self) -> tuple[int, float]:
        """Sorts what needs a look first; what got no answer comes last.

        First undecided, then warned about, then others; then what cannot be judged, then refused.
        """
        prediction = self.prediction
        if prediction is None:
            return 4, 0.0
        if prediction.status != "ok":
            return 3, 0.0
        if prediction.uncertain:
            return 0, self.confidence
        return (1 if prediction.warnings else 2), self.confidence

    def result(self) -> ClassifiedImage:
        """As :func:`xraylib.models.classify.batch.classify_files` gives it."""
        if self.prediction is None:
            return ClassifiedImage(file=self.name, error=self.error)
        return ClassifiedImage.of(self.name, self.prediction)


@dataclass(frozen=True, kw_only=True)
class View:
    """The image on show.

    Attributes:
        image: Its pixels for the screen, uint8 or uint16 as they were stored.
        heat: The heat map as RGBA, or None.
        method: Of the heat map: ``"cam"``, ``"occlusion"`` or ``""``.
    """

    image: NDArray[Any] = field(repr=False)
    heat: NDArray[Any] | None = field(repr=False)
    method: str

    def without_heat(self) -> View:
        """The image alone."""
        return replace(self, heat=None, method="")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file of the drop area, or a synthetic image of ours; it may hold many images.

    Attributes:
        id: The same as long as the file lies in the drop area.
        name: The file's name.
        read: Its bytes.
    """

    id: str
    name: str
    read: Callable[[], bytes] = field(repr=False)

    def pieces(self) -> list[Piece]:
        """The images in it. An archive that is refused is one piece that says why when read."""
        data = self.read()
        if not is_archive(data):
            return [Piece(name=self.name, source=(self.id, 0), read=lambda: data)]
        try:
            archive = open_archive(data)
        except XrayError as error:
            return [Piece(name=self.name, source=(self.id, 0), read=partial(_refuse, error))]
        return [
            Piece(
                name=f"{self.name}/{name}",
                source=(self.id, place),
                read=partial(archive.read, place),
            )
            for place, name in enumerate(archive.names)
        ]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One image of a source; ``read`` gives its bytes or raises an `XrayError`."""

    name: str
    source: tuple[str, int]
    read: Callable[[], bytes] = field(repr=False)


def _refuse(error: XrayError) -> bytes:
    raise error


@dataclass
class Visit:
    """What one person has handed in since coming or since forgetting.

    Attributes:
        number: Grows with each forgetting; part of the widgets' keys, so that they forget too.
        samples: The synthetic images that were picked, newest last.
        uploads: Ids of the files whose bytes the server holds for this visit.
        opened: Every image that was judged; a file is judged once by each model.
        judged: The images of each source by (source, model).
        views: The images on show last, newest last.
        focus: The image that is on show among many, or None for the first.
        turn: Grows when the page itself chooses the image on show.
        owner: Whose turn it is when images of many visits wait to be decoded.
    """

    number: int = 0
    samples: list[Path] = field(default_factory=list)
    uploads: set[str] = field(default_factory=set)
    opened: dict[Key, Opened] = field(default_factory=dict)
    judged: dict[tuple[str, str], list[Key]] = field(default_factory=dict)
    views: dict[Key, View] = field(default_factory=dict)
    focus: Key | None = None
    turn: int = 0
    owner: str = field(default_factory=lambda: f"visit {secrets.token_hex(8)}")

    def forget(self) -> None:
        """Drops everything that was handed in."""
        self.hold(())
        for kept in (self.samples, self.opened, self.judged, self.views):
            kept.clear()
        self.focus = None
        self.number += 1

    def hold(self, uploads: Iterable[str]) -> None:
        """Lets go of the bytes of every upload but these."""
        wanted = set(uploads)
        release(self.uploads - wanted)
        self.uploads = wanted

    def take_sample(self, file: Path) -> None:
        """Looks at a synthetic image of ours."""
        self.samples = [*(sample for sample in self.samples if sample != file), file]
        for image in self.opened.values():
            if image.source[0] == _sample_id(file):
                self.look_at(image.key)

    def look_at(self, key: Key) -> None:
        """Puts one of the images on show."""
        self.focus = key
        self.turn += 1

    def keep_view(self, key: Key, view: View) -> None:
        """Remembers the image on show, and forgets the one before the last."""
        self.views.pop(key, None)
        self.views[key] = view
        for old in list(self.views)[:-_VIEWS]:
            del self.views[old]

    def keep_only(self, sources: Iterable[Source]) -> None:
        """Forgets the images whose source was taken away."""
        present = {source.id for source in sources}
        self.judged = {key: images for key, images in self.judged.items() if key[0] in present}
        wanted = {key for images in self.judged.values() for key in images}
        for key, image in list(self.opened.items()):
            if key not in wanted and image.source[0] not in present:
                del self.opened[key]
                self.views.pop(key, None)

    def try_again(self, image: Opened) -> None:
        """Lets an image that was refused be judged anew."""
        self.opened.pop(image.key, None)
        self.judged.pop((image.source[0], image.model), None)


def current_visit() -> Visit:
    """The visit of this session."""
    visit: Visit = st.session_state.setdefault("visit", Visit())
    return visit


def handed_in(uploads: Sequence[UploadedFile], visit: Visit) -> list[Source]:
    """All that is to be judged. Images taken away are forgotten at once."""
    visit.hold(upload.file_id for upload in uploads)
    sources = [
        Source(id=upload.file_id, name=upload.name, read=upload.getvalue) for upload in uploads
    ]
    sources += [
        Source(id=_sample_id(file), name=file.name, read=file.read_bytes) for file in visit.samples
    ]
    visit.keep_only(sources)
    return sources


def _sample_id(file: Path) -> str:
    return f"sample {file.name}"
