#!/usr/bin/env bash
# The same lossless 12-bit JPEG 2000 film is sixteen times brighter in Pillow than in OpenCV and OpenJPEG.
#
# Versions:   Pillow 13.0.0, opencv-python-headless 5.0.0.93, pylibjpeg-openjpeg 2.6.0, numpy 2.4.6
# Guess:      lossless means that every reader gives back the levels that went in.
# Instead:    Pillow shifts a 12-bit component up to fill 16 bits, so 4095 is read as 65520; OpenCV and the openjpeg
#             binding give 4095. Mode and dtype (I;16, uint16) are the same, and nothing in the opened image tells the depth.
#             Pillow and OpenCV both carry OpenJPEG inside. With 16-bit levels all three agree.
# Matters:    a fixed window or a division by 4095 after Pillow gives a white film; a mixed archive (12-bit JPEG 2000
#             beside 12-bit PNG) has two scales in one reader.
# Seen:       12 bits: Pillow [0, 16, 16000, 65520], OpenCV [0, 1, 1000, 4095], openjpeg [0, 1, 1000, 4095]
#             16 bits: all three [0, 1, 1000, 65535]
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check \
    pillow==13.0.0 opencv-python-headless==5.0.0.93 pylibjpeg-openjpeg==2.6.0 numpy==2.4.6
cd "$dir"
"$dir/venv/bin/python" - <<'PY'
import io

import cv2
import numpy as np
from openjpeg import decode
from openjpeg.utils import encode_array
from PIL import Image

seen = {}
for bits, levels in ((12, [0, 1, 1000, 4095]), (16, [0, 1, 1000, 65535])):
    film = np.array([levels * 8] * 32, dtype=np.uint16)
    stream = encode_array(film, bits_stored=bits)
    image = Image.open(io.BytesIO(stream))
    seen[bits] = {
        "Pillow": np.asarray(image)[0, :4].tolist(),
        "OpenCV": cv2.imdecode(np.frombuffer(stream, np.uint8), cv2.IMREAD_UNCHANGED)[0, :4].tolist(),
        "openjpeg": decode(stream)[0, :4].tolist(),
    }
    print(bits, "bits:", seen[bits], image.mode)

assert seen[12] == {"Pillow": [0, 16, 16000, 65520], "OpenCV": [0, 1, 1000, 4095], "openjpeg": [0, 1, 1000, 4095]}
assert all(values == [0, 1, 1000, 65535] for values in seen[16].values())  # control
PY
