"""Smaller and larger, along each axis on its own."""

from typing import Any, ClassVar

from xraylib.augmentation.augmentation import Augmentation, between
from xraylib.augmentation.setting import OFF, Factors, Slider, number


class Zoom(Factors):
    """Two factors, or one number z for ``(1 - z, 1 + z)``; never None."""

    type: ClassVar[Any] = tuple[float, float] | float

    def checked(self, value: object) -> tuple[float, float] | None:
        if isinstance(value, int | float):
            amount = number(self, value, 0, 0.9)
            value = (1 - amount, 1 + amount)
        if value is None:
            raise self.refuse(value)
        return super().checked(value)


ZOOM = Augmentation(
    name="zoom",
    order=30,
    settings=(
        Zoom(
            name="zoom_range",
            label="Zoom (factor)",
            title="Zoom",
            help="Above 1 the chest gets smaller, as in Keras, and height and width are drawn on "
            "their own.",
            says="Smallest and largest factor, drawn for each axis on its own; above 1 the picture "
            "gets smaller, as in Keras. A single number z means ``(1 - z, 1 + z)``.",
            default=OFF,
            least=0.05,
            most=10,
            slider=Slider(low=0.5, high=1.5, step=0.01, format="%.2f"),
            tell=lambda factor: f"× {factor:.2f}",
            keras=True,
        ),
    ),
    numbers=(3, 4),
    neutral={"zoom_x": 1.0, "zoom_y": 1.0},
    draw=lambda settings, u, _: {
        "zoom_x": between(settings["zoom_range"], u[0]),
        "zoom_y": between(settings["zoom_range"], u[1]),
    },
    told=lambda drawn: f"zoom {drawn['zoom_x']:.2f}×{drawn['zoom_y']:.2f}",
    at_end=lambda _name, end, _shape: {"zoom_x": end, "zoom_y": end},
    summary="zoom",
    first=True,
)
"""``zoom_x``, ``zoom_y``: factors along the width and the height; above 1 the picture gets
smaller."""
