/** The proof on the visitor's device: eight images, whose numbers Python wrote, judged again here. */

import { decode } from './decode';
import { described } from './describe';
import { judged } from './familiar';
import type { Model } from './judge';
import { averaged } from './network';
import { crc32 } from './png';
import { prepare } from './prepare';

export interface ProofImage {
  readonly name: string;
  readonly kind: string;
  readonly data: string;
  readonly pixels: number;
  readonly probabilities: readonly number[];
  readonly score: number | null;
}

export interface ProofImages {
  readonly tolerance: number;
  readonly images: readonly ProofImage[];
}

export interface Proof {
  readonly passed: boolean;
  readonly images: number;
  readonly tolerance: number;
  /** Largest difference of a probability. */
  readonly largest: number;
  readonly milliseconds: number;
  /** What differed, for those who look into it. */
  readonly problems: readonly string[];
}

/** Scores go through many sums in another order than NumPy's. */
const SCORE_TOLERANCE = 1e-3;

export async function prove(model: Model, kept: ProofImages): Promise<Proof> {
  const started = performance.now();
  const problems: string[] = [];
  let largest = 0;
  for (const one of kept.images) {
    try {
      const differs = await difference(model, one);
      largest = Math.max(largest, differs.probability);
      if (!differs.pixels) problems.push(`${one.name}: other pixels`);
      if (!(differs.probability <= kept.tolerance)) problems.push(`${one.name}: ${differs.probability}`);
      if (!(differs.score <= SCORE_TOLERANCE)) problems.push(`${one.name}: score ${differs.score}`);
    } catch (error) {
      problems.push(`${one.name}: ${String(error)}`);
    }
  }
  return {
    passed: problems.length === 0 && kept.images.length > 0, images: kept.images.length,
    tolerance: kept.tolerance, largest, milliseconds: performance.now() - started, problems,
  };
}

async function difference(model: Model, one: ProofImage) {
  const data = Uint8Array.from(atob(one.data), (letter) => letter.charCodeAt(0));
  const prepared = prepare(await decode(data, model.codecs), model.table.preparation);
  const { probabilities, features } = await model.network.run(prepared);
  const far = one.probabilities.map((value, k) => Math.abs(value - probabilities[k]!));
  const score = model.familiar && one.score !== null
    ? judged(model.familiar, described(prepared), features && averaged(features)).score : one.score;
  return {
    pixels: crc32(prepared.data) === one.pixels,
    probability: probabilities.length === far.length ? Math.max(...far) : Infinity,
    score: Math.abs((score ?? 0) - (one.score ?? 0)),
  };
}
