/**
 * Letters that were printed into an image: the same search as in `xraylib/images/burned_in_text.py`.
 *
 * A letter is a small spot, much brighter or darker than around; text is a row of them on one line.
 */

import { type Radiograph, asGrey, atMost, toBytes } from './radiograph';
import type { Picture } from './resize';

const CONTRAST = 60;
const REACH = 3;  // of a square of 7 × 7
const MOST_SPOTS = 4000;
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
  const opened = extreme(extreme(data, width, height, Math.min), width, height, Math.max);
  const closed = extreme(extreme(data, width, height, Math.max), width, height, Math.min);
  let longest = 0;
  for (const marks of [data.map((value, k) => value - opened[k]!), closed.map((value, k) => value - data[k]!)]) {
    const mask = marks.map((value) => (value >= CONTRAST ? 1 : 0));
    const count = mask.reduce((sum, value) => sum + value, 0);
    if (count < FEWEST * SMALLEST) continue;
    longest = Math.max(longest, longestRow(spots(mask, width, height)));
  }
  return longest;
}

/** The lowest or highest value within the square around each pixel; outside there is none. */
function extreme(
  data: Uint8Array, width: number, height: number, choose: (a: number, b: number) => number,
): Uint8Array {
  const across = new Uint8Array(data.length), result = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let value = data[y * width + x]!;
      const end = Math.min(width - 1, x + REACH);
      for (let k = Math.max(0, x - REACH); k <= end; k++) value = choose(value, data[y * width + k]!);
      across[y * width + x] = value;
    }
  }
  for (let y = 0; y < height; y++) {
    const end = Math.min(height - 1, y + REACH);
    for (let x = 0; x < width; x++) {
      let value = across[y * width + x]!;
      for (let k = Math.max(0, y - REACH); k <= end; k++) value = choose(value, across[k * width + x]!);
      result[y * width + x] = value;
    }
  }
  return result;
}

/** What could be a letter, from the left; equally far left as OpenCV numbers connected spots. */
function spots(mask: Uint8Array, width: number, height: number): Spot[] {
  let left = width, top = height;
  for (let k = 0; k < mask.length; k++) {
    if (mask[k]) {
      left = Math.min(left, k % width);
      top = Math.min(top, Math.floor(k / width));
    }
  }
  const found: Spot[] = [];
  let count = 1;  // one of them is what lies between
  for (let y = top; y < height; y += 2) {
    for (let x = left; x < width; x += 2) {
      for (const [dx, dy] of [[0, 0], [1, 0], [0, 1], [1, 1]] as const) {
        if (x + dx >= width || y + dy >= height || !mask[(y + dy) * width + x + dx]) continue;
        count++;
        const spot = filled(mask, width, height, (y + dy) * width + x + dx);
        if (isLetter(spot)) found.push(spot.box);
      }
    }
  }
  if (!(count > FEWEST && count <= MOST_SPOTS)) return [];
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
