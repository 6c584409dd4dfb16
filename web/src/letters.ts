/**
 * Letters that were printed into an image: the same search as in `xraylib/images/burned_in_text.py`.
 *
 * A letter is a small spot, much brighter or darker than around; text is a row of them on one line.
 */

import { type Radiograph, asGrey, atMost, toBytes } from './radiograph';
import type { Picture } from './resize';

const CONTRAST = 60;
const REACH = 3;  // of a square of 7 × 7
const PIXELS_A_SPOT = 64;
const FEWEST = 3;
const SMALLEST = 5;
const SAMPLED_SIDE = 512;

type Spot = readonly [left: number, top: number, width: number, height: number];

/** Length of the longest row of letters; 0 if there is none. */
export function lettersIn(image: Radiograph): number {
  const small = atMost(image.pixels, SAMPLED_SIDE);
  return countLetters(asGrey(toBytes(small, image.bitDepth)) as Picture<Uint8Array>);
}

export function countLetters(grey: Picture<Uint8Array>): number {
  const { data, width, height } = grey;
  let longest = 0;
  for (const shown of [data, negative(data.slice())]) {  // bright letters, then dark ones
    const mask = opened(shown, width, height);
    if (marked(mask, shown) < FEWEST * SMALLEST) continue;
    longest = Math.max(longest, longestRow(spots(mask, width, height)));
  }
  return longest;
}

/** 1 where a picture is much brighter than what is left of it, else 0; and how often that is so. */
function marked(left: Uint8Array, shown: Uint8Array): number {
  let count = 0;
  for (let k = 0; k < left.length; k++) {
    const bright = shown[k]! - left[k]! >= CONTRAST ? 1 : 0;
    left[k] = bright;
    count += bright;
  }
  return count;
}

/** Black and white exchanged, in place and four pixels at a time. */
function negative(data: Uint8Array): Uint8Array {
  const fours = new Uint32Array(data.buffer, data.byteOffset, data.length >> 2);
  for (let k = 0; k < fours.length; k++) fours[k] = ~fours[k]!;
  for (let k = 4 * fours.length; k < data.length; k++) data[k] = 255 - data[k]!;
  return data;
}

/** The highest value around each pixel of the lowest values around each (OpenCV's MORPH_OPEN). */
function opened(data: Uint8Array, width: number, height: number): Uint8Array {
  return negative(lowest(negative(lowest(data, width, height)), width, height));
}

/** The lowest value within the square around each pixel; outside there is none. */
function lowest(data: Uint8Array, width: number, height: number): Uint8Array {
  const across = new Uint8Array(data.length);
  const line = new Uint8Array(Math.max(width, height) + 2 * REACH).fill(255);
  for (let y = 0; y < height; y++) {
    line.set(data.subarray(y * width, (y + 1) * width), REACH);
    lowestOfSeven(line, width, across, y * width);
  }
  const wide = new Uint8Array(width * (height + 2 * REACH)).fill(255);
  wide.set(across, REACH * width);
  for (const step of [width, 2 * width, 3 * width]) takeLower(wide, step);
  return wide.subarray(0, data.length);
}

/**
 * The lowest of each seven in a row: of two, of two such pairs, of two such fours that overlap.
 *
 * Here and below without a branch, which no processor could guess.
 */
function lowestOfSeven(line: Uint8Array, count: number, to: Uint8Array, begin: number): void {
  let last = line[5]!;
  let pair3 = lower(line[3]!, line[4]!), pair4 = lower(line[4]!, last);
  const pair1 = lower(line[1]!, line[2]!), pair2 = lower(line[2]!, line[3]!);
  let four0 = lower(lower(line[0]!, line[1]!), pair2), four1 = lower(pair1, pair3), four2 = lower(pair2, pair4);
  for (let k = 0; k < count; k++) {
    const next = line[k + 6]!, pair5 = lower(last, next), four3 = lower(pair3, pair5);
    to[begin + k] = lower(four0, four3);
    last = next;
    pair3 = pair4;
    pair4 = pair5;
    four0 = four1;
    four1 = four2;
    four2 = four3;
  }
}

function lower(a: number, b: number): number {
  const above = a - b;
  return b + (above & (above >> 31));
}

/** Of each value and the one so many places on, the lower one. */
function takeLower(values: Uint8Array, step: number): void {
  const end = values.length - step;
  for (let k = 0; k < end; k++) values[k] = lower(values[k]!, values[k + step]!);
}

/** What could be a letter, from the left; equally far left as OpenCV numbers connected spots. */
function spots(mask: Uint8Array, width: number, height: number): Spot[] {
  let left = width, top = height;
  for (let y = 0; y < height; y++) {
    const first = mask.subarray(y * width, (y + 1) * width).indexOf(1);
    if (first < 0) continue;
    left = Math.min(left, first);
    top = Math.min(top, y);
  }
  const found: Spot[] = [];
  let count = 1;  // one of them is what lies between
  for (let y = top; y < height; y += 2) {
    for (let x = left; x < width; x += 2) {
      for (let part = 0; part < 4; part++) {
        const column = x + (part & 1), row = y + (part >> 1);
        if (column >= width || row >= height || !mask[row * width + column]) continue;
        count++;
        const spot = filled(mask, width, height, row * width + column);
        if (isLetter(spot)) found.push(spot.box);
      }
    }
  }
  if (!(count > FEWEST && count <= Math.floor(width * height / PIXELS_A_SPOT))) return [];
  return found.sort((a, b) => a[0] - b[0]);
}

interface Filled {
  readonly box: Spot;
  readonly area: number;
}

/** One connected spot, which is taken out of the mask. */
function filled(mask: Uint8Array, width: number, height: number, begin: number): Filled {
  const waiting = [begin];
  mask[begin] = 0;
  let area = 0, left = width, right = 0, top = height, bottom = 0;
  while (waiting.length) {
    const place = waiting.pop()!;
    const x = place % width, y = Math.floor(place / width);
    area++;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
    for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
      for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
        const next = row * width + column;
        if (mask[next]) {
          mask[next] = 0;
          waiting.push(next);
        }
      }
    }
  }
  return { box: [left, top, right - left + 1, bottom - top + 1], area };
}

function isLetter({ box: [, , wide, high], area }: Filled): boolean {
  return high >= 4 && high <= 28 && wide <= 1.6 * high + 2
    && area >= Math.max(SMALLEST, 0.18 * wide * high) && (area <= 0.95 * wide * high || wide <= 2);
}

function longestRow(boxes: readonly Spot[]): number {
  const taken = boxes.map(() => false);
  let longest = 0;
  for (let start = 0; start < boxes.length; start++) {
    if (taken[start]) continue;
    let last = boxes[start]!;
    const row = [start];
    for (let number = start + 1; number < boxes.length; number++) {
      const [left, top, , height] = boxes[number]!;
      const high = Math.max(last[3], height);
      const gap = left - (last[0] + last[2]);
      if (gap > 1.3 * high + 1) break;
      const sameHeight = Math.abs(last[3] - height) <= 0.3 * high + 1;
      const sameLine = Math.abs(last[1] + last[3] - top - height) <= 0.25 * high + 0.5;
      if (!taken[number] && gap >= -1 && sameHeight && sameLine) {
        row.push(number);
        last = boxes[number]!;
      }
    }
    if (row.length >= FEWEST) for (const number of row) taken[number] = true;
    longest = Math.max(longest, row.length);
  }
  return longest >= FEWEST ? longest : 0;
}
