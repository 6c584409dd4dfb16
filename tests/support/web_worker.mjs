/** The exported page's worker outside of a browser: a request a line, an answer a line. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { runInThisContext } from 'node:vm';

const [folder] = process.argv.slice(2);
globalThis.self = globalThis;
globalThis.require = createRequire(import.meta.url);  // what Emscripten asks for, seeing Node
globalThis.__dirname = folder;
for (const kind of ['log', 'info', 'warn', 'error']) console[kind] = () => undefined;  // LiteRT's
globalThis.importScripts = (name) => runInThisContext(readFileSync(join(folder, name), 'utf8'));
globalThis.fetch = async (name) => ({
  ok: true, arrayBuffer: async () => Uint8Array.from(readFileSync(join(folder, name))).buffer,
});
importScripts('worker.js');
const { xrayLab } = globalThis;
const codecs = await xrayLab.codecs();
const table = JSON.parse(readFileSync(join(folder, 'page.json'), 'utf8'));
const familiar = JSON.parse(readFileSync(join(folder, 'ood.json'), 'utf8'));

const sent = ({ data, width, height, channels }) => ({
  data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
  shape: channels === 1 ? [height, width] : [height, width, channels],
  type: { Uint8Array: 'uint8', Uint16Array: 'uint16', Float32Array: 'float32' }[data.constructor.name],
});

const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'));

const answers = {
  async read({ data, preparation, range }) {
    const image = await xrayLab.decode(bytes(data), codecs);
    const prepared = xrayLab.prepare(image, preparation);
    const told = { ...table, preparation, grey_range: range };
    return {
      pixels: sent(image.pixels), prepared: sent(prepared), bits: image.bitDepth, notes: image.notes,
      view: image.view, letters: xrayLab.lettersIn(image),
      warnings: xrayLab.pictureWarnings(image, prepared, told),
    };
  },
  judge({ data, width, height, channels, features }) {
    const image = xrayLab.described({ data: bytes(data), width, height, channels });
    const verdict = xrayLab.judged(familiar, image, features && Float64Array.from(features));
    return { verdict, noise: image.noise, layout: [...image.layout], edges: [...image.edges], greys: [...image.greys] };
  },
  filled({ data, width, height, channels, marked }) {
    return sent(xrayLab.filled({ data: bytes(data), width, height, channels }, bytes(marked)));
  },
  heat({ values, side, width, height }) {
    const map = { data: Float32Array.from(values), width: side, height: side, channels: 1 };
    return [...xrayLab.scaledMap(map, width, height)];
  },
  answer({ outputs, warnings, told }) {
    const used = { ...table, ...told };
    const answer = xrayLab.answered(outputs, warnings, used);
    return {
      ...answer, headline: xrayLab.headline(answer, used), why: xrayLab.undecidedWords(answer, used),
    };
  },
  worth: ({ record, prevalence }) => xrayLab.worthAt(record, prevalence, table),
  /** The whole page's proof: the worker loads its files and the network, as in a browser. */
  prove: () => new Promise((resolve) => {
    globalThis.postMessage = resolve;
    globalThis.onmessage({ data: { kind: 'start' } });
  }),
  /** What the page is told of a file; `prove` comes before. */
  judgement: ({ data }) => new Promise((resolve) => {
    globalThis.postMessage = ({ kind, judged, code }) => resolve(
      { kind, code, ...judged?.answer, heat: judged?.heat && [...judged.heat] });
    globalThis.onmessage({ data: { kind: 'judge', id: 1, data: bytes(data).buffer, heat: true } });
  }),
  csv: ({ rows }) => xrayLab.csv(rows, table),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { ask, ...request } = JSON.parse(line);
  let answer;
  try {
    answer = { answer: await answers[ask](request) };
  } catch (error) {
    answer = error.code ? { refused: error.code } : { failed: String(error.stack) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
