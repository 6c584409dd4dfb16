#!/usr/bin/env bash
# Two JavaScript JPEG-LS decoders raise every negative level of a 12-bit signed film by 4096; one encoder's files hide it.
#
# Versions:   npm @cornerstonejs/codec-charls 1.2.7, daikon 1.2.46; PyPI pydicom 3.0.2, pyjpegls 1.5.1, numpy 2.4.6
# Guess:      a lossless file of signed pixels reads the same in the browser as in Python.
# Instead:    JPEG-LS knows no sign. A stream whose precision is BitsStored (12) gives 12-bit patterns, and the reader
#             of the DICOM file must extend the sign. pydicom does; with codec-charls the buffer is to be viewed as
#             Int16 but its sign bit is never set, and daikon, which knows PixelRepresentation, does not either: -1
#             becomes 4095, darker than black becomes white. Unsigned films are right, and so are signed ones of 16 bits,
#             and of encoders that write a precision of 16 for 12-bit pixels; so the error shows with some senders only.
# Matters:    the picture a person looks at in a browser viewer is not the one the network in Python was given.
# Seen:       precision in the stream: 12
#             stored          [-2048, -1, 0, 1000, 2047]
#             pydicom         [-2048, -1, 0, 1000, 2047]
#             codec-charls    [2048, 4095, 0, 1000, 2047]
#             daikon          [2048, 4095, 0, 1000, 2047]
#             signed, 16 bits: all three as stored; unsigned, 12 bits: all three as stored
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 pyjpegls==1.5.1 numpy==2.4.6
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund @cornerstonejs/codec-charls@1.2.7 daikon@1.2.46 >npm.log 2>&1 \
    || { cat npm.log; exit 1; }

"$dir/venv/bin/python" - <<'PY'
import json

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import generate_frames
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, JPEGLSLossless, generate_uid

films = {
    "signed12": (12, np.array([[-2048, -1, 0, 1000, 2047]] * 8, dtype="<i2")),
    "signed16": (16, np.array([[-32768, -1, 0, 1000, 32767]] * 8, dtype="<i2")),
    "unsigned12": (12, np.array([[0, 1, 1000, 2048, 4095]] * 8, dtype="<u2")),
}
facts = {}
for name, (bits, pixels) in films.items():
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = DigitalXRayImageStorageForPresentation
    ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid(), generate_uid()
    ds.Modality = "DX"
    ds.Rows, ds.Columns = pixels.shape
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, bits, bits - 1
    ds.PixelRepresentation = int(pixels.dtype.kind == "i")
    ds.PixelData = pixels.tobytes()
    ds["PixelData"].VR = "OW"
    ds.compress(JPEGLSLossless)
    pydicom.dcmwrite(name + ".dcm", ds, enforce_file_format=True)
    stream = next(generate_frames(ds.PixelData, number_of_frames=1))
    open(name + ".jls", "wb").write(stream)
    precision = stream[stream.index(b"\xff\xf7") + 4]
    facts[name] = {
        "precision": precision,
        "stored": pixels[0].tolist(),
        "pydicom": pydicom.dcmread(name + ".dcm").pixel_array[0].tolist(),
    }
json.dump(facts, open("facts.json", "w"))
PY

cat >read.js <<'JS'
const assert = require("assert");
const fs = require("fs");
const facts = JSON.parse(fs.readFileSync("facts.json"));
const daikon = require("daikon");

async function main() {
  const charls = await require("@cornerstonejs/codec-charls")();
  for (const [name, fact] of Object.entries(facts)) {
    const decoder = new charls.JpegLSDecoder();
    const stream = fs.readFileSync(name + ".jls");
    decoder.getEncodedBuffer(stream.length).set(stream);
    decoder.decode();
    const bytes = decoder.getDecodedBuffer().slice();
    const View = name.startsWith("signed") ? Int16Array : Uint16Array;
    fact["codec-charls"] = Array.from(new View(bytes.buffer, 0, 5));

    const file = fs.readFileSync(name + ".dcm");
    const view = new DataView(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
    const levels = daikon.Series.parseImage(view).getInterpretedData(false, true).data;
    fact.daikon = Array.from(levels.slice(0, 5));
    console.log(name, JSON.stringify(fact));
  }
  const { signed12, signed16, unsigned12 } = facts;
  assert.strictEqual(signed12.precision, 12);
  assert.deepStrictEqual(signed12.pydicom, signed12.stored); // control
  for (const fact of [signed16, unsigned12])
    for (const reader of ["pydicom", "codec-charls", "daikon"]) assert.deepStrictEqual(fact[reader], fact.stored); // controls
  for (const reader of ["codec-charls", "daikon"]) assert.deepStrictEqual(signed12[reader], [2048, 4095, 0, 1000, 2047]);
}
main().catch((error) => {
  console.error(error);
  process.exit(1);
});
JS
node read.js
