"""Who is X-rayed and how they stood: the anatomy of one patient, the pose of one image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xraylib.samples.canvas import (
    Points,
    Pose,
)

RIGHT, LEFT = -1, 1
"""The patient's sides as signs of x: the patient's left, with the heart, is on the right."""


@dataclass(frozen=True, kw_only=True)
class Body:
    """What stays the same in every image of one patient.

    Attributes:
        patient: Seeds everything that is drawn by chance.
        width, length: Factors on the size of the chest.
        lean: Slant of the spine (see `Pose`).
        fat: Soft tissue around the ribs, 0 to 1.
        heart: Factor on the size of the heart.
        rib_slope: How steeply the ribs fall to the side.
        rib_contrast, vessel_contrast: Factors on how plainly they show.
        domes: Heights of the diaphragm's domes (right, left) in units; the right one is higher.
        breasts: 0 to 1.
        bubble: Size of the air bubble in the stomach, 0 to 1.
    """

    patient: int
    width: float
    length: float
    lean: float
    fat: float
    heart: float
    rib_slope: float
    rib_contrast: float
    vessel_contrast: float
    domes: tuple[float, float]
    breasts: float
    bubble: float


def draw_body(seed: int, patient: int) -> Body:
    """The anatomy of one patient, by chance."""
    rng = np.random.default_rng([seed, patient, 1])
    right = rng.uniform(0.035, 0.075)
    return Body(
        patient=patient,
        width=rng.uniform(0.93, 1.05),
        length=rng.uniform(0.95, 1.05),
        lean=rng.normal(0, 0.012),
        fat=rng.uniform(0, 1),
        heart=rng.uniform(0.85, 1.15),
        rib_slope=rng.uniform(0.7, 1.3),
        rib_contrast=rng.uniform(0.7, 1.25),
        vessel_contrast=rng.uniform(0.7, 1.3),
        domes=(right, right - rng.uniform(0.012, 0.035)),
        breasts=max(0.0, rng.uniform(-0.8, 1)),
        bubble=max(0.0, rng.uniform(-0.5, 1)),
    )


def draw_pose(seed: int, body: Body, image: int) -> Pose:
    """How the patient stood for one of the images, by chance."""
    rng = np.random.default_rng([seed, body.patient, 2, image])
    return Pose(
        width=body.width,
        breath=body.length * rng.uniform(0.96, 1.04),
        lean=body.lean,
        turn=rng.normal(0, 0.008),
        rotation=float(np.clip(rng.normal(0, 1.5), -4, 4)),
        scale=rng.uniform(1.02, 1.11),
        shift=(rng.uniform(-0.02, 0.02), rng.uniform(-0.02, 0.02)),
    )


def side(points: list[tuple[float, float]], sign: int) -> Points:
    """Points given for the right of the picture, mirrored for the other side if need be."""
    return np.array(points) * [sign, 1]
