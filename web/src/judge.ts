/** One file's way: decoded, prepared, through the network, compared with the training images. */

import { type Answer, answered, spokenFor } from './answer';
import type { Codecs } from './codecs';
import { decode } from './decode';
import { described } from './describe';
import { type Familiar, judged } from './familiar';
import { activation, occlusion } from './heat';
import { colouredShare, withoutMarks } from './marks';
import { type Network, averaged } from './network';
import { type Box, prepare, seenPart } from './prepare';
import { type Radiograph, Refusal, type Stored, atMost } from './radiograph';
import type { Picture } from './resize';
import { type Table, written } from './table';
import { type Warning, drawnWarning, pictureWarnings } from './warnings';

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
  const outputs = named(probabilities, table);
  const drawn = drawnWarning(image, table);
  const clean = await cleaned({ pixels: prepared, features }, image, outputs, model);
  const warnings = [
    ...pictureWarnings(image, prepared, table), ...(drawn ? [drawn] : []), ...(clean.warning ? [clean.warning] : []),
  ];
  const verdict = model.familiar
    && judged(model.familiar, described(clean.pixels), clean.features && averaged(clean.features));
  if (verdict?.reason) {
    const { doubt, refuses } = table.strange[verdict.reason]!;
    const message = verdict.refuses ? refuses : doubt;
    warnings.push({ code: verdict.reason, message, refuses: verdict.refuses });
  }
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

function named(probabilities: Float64Array, table: Table): Readonly<Record<string, number>> {
  return Object.fromEntries(table.classes.map((name, k) => [name, probabilities[k]!]));
}

interface Seen {
  readonly pixels: Picture<Uint8Array>;
  readonly features: Picture<Float32Array> | null;
}

/**
 * What is held against the training images: coloured marks on a grey image make nothing strange.
 *
 * Where the answer comes from them, the warning says so.
 */
async function cleaned(
  seen: Seen, image: Radiograph, outputs: Readonly<Record<string, number>>, { table, network }: Model,
): Promise<Seen & { warning?: Warning }> {
  const { limits } = table;
  const share = colouredShare(image.pixels, limits.colour_spread);
  if (!(share > limits.fewest_marked && share < limits.mostly_coloured)) return seen;
  const pixels = withoutMarks(image, seen.pixels, table.preparation, limits.colour_spread);
  const { probabilities, features } = await network.run(pixels);
  const clean = share <= limits.most_marked ? { pixels, features } : seen;
  const label = spokenFor(outputs, table), without = spokenFor(named(probabilities, table), table);
  if (without === label) return clean;
  const message = written(table.warnings.marks!, { label, without });
  return { ...clean, warning: { code: 'marks', message, refuses: true } };
}

function factsOf({ format, bitDepth, pixels }: Radiograph): string {
  const colour = pixels.channels === 3 ? ', colour' : '';
  return `${format}, ${bitDepth} bit${colour}, ${pixels.width} × ${pixels.height} pixels`;
}
