"""Many images through one model: the same for the page, the command and what comes later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from xraylib.errors import XrayError
from xraylib.images.decode import Radiograph, read_bytes
from xraylib.images.sandbox.shared import read_image
from xraylib.models.classify.classified_image import ClassifiedImage
from xraylib.models.classify.classifier import Classifier

Source = Path | str | tuple[str, bytes]
"""A file, or a name and the bytes of an upload."""


class ReadsImages(Protocol):
    """Whatever decodes images; `xraylib.images.sandbox.decoder.Decoder` does it in a child."""

    def decode(self, data: bytes) -> Radiograph:
        """The image, or ImageError."""
        ...


def classify_files(
    sources: Sequence[Source],
    classifier: Classifier,
    *,
    decoder: ReadsImages | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[ClassifiedImage]:
    """What the model says about each file, in the order given; an unreadable one stops nothing.

    Args:
        sources: Paths, or (name, bytes).
        classifier: The published model.
        decoder: Decodes the bytes; by default the children that this program shares.
        progress: Called with (files done, files in all).
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
    decoder: ReadsImages | None = None,
) -> Iterator[ClassifiedImage]:
    """:func:`classify_files` one by one, for any number of files in little memory.

    Each image goes its whole way before the next one is read, while the processor's cache holds
    it; the network would be no quicker with many at once (see :class:`LiteNetwork`).
    """
    for source in sources:
        name = source[0] if isinstance(source, tuple) else str(source)
        try:
            prediction = classifier.classify(_read(source, decoder), heat_map=False)
            yield ClassifiedImage.of(name, prediction)
        except XrayError as error:
            several = classifier.bundle.several
            yield ClassifiedImage(file=name, error=error.to_json(), several=several)


def _read(source: Source, decoder: ReadsImages | None) -> Radiograph:
    if isinstance(source, tuple):
        return decoder.decode(source[1]) if decoder else read_image(source[1])
    if decoder is None:
        return read_image(Path(source))
    return decoder.decode(read_bytes(Path(source)))
