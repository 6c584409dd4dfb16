/**
 * The worker in which everything is computed: a file that takes too much ends it, and not the page.
 *
 * It loads its files once, when it starts; afterwards it asks nobody for anything.
 */

import { answered, headline, undecidedWords, worthAt } from './answer';
import { csv } from './csv';
import { type Codecs, loadCodecs } from './codecs';
import { decode } from './decode';
import { described } from './describe';
import { type Familiar, FORMAT, judged } from './familiar';
import { scaledMap } from './heat';
import { type Judged, type Model, judge } from './judge';
import { lettersIn } from './letters';
import { filled } from './marks';
import { Network } from './network';
import { prepare } from './prepare';
import { type Proof, type ProofImage, type ProofImages, fromBase64, prove } from './proof';
import { Refusal } from './radiograph';
import type { Table } from './table';
import { pictureWarnings } from './warnings';

export type Asked =
  | { readonly kind: 'start' }
  | { readonly kind: 'sample' }
  | { readonly kind: 'judge'; readonly id: number; readonly data: ArrayBuffer; readonly heat: boolean };

export type Told =
  | { readonly kind: 'proof'; readonly proof: Proof }
  | { readonly kind: 'unusable'; readonly reason: string }
  | { readonly kind: 'sample'; readonly name: string; readonly data: Uint8Array }
  | { readonly kind: 'judged'; readonly id: number; readonly judged: Judged }
  | { readonly kind: 'refused'; readonly id: number; readonly code: string };

const scope = self as unknown as DedicatedWorkerGlobalScope;

/** Its WebAssembly lies beside it, under the same name. */
const RUNTIME = 'litert_wasm_compat_internal.js';

let model: Model | undefined;
let samples: readonly ProofImage[] = [];
let shown = 0;

async function bytes(name: string): Promise<Uint8Array> {
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function json<T>(name: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await bytes(name))) as T;
}

/** What decodes; `decoders.js` declares it. */
async function codecs(): Promise<Codecs> {
  importScripts('decoders.js');
  return loadCodecs(bytes);
}

async function start(): Promise<Told> {
  try {
    const [table, familiar, kept, network, decoders] = await Promise.all([
      json<Table>('page.json'), json<Familiar | null>('ood.json'), json<ProofImages>('self_test.json'),
      bytes('model.tflite').then((file) => Network.load(RUNTIME, file)), codecs(),
    ]);
    if (familiar && familiar.format !== FORMAT) throw new Error(`ood.json of format ${familiar.format}`);
    const made = { table, familiar, network, codecs: decoders };
    const proof = await prove(made, kept);
    if (proof.passed) model = made;
    samples = kept.images.filter(({ kind }) => kind === 'PNG').slice(0, 3);
    return { kind: 'proof', proof };
  } catch (error) {
    return { kind: 'unusable', reason: String(error) };
  }
}

/** One of the proof's X-rays after the other, for who has none at hand. */
function sample(): Told {
  const { name, data } = samples[shown++ % samples.length]!;
  return { kind: 'sample', name: `Sample (${name}).png`, data: fromBase64(data) };
}

async function judgement({ id, data, heat }: Extract<Asked, { kind: 'judge' }>): Promise<Told> {
  try {
    if (!model) throw new Refusal('not-judged');  // nothing is answered without the proof
    return { kind: 'judged', id, judged: await judge(new Uint8Array(data), model, { heat }) };
  } catch (error) {
    const memory = error instanceof RangeError || error instanceof WebAssembly.RuntimeError;
    const code = error instanceof Refusal ? error.code : memory ? 'decoder-died' : 'damaged';
    return { kind: 'refused', id, code };
  }
}

let before: Promise<void> = Promise.resolve();

scope.onmessage = ({ data }: MessageEvent<Asked>) => {
  // One at a time: the network has one set of tensors.
  before = before.then(async () => {
    scope.postMessage(data.kind === 'start' ? await start() : data.kind === 'sample' ? sample() : await judgement(data));
  });
};

/** For tests, which drive the parts from outside of a browser. */
export { decode, described, headline, judged, lettersIn, pictureWarnings, prepare, scaledMap, undecidedWords, worthAt };
export { answered, codecs, csv, filled };
