"""How far augmented pictures are from those of Keras's ImageDataGenerator, for each fill mode.

    python benchmarks/augmentation_beside_keras.py

Mean and largest difference in grey levels (0 to 255), over sample phantoms and draws of the preset
``lesson`` and of a strong one; inside the frame (what comes from the picture) and of all pixels.
"""

from __future__ import annotations

import os
import warnings

import numpy as np

from xraylib.augmentation.augment import AUGMENT_PRESETS, affine, apply, draw
from xraylib.augmentation.config import AugmentConfig
from xraylib.images.decode import read_image
from xraylib.settings import SAMPLE_DATA

DRAWS = 12


def main() -> None:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    warnings.simplefilter("ignore")
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    files = sorted((SAMPLE_DATA / "test").glob("*/*.png"))[::10]
    pictures = [read_image(file).as_uint8()[:, :, None] for file in files]
    strong = AugmentConfig(
        rotation_range=30, width_shift_range=0.2, height_shift_range=0.2, zoom_range=(0.7, 1.4)
    )
    print("settings  fill      inside: mean  worst mean   all: mean  worst mean")
    for name, settings in (("lesson", AUGMENT_PRESETS["lesson"]), ("strong", strong)):
        for fill in ("nearest", "constant", "reflect", "wrap"):
            config = AugmentConfig.from_json({**settings.to_json(), "fill_mode": fill})
            generator = ImageDataGenerator(fill_mode=fill)
            within, whole = [], []
            for place, picture in enumerate(pictures):
                for index in range(DRAWS):
                    drawn = draw(config, seed=place, epoch=0, index=index, shape=picture.shape)
                    theirs = generator.apply_transform(
                        picture.astype(np.float32),
                        {
                            "theta": drawn.rotation, "tx": drawn.shift_x, "ty": drawn.shift_y,
                            "shear": drawn.shear, "zx": drawn.zoom_x, "zy": drawn.zoom_y,
                            "flip_horizontal": drawn.flip_h, "flip_vertical": drawn.flip_v,
                        },
                    )  # fmt: skip
                    apart = np.abs(apply(picture, drawn, config).astype(np.float64) - theirs)
                    height, width = picture.shape[:2]
                    y, x = np.mgrid[:height, :width]
                    at = np.tensordot(
                        affine(drawn, picture.shape), np.stack([x, y, np.ones_like(x)]), axes=1
                    )
                    inside = (at >= 0).all(axis=0) & (at[0] <= width - 1) & (at[1] <= height - 1)
                    within.append(apart[inside].mean())
                    whole.append(apart.mean())
            print(
                f"{name:9} {fill:9} {np.mean(within):11.3f} {np.max(within):11.3f}"
                f" {np.mean(whole):11.3f} {np.max(whole):11.3f}"
            )


if __name__ == "__main__":
    main()
