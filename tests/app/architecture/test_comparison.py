"""The figures by which designs are compared, against sums written out by hand."""

from __future__ import annotations

from xraylib.app.architecture.comparison import compare_table, figures, memory_words
from xraylib.networks.layers import Conv2D, Dense, Flatten, Input, Residual
from xraylib.networks.presets import preset
from xraylib.networks.spec import ModelSpec
from xraylib.networks.trace import trace


def test_the_figures_of_the_lessons_network() -> None:
    found = figures(trace(preset("lesson-cnn")))
    assert found.parameters == 712
    # Input and Rescaling 256², Conv2D 5 @ 84², pooled 5 @ 16², Conv2D 3 @ 14², pooled 3 @ 7²,
    # flattened, and three answers; 4 bytes each.
    values = 2 * 256**2 + 5 * 84**2 + 5 * 16**2 + 3 * 14**2 + 2 * 3 * 7**2 + 3
    assert found.map_bytes == 4 * values
    assert found.multiply_adds == 84**2 * 5 * 25 + 14**2 * 3 * 5 * 9 + 147 * 3
    # 5, +4×3 = 17, +2×15 = 47, +1×15 = 62
    assert found.receptive_field == (62, 62)
    assert (found.depth, found.output) == (3, (3,))


def test_kernels_inside_a_residual_block_count() -> None:
    inner = (Conv2D(filters=1, kernel_size=3, padding="same"),) * 2
    spec = ModelSpec(
        name="r", layers=(Input(shape=(8, 8, 1)), Residual(layers=inner), Flatten(), Dense(units=2))
    )
    assert figures(trace(spec)).depth == 3


def test_the_table_holds_both_designs_and_their_ratio() -> None:
    left, right = (figures(trace(preset(name))) for name in ("lesson-cnn", "lesson-dense"))
    table = compare_table(("one", left), ("two", right))
    assert list(table.columns) == ["one", "two", "Ratio"]
    # 65,537×100 + 101×50 + 51×3 = 6,558,903
    assert table.loc["Parameters"].tolist() == ["712", "6,558,903", "9,212 ×"]
    assert table.loc["Sees (px)"].tolist() == ["62×62", "1×1", ""]
    assert list(compare_table(("one", left), ("one", left)).columns)[1] == "one (2)"
    assert compare_table(("one", left), ("one", left)).loc["Depth (kernels)", "Ratio"] == "1 ×"


def test_memory_in_words() -> None:
    assert memory_words(413 * 1024) == "413 KiB"
    assert memory_words(1024**2 * 3 // 2) == "1.5 MiB"
