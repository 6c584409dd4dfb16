#!/usr/bin/env bash
# dcmjs-codecs' lossless transcoding of signed 12-bit values is not lossless: the darkest come out as the brightest.
#
# Versions:   dcmjs-codecs 0.0.8, pydicom 3.0.2 with python-gdcm 3.2.6 and pylibjpeg-openjpeg 2.6.0
# Guess:      transcoding to a lossless syntax keeps every value, for each valid arrangement of bits.
# Instead:    the 16-bit words are handed to the codec as they are. Signed values of 12 bits whose four unused bits are 0, as
#             the standard allows, are taken for large positive ones: JPEG 2000 clips all negative values to 2047, JPEG-LS gives
#             them 4096 too high. Values whose unused bits hold an overlay are clipped likewise. RLE, which knows no
#             values, is right, and so is everything where the writer filled the unused bits with the sign.
# Matters:    an archive that is converted "lossless" in the browser keeps a picture that nobody can repair.
# Seen:       filled, before: -2000 -1000 0 1000 2000
#             filled, RleLossless: -2000 -1000 0 1000 2000
#             filled, JpegLsLossless: -2000 -1000 0 1000 2000
#             filled, Jpeg2000Lossless: -2000 -1000 0 1000 2000
#             alone, before: -2000 -1000 0 1000 2000
#             alone, RleLossless: -2000 -1000 0 1000 2000
#             alone, JpegLsLossless: 2096 3096 0 1000 2000
#             alone, Jpeg2000Lossless: 2047 2047 0 1000 2000
#             overlay, before: 0 1000 2000 3000 4000
#             overlay, RleLossless: 0 1000 2000 3000 4000
#             overlay, JpegLsLossless: 32768 33768 34768 35768 36768
#             overlay, Jpeg2000Lossless: 4095 4095 4095 4095 4095
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 pydicom==3.0.2 \
    python-gdcm==3.2.6 pylibjpeg==2.1.0 pylibjpeg-openjpeg==2.6.0
npm init --yes >/dev/null 2>&1
npm install --silent --no-audit --no-fund dcmjs-codecs@0.0.8
cat >write.py <<'PY'
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid


def write(name, values, **elements):
    one = Dataset()
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one.SOPClassUID = DigitalXRayImageStorageForPresentation
    one.SOPInstanceUID = generate_uid()
    one.Rows, one.Columns = values.shape
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, 12, 11, 0
    for keyword, value in elements.items():
        setattr(one, keyword, value)
    one.PixelData = values.astype(np.uint16).tobytes()
    one.save_as(name, enforce_file_format=True)


values = np.tile(np.arange(-2000, 2001, 1000), (4, 1))
write("filled.dcm", values, PixelRepresentation=1)
write("alone.dcm", values & 0xFFF, PixelRepresentation=1)
write("overlay.dcm", (values + 2000) | 0x8000)
PY
venv/bin/python write.py
cat >transcode.cjs <<'JS'
const fs = require('fs');
const { constants, NativeCodecs, Transcoder } = require('dcmjs-codecs');
(async () => {
  await NativeCodecs.initializeAsync({ logCodecsInfo: false, logCodecsTrace: false });
  for (const name of ['filled', 'alone', 'overlay']) {
    for (const syntax of ['RleLossless', 'JpegLsLossless', 'Jpeg2000Lossless']) {
      const file = new Transcoder(new Uint8Array(fs.readFileSync(name + '.dcm')).buffer);
      file.transcode(constants.TransferSyntax[syntax]);
      fs.writeFileSync(name + '-' + syntax + '.dcm', Buffer.from(file.getDicomPart10()));
    }
  }
})();
JS
node transcode.cjs >/dev/null
cat >read.py <<'PY'
from pydicom.pixels import pixel_array

for name in ("filled", "alone", "overlay"):
    print(f"{name}, before:", *pixel_array(f"{name}.dcm")[0])
    for syntax in ("RleLossless", "JpegLsLossless", "Jpeg2000Lossless"):
        print(f"{name}, {syntax}:", *pixel_array(f"{name}-{syntax}.dcm")[0])
PY
venv/bin/python read.py 2>/dev/null | tee seen
diff seen - <<'SEEN'
filled, before: -2000 -1000 0 1000 2000
filled, RleLossless: -2000 -1000 0 1000 2000
filled, JpegLsLossless: -2000 -1000 0 1000 2000
filled, Jpeg2000Lossless: -2000 -1000 0 1000 2000
alone, before: -2000 -1000 0 1000 2000
alone, RleLossless: -2000 -1000 0 1000 2000
alone, JpegLsLossless: 2096 3096 0 1000 2000
alone, Jpeg2000Lossless: 2047 2047 0 1000 2000
overlay, before: 0 1000 2000 3000 4000
overlay, RleLossless: 0 1000 2000 3000 4000
overlay, JpegLsLossless: 32768 33768 34768 35768 36768
overlay, Jpeg2000Lossless: 4095 4095 4095 4095 4095
SEEN
