#!/usr/bin/env bash
# dcmjs-imaging replaces a negative or small rescale slope by 1, and puts an exact window half its width too high.
#
# Versions:   dcmjs-imaging 0.2.5, pydicom 3.0.2, numpy 2.4.6
# Guess:      a renderer of DICOM applies rescale slope and intercept as they stand, then the window by its function:
#             LINEAR_EXACT (PS3.3 C.11.2.1.3.2) is a line from centre - width / 2 to centre + width / 2.
# Instead:    a slope below 0.1, so each negative one, counts as "close to zero": it becomes 1 and the intercept minus the
#             largest value, with a warning on the console. A window of the file then takes in none of its greys: the picture is black, or white. LINEAR_EXACT goes
#             from the centre to centre + width.
# Matters:    a negative slope is how some detectors store bone dark and show it bright, and slopes of 0.05 are how others keep
#             tenths. The exact window is what newer radiography writes; its picture is too dark, not broken.
# Seen:       stored values: 0 1000 2000 3000 4000
#             slope 1, window 1000 to 3000: 0 0 127 255 255
#             slope -1, intercept 4000, window 1000 to 3000, as it should be: 255 255 128 0 0
#             slope -1, intercept 4000, window 1000 to 3000: 0 0 0 0 0
#             slope 0.05, window 50 to 150, as it should be: 0 0 128 255 255
#             slope 0.05, window 50 to 150: 0 255 255 255 255
#             LINEAR_EXACT 1000 to 3000, as it should be: 0 0 128 255 255
#             LINEAR_EXACT 1000 to 3000: 0 0 0 127 255
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 pydicom==3.0.2
npm init --yes >/dev/null 2>&1
npm install --silent --no-audit --no-fund dcmjs-imaging@0.2.5
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


stored = np.tile(np.arange(0, 4001, 1000), (4, 1))
window = {"WindowCenter": "2000.5", "WindowWidth": "2001"}
write("plain.dcm", stored, **window)
write("negative.dcm", stored, RescaleSlope="-1", RescaleIntercept="4000", RescaleType="US", **window)
write(
    "small.dcm",
    stored,
    RescaleSlope="0.05",
    RescaleIntercept="0",
    RescaleType="US",
    WindowCenter="100.5",
    WindowWidth="101",
)
write("exact.dcm", stored, VOILUTFunction="LINEAR_EXACT", WindowCenter="2000", WindowWidth="2000")
PY
venv/bin/python write.py
cat >show.cjs <<'JS'
const fs = require('fs');
const { DicomImage } = require('dcmjs-imaging');
function shown(name) {
  const data = new Uint8Array(fs.readFileSync(name + '.dcm')).buffer;
  const pixels = new Uint8Array(new DicomImage(data).render().pixels);
  return [0, 1, 2, 3, 4].map((column) => pixels[4 * column]).join(' ');
}
console.log('stored values: 0 1000 2000 3000 4000');
console.log('slope 1, window 1000 to 3000:', shown('plain'));
console.log('slope -1, intercept 4000, window 1000 to 3000, as it should be: 255 255 128 0 0');
console.log('slope -1, intercept 4000, window 1000 to 3000:', shown('negative'));
console.log('slope 0.05, window 50 to 150, as it should be: 0 0 128 255 255');
console.log('slope 0.05, window 50 to 150:', shown('small'));
console.log('LINEAR_EXACT 1000 to 3000, as it should be: 0 0 128 255 255');
console.log('LINEAR_EXACT 1000 to 3000:', shown('exact'));
JS
node show.cjs 2>/dev/null | tee seen
diff seen - <<'SEEN'
stored values: 0 1000 2000 3000 4000
slope 1, window 1000 to 3000: 0 0 127 255 255
slope -1, intercept 4000, window 1000 to 3000, as it should be: 255 255 128 0 0
slope -1, intercept 4000, window 1000 to 3000: 0 0 0 0 0
slope 0.05, window 50 to 150, as it should be: 0 0 128 255 255
slope 0.05, window 50 to 150: 0 255 255 255 255
LINEAR_EXACT 1000 to 3000, as it should be: 0 0 128 255 255
LINEAR_EXACT 1000 to 3000: 0 0 0 127 255
SEEN
