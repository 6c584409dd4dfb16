/** Compiles `src` and collects what runs in the browser: `node build.mjs FOLDER`. */

import { build } from 'esbuild';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, '../xraylib/models/exporters/web/site');
mkdirSync(out, { recursive: true });

await build({
  absWorkingDir: here,
  entryPoints: ['page', 'worker', 'offline'].map((name) => `src/${name}.ts`),
  bundle: true, minify: true, format: 'iife', globalName: 'xrayLab', target: 'es2022', charset: 'utf8', legalComments: 'none',
  outdir: out, logLevel: 'warning',
});
for (const name of ['index.html', 'page.css', 'LICENSES.txt']) copyFileSync(join(here, name), join(out, name));

/** Runtimes as their makers ship them, compressed; the JavaScript of the decoders in one file. */
const modules = join(here, 'node_modules');
const from = {
  litert_wasm_compat_internal: '@litertjs/core/wasm/litert_wasm_compat_internal',
  jpeg: '@cornerstonejs/codec-libjpeg-turbo-8bit/dist/libjpegturbowasm_decode',
  jpeg2000: '@cornerstonejs/codec-openjpeg/dist/openjpegwasm_decode',
  jpegls: '@cornerstonejs/codec-charls/dist/charlswasm_decode',
  webp: '@cwasm/webp/webp',
};
const read = (name, kind) => readFileSync(join(modules, `${from[name]}.${kind}`));
const written = {
  'litert_wasm_compat_internal.js': read('litert_wasm_compat_internal', 'js'),
  'decoders.js': Buffer.concat(['jpeg', 'jpeg2000', 'jpegls'].map((name) => read(name, 'js'))),
  ...Object.fromEntries(Object.keys(from).map((name) => [`${name}.wasm`, read(name, 'wasm')])),
};
for (const [name, content] of Object.entries(written)) {
  writeFileSync(join(out, `${name}.gz`), gzipSync(content, { level: 9 }));
}
