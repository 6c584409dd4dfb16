#!/usr/bin/env bash
# dcmjs turns emptied binary numbers into 0 on reading and writes the 0 back; emptied text numbers stay empty.
#
# Versions:   npm dcmjs 0.52.2, dicom-parser 1.8.21; PyPI pydicom 3.0.2
# Guess:      an attribute of zero length has no value: null or undefined, as dcmjs gives for decimal and integer strings.
# Instead:    for US, FD and the other binary kinds the value is 0, indistinguishable from a stored 0. Reading and writing a
#             file unchanged gives each the bytes of a zero. dicom-parser says undefined, pydicom None.
# Matters:    emptying is what de-identification does (action Z), and type 2 and 3 attributes may be empty. A film that
#             says nothing of its largest level then says 0, and a viewer that trusts it shows
#             black; and once the file has passed through dcmjs, every later reader believes the 0.
# Seen:       LargestImagePixelValue (US) dcmjs 0, dicom-parser undefined, pydicom None, after dcmjs wrote it 0
#             FieldOfViewDimensionsInFloat (FL) dcmjs 0, dicom-parser undefined, pydicom None, after dcmjs wrote it 0.0
#             WindowCenter (DS) dcmjs null, dicom-parser undefined, pydicom None, after dcmjs wrote it None
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund dcmjs@0.52.2 dicom-parser@1.8.21 >npm.log 2>&1 \
    || { cat npm.log; exit 1; }
cat >read.js <<'JS'
const fs = require("fs");
const { DicomMessage, DicomMetaDictionary } = require("dcmjs").data;
const parser = require("dicom-parser");
const file = fs.readFileSync("film.dcm");
const message = DicomMessage.readFile(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
const film = DicomMetaDictionary.naturalizeDataset(message.dict);
const parsed = parser.parseDicom(file);
const show = (value) => (value === undefined ? "undefined" : JSON.stringify(value));
const rows = {
  LargestImagePixelValue: [film.LargestImagePixelValue, parsed.uint16("x00280107")],
  FieldOfViewDimensionsInFloat: [film.FieldOfViewDimensionsInFloat, parsed.float("x00189461")],
  WindowCenter: [film.WindowCenter, parsed.floatString("x00281050")],
  SmallestImagePixelValue: [film.SmallestImagePixelValue, parsed.uint16("x00280106")],
};
fs.writeFileSync("javascript.json", JSON.stringify(Object.fromEntries(Object.entries(rows).map(([k, v]) => [k, v.map(show)]))));
fs.writeFileSync("rewritten.dcm", Buffer.from(message.write()));
JS
"$dir/venv/bin/python" - <<'PY'
import json
import subprocess

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

ds = Dataset()
ds.file_meta = FileMetaDataset()
ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
ds.SOPClassUID, ds.SOPInstanceUID = DigitalXRayImageStorageForPresentation, generate_uid()
ds.PixelRepresentation = 0
ds.add_new("SmallestImagePixelValue", "US", 7)  # control: a number that is there
ds.add_new("LargestImagePixelValue", "US", None)
ds.add_new("FieldOfViewDimensionsInFloat", "FL", None)
ds.add_new("WindowCenter", "DS", None)
pydicom.dcmwrite("film.dcm", ds, enforce_file_format=True)
subprocess.run(["node", "read.js"], check=True)

javascript = json.load(open("javascript.json"))
before, after = pydicom.dcmread("film.dcm"), pydicom.dcmread("rewritten.dcm")
seen = {}
for name, (by_dcmjs, by_parser) in javascript.items():
    seen[name] = by_dcmjs, by_parser, before[name].value, after[name].value
    print(f"{name} ({before[name].VR}) dcmjs {by_dcmjs}, dicom-parser {by_parser}, "
          f"pydicom {before[name].value}, after dcmjs wrote it {after[name].value}")

assert seen["SmallestImagePixelValue"] == ("7", "7", 7, 7)  # control
assert seen["WindowCenter"] == ("null", "undefined", None, None)  # control
assert seen["LargestImagePixelValue"] == ("0", "undefined", None, 0)
assert seen["FieldOfViewDimensionsInFloat"] == ("0", "undefined", None, 0.0)
PY
