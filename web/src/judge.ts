/** One file's way: decoded, prepared, through the network, compared with the training images. */

import { type Answer, answered } from './answer';
import type { Codecs } from './codecs';
import { decode } from './decode';
import { described } from './describe';
import { type Familiar, judged } from './familiar';
import { activation, occlusion } from './heat';
import { type Network, averaged } from './network';
import { type Box, prepare, seenPart } from './prepare';
import { type Radiograph, Refusal, type Stored, atMost } from './radiograph';
import type { Picture } from './resize';
import type { Table } from './table';
import { beyondThisPage, pictureWarnings } from './warnings';

/** Longest side of the picture on show. */
const SHOWN_SIDE = 1024;

export interface Model {
  readonly table: Table;
  readonly familiar: Familiar | null;
  readonly network: Network;
  readonly codecs: Codecs;
}

export interface Judged {
  readonly answer: Answer;
  readonly score: number | null;
  readonly prepared: Picture<Uint8Array>;
  /** Of the likeliest class, on the prepared pixels. */
  readonly heat: Float32Array | null;
  /** Where the prepared pixels lie on the picture, in shares of its sides. */
  readonly seen: Box;
  /** At the depth stored, at most 1024 pixels long. */
  readonly shown: Picture<Stored>;
  readonly bitDepth: number;
  readonly facts: string;
  readonly milliseconds: number;
}

export async function judge(data: Uint8Array, model: Model, options: { heat: boolean }): Promise<Judged> {
  const started = performance.now();
  const { table, network } = model;
  const image = await decode(data, model.codecs);
  const prepared = prepare(image, table.preparation);
  const { probabilities, features } = await network.run(prepared);
  if (!probabilities.every(Number.isFinite)) throw new Refusal('not-judged');
  const warnings = [...pictureWarnings(image, prepared, table), ...beyondThisPage(image, table)];
  const verdict = model.familiar && judged(model.familiar, described(prepared), features && averaged(features));
  if (verdict?.reason) {
    const { doubt, refuses } = table.strange[verdict.reason]!;
    const message = verdict.refuses ? refuses : doubt;
    warnings.push({ code: verdict.reason, message, refuses: verdict.refuses });
  }
  const outputs = Object.fromEntries(table.classes.map((name, k) => [name, probabilities[k]!]));
  const answer = answered(outputs, warnings, table);
  const place = table.classes.indexOf(answer.likeliest);
  let heat: Float32Array | null = null;
  if (options.heat && table.explain === 'cam' && table.kernel && features) {
    heat = activation(features, table.kernel, place, prepared.width, prepared.height);
  } else if (options.heat && table.explain === 'occlusion') {
    heat = await occlusion(async (part) => (await network.run(part)).probabilities[place]!, prepared);
  }
  return {
    answer, score: verdict && verdict.score, prepared, heat, seen: seenPart(image.pixels, table.preparation),
    shown: atMost(image.pixels, SHOWN_SIDE), bitDepth: image.bitDepth, facts: factsOf(image),
    milliseconds: performance.now() - started,
  };
}

function factsOf({ format, bitDepth, pixels }: Radiograph): string {
  const colour = pixels.channels === 3 ? ', colour' : '';
  return `${format}, ${bitDepth} bit${colour}, ${pixels.width} × ${pixels.height} pixels`;
}
