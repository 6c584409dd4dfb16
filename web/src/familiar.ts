/** Whether an image is like those that the network learned from: `xraylib/ood/familiarity.py`'s numbers. */

import { type Described, inverted, turnedBy } from './describe';

interface Space {
  readonly mean: readonly number[];
  readonly basis: readonly (readonly number[])[];
  readonly spread: readonly number[];
}

interface Discriminant {
  readonly towards: readonly number[];
  readonly limit: number;
}

/** What `Familiar.to_json` wrote. */
export interface Familiar {
  readonly format: number;
  readonly threshold: number;
  readonly refused_beyond: number;
  readonly picture_threshold: number;
  /** What tells parts of training images, and mirrored ones; none where it was not learned. */
  readonly cut?: Discriminant | null;
  readonly mirrored?: Discriminant | null;
  /** Beyond which noise, in grey levels, an image is doubted. */
  readonly noisiest?: number | null;
  readonly scales: Readonly<Record<string, readonly [number, number]>>;
  readonly usual: {
    readonly spaces: Readonly<Record<string, Space>>;
    readonly grey_mean: readonly number[];
    readonly grey_inverse: readonly (readonly number[])[];
    readonly darkest: number;
    readonly brightest: number;
  };
}

export interface Verdict {
  readonly score: number;
  /** A key of the table's `strange`, or nothing. */
  readonly reason: string;
  readonly refuses: boolean;
}

/** Of the numbers that this program understands; the exporter asks for it. */
export const FORMAT = 2;
const UNDONE = ['inverted', 'rotated'];
const FAR = 2;
const PICTURE = ['layout', 'edges', 'greys'];

const SMALLEST = 1e-6;

/** Whether an image lies far towards changed ones: `xraylib/ood/discriminant.py`. */
function shows(apart: Discriminant | null | undefined, { layout, edges }: Described): boolean {
  if (!apart) return false;
  const { towards, limit } = apart;
  const length = Math.max(Math.sqrt(edges.reduce((sum, value) => sum + value * value, 0)), SMALLEST);
  let sum = 0;
  layout.forEach((value, k) => { sum += value * towards[k]!; });
  edges.forEach((value, k) => { sum += (value / length) * towards[layout.length + k]!; });
  return sum > limit;
}

type Distances = Readonly<Record<string, number>>;

export function judged(known: Familiar, image: Described, features: Float64Array | null): Verdict {
  const z = beyond(known, image, features);
  const score = together(z);
  let reason = score > known.threshold ? reasonOf(known, image, z) : '';
  if (!reason) reason = doubtOf(known, image);
  return { score, reason, refuses: score > known.refused_beyond || UNDONE.includes(reason) };
}

/** Why to doubt an image that is like the training images but for this. */
function doubtOf(known: Familiar, image: Described): string {
  if (shows(known.cut, image)) return 'cut';
  if (shows(known.mirrored, image)) return 'mirrored';
  return known.noisiest != null && image.noise > known.noisiest ? 'noisy' : '';
}

function beyond(known: Familiar, image: Described, features: Float64Array | null): Distances {
  const { usual, scales } = known;
  const found: Record<string, number> = {
    layout: outside(usual.spaces.layout!, image.layout),
    edges: outside(usual.spaces.edges!, image.edges),
    greys: mahalanobis(usual.grey_mean, usual.grey_inverse, image.greys),
  };
  if (features && usual.spaces.features) found.network = within(usual.spaces.features, features);
  for (const key of Object.keys(found)) {
    const [middle, width] = scales[key]!;
    found[key] = (found[key]! - middle) / width;
  }
  return found;
}

function centred(space: Space, row: Float64Array): Float64Array {
  return row.map((value, k) => value - space.mean[k]!);
}

function coordinates(space: Space, row: Float64Array): number[] {
  return space.basis.map((axis) => axis.reduce((sum, value, k) => sum + value * row[k]!, 0));
}

/** Length of what the subspace cannot show. */
function outside(space: Space, row: Float64Array): number {
  const rest = centred(space, row);
  const shown = coordinates(space, rest);
  space.basis.forEach((axis, j) => {
    for (let k = 0; k < rest.length; k++) rest[k]! -= shown[j]! * axis[k]!;
  });
  return Math.sqrt(rest.reduce((sum, value) => sum + value * value, 0));
}

/** Root mean square of the coordinates in the subspace, in deviations. */
function within(space: Space, row: Float64Array): number {
  const far = coordinates(space, centred(space, row)).map((value, k) => (value / space.spread[k]!) ** 2);
  return Math.sqrt(far.reduce((sum, value) => sum + value, 0) / far.length);
}

function mahalanobis(
  mean: readonly number[], inverse: readonly (readonly number[])[], row: Float64Array,
): number {
  const away = row.map((value, k) => value - mean[k]!);
  let sum = 0;
  inverse.forEach((line, i) => line.forEach((value, j) => { sum += away[i]! * value * away[j]!; }));
  return Math.sqrt(Math.max(sum, 0));
}

function together(z: Distances): number {
  return Math.sqrt(Object.values(z).reduce((sum, value) => sum + Math.max(value, 0) ** 2, 0));
}

function reasonOf(known: Familiar, image: Described, z: Distances): string {
  const before = together(Object.fromEntries(PICTURE.map((key) => [key, z[key]!])));
  const changed = [inverted(image), ...[1, 2, 3].map((quarters) => turnedBy(image, quarters))];
  const after = changed.map((one) => together(beyond(known, one, null)));
  const least = Math.min(...after), limit = known.picture_threshold;
  if (least <= Math.max(limit, Math.min(before / 2, 1.5 * limit))) {
    return after.indexOf(least) ? 'rotated' : 'inverted';
  }
  const level = image.greys[0]!;
  const placed = Math.max(z.layout!, z.edges!) <= FAR;  // neither depends on the brightness
  if (placed && level < known.usual.darkest) return 'too-dark';
  if (placed && level > known.usual.brightest) return 'too-bright';
  return z.greys! <= FAR ? 'other-body-part' : 'unlike-training';
}
