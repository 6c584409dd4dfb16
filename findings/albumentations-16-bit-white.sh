#!/usr/bin/env bash
# Some Albumentations transforms turn a 12-bit film in uint16 into a white sheet, in a chain where its neighbours are right.
#
# Versions:   albumentations 2.0.8, albucore 0.0.24, opencv-python-headless 5.0.0.93, numpy 2.4.6
# Guess:      a dtype that the library does not list (uint8 and float32) is refused, as CLAHE refuses uint16, or handled, as
#             HorizontalFlip, Resize and GaussianBlur handle it.
# Instead:    MedianBlur and Downscale take uint16 for floats between 0 and 1: times 255, cut off at 255, so that every
#             pixel is 255 and the array float32. RandomBrightnessContrast adds its share of 65,535, not of the film's
#             range: +0.2 lifts a 12-bit film by 13,107, far outside of its 4,095. RandomGamma returns float64.
#             With uint8 all of them are right.
# Matters:    each is drawn with a probability, so one film in a few is white while the rest of the batch and every
#             picture that one looks at may be fine; the dtype changes with it, which a later cast to float hides.
# Seen:       input uint16, levels 446 to 4013
#             HorizontalFlip uint16 446 to 4013; Resize uint16 446 to 4011; GaussianBlur uint16 447 to 4011
#             MedianBlur float32 255 to 255; Downscale float32 246 to 255
#             RandomBrightnessContrast uint16 13553 to 17120; RandomGamma float64 1510 to 21094; CLAHE refuses
#             uint8: MedianBlur 27 to 249, Downscale 28 to 249, all uint8
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
    albumentations==2.0.8 albucore==0.0.24 opencv-python-headless==5.0.0.93 numpy==2.4.6
cd "$dir"
NO_ALBUMENTATIONS_UPDATE=1 "$dir/venv/bin/python" -W ignore - <<'PY'
import albumentations as A
import numpy as np

y, x = np.mgrid[:128, :128]
tones = 0.5 + 0.25 * np.sin(x / 20) + 0.15 * np.cos(y / 30)
tones = tones / tones.max() * 0.98
film = (tones * 4095).astype(np.uint16)
film8 = (tones * 255).astype(np.uint8)

transforms = {
    "HorizontalFlip": A.HorizontalFlip(p=1),
    "Resize": A.Resize(64, 64, p=1),
    "GaussianBlur": A.GaussianBlur(p=1),
    "MedianBlur": A.MedianBlur(blur_limit=(3, 3), p=1),
    "Downscale": A.Downscale(scale_range=(0.25, 0.25), p=1),
    "RandomBrightnessContrast": A.RandomBrightnessContrast((0.2, 0.2), (0, 0), p=1),
    "RandomGamma": A.RandomGamma((120, 120), p=1),
    "CLAHE": A.CLAHE(p=1),
}


def through(name, image):
    try:
        out = A.Compose([transforms[name]], seed=1)(image=image)["image"]
    except Exception as error:
        return type(error).__name__
    return str(out.dtype), int(out.min()), int(out.max())


print(f"input uint16, levels {film.min()} to {film.max()}")
seen = {name: through(name, film) for name in transforms}
seen8 = {name: through(name, film8) for name in transforms}
for name in transforms:
    print(f"{name:25} uint16: {seen[name]}   uint8: {seen8[name]}")

low, high = int(film.min()), int(film.max())
for name in ("HorizontalFlip", "Resize", "GaussianBlur"):  # controls
    assert seen[name][0] == "uint16" and abs(seen[name][1] - low) < 20 and abs(seen[name][2] - high) < 20
assert seen["CLAHE"] == "error"  # control: a refusal
assert all(seen8[name][0] == "uint8" for name in transforms)  # control
assert seen["MedianBlur"] == ("float32", 255, 255)
assert seen["Downscale"][0] == "float32" and seen["Downscale"][1] > 240 and seen["Downscale"][2] == 255
assert seen["RandomBrightnessContrast"] == ("uint16", low + 13107, high + 13107)
assert seen["RandomGamma"][0] == "float64"
PY
