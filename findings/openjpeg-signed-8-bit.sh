#!/usr/bin/env bash
# A JavaScript JPEG 2000 decoder makes 0 of every negative level of an 8-bit signed film; of 9 to 16 bits it is right.
#
# Versions:   npm @cornerstonejs/codec-openjpeg 1.3.6; PyPI pylibjpeg-openjpeg 2.5.0, numpy 2.4.6
# Guess:      getFrameInfo() says isSigned, so the bytes are int8 as the words of deeper films are int16.
# Instead:    of up to 8 bits, negative levels are cut off at 0; the same values in a stream of 12 bits come out whole.
# Matters:    with a window around 0 half of the film is one grey, and nothing says so. A way around: say in the stream's
#             SIZ marker that it is unsigned, and take half the range off afterwards.
# Seen:       8 bits, stored    [-128, -1, 0, 1, 127]   in Python the same   in JavaScript [0, 0, 0, 1, 127]
#             12 bits, stored   [-128, -1, 0, 1, 127]   in Python the same   in JavaScript the same
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check pylibjpeg-openjpeg==2.5.0 numpy==2.4.6
cd "$dir"
npm install --silent --ignore-scripts --no-audit --no-fund @cornerstonejs/codec-openjpeg@1.3.6 >npm.log 2>&1 \
    || { cat npm.log; exit 1; }

"$dir/venv/bin/python" - <<'PY'
import json

import numpy as np
from openjpeg import decode
from openjpeg.utils import encode_array

levels = np.array([[-128, -1, 0, 1, 127] * 8] * 40)
facts = {}
for bits, kind in ((8, "i1"), (12, "<i2")):
    stream = bytes(encode_array(levels.astype(kind), bits_stored=bits))
    open(f"{bits}.j2k", "wb").write(stream)
    back = decode(stream)
    facts[bits] = {"stored": levels[0, :5].tolist(), "python": back[0, :5].tolist()}
json.dump(facts, open("facts.json", "w"))
PY

cat >read.mjs <<'JS'
import assert from "node:assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
const facts = JSON.parse(readFileSync("facts.json"));
const start = createRequire(import.meta.url)(`${process.cwd()}/node_modules/@cornerstonejs/codec-openjpeg/dist/openjpegwasm_decode.js`);
const { J2KDecoder } = await start({ print() {}, printErr() {} });
for (const bits of [8, 12]) {
  const decoder = new J2KDecoder(), stream = readFileSync(`${bits}.j2k`);
  decoder.getEncodedBuffer(stream.length).set(stream);
  decoder.decode();
  const bytes = decoder.getDecodedBuffer().slice(), View = bits === 8 ? Int8Array : Int16Array;
  facts[bits].javascript = Array.from(new View(bytes.buffer, 0, 5));
  console.log(bits, "bits", decoder.getFrameInfo().isSigned ? "signed" : "unsigned", JSON.stringify(facts[bits]));
  assert.deepStrictEqual(facts[bits].python, facts[bits].stored); // control
}
assert.deepStrictEqual(facts[8].javascript, [0, 0, 0, 1, 127]);
assert.deepStrictEqual(facts[12].javascript, facts[12].stored); // control
JS
node read.mjs
