"""What the augmentation studio's widgets stand for, and the words for what was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xraylib.augmentation.augment import AugmentConfig, Drawn

PRESET_WORDS: Final[Mapping[str, str]] = {
    "none": "None",
    "lesson": "Lesson",
    "gentle": "Gentle",
    "strong": "Strong",
}
FILL_WORDS: Final[Mapping[str, str]] = {
    "nearest": "nearest pixel",
    "constant": "one grey level",
    "reflect": "mirrored",
    "wrap": "repeated",
}


@dataclass(frozen=True, kw_only=True)
class Slider:
    """How one number of an `AugmentConfig` is set.

    Attributes:
        field: Its name.
        label: Over the slider, with the unit.
        low: Left end.
        high: Right end.
        step: Between two positions.
        format: Of the value shown.
        factor: Position divided by value: 100 for per cent.
        help: One sentence that teaches.
    """

    field: str
    label: str
    low: float
    high: float
    step: float
    format: str
    factor: float = 1.0
    help: str = ""


SLIDERS: Final = (
    Slider(
        field="rotation_range",
        label="Rotation (± degrees)",
        low=0,
        high=90,
        step=1,
        format="%.0f°",
        help="Patients lean. A few degrees are real; a chest on its side is not.",
    ),
    Slider(
        field="width_shift_range",
        label="Shift sideways (± %)",
        low=0,
        high=50,
        step=1,
        format="%.0f %%",
        factor=100,
        help="In per cent of the width: the chest is not always in the middle of the X-ray.",
    ),
    Slider(
        field="height_shift_range",
        label="Shift up and down (± %)",
        low=0,
        high=50,
        step=1,
        format="%.0f %%",
        factor=100,
        help="In per cent of the height: the detector sits higher or lower each time.",
    ),
    Slider(
        field="shear_range",
        label="Shear (± degrees)",
        low=0,
        high=45,
        step=1,
        format="%.0f°",
        help="Slants the picture. Rare in real X-rays, so use little.",
    ),
)
GRAIN: Final = (
    Slider(
        field="blur_range",
        label="Blur (up to, pixels)",
        low=0,
        high=5,
        step=0.1,
        format="%.1f px",
        help="Helps where X-rays are less sharp than yours: older detectors, patients who moved, "
        "strong compression.",
    ),
    Slider(
        field="noise_range",
        label="Noise (up to, grey levels)",
        low=0,
        high=40,
        step=0.5,
        format="%.1f",
        help="Helps where X-rays were taken with a lower dose than yours, as at the bedside.",
    ),
)
ZOOM: Final = Slider(
    field="zoom_range",
    label="Zoom (factor)",
    low=0.5,
    high=1.5,
    step=0.01,
    format="%.2f",
    help="Above 1 the chest gets smaller, as in Keras, and height and width are drawn on their "
    "own.",
)
BRIGHTNESS: Final = Slider(
    field="brightness_range",
    label="Brightness (factor)",
    low=0.3,
    high=1.7,
    step=0.01,
    format="%.2f",
    help="Multiplies the grey levels: exposure differs from X-ray to X-ray. 1 to 1 is off.",
)
CONTRAST: Final = Slider(
    field="contrast_range",
    label="Contrast (factor)",
    low=0.5,
    high=1.5,
    step=0.01,
    format="%.2f",
    help="Helps where other detectors or a harder tube voltage give flatter or steeper X-rays. "
    "1 to 1 is off.",
)
GAMMA: Final = Slider(
    field="gamma_range",
    label="Gamma (exponent)",
    low=0.5,
    high=2.0,
    step=0.01,
    format="%.2f",
    help="Helps where viewers or converters show mid-greys differently: above 1 lungs get darker "
    "while black and white stay. 1 to 1 is off.",
)
CLAHE: Final = Slider(
    field="clahe_range",
    label="Local contrast, CLAHE (clip limit)",
    low=1,
    high=6,
    step=0.1,
    format="%.1f",
    help="Helps where some X-rays were already enhanced by the machine, with details lifted "
    "everywhere, and others were not. 1 to 1 is off.",
)
FACTORS: Final = (BRIGHTNESS, CONTRAST, GAMMA, CLAHE)
_OFF: Final = (1.0, 1.0)


def drawn_words(drawn: Drawn, config: AugmentConfig) -> str:
    """What was drawn for one picture, only of what may vary: ``−7.2° · ←12 ↑3 px``."""
    parts = []
    if config.rotation_range:
        parts.append(f"{_signed(drawn.rotation)}°")
    if config.width_shift_range or config.height_shift_range:
        # Keras's sign: a positive shift moves the picture to the left and up.
        across, along = round(drawn.shift_x), round(drawn.shift_y)
        side, height = "←" if across > 0 else "→", "↑" if along > 0 else "↓"
        parts.append(f"{side}{abs(across)} {height}{abs(along)} px")
    if config.zoom != (1.0, 1.0):
        parts.append(f"zoom {drawn.zoom_x:.2f}×{drawn.zoom_y:.2f}")
    if config.shear_range:
        parts.append(f"shear {_signed(drawn.shear)}°")
    if drawn.flip_h:
        parts.append("mirrored")
    if drawn.flip_v:
        parts.append("upside down")
    if config.brightness_range not in (None, _OFF):
        parts.append(f"light {drawn.brightness:.2f}")
    if config.contrast_range not in (None, _OFF):
        parts.append(f"contrast {drawn.contrast:.2f}")
    if config.gamma_range not in (None, _OFF):
        parts.append(f"gamma {drawn.gamma:.2f}")
    if config.clahe_range not in (None, _OFF):
        parts.append(f"CLAHE {drawn.clahe:.1f}")
    if config.blur_range:
        parts.append(f"blur {drawn.blur:.1f} px")
    if config.noise_range:
        parts.append(f"noise {drawn.noise:.1f}")
    return " · ".join(parts) or "unchanged"


def config_from(values: Mapping[str, Any]) -> AugmentConfig:
    """The settings that the widgets stand for, by the widgets' names.

    Raises:
        ConfigError: A value makes no sense (only a tampered browser sends one).
    """
    fields: dict[str, Any] = {
        s.field: round(float(values[s.field]) / s.factor, 6) for s in (*SLIDERS, *GRAIN)
    }
    for slider in FACTORS:
        ends = _ends(values[slider.field])
        fields[slider.field] = None if ends == _OFF else ends
    return AugmentConfig(
        **fields,
        zoom_range=_ends(values["zoom_range"]),
        horizontal_flip=bool(values["horizontal_flip"]),
        vertical_flip=bool(values["vertical_flip"]),
        fill_mode=values["fill_mode"],
        cval=float(values["cval"]),
    )


def widget_values(config: AugmentConfig) -> dict[str, Any]:
    """The reverse of `config_from`; what lies beyond a slider's end stands at its end."""
    values: dict[str, Any] = {
        s.field: _within(float(getattr(config, s.field)) * s.factor, s) for s in (*SLIDERS, *GRAIN)
    }
    pairs = {s: getattr(config, s.field) or _OFF for s in FACTORS} | {ZOOM: config.zoom}
    for slider, (low, high) in pairs.items():
        values[slider.field] = (_within(low, slider), _within(high, slider))
    values["horizontal_flip"] = config.horizontal_flip
    values["vertical_flip"] = config.vertical_flip
    values["fill_mode"] = config.fill_mode
    values["cval"] = int(config.cval)
    return values


ENDS: Final[Mapping[str, str]] = {
    "rotation_range": "Rotation",
    "width_shift_range": "Shift sideways",
    "height_shift_range": "Shift up and down",
    "shear_range": "Shear",
    "zoom_range": "Zoom",
    "brightness_range": "Brightness",
    "contrast_range": "Contrast",
    "gamma_range": "Gamma",
    "clahe_range": "Local contrast (CLAHE)",
    "blur_range": "Blur",
    "noise_range": "Noise",
}


def ends_of(config: AugmentConfig, field: str) -> tuple[tuple[str, Drawn], tuple[str, Drawn]]:
    """What is drawn at the lower and at the upper end of one setting's range, everything else off.

    Shifts are fractions here; `apply` wants pixels, so they are scaled by the picture's size.
    """
    if field == "zoom_range":
        low, high = config.zoom
    elif field in (slider.field for slider in FACTORS):
        low, high = getattr(config, field) or _OFF
    elif field in (slider.field for slider in GRAIN):
        low, high = 0.0, float(getattr(config, field))
    else:
        high = float(getattr(config, field))
        low = -high

    def at(value: float) -> tuple[str, Drawn]:
        if field == "rotation_range":
            return f"{_signed(value)}°", Drawn(rotation=value)
        if field == "shear_range":
            return f"{_signed(value)}°", Drawn(shear=value)
        if field == "width_shift_range":
            return f"{_signed(100 * value)} %", Drawn(shift_x=value)
        if field == "height_shift_range":
            return f"{_signed(100 * value)} %", Drawn(shift_y=value)
        if field == "zoom_range":
            return f"× {value:.2f}", Drawn(zoom_x=value, zoom_y=value)
        if field == "contrast_range":
            return f"× {value:.2f}", Drawn(contrast=value)
        if field == "gamma_range":
            return f"exponent {value:.2f}", Drawn(gamma=value)
        if field == "clahe_range":
            return f"clip limit {value:.1f}", Drawn(clahe=value)
        if field == "blur_range":
            return f"{value:.1f} px", Drawn(blur=value)
        if field == "noise_range":
            return f"{value:.1f} grey levels", Drawn(noise=value)
        return f"× {value:.2f}", Drawn(brightness=value)

    return at(low), at(high)


def _ends(value: Any) -> tuple[float, float]:
    """Both ends of a range, without what floats add to a slider's hundredths."""
    low, high = value
    return round(float(low), 6), round(float(high), 6)


def _within(value: float, slider: Slider) -> float:
    return min(max(value, slider.low), slider.high)


def _signed(value: float) -> str:
    """One digit, with a real minus sign, and no ``-0``."""
    rounded = round(value, 1)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else ''}{abs(rounded):.1f}"
