/** A radiograph as the network sees it: grey values, then size, then depth, as in training. */

import { type Radiograph, type Stored, asGrey, toBytes } from './radiograph';
import { type Picture, picture, resized, rounded } from './resize';

export interface GreyRange {
  readonly bits: number;
  readonly low: number;
  readonly high: number;
}

export interface Preparation {
  readonly image_size: readonly [number, number];
  readonly color_mode: 'grayscale' | 'rgb';
  readonly fit: 'stretch' | 'pad' | 'crop';
  readonly grey_range?: GreyRange;
}

/** Where the picture lies in what the network sees: left, top, width, height, in its pixels. */
export type Box = readonly [number, number, number, number];

export function prepare(image: Radiograph, settings: Preparation): Picture<Uint8Array> {
  const [height, width] = settings.image_size;
  const grey = settings.color_mode === 'grayscale';
  const pixels = grey ? asGrey(image.pixels) : image.pixels;
  const fitted = fit(pixels, width, height, settings.fit);
  const range = settings.grey_range;
  const small = range && range.bits === image.bitDepth
    ? ranged(fitted, range) : toBytes(fitted, image.bitDepth);
  return grey || small.channels === 3 ? small : threefold(small);
}

function fit(
  pixels: Picture<Stored>, width: number, height: number, how: Preparation['fit'],
): Picture<Stored> {
  if (how === 'stretch') return resized(pixels, width, height);
  if (how === 'crop') return resized(centre(pixels, width, height), width, height);
  const [left, top, wide, tall] = padded(pixels, width, height);
  const inner = resized(pixels, wide, tall);
  const { channels } = pixels;
  const Kind = pixels.data.constructor as new (n: number) => Stored;
  const canvas = new Kind(width * height * channels);
  for (let row = 0; row < tall; row++) {
    const begin = row * wide * channels;
    canvas.set(inner.data.subarray(begin, begin + wide * channels),
      ((top + row) * width + left) * channels);
  }
  return picture(canvas, width, height, channels);
}

/** The whole picture, centred on black. */
function padded(pixels: Picture, width: number, height: number): Box {
  const scale = Math.min(height / pixels.height, width / pixels.width);
  const tall = Math.min(height, Math.max(1, rounded(pixels.height * scale)));
  const wide = Math.min(width, Math.max(1, rounded(pixels.width * scale)));
  return [Math.floor((width - wide) / 2), Math.floor((height - tall) / 2), wide, tall];
}

/** The largest centred part with the shape of what is wanted, in the picture's own pixels. */
function kept(pixels: Picture, width: number, height: number): Box {
  const tall = Math.min(pixels.height, Math.max(1, rounded((pixels.width * height) / width)));
  const wide = Math.min(pixels.width, Math.max(1, rounded((pixels.height * width) / height)));
  return [
    Math.floor((pixels.width - wide) / 2), Math.floor((pixels.height - tall) / 2), wide, tall,
  ];
}

function centre(pixels: Picture<Stored>, width: number, height: number): Picture<Stored> {
  const [left, top, wide, tall] = kept(pixels, width, height);
  const { channels } = pixels;
  const Kind = pixels.data.constructor as new (n: number) => Stored;
  const part = new Kind(wide * tall * channels);
  for (let row = 0; row < tall; row++) {
    const begin = ((top + row) * pixels.width + left) * channels;
    part.set(pixels.data.subarray(begin, begin + wide * channels), row * wide * channels);
  }
  return picture(part, wide, tall, channels);
}

/** Where what the network sees lies on the whole picture, in shares of its sides. */
export function seenPart(pixels: Picture, settings: Preparation): Box {
  const [height, width] = settings.image_size;
  if (settings.fit === 'stretch') return [0, 0, 1, 1];
  if (settings.fit === 'crop') {
    const [left, top, wide, tall] = kept(pixels, width, height);
    return [left / pixels.width, top / pixels.height, wide / pixels.width, tall / pixels.height];
  }
  const [left, top, wide, tall] = padded(pixels, width, height);
  return [-left / wide, -top / tall, width / wide, height / tall];
}

function ranged(pixels: Picture<Stored>, range: GreyRange): Picture<Uint8Array> {
  const span = range.high - range.low, half = span >> 1;
  const small = new Uint8Array(pixels.data.length);
  for (let k = 0; k < small.length; k++) {
    const above = Math.min(span, Math.max(0, pixels.data[k]! - range.low));
    small[k] = Math.floor((above * 255 + half) / span);
  }
  return { ...pixels, data: small };
}

function threefold(pixels: Picture<Uint8Array>): Picture<Uint8Array> {
  const data = new Uint8Array(pixels.data.length * 3);
  for (let k = 0; k < pixels.data.length; k++) data.fill(pixels.data[k]!, 3 * k, 3 * k + 3);
  return picture(data, pixels.width, pixels.height, 3);
}
