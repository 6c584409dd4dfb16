"""An image in numbers: what is quicker than NumPy's or OpenCV's plain way gives the same bits."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from xraylib.images.decode import read_image
from xraylib.ood import image_features
from xraylib.ood.image_features import (
    describe_image,
    describe_images,
    inverted,
    percentiles,
    turned,
)
from xraylib.settings import SAMPLE_DATA

IMAGES = sorted((SAMPLE_DATA / "test").rglob("*.png"))[::8]


def images(height: int, width: int, channels: int) -> list[NDArray[np.uint8]]:
    """Phantoms and noise ``(height, width, channels)``, with channels that differ."""
    rng = np.random.default_rng(0)
    found = [rng.integers(0, 256, (height, width, channels), dtype=np.uint8)]
    for path in IMAGES:
        grey = cv2.resize(read_image(path).as_uint8(), (width, height))
        found.append(np.stack([grey // (1 + c) for c in range(channels)], axis=2))
    return found


@pytest.mark.parametrize("size", [1, 2, 21, 1000, 128 * 128])
def test_percentiles_are_numpys_to_the_bit(size: int) -> None:
    rng = np.random.default_rng(size)
    wanted = (0, 5, 12.5, 50, 77.7, 95, 100)
    for scale in (1e-3, 1, 255, 1e6):
        values = (rng.normal(size=size) * scale).astype(np.float32)
        for some in (values, np.round(values)):
            assert percentiles(some, wanted) == np.percentile(some, wanted).tolist()


@pytest.mark.parametrize("height", [128, 200, 256, 512])
@pytest.mark.parametrize("width", [128, 384, 1024])
@pytest.mark.parametrize("channels", [1, 3])
def test_sizes_and_greys_are_those_of_one_step_from_the_image(
    height: int, width: int, channels: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, NDArray[np.float32]] = {}
    for name in ("_layout", "_edges", "_greys"):
        real = getattr(image_features, name)

        def noting(grey: NDArray[np.float32], name: str = name, real: object = real) -> object:
            seen[name] = grey
            return real(grey)  # type: ignore[operator]

        monkeypatch.setattr(image_features, name, noting)
    for pixels in images(height, width, channels):
        numbers = describe_image(pixels).greys[0]
        grey = pixels.astype(np.float32).mean(axis=2)
        for name, side in (("_greys", 128), ("_layout", 64), ("_edges", 32)):
            direct = cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA)
            assert np.array_equal(seen[name], direct)
        large = seen["_greys"]
        spread = np.abs(cv2.Laplacian(large, cv2.CV_32F)).mean() / (large.std() + 1)
        low, high = np.percentile(large, (5, 95))
        plain = [large.mean(), large.std(), low, high, np.log(float(spread) + 1e-3)]
        assert numbers.tolist() == pytest.approx(np.array(plain, np.float64).tolist(), rel=1e-15)


def test_one_image_alone_is_described_as_among_others() -> None:
    pixels = images(256, 256, 1)
    features = np.random.default_rng(1).normal(size=(len(pixels), 8)).astype(np.float32)
    together = describe_images(zip(pixels, features.astype(np.float64), strict=True))
    for row, image in enumerate(pixels):
        alone = describe_image(image, features[row])
        assert len(alone) == 1
        for name in ("layout", "edges", "greys", "features"):
            assert np.array_equal(getattr(alone, name)[0], getattr(together, name)[row])
    assert describe_image(pixels[0]).features is None


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_image_has_the_numbers_of_the_turned_pixels(quarters: int) -> None:
    pixels = read_image(IMAGES[1]).as_uint8()[:, :, None]
    found = turned(describe_image(pixels), quarters)
    wanted = describe_image(np.ascontiguousarray(np.rot90(pixels, quarters)))
    assert found.edges == pytest.approx(wanted.edges, abs=1e-6)
    assert found.greys == pytest.approx(wanted.greys, rel=1e-5)
    assert np.linalg.norm(found.layout - wanted.layout) < 0.25  # of a length of 1
    assert np.linalg.norm(found.layout - describe_image(pixels).layout) > 0.5


def test_an_inverted_image_has_the_numbers_of_the_inverted_pixels() -> None:
    pixels = read_image(IMAGES[1]).as_uint8()[:, :, None]
    found, wanted = inverted(describe_image(pixels)), describe_image(255 - pixels)
    assert found.edges == pytest.approx(wanted.edges, abs=1e-6)
    assert found.greys == pytest.approx(wanted.greys, rel=1e-5)
    assert np.linalg.norm(found.layout - wanted.layout) < 0.25
