/** The proof on the visitor's device: eight images, whose numbers Python wrote, judged again here. */

import { type Model, judge } from './judge';
import { crc32 } from './png';

export interface ProofImage {
  readonly name: string;
  readonly kind: string;
  readonly data: string;
  readonly pixels: number;
  readonly probabilities: readonly number[];
  readonly score: number | null;
  /** Codes of the warnings, in their order. */
  readonly warnings: string;
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
      if (differs.warnings !== one.warnings) problems.push(`${one.name}: ${differs.warnings || 'no warnings'}`);
    } catch (error) {
      problems.push(`${one.name}: ${String(error)}`);
    }
  }
  return {
    passed: problems.length === 0 && kept.images.length > 0, images: kept.images.length,
    tolerance: kept.tolerance, largest, milliseconds: performance.now() - started, problems,
  };
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

async function difference(model: Model, one: ProofImage) {
  const { answer, score, prepared } = await judge(fromBase64(one.data), model, { heat: false });
  const far = model.table.classes.map((name, k) => Math.abs(one.probabilities[k]! - answer.outputs[name]!));
  return {
    pixels: crc32(prepared.data) === one.pixels,
    probability: Math.max(...far),
    score: Math.abs((score ?? 0) - (one.score ?? 0)),
    warnings: answer.warnings.map((warning) => warning.code).join(' '),
  };
}
