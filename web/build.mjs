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
  bundle: true, format: 'iife', globalName: 'xrayLab', target: 'es2022', charset: 'utf8', legalComments: 'none',
  outdir: out, logLevel: 'warning',
});
for (const name of ['index.html', 'page.css', 'LICENSES.txt']) copyFileSync(join(here, name), join(out, name));

/** Runtimes as their makers ship them, compressed. */
const modules = join(here, 'node_modules');
const runtimes = {
  litert_wasm_compat_internal: join(modules, '@litertjs/core/wasm/litert_wasm_compat_internal'),
  jpeg: join(modules, '@cornerstonejs/codec-libjpeg-turbo-8bit/dist/libjpegturbowasm_decode'),
};
for (const [name, from] of Object.entries(runtimes)) {
  for (const kind of ['js', 'wasm']) {
    writeFileSync(join(out, `${name}.${kind}.gz`), gzipSync(readFileSync(`${from}.${kind}`), { level: 9 }));
  }
}
