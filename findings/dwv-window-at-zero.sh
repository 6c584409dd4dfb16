#!/usr/bin/env bash
# dwv passes over a window whose centre is 0, and shows a film of two windows of one name in the last instead of the first.
#
# Versions:   npm dwv 0.36.4; PyPI pydicom 3.0.2, numpy 2.4.6
# Guess:      a film is shown in the first window that it names: centre 0, width 500 as well as centre 1, width 500.
# Instead:    a centre of 0 counts as no centre. The film comes up over its whole range, grey on grey, or in the second
#             window if there is one. The windows are kept by their explanation, so that of two called NORMAL the last
#             takes the place of the first. No warning.
# Matters:    0 is a plain centre for signed films and for those with a rescale that puts 0 in the middle. A finding seen
#             in the window of the device is not seen in this viewer, and one level more or less changes the picture.
# Seen:       levels               -2048, -1000, -200, -100, 0, 100, 200, 2047
#             window -1 500        0 0 26 77 128 179 230 255
#             window 0 500         0 65 115 121 128 134 140 255
#             window 1 500         0 0 25 76 127 178 229 255
#             first 0 500, then 100 300                           0 0 0 0 43 128 213 255
#             first 50 500, then 300 1000                         0 0 0 51 102 153 204 255
#             first 50 500, then 300 1000, both called NORMAL     0 0 0 26 51 77 102 255
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 numpy==2.4.6
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund dwv@0.36.4 >npm.log 2>&1 || { cat npm.log; exit 1; }
cat >show.mjs <<'JS'
import fs from "fs";
import { createImage, createView, DicomParser, Index } from "dwv";
for (const name of process.argv.slice(2)) {
  const file = fs.readFileSync(name);
  const parser = new DicomParser();
  parser.parse(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
  const elements = parser.getDicomElements();
  const view = createView(elements, createImage(elements));
  const picture = { width: 8, height: 8, data: new Uint8ClampedArray(8 * 8 * 4) };
  view.generateImageData(picture, new Index([0, 0, 0]));
  console.log([0, 1, 2, 3, 4, 5, 6, 7].map((column) => picture.data[4 * column]).join(" "));
}
JS
"$dir/venv/bin/python" - <<'PY'
import subprocess

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, generate_uid

levels = [-2048, -1000, -200, -100, 0, 100, 200, 2047]


def shown(centres, widths, names=None):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID, ds.Modality = ComputedRadiographyImageStorage, generate_uid(), "CR"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.InstanceNumber = generate_uid(), generate_uid(), 1
    ds.PixelSpacing = [0.1, 0.1]
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = 8, 8, 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 1
    ds.WindowCenter, ds.WindowWidth = centres, widths
    if names:
        ds.WindowCenterWidthExplanation = names
    ds.PixelData = np.tile(np.array(levels, np.int16), (8, 1)).tobytes()
    ds.save_as("film.dcm", enforce_file_format=True)
    done = subprocess.run(["node", "show.mjs", "film.dcm"], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()[-1]


print("levels              ", str(levels)[1:-1])
one = {}
for centre in ("-1", "0", "1"):
    one[centre] = shown(centre, "500")
    print(f"window {centre} 500".ljust(20), one[centre])
zero_first = shown(["0", "100"], ["500", "300"])
print("first 0 500, then 100 300".ljust(51), zero_first)
named = shown(["50", "300"], ["500", "1000"], ["NORMAL", "HARDER"])
print("first 50 500, then 300 1000".ljust(51), named)
both = shown(["50", "300"], ["500", "1000"], ["NORMAL", "NORMAL"])
print("first 50 500, then 300 1000, both called NORMAL".ljust(51), both)

assert one["-1"] == "0 0 26 77 128 179 230 255" and one["1"] == "0 0 25 76 127 178 229 255"  # control
assert one["0"] == "0 65 115 121 128 134 140 255"  # the whole range
assert zero_first == shown("100", "300") == "0 0 0 0 43 128 213 255"
assert named == shown("50", "500") == "0 0 0 51 102 153 204 255"  # control
assert both == shown("300", "1000") == "0 0 0 26 51 77 102 255"
PY
