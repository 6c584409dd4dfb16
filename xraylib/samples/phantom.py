"""The healthy chest: anatomy as attenuation, summed up as X-rays do.

A value of 0 is air around the body and about 1 the spine behind the heart. Nothing here knows
which class the phantom will belong to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xraylib.samples.body import LEFT, RIGHT, Body, side
from xraylib.samples.bones import ribs, shoulders, spine
from xraylib.samples.canvas import (
    DRAWN,
    Image,
    Points,
    Pose,
    blurred,
    clouds,
    curve,
    depth,
    filled,
    line,
    stroked,
)


@dataclass(frozen=True, kw_only=True)
class Chest:
    """A healthy chest on the image.

    Attributes:
        attenuation: (DRAWN, DRAWN), without exposure and noise.
        lungs: Masks of 0 to 1 of the visible lung fields by side (`RIGHT`, `LEFT`).
        pose: How it was drawn.
    """

    attenuation: Image
    lungs: dict[int, Image]
    pose: Pose


def lung_outline(body: Body, sign: int) -> Points:
    """Outline of one lung field in body coordinates, down to its dome."""
    dome = 0.77 - body.domes[0 if sign == RIGHT else 1]
    corner = (0.372, 0.815)
    outline = [
        (0.050, 0.26), (0.062, 0.185), (0.100, 0.140), (0.150, 0.132), (0.205, 0.165),
        (0.265, 0.250), (0.315, 0.380), (0.347, 0.540), (0.366, 0.700), corner, corner,
        (0.330, dome + 0.030), (0.265, dome - 0.010), (0.185, dome - 0.018),
        (0.110, dome + 0.010), (0.060, dome + 0.045),
        (0.052, 0.620), (0.058, 0.450), (0.050, 0.340),
    ]  # fmt: skip
    return curve(side(outline, sign), closed=True)


def draw_chest(seed: int, body: Body, pose: Pose) -> Chest:
    """The healthy chest of a patient in one pose.

    Args:
        seed: Seed of the whole set.
        body: The patient's anatomy.
        pose: The pose of this image.
    """
    rng = np.random.default_rng([seed, body.patient, 3])
    lungs = {
        sign: filled(pose.pixels(lung_outline(body, sign)), blur=1.5) for sign in (RIGHT, LEFT)
    }
    image = _soft_tissue(body, pose)
    for lung in lungs.values():
        image -= (0.45 - 0.05 * body.fat) * lung * (0.42 + 0.58 * (1 - np.exp(-depth(lung) / 30)))
    middle = _mediastinum(body, pose)
    image += middle
    inside = np.maximum(lungs[RIGHT], lungs[LEFT])
    image += ribs(body, pose, inside, rng)
    image += spine(pose, rng)
    image += shoulders(pose)
    for sign in (RIGHT, LEFT):
        image += _vessels(body, pose, sign, rng) * blurred(inside, 2)
    image += 0.012 * clouds(rng, 26) + 0.006 * clouds(rng, 7)
    open_lung = {sign: lung * np.clip(1 - middle / 0.20, 0, 1) for sign, lung in lungs.items()}
    return Chest(attenuation=_saturated(image), lungs=open_lung, pose=pose)


def _saturated(image: Image) -> Image:
    """Scatter and the end of the image's scale: above 0.55, more tissue adds less and less."""
    rest = np.maximum(image - 0.55, 0)
    return np.asarray(np.minimum(image, 0.55) + 0.45 * (1 - np.exp(-rest / 0.40)), np.float32)


def _soft_tissue(body: Body, pose: Pose) -> Image:
    """Trunk, neck and arms, breasts, and the stomach's air."""
    flank = 0.415 + 0.035 * body.fat
    half = [
        (0.085, -0.30), (0.088, 0.000), (0.120, 0.060), (0.260, 0.095), (0.420, 0.120),
        (0.530, 0.190), (0.590, 0.330), (0.640, 0.520), (0.560, 0.520), (flank + 0.035, 0.370),
        (flank + 0.006, 0.440), (flank, 0.620), (flank + 0.005, 0.820), (flank + 0.02, 1.30),
    ]  # fmt: skip
    outline = np.concatenate([curve(side(half, LEFT)), curve(side(half, RIGHT))[::-1]])
    trunk = filled(pose.pixels(outline), blur=1.5)
    image = trunk * (0.20 + 0.48 * (1 - np.exp(-depth(trunk) / 58)))
    for sign in (RIGHT, LEFT):
        if body.breasts > 0:
            drop = 0.70 + 0.05 * body.breasts
            breast = [(0.09, drop - 0.10), (0.14, drop), (0.24, drop + 0.05), (0.35, drop + 0.03),
                      (0.43, drop - 0.10), (0.36, drop - 0.22), (0.2, drop - 0.22)]  # fmt: skip
            shape = filled(pose.pixels(curve(side(breast, sign), closed=True)))
            image += 0.075 * body.breasts * shape * blurred(shape, 24)
        dome = 0.77 - body.domes[0 if sign == RIGHT else 1]
        belly = [(0.0, dome + 0.06), (0.09, dome), (0.2, dome - 0.02), (0.34, dome + 0.05),
                 (0.40, 0.87), (0.42, 1.3), (0.0, 1.3)]  # fmt: skip
        image += 0.11 * filled(pose.pixels(curve(side(belly, sign), closed=True)), blur=8)
    if body.bubble > 0.15:
        top = 0.77 - body.domes[1] + 0.028
        wide, high = 0.03 + 0.045 * body.bubble, 0.018 + 0.028 * body.bubble
        bubble = [(0.16 - wide, top + high), (0.16 - wide / 2, top), (0.16 + wide / 2, top),
                  (0.16 + wide, top + high), (0.16, top + 2 * high)]  # fmt: skip
        image -= 0.20 * filled(pose.pixels(curve(side(bubble, LEFT), closed=True)), blur=3)
    return image


def _mediastinum(body: Body, pose: Pose) -> Image:
    """Heart, great vessels and windpipe; the heart reaches further to the patient's left."""
    grow, turn = body.heart, pose.turn
    heart = np.array([
        (-0.035, 0.400), (-0.072 * grow, 0.490), (-0.104 * grow, 0.590), (-0.102 * grow, 0.690),
        (-0.060, 0.770), (0.090 * grow, 0.800), (0.200 * grow, 0.785), (0.243 * grow, 0.725),
        (0.226 * grow, 0.640), (0.168 * grow, 0.550), (0.092, 0.465), (0.050, 0.400),
    ])  # fmt: skip
    vessels = np.array([
        (-0.058, 0.150), (-0.056, 0.260), (-0.062, 0.340), (-0.058, 0.460), (-0.020, 0.600),
        (0.060, 0.560), (0.064, 0.450), (0.060, 0.395), (0.086, 0.350), (0.082, 0.310),
        (0.055, 0.280), (0.046, 0.200), (0.052, 0.150),
    ])  # fmt: skip
    heart[:, 0] += turn
    vessels[:, 0] += turn
    shape = filled(pose.pixels(curve(heart, closed=True)), blur=2.5)
    image: Image = shape * (0.15 + 0.11 * (1 - np.exp(-depth(shape) / 30)))
    great = filled(pose.pixels(curve(vessels, closed=True)), blur=2.5)
    image = np.maximum(image, great * (0.09 + 0.09 * (1 - np.exp(-depth(great) / 14))))
    image = blurred(image, 2.0)
    windpipe = np.array([(0.004, -0.2), (0.004 + turn, 0.1), (-0.002 + turn, 0.28), (turn, 0.365)])
    image -= 0.085 * stroked(pose.pixels(curve(windpipe)), 0.034 * DRAWN, blur=2.5)
    for sign, end in ((RIGHT, 0.445), (LEFT, 0.45)):
        bronchus = side([(0.0, 0.355), (0.03, 0.40), (0.075, end)], sign) + np.array([turn, 0])
        image -= 0.045 * stroked(pose.pixels(curve(bronchus)), 0.019 * DRAWN, blur=2)
    return image


def _vessels(body: Body, pose: Pose, sign: int, rng: np.random.Generator) -> Image:
    """The hilum and the vessels that branch from it and thin out towards the edge of the lung."""
    root = np.array([0.078, 0.455]) if sign == RIGHT else np.array([0.083, 0.435])
    hilum = [(0.0, -0.045), (0.026, -0.03), (0.034, 0.01), (0.026, 0.06), (0.0, 0.075), (-0.02, 0)]
    shape = curve((root + np.array(hilum)) * [sign, 1], closed=True)
    image = 0.09 * filled(pose.pixels(shape), blur=5)
    pieces: list[tuple[float, Points]] = []
    for angle in np.linspace(-75, 80, 9) + rng.normal(0, 6, 9):
        _branch(pieces, root, float(angle), rng.uniform(5.5, 8.0), rng)
    tree = np.zeros((DRAWN, DRAWN), np.uint8)
    for width, piece in sorted(pieces, key=lambda found: found[0]):
        line(tree, pose.pixels(piece * [sign, 1]), width, round(80 * np.sqrt(width)))
    image += 0.085 * blurred(tree.astype(np.float32) / 255, 0.8)
    return image * np.float32(body.vessel_contrast)


def _branch(
    pieces: list[tuple[float, Points]],
    start: Points,
    angle: float,
    width: float,
    rng: np.random.Generator,
) -> None:
    """Add one vessel and its branches to `pieces` as (width in pixels, two points).

    `start` is (x, y) in body coordinates, `angle` in degrees, 0 pointing outwards.
    """
    at, steps = start, 0
    while width > 1.3 and steps < 30:
        angle += rng.normal(0, 7)
        radians = np.deg2rad(angle)
        following = at + 0.013 * np.array([np.cos(radians), np.sin(radians)])
        pieces.append((width, np.stack([at, following])))
        at, steps = following, steps + 1
        if steps > 2 and rng.random() < 0.17:
            fork = rng.choice([-1, 1]) * rng.uniform(25, 45)
            _branch(pieces, at, angle + fork, width * rng.uniform(0.5, 0.75), rng)
        width *= rng.uniform(0.90, 0.965)
