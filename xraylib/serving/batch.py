"""Many films through one model: the same for the page, the command and what comes later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from xraylib.data.images import Radiograph, read_bytes, read_image
from xraylib.errors import XrayError
from xraylib.serving.classifier import Classifier
from xraylib.serving.warnings import FilmWarning, film_warnings, is_coloured

Source = Path | str | tuple[str, bytes]
"""A file, or a name and the bytes of an upload."""

BATCH = 32


class ReadsFilms(Protocol):
    """Whatever decodes films; :class:`xraylib.data.decoder.Decoder` does it in a child process."""

    def decode(self, data: bytes) -> Radiograph:
        """The film, or ImageError."""
        ...


def classify_files(
    sources: Sequence[Source],
    classifier: Classifier,
    *,
    decoder: ReadsFilms | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[dict[str, Any]]:
    """What the model says about each file, in the order given; an unreadable one stops nothing.

    Args:
        sources: Paths, or (name, bytes).
        classifier: The published model.
        decoder: Decodes the bytes elsewhere; by default this process does.
        progress: Called with (files done, files in all).

    Returns:
        ``{"file", "status": "ok" | "refused", "label", "probabilities", "uncertain", "flagged",
        "warnings", "error"}`` each; ``label`` is None and ``probabilities`` empty where ``error``
        says why. ``flagged`` names the classes whose operating point is reached; it is None for a
        model without operating points.
    """
    results = []
    for result in classify_stream(sources, classifier, decoder=decoder):
        results.append(result)
        if progress is not None:
            progress(len(results), len(sources))
    return results


def classify_stream(
    sources: Iterable[Source],
    classifier: Classifier,
    *,
    decoder: ReadsFilms | None = None,
    batch_size: int = BATCH,
) -> Iterator[dict[str, Any]]:
    """:func:`classify_files` one by one, for any number of files in little memory."""
    waiting: list[_Film] = []
    for source in sources:
        waiting.append(_read(source, classifier, decoder))
        if len(waiting) >= batch_size:
            yield from _judge(waiting, classifier)
            waiting = []
    yield from _judge(waiting, classifier)


class _Film:
    """A file on its way: its prepared pixels, or the reason why it has none."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.pixels: NDArray[np.uint8] | None = None
        self.warnings: tuple[FilmWarning, ...] = ()
        self.coloured = False
        self.error: XrayError | None = None

    def refused(self) -> dict[str, Any]:
        return {
            "file": self.name,
            "status": "refused",
            "label": None,
            "probabilities": {},
            "uncertain": False,
            "flagged": None,
            "warnings": [],
            "error": self.error.to_json() if self.error else None,
        }


def _read(source: Source, classifier: Classifier, decoder: ReadsFilms | None) -> _Film:
    film = _Film(source[0] if isinstance(source, tuple) else str(source))
    try:
        if isinstance(source, tuple):
            data = source[1]
            radiograph = decoder.decode(data) if decoder else read_image(data)
        elif decoder is None:
            radiograph = read_image(Path(source))
        else:
            radiograph = decoder.decode(read_bytes(Path(source)))
        film.pixels = classifier.prepare(radiograph)
        film.warnings = film_warnings(radiograph, film.pixels)
        film.coloured = is_coloured(radiograph.pixels)
    except XrayError as error:
        film.error = error
    return film


def _judge(films: list[_Film], classifier: Classifier) -> Iterator[dict[str, Any]]:
    ready = [film.pixels for film in films if film.pixels is not None]
    judged, features = np.zeros((0, 0)), None
    if ready and classifier.familiar is not None:
        judged, features = classifier.probabilities_and_features(np.stack(ready))
    elif ready:
        judged = classifier.probabilities(np.stack(ready))
    place = -1
    for film in films:
        if film.pixels is None:
            yield film.refused()
            continue
        place += 1
        row = judged[place]
        try:
            label = classifier.label(row)
        except XrayError as error:
            film.error = error
            yield film.refused()
            continue
        unlike = classifier.unlike(
            film.pixels, None if features is None else features[place], coloured=film.coloured
        )
        yield {
            "file": film.name,
            "status": "ok",
            "label": label,
            "probabilities": classifier.named(row),
            "uncertain": classifier.uncertain(row),
            "flagged": _flagged(classifier.operating(row)),
            "warnings": [warning.to_json() for warning in (*film.warnings, *unlike)],
            "error": None,
        }


def _flagged(operating: Mapping[str, Mapping[str, Any]] | None) -> list[str] | None:
    if operating is None:
        return None
    return [name for name, point in operating.items() if point["flagged"]]
