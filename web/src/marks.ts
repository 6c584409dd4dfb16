/** Coloured letters, arrows and rulers on a grey image: where, and the image without: `xraylib/ood/marks.py`. */

import { type Preparation, prepare } from './prepare';
import type { Radiograph, Stored } from './radiograph';
import { type Picture, picture } from './resize';

const SAMPLED_SIDE = 512;
const EDGE = 2;  // of a square of 5 × 5

/** Share of pixels whose channels differ; large pictures in every second, third, … row and column. */
export function colouredShare(pixels: Picture<Stored>, spread: number): number {
  const { width, height, channels } = pixels;
  if (channels === 1) return 0;
  const step = Math.max(1, Math.floor(Math.max(width, height) / SAMPLED_SIDE));
  let coloured = 0, all = 0;
  for (let y = 0; y < height; y += step) {
    for (let x = 0; x < width; x += step, all++) if (isColoured(pixels, y * width + x, spread)) coloured++;
  }
  return coloured / all;
}

function isColoured({ data }: Picture<Stored>, place: number, spread: number): boolean {
  const a = data[3 * place]!, b = data[3 * place + 1]!, c = data[3 * place + 2]!;
  return Math.max(a, b, c) - Math.min(a, b, c) > spread;
}

/** What the network would see if the coloured places were filled from around them. */
export function withoutMarks(
  image: Radiograph, prepared: Picture<Uint8Array>, settings: Preparation, spread: number,
): Picture<Uint8Array> {
  const { width, height } = image.pixels;
  const mask = new Uint8Array(width * height);
  for (let place = 0; place < mask.length; place++) mask[place] = isColoured(image.pixels, place, spread) ? 255 : 0;
  const place: Preparation = { image_size: settings.image_size, color_mode: 'grayscale', fit: settings.fit };
  return filled(prepared, prepare({ ...image, pixels: picture(mask, width, height, 1), bitDepth: 8 }, place).data);
}

/**
 * Ring by ring inwards: each pixel is the mean of those of its eight neighbours that are known by then.
 *
 * @param marked Not 0 where there is some of a mark; its edge, where colour has run, is filled too.
 */
export function filled(pixels: Picture<Uint8Array>, marked: Uint8Array): Picture<Uint8Array> {
  const { width, height, channels } = pixels;
  const data = pixels.data.slice(), unknown = new Uint8Array(marked.length);
  marked.forEach((value, place) => {
    if (value) for (const near of around(place, EDGE, width, height)) unknown[near] = 1;
  });
  for (let left = placesOf(unknown); left.length;) {
    const ring = left.filter((place) => around(place, 1, width, height).some((near) => !unknown[near]));
    if (!ring.length) return pixels;
    const values = ring.map((place) => {
      const known = around(place, 1, width, height).filter((near) => !unknown[near]);
      return Array.from({ length: channels }, (_, c) =>
        Math.floor(known.reduce((sum, near) => sum + data[near * channels + c]!, 0) / known.length + 0.5));
    });
    ring.forEach((place, k) => {
      data.set(values[k]!, place * channels);
      unknown[place] = 0;
    });
    left = left.filter((place) => unknown[place]);
  }
  return { ...pixels, data };
}

function placesOf(mask: Uint8Array): number[] {
  const places: number[] = [];
  mask.forEach((value, place) => { if (value) places.push(place); });
  return places;
}

/** The places of a square around one, itself included, as far as they are on the picture. */
function around(place: number, reach: number, width: number, height: number): number[] {
  const x = place % width, y = Math.floor(place / width), found: number[] = [];
  for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
    for (let column = Math.max(0, x - reach); column <= Math.min(width - 1, x + reach); column++) {
      found.push(row * width + column);
    }
  }
  return found;
}
