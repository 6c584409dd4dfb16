"""How sizes, storage and brightness are spread over the classes, against counting by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_findings import findings_index

from xraylib.datasets.dataset import DatasetIndex
from xraylib.datasets.labels.findings import Findings
from xraylib.datasets.scan import scan
from xraylib.datasets.summary import (
    MOST_FINDINGS,
    NO_FINDING,
    OTHERS,
    brightness_spread,
    depth_spread,
    label_words,
    labelled_counts,
    labelled_groups,
    mode_spread,
    size_spread,
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> DatasetIndex:
    root = tmp_path_factory.mktemp("images")
    for label, size, count in (("a", (9, 7), 3), ("a", (8, 8), 1), ("b", (8, 8), 2)):
        (root / label).mkdir(exist_ok=True)
        for n in range(count):
            pixels = np.full(size[::-1], 40 * n + 10, np.uint8)
            Image.fromarray(pixels).save(root / label / f"{size[0]}-{n}.png")
    Image.fromarray(np.full((8, 8), 60_000, np.uint16)).save(root / "b" / "deep.png")
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(root / "b" / "colour.png")
    (root / "b" / "broken.png").write_bytes(b"no image")
    return scan(root)


def by_hand(index: DatasetIndex, value: object) -> dict[str, Counter[str]]:
    told: dict[str, Counter[str]] = {label: Counter() for label in index.classes}
    for image in index.images(index.rows()):
        told[image.label][value(image)] += 1  # type: ignore[operator]
    return told


def test_spreads_count_the_readable_images_of_each_class(index: DatasetIndex) -> None:
    cases = {
        size_spread: lambda image: f"{image.width} × {image.height}",
        mode_spread: lambda image: image.mode,
        depth_spread: lambda image: f"{image.bit_depth} bit",
    }
    for spread_of, value in cases.items():
        spread = spread_of(index)
        found = {
            label: Counter({v: n for v, n in zip(spread.values, images, strict=True) if n})
            for label, images in spread.images.items()
        }
        assert found == by_hand(index, value)


def test_rare_values_are_told_together_and_last(index: DatasetIndex) -> None:
    assert size_spread(index).values == ("8 × 8", "9 × 7")
    spread = mode_spread(index, most=1)
    assert spread.values[-1] == OTHERS
    assert sum(sum(images) for images in spread.images.values()) == len(index.rows())


def test_brightness_is_counted_in_bins_of_eight(index: DatasetIndex) -> None:
    spread = brightness_spread(index)
    for label, counts in spread.items():
        means = [image.mean for image in index.images(index.rows()) if image.label == label]
        wanted, _ = np.histogram(means, bins=32, range=(0, 256))
        assert counts.tolist() == wanted.tolist()


def test_where_images_may_have_several_findings_these_are_the_groups(tmp_path: Path) -> None:
    several = findings_index(tmp_path)
    told = several.findings
    assert told is not None
    by_name = dict(zip(told.names, told.values.T.tolist(), strict=True))
    groups = labelled_groups(several)
    assert list(groups) == ["Bright", "Striped", NO_FINDING]
    for name, values in by_name.items():
        assert groups[name].tolist() == [value == 1 for value in values]
    pairs = list(zip(*by_name.values(), strict=True))
    assert groups[NO_FINDING].tolist() == [pair == (0, 0) for pair in pairs]
    counted = labelled_counts(several)
    for split, numbers in counted.items():
        rows = several.rows(split).tolist()
        assert numbers == {
            name: sum(values[row] == 1 for row in rows) for name, values in by_name.items()
        }
    sizes = size_spread(several)
    assert sizes.images == {name: (int(group.sum()),) for name, group in groups.items()}
    means = np.asarray(several.table["mean"].to_numpy())
    for name, numbers in brightness_spread(several).items():
        edges = np.arange(0, 257, 8)
        assert numbers.tolist() == np.histogram(means[groups[name]], edges)[0].tolist()
    words = {(1, 0): "Bright", (1, 1): "Bright, Striped", (0, 0): NO_FINDING, (-1, 0): "none known"}
    for pair, shown in words.items():
        assert label_words(several, pairs.index(pair)) == shown
    assert label_words(several, pairs.index((1, 1)), most=1) == "Bright +1"


def test_of_many_findings_the_most_frequent_are_groups(index: DatasetIndex) -> None:
    n = len(index)
    values = (np.arange(n)[:, None] < np.arange(1, n + 1)).astype(np.int8)  # shown by 1, 2, 3, ...
    names = tuple(f"F{number}" for number in range(1, n + 1))
    several = replace(index, findings=Findings(names=names, values=values, kind="multilabel"))
    assert list(labelled_groups(several)) == [*names[-MOST_FINDINGS:], NO_FINDING]
