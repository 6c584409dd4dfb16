#!/usr/bin/env bash
# daikon reads signed values that fill 12 of 16 bits as unsigned, and cuts off greys that lie in the highest 12.
#
# Versions:   daikon 1.2.46, pydicom 3.0.2
# Guess:      a reader of DICOM takes Bits Stored, High Bit and Pixel Representation together: values are shifted down from
#             High Bit, and a signed one of 12 bits is negative when its twelfth bit is set.
# Instead:    values are masked with Bits Stored alone. A negative value becomes 4096 more, unless the writer filled the
#             unused bits with the sign; with High Bit 15 the lowest 12 bits are taken, of which four are unused, and the
#             highest four of the grey are lost.
# Matters:    the first turns the darkest greys of a film to the brightest, the second leaves stripes like a contour map. Both
#             are valid and come from real detectors; neither gives an error.
# Seen:       signed, filled with the sign: -2000 -1 0 1 2000
#             signed, 12 bits alone: 2096 4095 0 1 2000
#             unsigned, High Bit 11: 100 1000 2000 3000 4000
#             unsigned, High Bit 15: 1600 3712 3328 2944 2560
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 pydicom==3.0.2
npm init --yes >/dev/null 2>&1
npm install --silent --no-audit --no-fund daikon@1.2.46
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
    one.Rows, one.Columns = 1, len(values)
    one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
    one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelRepresentation = 16, 12, 11, 0
    for keyword, value in elements.items():
        setattr(one, keyword, value)
    one.PixelData = values.astype(np.uint16).tobytes()
    one.save_as(name, enforce_file_format=True)


signed = np.array([-2000, -1, 0, 1, 2000])
write("0.dcm", signed, PixelRepresentation=1)
write("1.dcm", signed & 0xFFF, PixelRepresentation=1)
greys = np.array([100, 1000, 2000, 3000, 4000])
write("2.dcm", greys)
write("3.dcm", greys << 4, HighBit=15)
PY
venv/bin/python write.py
cat >read.cjs <<'JS'
const fs = require('fs');
const daikon = require('daikon');
const names = ['signed, filled with the sign', 'signed, 12 bits alone', 'unsigned, High Bit 11', 'unsigned, High Bit 15'];
names.forEach((name, place) => {
  const data = new Uint8Array(fs.readFileSync(`${place}.dcm`)).buffer;
  const found = daikon.Series.parseImage(new DataView(data)).getInterpretedData(true, false);
  console.log(`${name}: ${Array.from(found).join(' ')}`);
});
JS
node read.cjs | tee seen
diff seen - <<'SEEN'
signed, filled with the sign: -2000 -1 0 1 2000
signed, 12 bits alone: 2096 4095 0 1 2000
unsigned, High Bit 11: 100 1000 2000 3000 4000
unsigned, High Bit 15: 1600 3712 3328 2944 2560
SEEN
