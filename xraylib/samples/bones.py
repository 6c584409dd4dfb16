"""The bones of a chest: ribs, spine and shoulders."""

from __future__ import annotations

import numpy as np

from xraylib.samples.body import LEFT, RIGHT, Body, side
from xraylib.samples.canvas import (
    DRAWN,
    Image,
    Points,
    Pose,
    blurred,
    curve,
    filled,
    stroked,
)


def ribs(body: Body, pose: Pose, inside: Image, rng: np.random.Generator) -> Image:
    """Ten pairs of ribs: the arcs at the back, plain, and at the front, fainter and steeper."""
    heights = [0.12, 0.16, 0.25, 0.38, 0.54, 0.70, 0.82, 1.0]
    reach = [0.10, 0.19, 0.268, 0.325, 0.357, 0.376, 0.384, 0.38]
    along = np.linspace(0, 1, 24)
    image = np.zeros_like(inside)
    for sign in (RIGHT, LEFT):
        for number in range(11):
            start = 0.125 + 0.064 * number + rng.normal(0, 0.003)
            fall = (0.062 + 0.0165 * number) * body.rib_slope
            edge = float(np.interp(start + fall, heights, reach))
            x = 0.03 + (edge - 0.03) * np.sin(along * np.pi / 2) ** 0.85
            y = start - 0.016 * np.sin(np.pi * along**0.7) + fall * along**2.2
            back = np.stack([x * sign, y], axis=1)
            width = (0.0235 + 0.0012 * min(number, 5)) * DRAWN * pose.scale
            image += 0.098 * _bone(pose.pixels(back), width)
            if 1 <= number <= 7:
                end_x, end_y = 0.125 + 0.008 * number, start + fall + 0.075 + 0.012 * number
                front = np.array([
                    (edge, start + fall), (edge + 0.004, start + fall + 0.03),
                    (edge * 0.93, start + fall + 0.062), (edge * 0.72, end_y),
                    (end_x, end_y + 0.012),
                ]) * [sign, 1]  # fmt: skip
                image += 0.060 * _bone(pose.pixels(curve(front)), width * 1.1)
    return image * body.rib_contrast * (0.55 + 0.45 * blurred(inside, 6))


def _bone(pixels: Points, thickness: float) -> Image:
    """A tube of bone: its two edges, where the X-ray runs through more cortex, are brighter."""
    outer = stroked(pixels, thickness, blur=1.2)
    inner = stroked(pixels, thickness * 0.55, blur=1.6)
    return outer - 0.42 * inner


def spine(pose: Pose, rng: np.random.Generator) -> Image:
    """Vertebrae, discs and pedicles, seen faintly through the mediastinum."""
    image = np.zeros((DRAWN, DRAWN), np.float32)
    column = np.array([(0.0, -0.3), (0.0, 1.3)])
    image += 0.05 * stroked(pose.pixels(column), 0.075 * DRAWN, blur=3)
    for number in range(-2, 17):
        y = 0.10 + 0.062 * number
        half, tall = 0.034 + 0.0008 * number, 0.022
        block = np.array([(-half, y - tall), (half, y - tall), (half * 0.92, y), (half, y + tall),
                          (-half, y + tall), (-half * 0.92, y)])  # fmt: skip
        image += 0.045 * filled(pose.pixels(block), blur=2)
        for sign in (RIGHT, LEFT):
            eye = np.array([(0.021 * sign, y - 0.008), (0.021 * sign, y + 0.004)])
            image += 0.028 * stroked(pose.pixels(eye), 6, blur=1.5)
        process = np.array([(0.0, y + 0.008), (rng.normal(0, 0.001), y + 0.028)])
        image += 0.025 * stroked(pose.pixels(process), 6, blur=1.5)
    return image


def shoulders(pose: Pose) -> Image:
    """Clavicles, shoulder blades and the heads of the upper arms."""
    image = np.zeros((DRAWN, DRAWN), np.float32)
    for sign in (RIGHT, LEFT):
        clavicle = [(0.036, 0.232), (0.10, 0.222), (0.18, 0.188), (0.27, 0.150), (0.37, 0.135),
                    (0.43, 0.140)]  # fmt: skip
        image += 0.125 * _bone(pose.pixels(curve(side(clavicle, sign))), 0.031 * DRAWN * pose.scale)
        blade = [(0.290, 0.180), (0.325, 0.300), (0.372, 0.480), (0.395, 0.490), (0.425, 0.330),
                 (0.455, 0.215), (0.40, 0.160)]  # fmt: skip
        outline = curve(side(blade, sign), closed=True)
        shape = filled(pose.pixels(outline), blur=1.5)
        image += 0.045 * shape
        image += 0.050 * stroked(pose.pixels(outline), 5, blur=1.5)
        arm = [(0.455, 0.150), (0.520, 0.160), (0.545, 0.22), (0.60, 0.42), (0.545, 0.43),
               (0.480, 0.26), (0.440, 0.215)]  # fmt: skip
        image += 0.11 * filled(pose.pixels(curve(side(arm, sign), closed=True)), blur=2)
    return image
