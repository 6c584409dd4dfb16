"""The disease: where a phantom's lesions lie, how they look, and their true outlines.

Covid: ground-glass on both sides, near the pleura; hazy and mottled, vessels show through.
Pneumonia: one consolidation in one lung, dense and even, cut straight by a fissure, with the
air-filled bronchi dark in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from xraylib.samples.body import LEFT, RIGHT, Body
from xraylib.samples.canvas import (
    DRAWN,
    Image,
    Points,
    Pose,
    blurred,
    clouds,
    curve,
    filled,
    stroked,
)
from xraylib.samples.phantom import lung_outline

CLASSES = ("Covid", "Normal", "Pneumonia")

_ANGLES = np.linspace(0, 2 * np.pi, 28, endpoint=False)


@dataclass(frozen=True, kw_only=True)
class Lesion:
    """One lesion of a patient, in body coordinates.

    Attributes:
        side: `RIGHT` or `LEFT` of the patient.
        outline: (n, 2), before it is cut to the lung.
        strength: Attenuation that it adds to the lung.
        dense: Consolidation; else ground-glass.
        texture: Seeds its mottling and its bronchi.
    """

    side: int
    outline: Points
    strength: float
    dense: bool
    texture: int


def draw_plan(rng: np.random.Generator, body: Body, label: str) -> list[Lesion]:
    """The lesions of one patient of a class, by chance; none for Normal."""
    if label == "Covid":
        return [_ground_glass(rng, body, side) for side in (RIGHT, LEFT) for _ in range(_few(rng))]
    if label == "Pneumonia":
        return [_consolidation(rng, body)]
    return []


def at_course(lesion: Lesion, rng: np.random.Generator) -> Lesion:
    """The same lesion in another image of the patient: somewhat grown or healed, and moved on."""
    middle = lesion.outline.mean(axis=0)
    grown = middle + (lesion.outline - middle) * rng.uniform(0.86, 1.14)
    return Lesion(
        side=lesion.side,
        outline=grown + rng.normal(0, 0.012, 2),
        strength=lesion.strength * rng.uniform(0.88, 1.12),
        dense=lesion.dense,
        texture=int(rng.integers(2**31)),
    )


def area_of(lesion: Lesion, pose: Pose, lung: Image) -> Image:
    """Where a lesion lies on the image, cut to the lung: mask (DRAWN, DRAWN) of 0 to 1."""
    return np.asarray(filled(pose.pixels(lesion.outline)) * np.clip(lung * 1.25, 0, 1))


def attenuation_of(lesion: Lesion, area: Image, pose: Pose) -> Image:
    """What a lesion adds to the image (DRAWN, DRAWN)."""
    rng = np.random.default_rng(lesion.texture)
    if not lesion.dense:
        mottled = 1 + 0.10 * clouds(rng, 9) + 0.40 * clouds(rng, 3.5)
        return np.asarray(lesion.strength * blurred(area, 7) * np.clip(mottled, 0.15, 2))
    image = blurred(area, 6) * (1 + 0.10 * clouds(rng, 14))
    left, right = lesion.outline[:, 0].min(), lesion.outline[:, 0].max()
    inner, outer = (left, right) if lesion.side == LEFT else (right, left)
    middle = lesion.outline[:, 1].mean()
    for _ in range(3):
        ends = middle + rng.normal(0, 0.022, 4)
        x = np.linspace(inner, inner + 0.8 * (outer - inner), 4)
        bronchus = curve(np.stack([x, ends], axis=1))
        image -= 0.17 * stroked(pose.pixels(bronchus), 4, blur=1.5) * area
    return np.asarray(lesion.strength * image, dtype=np.float32)


def outline_of(area: Image) -> Points:
    """The largest outline (n, 2) of a mask, in pixels of the finished image (half as large)."""
    found, _ = cv2.findContours(
        (area > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    largest = max(found, key=cv2.contourArea, default=np.zeros((0, 1, 2), np.int32))
    polygon = cv2.approxPolyDP(largest, 1.0, True) if len(largest) else largest
    return np.asarray((polygon.reshape(-1, 2) + 0.5) * (256 / DRAWN) - 0.5)


def _few(rng: np.random.Generator) -> int:
    return 1 + int(rng.random() < 0.25)


def _blob(rng: np.random.Generator, radius_x: float, radius_y: float, rough: float) -> Points:
    """An irregular round outline (n, 2) about 0."""
    radius = np.ones_like(_ANGLES)
    for wave in (2, 3, 4, 5):
        radius += rough / wave * rng.normal() * np.cos(wave * _ANGLES + rng.uniform(0, 2 * np.pi))
    radius = np.clip(radius, 0.6, 1.5)
    outline = np.stack([radius_x * radius * np.cos(_ANGLES), radius_y * radius * np.sin(_ANGLES)])
    return outline.T


def _edge(body: Body, side: int, y: float) -> float:
    """Distance of the lung's outer edge from the midline at height y."""
    outline = lung_outline(body, side)
    outline = np.abs(outline[np.abs(outline[:, 0]) > 0.14]) if y > 0.2 else np.abs(outline)
    return float(outline[np.abs(outline[:, 1] - y) < 0.012, 0].max())


def _ground_glass(rng: np.random.Generator, body: Body, side: int) -> Lesion:
    y = rng.uniform(0.24, 0.76)
    x = _edge(body, side, y) - rng.uniform(0.02, 0.12)
    blob = _blob(rng, rng.uniform(0.055, 0.072), rng.uniform(0.075, 0.105), 0.35)
    tilt = np.deg2rad(rng.uniform(0, 20) * side)
    turned = blob @ np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    return Lesion(
        side=side,
        outline=turned + np.array([x * side, y]),
        strength=rng.uniform(0.20, 0.26),
        dense=False,
        texture=0,
    )


def _consolidation(rng: np.random.Generator, body: Body) -> Lesion:
    side = int(rng.choice([RIGHT, LEFT]))
    y = rng.uniform(0.26, 0.70)
    outer = _edge(body, side, y)
    inner = 0.10 if side == RIGHT or y < 0.5 else 0.17
    x = rng.uniform(inner + 0.03, outer - 0.07)
    blob = _blob(rng, rng.uniform(0.12, 0.15), rng.uniform(0.11, 0.14), 0.25)
    slant = rng.uniform(-0.10, 0.28)
    above = rng.random() < 0.5
    fissure = 0.45 * 0.12 * (1 if above else -1) + slant * blob[:, 0]
    flat = np.minimum(blob[:, 1], fissure) if above else np.maximum(blob[:, 1], fissure)
    return Lesion(
        side=side,
        outline=np.stack([blob[:, 0], flat], axis=1) * [side, 1] + np.array([x * side, y]),
        strength=rng.uniform(0.32, 0.40),
        dense=True,
        texture=0,
    )
