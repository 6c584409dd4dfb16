/** One decoded image at the depth in which it was stored, and the one way to refuse a file. */

import { type Picture, picture, rounded, shrunk } from './resize';

export type Stored = Uint8Array | Uint16Array;

export const MAX_PIXELS = 25_000_000;
export const MAX_BYTES = 64 * 2 ** 20;

export interface Radiograph {
  readonly pixels: Picture<Stored>;
  readonly bitDepth: number;
  readonly format: string;
  /** Names of what had to be decided about its greys. */
  readonly notes: readonly string[];
  /** What the file says of the view: `lateral`, `PA`, … or nothing. */
  readonly view: string;
  /** Whether the file says that text is burned into the picture. */
  readonly annotated: boolean;
  /** Whether a DICOM file says that no patient was looked at. */
  readonly synthetic: boolean;
  /** Texts under the keyword `Description` of a PNG file. */
  readonly descriptions: readonly string[];
}

/** A file that is not read. What is said of it stands in the table that Python wrote, by its code. */
export class Refusal extends Error {
  constructor(readonly code: string, readonly detail = '') {
    super(detail ? `${code}: ${detail}` : code);
  }
}

export function radiograph(
  pixels: Picture<Stored>, bitDepth: number, format: string, notes: readonly string[] = [],
  told: { view?: string; annotated?: boolean; synthetic?: boolean; descriptions?: readonly string[] } = {},
): Radiograph {
  checkSize(pixels.width, pixels.height);
  const low = usesLittle(pixels.data, bitDepth) ? ['low-range'] : [];
  return {
    pixels, bitDepth, format, notes: [...new Set([...notes, ...low])],
    view: told.view ?? '', annotated: told.annotated ?? false, synthetic: told.synthetic ?? false,
    descriptions: told.descriptions ?? [],
  };
}

export function checkSize(width: number, height: number): void {
  if (width < 1 || height < 1) throw new Refusal('damaged', 'no pixels');
  if (width * height > MAX_PIXELS) throw new Refusal('too-large', `${width} × ${height}`);
}

/** Whether the values are a small part, under a quarter, of what their depth can hold. */
function usesLittle(data: Stored, bits: number): boolean {
  if (bits <= 8) return false;
  let low = data[0]!, high = low;
  for (let k = 1; k < data.length; k++) {
    const value = data[k]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low < high && (high - low) * 4 < 2 ** bits;
}

/** One channel where all are equal everywhere, else the pixels as they are. */
export function greyIfEqual<T extends Stored>(pixels: Picture<T>): Picture<T> {
  const { data, channels, width, height } = pixels;
  if (channels === 1) return pixels;
  for (let k = 0; k < data.length; k += channels) {
    for (let c = 1; c < channels; c++) if (data[k + c] !== data[k]) return pixels;
  }
  const grey = new (data.constructor as new (n: number) => T)(width * height);
  for (let k = 0; k < grey.length; k++) grey[k] = data[k * channels]!;
  return picture(grey, width, height);
}

/** Colour becomes grey with the weights 0.299, 0.587 and 0.114, as OpenCV has them for 8 bits. */
export function asGrey(pixels: Picture<Stored>): Picture<Stored> {
  const { data, channels, width, height } = pixels;
  if (channels === 1) return pixels;
  const grey = new Uint8Array(width * height);
  for (let k = 0, at = 0; k < grey.length; k++, at += 3) {
    grey[k] = (data[at]! * 9798 + data[at + 1]! * 19235 + data[at + 2]! * 3735 + 16384) >> 15;
  }
  return picture(grey, width, height);
}

/** `round(value * 255 / (2**bits - 1))`; 8 bits stay as they are. */
export function toBytes(pixels: Picture<Stored>, bits: number): Picture<Uint8Array> {
  const { data } = pixels;
  if (data instanceof Uint8Array) return pixels as Picture<Uint8Array>;
  const top = 2 ** bits - 1, half = top >> 1;
  const small = new Uint8Array(data.length);
  for (let k = 0; k < data.length; k++) small[k] = Math.floor((data[k]! * 255 + half) / top);
  return { ...pixels, data: small };
}

/** At most so many pixels long, of the same shape. */
export function atMost<T extends Stored>(pixels: Picture<T>, side: number): Picture<T> {
  const scale = side / Math.max(pixels.width, pixels.height);
  if (scale >= 1) return pixels;
  const size = (length: number) => Math.max(1, rounded(length * scale));
  return shrunk(pixels, size(pixels.width), size(pixels.height));
}
