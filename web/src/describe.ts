/** A prepared image in numbers: what is where, its edges, its greys; as `xraylib/ood/image_features.py`. */

import { type Picture, byArea, picture, rounded } from './resize';

export const LAYOUT_SIDE = 16;
export const EDGE_SIDE = 16;
export const DIRECTIONS = 4;
const SMALLEST = 1e-6;
const FAINT = 0.5;
const SIDES = [128, 64, 32] as const;
const POWERS = [1, 2, 4, 8, 16];
const TILES = 8;
const CLIP = 2;
const NORMAL_MEDIAN = 0.6744897501960817;
const SECOND_GAIN = 6;
const f32 = Math.fround;

type Grey = Picture<Float32Array>;

export interface Described {
  readonly layout: Float64Array;
  readonly edges: Float64Array;
  readonly greys: Float64Array;
  /** Standard deviation of the noise from pixel to pixel, in levels of 256. */
  readonly noise: number;
}

export function described(pixels: Picture<Uint8Array>): Described {
  const grey = greyOf(pixels);
  const [large, middle, small] = shrunkTo(grey, pixels.channels === 1);
  return { layout: layout(middle!), edges: edges(small!), greys: greys(large!), noise: noise(grey) };
}

function greyOf({ data, width, height, channels }: Picture<Uint8Array>): Grey {
  if (channels === 1) return picture(Float32Array.from(data), width, height);
  const grey = new Float32Array(width * height);
  for (let k = 0; k < grey.length; k++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += data[k * channels + c]!;
    grey[k] = sum / channels;
  }
  return picture(grey, width, height);
}

/** Squares of these sides; where means of means are exact, each from the one before it. */
function shrunkTo(grey: Grey, whole: boolean): Grey[] {
  const exact = whole && POWERS.includes(grey.width / SIDES[0]) && POWERS.includes(grey.height / SIDES[0]);
  const squares: Grey[] = [];
  for (const side of SIDES) {
    squares.push(byArea(exact && squares.length ? squares[squares.length - 1]! : grey, side, side));
  }
  return squares;
}

/** Where it is lighter and darker than around, whatever the exposure. */
function layout({ data, width, height }: Grey): Float64Array {
  let low = Infinity, high = -Infinity;
  for (const value of data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const span = Math.max(f32(high - low), SMALLEST);
  const wide = Uint8Array.from(data, (value) => rounded(f32(f32(255 * f32(value - low)) / f32(span))));
  const evened = Float32Array.from(equalised(wide, width, height));
  const { data: small } = byArea(picture(evened, width, height), LAYOUT_SIDE, LAYOUT_SIDE);
  const mean = small.reduce((sum, value) => sum + value, 0) / small.length;
  const centred = Float64Array.from(small, (value) => value - mean);
  const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
  return centred.map((value) => value / (length + SMALLEST));
}

/** Contrast-limited adaptive histogram equalisation (Zuiderveld 1994) as OpenCV's createCLAHE. */
export function equalised(data: Uint8Array, width: number, height: number): Uint8Array {
  const wide = width / TILES, tall = height / TILES;
  const tables: Uint8Array[] = [];
  for (let row = 0; row < TILES; row++) {
    for (let column = 0; column < TILES; column++) {
      tables.push(tileTable(data, width, column * wide, row * tall, wide, tall));
    }
  }
  const result = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    const [top, bottom, lower] = around(y, tall);
    for (let x = 0; x < width; x++) {
      const [left, right, second] = around(x, wide);
      const value = data[y * width + x]!;
      const at = (row: number, column: number) => tables[row * TILES + column]![value]!;
      const mix = (row: number) =>
        f32(f32(at(row, left) * f32(1 - second)) + f32(at(row, right) * second));
      result[y * width + x] = Math.min(255, rounded(
        f32(f32(mix(top) * f32(1 - lower)) + f32(mix(bottom) * lower))));
    }
  }
  return result;
}

/** The two tiles between whose centres a place lies, and the share of the second one. */
function around(place: number, side: number): [number, number, number] {
  const where = f32(f32(place * f32(1 / side)) - 0.5);
  const first = Math.floor(where);
  return [Math.max(first, 0), Math.min(first + 1, TILES - 1), f32(where - first)];
}

function tileTable(
  data: Uint8Array, stride: number, left: number, top: number, wide: number, tall: number,
): Uint8Array {
  const counts = new Int32Array(256), area = wide * tall;
  for (let y = top; y < top + tall; y++) {
    for (let x = left; x < left + wide; x++) counts[data[y * stride + x]!]!++;
  }
  const limit = Math.max(Math.trunc((CLIP * area) / 256), 1);
  let clipped = 0;
  for (let k = 0; k < 256; k++) {
    if (counts[k]! > limit) {
      clipped += counts[k]! - limit;
      counts[k] = limit;
    }
  }
  const batch = Math.trunc(clipped / 256);
  let rest = clipped - batch * 256;
  for (let k = 0; k < 256; k++) counts[k]! += batch;
  if (rest) {
    const step = Math.max(Math.trunc(256 / rest), 1);
    for (let k = 0; k < 256 && rest > 0; k += step, rest--) counts[k]!++;
  }
  const table = new Uint8Array(256), scale = f32(255 / area);
  for (let k = 0, sum = 0; k < 256; k++) {
    sum += counts[k]!;
    table[k] = Math.min(255, rounded(f32(sum * scale)));
  }
  return table;
}

/** A place beyond an end, mirrored at the outermost pixel. */
function mirrored(place: number, length: number): number {
  if (length === 1) return 0;
  return place < 0 ? -place : place >= length ? 2 * length - 2 - place : place;
}

/** Which way edges run in each place, whatever the contrast there (Dalal and Triggs 2005). */
function edges({ data, width, height }: Grey): Float64Array {
  const sums = new Float64Array(DIRECTIONS * EDGE_SIDE ** 2);
  const pi = f32(Math.PI), whole = f32(2 * Math.PI);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (dx: number, dy: number) =>
        data[mirrored(y + dy, height) * width + mirrored(x + dx, width)]!;
      const across = f32(at(1, -1) - at(-1, -1) + 2 * (at(1, 0) - at(-1, 0)) + at(1, 1) - at(-1, 1));
      const down = f32(at(-1, 1) - at(-1, -1) + 2 * (at(0, 1) - at(0, -1)) + at(1, 1) - at(1, -1));
      const angle = f32(f32(f32(Math.atan2(down, across)) + pi) / whole);
      const direction = Math.trunc(f32(angle * DIRECTIONS)) % DIRECTIONS;
      const row = Math.floor((y * EDGE_SIDE) / height), column = Math.floor((x * EDGE_SIDE) / width);
      const place = direction * EDGE_SIDE ** 2 + row * EDGE_SIDE + column;
      sums[place] = sums[place]! + f32(Math.hypot(across, down));
    }
  }
  const places = EDGE_SIDE ** 2;
  const total = new Float64Array(places);
  sums.forEach((value, k) => { total[k % places] = total[k % places]! + value; });
  const mean = total.reduce((sum, value) => sum + value, 0) / places;
  return sums.map((value, k) => Math.sqrt(value / (total[k % places]! + FAINT * mean + SMALLEST)));
}

/** Mean, standard deviation, 5 % and 95 % levels, logarithm of the sharpness. */
function greys({ data, width, height }: Grey): Float64Array {
  let sum = 0, squares = 0, slopes = 0;
  for (let k = 0; k < data.length; k++) sum += data[k]!;
  const mean = sum / data.length;
  for (let k = 0; k < data.length; k++) squares += (data[k]! - mean) ** 2;
  const deviation = Math.sqrt(squares / data.length);
  for (let y = 0; y < height; y++) {
    const row = y * width, above = mirrored(y - 1, height) * width, below = mirrored(y + 1, height) * width;
    for (let x = 0; x < width; x++) {
      const left = mirrored(x - 1, width), right = mirrored(x + 1, width);
      slopes += Math.abs(data[above + x]! + data[row + left]! + data[row + right]! + data[below + x]!
        - 4 * data[row + x]!);
    }
  }
  const ordered = new Ordered(data);
  return Float64Array.of(mean, deviation, percentile(ordered, 5), percentile(ordered, 95),
    Math.log(slopes / data.length / (deviation + 1) + 1e-3));
}

/** Of second differences both ways the median, which even places, slopes, edges and letters leave alone. */
function noise({ data, width, height }: Grey): number {
  const left = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    const rows = [mirrored(y - 1, height), y, mirrored(y + 1, height)].map((row) => row * width);
    for (let x = 0; x < width; x++) {
      const before = mirrored(x - 1, width), after = mirrored(x + 1, width);
      const [above, here, below] = rows.map((row) => data[row + before]! - 2 * data[row + x]! + data[row + after]!);
      left[y * width + x] = Math.abs(above! - 2 * here! + below!);
    }
  }
  return left.sort()[left.length >> 1]! / NORMAL_MEDIAN / SECOND_GAIN;
}

function percentile(ordered: Ordered, wanted: number): number {
  const place = (ordered.length - 1) * (wanted / 100), before = Math.floor(place);
  const low = ordered.at(before), high = ordered.at(Math.min(before + 1, ordered.length - 1));
  const part = place - before;
  return part >= 0.5 ? high - (high - low) * (1 - part) : low + (high - low) * part;
}

/** Grey values, each at least 0 and below 256, by their rank; only those around it are put in order. */
class Ordered {
  private readonly counts = new Int32Array(256);

  constructor(private readonly data: Float32Array) {
    for (let k = 0; k < data.length; k++) this.counts[data[k]! | 0]!++;
  }

  get length(): number {
    return this.data.length;
  }

  at(rank: number): number {
    let level = 0, before = 0;
    while (before + this.counts[level]! <= rank) before += this.counts[level++]!;
    return this.data.filter((value) => (value | 0) === level).sort()[rank - before]!;
  }
}

/** The same image with black and white exchanged. */
export function inverted({ layout: lay, edges: run, greys: level, noise: grain }: Described): Described {
  const [mean, deviation, dark, bright, sharpness] = level;
  return {
    layout: lay.map((value) => -value),
    edges: rolled(run, DIRECTIONS / 2),
    greys: Float64Array.of(255 - mean!, deviation!, 255 - bright!, 255 - dark!, sharpness!),
    noise: grain,
  };
}

/** The same image turned by so many quarters against the clock. */
export function turnedBy(image: Described, quarters: number): Described {
  const places = EDGE_SIDE ** 2;
  const turned = new Float64Array(image.edges.length);
  for (let c = 0; c < DIRECTIONS; c++) {
    turned.set(quartered(image.edges.subarray(c * places, (c + 1) * places), EDGE_SIDE, quarters), c * places);
  }
  return {
    layout: quartered(image.layout, LAYOUT_SIDE, quarters),
    edges: rolled(turned, -quarters),
    greys: image.greys,
    noise: image.noise,
  };
}

/** Directions moved on by so many. */
function rolled(run: Float64Array, by: number): Float64Array {
  const places = EDGE_SIDE ** 2, result = new Float64Array(run.length);
  for (let c = 0; c < DIRECTIONS; c++) {
    const to = (((c + by) % DIRECTIONS) + DIRECTIONS) % DIRECTIONS;
    result.set(run.subarray(c * places, (c + 1) * places), to * places);
  }
  return result;
}

function quartered(square: Float64Array, side: number, quarters: number): Float64Array {
  let now = square;
  for (let turn = 0; turn < quarters; turn++) {
    const next = new Float64Array(now.length);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) next[y * side + x] = now[x * side + side - 1 - y]!;
    }
    now = next;
  }
  return now;
}
