#!/usr/bin/env bash
# Lossless JPEG with a point transform: of four decoders that read it without an error one gives the file's greys.
#
# Versions:   jpeg-lossless-decoder-js 2.1.2, daikon 1.2.46 (with its own copy), pylibjpeg-libjpeg 2.5.0 under pydicom 3.0.2;
#             control: python-gdcm 3.2.6
# Guess:      a stream that a lossless decoder reads without an error has its values.
# Instead:    the point transform Pt (ISO/IEC 10918-1, H.1.2.1: values are coded without their lowest Pt bits, and whoever
#             decodes shifts them back) is not applied by the two JavaScript decoders. The first prediction, 2^(P - Pt - 1),
#             is 2^(P - 1) in all three, pylibjpeg too, which shifts: its values are 2^(P - 1) too high, or all the largest.
#             With Pt 0 all agree.
# Matters:    a film whose lowest bits were dropped as noise looks as usual in a viewer that stretches greys from least to most,
#             but each value is off, and a window of the file's header, or a network, sees another picture.
# Seen:       Pt 0: gdcm 100 108 116 124, pylibjpeg 100 108 116 124, javascript 100 108 116 124, daikon 100 108 116 124
#             Pt 1: gdcm 100 108 116 124, pylibjpeg 2148 2156 2164 2172, javascript 1074 1078 1082 1086, daikon 1074 1078 1082 1086
#             Pt 2: gdcm 100 108 116 124, pylibjpeg 4095 4095 4095 4095, javascript 1561 1563 1565 1567, daikon 1561 1563 1565 1567
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
    numpy==2.4.6 pydicom==3.0.2 python-gdcm==3.2.6 pylibjpeg==2.1.0 pylibjpeg-libjpeg==2.5.0
npm init --yes >/dev/null 2>&1
npm install --silent --no-audit --no-fund jpeg-lossless-decoder-js@2.1.2 daikon@1.2.46
cat >write.py <<'PY'
"""Lossless JPEG of one component of 12 bits, process 14 with predictor 1, and the same in DICOM."""
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import pixel_array
from pydicom.uid import DigitalXRayImageStorageForPresentation, JPEGLosslessSV1, generate_uid

picture = np.array([[100, 108, 116, 124], [132, 140, 148, 156], [164, 172, 180, 188], [196, 204, 212, 220]])


def segment(marker, body):
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + bytes(body)


def stream(shift):
    kept = picture >> shift
    guess = np.roll(kept, 1, axis=1)
    guess[1:, 0] = kept[:-1, 0]
    guess[0, 0] = 2 ** (12 - shift - 1)
    bits = ""
    for difference in (kept - guess).ravel().tolist():
        size = abs(difference).bit_length()  # each of the 17 sizes has the code of five bits of its number
        bits += f"{size:05b}"
        if size:
            bits += f"{difference if difference > 0 else difference + 2**size - 1:0{size}b}"
    bits += "1" * (-len(bits) % 8)
    coded = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")
    rows, columns = picture.shape
    frame = [12, 0, rows, 0, columns, 1, 1, 0x11, 0]
    table = [0, *([0] * 4), 17, *([0] * 11), *range(17)]
    scan = [1, 1, 0, 1, 0, shift]
    return (
        b"\xff\xd8" + segment(0xC3, frame) + segment(0xC4, table) + segment(0xDA, scan) + coded + b"\xff\xd9"
    )


for shift in (0, 1, 2):
    data = stream(shift)
    with open(f"{shift}.jpg", "wb") as file:
        file.write(data)
    one = Dataset()
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    one.SOPClassUID = DigitalXRayImageStorageForPresentation
    one.SOPInstanceUID = generate_uid()
    one.Rows, one.Columns = picture.shape
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, 12, 11, 0
    one.PixelData = encapsulate([data])
    one.save_as(f"{shift}.dcm", enforce_file_format=True)
    with open(f"{shift}.told", "w") as file:
        for plugin in ("gdcm", "pylibjpeg"):
            values = pixel_array(f"{shift}.dcm", decoding_plugin=plugin).ravel()[:4]
            file.write(f"{plugin} {' '.join(map(str, values))}, ")
PY
venv/bin/python write.py
cat >read.cjs <<'JS'
const fs = require('fs');
const daikon = require('daikon');
const { Decoder } = require('jpeg-lossless-decoder-js');
const bytes = (name) => new Uint8Array(fs.readFileSync(name)).buffer;
for (const shift of [0, 1, 2]) {
  const data = bytes(`${shift}.jpg`);
  const found = new Uint16Array(new Decoder().decompress(data, 0, data.byteLength)).slice(0, 4);
  const file = daikon.Series.parseImage(new DataView(bytes(`${shift}.dcm`)));
  const shown = Array.from(file.getInterpretedData(true, false).slice(0, 4));
  console.log(
    `Pt ${shift}: ${fs.readFileSync(`${shift}.told`, 'utf8')}` +
      `javascript ${Array.from(found).join(' ')}, daikon ${shown.join(' ')}`,
  );
}
JS
node read.cjs | tee seen
diff seen - <<'SEEN'
Pt 0: gdcm 100 108 116 124, pylibjpeg 100 108 116 124, javascript 100 108 116 124, daikon 100 108 116 124
Pt 1: gdcm 100 108 116 124, pylibjpeg 2148 2156 2164 2172, javascript 1074 1078 1082 1086, daikon 1074 1078 1082 1086
Pt 2: gdcm 100 108 116 124, pylibjpeg 4095 4095 4095 4095, javascript 1561 1563 1565 1567, daikon 1561 1563 1565 1567
SEEN
