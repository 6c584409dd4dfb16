/** What the network looked at: `xraylib/evaluation/explain/maps.py`'s two maps, from 0 to 1. */

import { type Picture, picture, rounded, shrunk } from './resize';

const GRID = 8;
const A = -0.75;
const f32 = Math.fround;

/** Class activation map of a head of global average pooling and Dense (Zhou et al. 2016). */
export function activation(
  features: Picture<Float32Array>, kernel: readonly (readonly number[])[], place: number,
  width: number, height: number,
): Float32Array {
  const units = kernel[0]!.length;
  const weights = kernel.map((row) => (units === 1 ? (place === 1 ? row[0]! : -row[0]!) : row[place]!));
  const values = new Float32Array(features.width * features.height);
  for (let k = 0; k < values.length; k++) {
    let sum = 0;
    for (let c = 0; c < weights.length; c++) sum += features.data[k * weights.length + c]! * weights[c]!;
    values[k] = sum;
  }
  return scaledMap(picture(values, features.width, features.height), width, height);
}

/** How much the class's log-odds fall when a dark square hides each part (Zeiler 2014). */
export async function occlusion(
  probability: (pixels: Picture<Uint8Array>) => Promise<number>, pixels: Picture<Uint8Array>,
): Promise<Float32Array> {
  const { width, height, channels, data } = pixels;
  const edges = (side: number) =>
    Array.from({ length: GRID + 1 }, (_, k) => rounded((side * k) / GRID));
  const rows = edges(height), columns = edges(width);
  const dark = Array.from({ length: channels }, (_, c) => darkOf(data, c, channels));
  const odds = async (part: Picture<Uint8Array>) => {
    const p = Math.min(Math.max(await probability(part), 1e-7), 1 - 1e-7);
    return Math.log(p / (1 - p));
  };
  const whole = await odds(pixels);
  const falls = new Float32Array(GRID * GRID);
  for (let i = 0; i < GRID; i++) {
    for (let j = 0; j < GRID; j++) {
      const hidden = data.slice();
      for (let y = rows[i]!; y < rows[i + 1]!; y++) {
        for (let x = columns[j]!; x < columns[j + 1]!; x++) hidden.set(dark, (y * width + x) * channels);
      }
      falls[i * GRID + j] = whole - await odds(picture(hidden, width, height, channels));
    }
  }
  return scaledMap(picture(falls, GRID, GRID), width, height);
}

/** Mean minus one standard deviation of a channel: a mean grey looks like disease itself. */
function darkOf(data: Uint8Array, channel: number, channels: number): number {
  let sum = 0, squares = 0;
  for (let k = channel; k < data.length; k += channels) {
    sum += data[k]!;
    squares += data[k]! ** 2;
  }
  const n = data.length / channels, mean = sum / n;
  return Math.trunc(Math.min(255, Math.max(0, mean - Math.sqrt(Math.max(0, squares / n - mean ** 2)))));
}

/** What is finer than 8 × 8 averaged, negatives cut off, enlarged, the highest scaled to 1. */
export function scaledMap(values: Picture<Float32Array>, width: number, height: number): Float32Array {
  const coarse = shrunk(values, Math.min(GRID, values.width), Math.min(GRID, values.height));
  const positive = coarse.data.map((value) => Math.max(value, 0));
  const large = cubic(picture(positive, coarse.width, coarse.height), width, height);
  let top = 0;
  for (let k = 0; k < large.length; k++) if (large[k]! > top) top = large[k]!;
  if (!Number.isFinite(top) || top < 1e-6) return new Float32Array(width * height);
  for (let k = 0; k < large.length; k++) large[k] = Math.max(large[k]!, 0) / top;
  return large;
}

/** OpenCV's INTER_CUBIC. */
function cubic(source: Picture<Float32Array>, width: number, height: number): Float32Array {
  const across = taps(source.width, width), down = taps(source.height, height);
  const wide = new Float32Array(width * source.height), large = new Float32Array(width * height);
  for (let y = 0; y < source.height; y++) {
    const row = source.data.subarray(y * source.width, (y + 1) * source.width);
    for (let x = 0; x < width; x++) {
      const { places: [a, b, c, d], weights: [p, q, r, s] } = across[x]!;
      wide[y * width + x] = f32(f32(f32(f32(row[a]! * p) + f32(row[b]! * q)) + f32(row[c]! * r)) + f32(row[d]! * s));
    }
  }
  for (let y = 0; y < height; y++) {
    const { places, weights: [p, q, r, s] } = down[y]!;
    const [a, b, c, d] = places.map((place) => wide.subarray(place * width, (place + 1) * width));
    for (let x = 0; x < width; x++) {
      large[y * width + x] = f32(
        f32(f32(f32(a![x]! * p) + f32(b![x]! * q)) + f32(c![x]! * r)) + f32(d![x]! * s));
    }
  }
  return large;
}

interface Tap {
  readonly places: readonly [number, number, number, number];
  readonly weights: readonly [number, number, number, number];
}

function taps(source: number, wanted: number): Tap[] {
  const scale = 1 / (wanted / source);
  return Array.from({ length: wanted }, (_, place) => {
    const exact = f32((place + 0.5) * scale - 0.5), at = Math.floor(exact), x = f32(exact - at);
    const first = f32(((A * (x + 1) - 5 * A) * (x + 1) + 8 * A) * (x + 1) - 4 * A);
    const second = f32(((A + 2) * x - (A + 3)) * x * x + 1);
    const third = f32(((A + 2) * (1 - x) - (A + 3)) * (1 - x) * (1 - x) + 1);
    const there = (k: number) => Math.min(source - 1, Math.max(0, at + k));
    return {
      places: [there(-1), there(0), there(1), there(2)],
      weights: [first, second, third, f32(1 - first - second - third)],
    };
  });
}
