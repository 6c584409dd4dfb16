/**
 * PNG of every kind, as the training pixels were decoded: 16 bits stay, transparency is laid over black.
 *
 * ISO/IEC 15948. A canvas shows 16 bits as 8 and loses levels under transparency. The browser unpacks
 * (`DecompressionStream`); filters, passes and samples are few lines, and need no decoder that guesses.
 */

import { orientation, turned } from './exif';
import { type Radiograph, Refusal, type Stored, checkSize, greyIfEqual, radiograph } from './radiograph';
import { type Picture, picture } from './resize';

const GREY = 0, COLOUR = 2, PALETTE = 3, GREY_ALPHA = 4, COLOUR_ALPHA = 6;
const SAMPLES: Readonly<Record<number, number>> = {
  [GREY]: 1, [COLOUR]: 3, [PALETTE]: 1, [GREY_ALPHA]: 2, [COLOUR_ALPHA]: 4,
};
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  [GREY]: [1, 2, 4, 8, 16], [COLOUR]: [8, 16], [PALETTE]: [1, 2, 4, 8], [GREY_ALPHA]: [8, 16],
  [COLOUR_ALPHA]: [8, 16],
};
/** Adam7: first column and row, steps, of each pass. */
const PASSES = [
  [0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2],
] as const;
const SIGNATURE_BYTES = 8;
const DESCRIPTION = 'Description\0';
const NONE = new Uint8Array(0);

interface Png {
  width: number;
  height: number;
  depth: number;
  colour: number;
  interlaced: boolean;
  palette: Uint8Array;
  transparency: Uint8Array;
  exif: Uint8Array;
  square: boolean;
  descriptions: string[];
  packed: Uint8Array[];
}

export async function readPng(data: Uint8Array): Promise<Radiograph> {
  const png = chunks(data);
  const samples = unfiltered(png, await unpacked(png));
  const pixels = png.depth === 16 ? deep(png, samples as Uint16Array) : shallow(png, samples as Uint8Array);
  const notes = png.square ? [] : ['density-unequal'];
  const bits = pixels.data instanceof Uint16Array ? 16 : 8;
  return radiograph(turned(pixels, orientation(png.exif)), bits, 'PNG', notes, {
    descriptions: png.descriptions,
  });
}

function chunks(data: Uint8Array): Png {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 33) throw new Refusal('damaged', 'cut off');
  const png: Png = {
    width: view.getUint32(16), height: view.getUint32(20), depth: data[24]!, colour: data[25]!,
    interlaced: data[28] === 1, palette: NONE, transparency: NONE, exif: NONE, square: true,
    descriptions: [], packed: [],
  };
  checkSize(png.width, png.height);
  if (!DEPTHS[png.colour]?.includes(png.depth) || data[26] || data[27] || data[28]! > 1) {
    throw new Refusal('damaged', 'header');
  }
  for (let place = SIGNATURE_BYTES; ;) {
    if (place + 8 > data.length) throw new Refusal('damaged', 'cut off');
    const length = view.getUint32(place), end = place + 12 + length;
    const name = String.fromCharCode(...data.subarray(place + 4, place + 8));
    if (name === 'IEND') return png;
    if (!/^[A-Za-z0-9]{4}$/.test(name) || end > data.length) throw new Refusal('damaged', 'cut off');
    if (crc32(data.subarray(place + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw new Refusal('damaged', `checksum in ${name}`);
    }
    keep(png, name, data.subarray(place + 8, end - 4));
    place = end;
  }
}

function keep(png: Png, name: string, content: Uint8Array): void {
  if (name === 'IDAT') png.packed.push(content);
  else if (name === 'PLTE') png.palette = content;
  else if (name === 'tRNS') png.transparency = content;
  else if (name === 'eXIf') png.exif = content;
  else if (name === 'pHYs') {
    png.square = [0, 1, 2, 3].every((k) => content[k] === content[k + 4]);
  } else if (name === 'tEXt') {
    const text = String.fromCharCode(...content.subarray(0, 1000));
    if (content.length <= 1000 && text.startsWith(DESCRIPTION)) png.descriptions.push(text.slice(DESCRIPTION.length));
  } else if (name === 'acTL') {
    const frames = new DataView(content.buffer, content.byteOffset, 4).getUint32(0);
    if (frames > 1) throw new Refusal('several-frames');
  }
}

let table: Uint32Array | undefined;

export function crc32(data: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c;
  });
  let sum = 0xffffffff;
  for (let k = 0; k < data.length; k++) sum = table[(sum ^ data[k]!) & 255]! ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

/** Rows of a pass: how many, and bytes of each without its filter's number. */
function passes(png: Png): { x: number; y: number; dx: number; dy: number; wide: number; tall: number }[] {
  const all = png.interlaced ? PASSES : [[0, 0, 1, 1] as const];
  return all.map(([x, y, dx, dy]) => ({
    x, y, dx, dy, wide: Math.ceil((png.width - x) / dx), tall: Math.ceil((png.height - y) / dy),
  })).filter((one) => one.wide > 0 && one.tall > 0);
}

function rowBytes(png: Png, wide: number): number {
  return Math.ceil((wide * SAMPLES[png.colour]! * png.depth) / 8);
}

/** The filtered rows, of exactly the length that the header tells; never more is unpacked. */
async function unpacked(png: Png): Promise<Uint8Array> {
  const wanted = passes(png).reduce((sum, one) => sum + one.tall * (1 + rowBytes(png, one.wide)), 0);
  const stream = new Blob(png.packed as BlobPart[]).stream().pipeThrough(new DecompressionStream('deflate'));
  const reader = stream.getReader();
  const rows = new Uint8Array(wanted);
  let filled = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const room = wanted - filled;
      rows.set(value.length > room ? value.subarray(0, room) : value, filled);
      filled += Math.min(room, value.length);
      if (value.length > room) {
        await reader.cancel();
        break;
      }
    }
  } catch {
    throw new Refusal('damaged', 'compressed data');
  }
  if (filled < wanted) throw new Refusal('damaged', 'cut off');
  return rows;
}

/** Samples by row, column and channel: bytes, or words of 16 bits. */
function unfiltered(png: Png, rows: Uint8Array): Stored {
  const samples = SAMPLES[png.colour]!;
  const step = Math.max(1, (samples * png.depth) >> 3);
  const deepness = png.depth === 16;
  const total = png.width * png.height * samples;
  const result = deepness ? new Uint16Array(total) : new Uint8Array(total);
  let at = 0;
  for (const pass of passes(png)) {
    const length = rowBytes(png, pass.wide);
    let before: Uint8Array = new Uint8Array(length);
    for (let row = 0; row < pass.tall; row++) {
      const line = rows.subarray(at + 1, at + 1 + length);
      unfilter(rows[at]!, line, before, step);
      spread(png, line, result, ((pass.y + row * pass.dy) * png.width + pass.x) * samples,
        pass.wide, pass.dx * samples);
      before = line;
      at += 1 + length;
    }
  }
  return result;
}

/** ISO/IEC 15948, 9.2: each byte plus what its neighbours foretell. */
function unfilter(kind: number, line: Uint8Array, before: Uint8Array, step: number): void {
  if (kind > 4) throw new Refusal('damaged', 'filter');
  if (kind === 0) return;
  for (let k = 0; k < line.length; k++) {
    const left = k < step ? 0 : line[k - step]!, up = before[k]!;
    const corner = k < step ? 0 : before[k - step]!;
    let guess = kind === 1 ? left : kind === 2 ? up : (left + up) >> 1;
    if (kind === 4) {
      const a = Math.abs(up - corner), b = Math.abs(left - corner);
      const c = Math.abs(left + up - 2 * corner);
      guess = a <= b && a <= c ? left : b <= c ? up : corner;
    }
    line[k] = line[k]! + guess;
  }
}

/** The samples of one row into their places. */
function spread(
  png: Png, line: Uint8Array, result: Stored, begin: number, wide: number, stride: number,
): void {
  const samples = SAMPLES[png.colour]!, { depth } = png;
  const mask = (1 << depth) - 1;
  for (let column = 0, k = 0; column < wide; column++) {
    const at = begin + column * stride;
    for (let c = 0; c < samples; c++, k++) {
      if (depth === 8) result[at + c] = line[k]!;
      else if (depth === 16) result[at + c] = (line[2 * k]! << 8) | line[2 * k + 1]!;
      else result[at + c] = (line[(k * depth) >> 3]! >> (8 - depth - ((k * depth) & 7))) & mask;
    }
  }
}

/** 16 bits of grey, whatever else is stored; of real colour the high byte of each sample. */
function deep(png: Png, samples: Uint16Array): Picture<Stored> {
  const { width, height } = png;
  let pixels: Picture<Uint16Array>;
  if (png.colour === GREY_ALPHA || png.colour === COLOUR_ALPHA) {
    pixels = overBlack(picture(samples, width, height, SAMPLES[png.colour]!), 16);
  } else {
    pixels = picture(samples, width, height, SAMPLES[png.colour]!);
    const clear = transparentSamples(png, 0xffff);
    if (clear) pixels = without(pixels, clear);
  }
  const grey = greyIfEqual(pixels);
  return grey.channels === 1 ? grey : { ...grey, data: Uint8Array.from(grey.data, (value) => value >> 8) };
}

function shallow(png: Png, samples: Uint8Array): Picture<Stored> {
  const { width, height, depth, colour } = png;
  if (colour === PALETTE) return byPalette(png, samples);
  if (colour === GREY_ALPHA || colour === COLOUR_ALPHA) {
    return greyIfEqual(overBlack(picture(samples, width, height, SAMPLES[colour]!), 8));
  }
  const top = (1 << depth) - 1;
  if (depth < 8) for (let k = 0; k < samples.length; k++) samples[k] = samples[k]! * (255 / top);
  const pixels = greyIfEqual(picture(samples, width, height, SAMPLES[colour]!));
  const clear = transparentSamples(png, top)?.map((sample) => sample * (255 / top));
  if (!clear) return pixels;
  const same = pixels.channels === 1 && new Set(clear).size === 1;
  return without(pixels, same ? clear.slice(0, 1) : clear);
}

/** The samples of the one grey or colour that is transparent. */
function transparentSamples(png: Png, mask: number): number[] | undefined {
  const { transparency: told } = png;
  const count = png.colour === GREY ? 1 : 3;
  if (told.length >> 1 !== count) return undefined;
  return Array.from({ length: count }, (_, k) => ((told[2 * k]! << 8) | told[2 * k + 1]!) & mask);
}

/** Black where exactly these samples stand; where they stand everywhere, they say nothing. */
function without<T extends Stored>(pixels: Picture<T>, samples: readonly number[]): Picture<T> {
  const { data, channels } = pixels;
  if (samples.length !== channels) return pixels;
  const result = data.slice() as T;
  let all = true;
  for (let k = 0; k < data.length; k += channels) {
    let same = true;
    for (let c = 0; c < channels; c++) same &&= data[k + c] === samples[c];
    if (same) result.fill(0, k, k + channels);
    else all = false;
  }
  return all ? pixels : { ...pixels, data: result };
}

/** Lays transparency, the last channel, over black. A constant one says nothing. */
export function overBlack<T extends Stored>(pixels: Picture<T>, bits: 8 | 16): Picture<T> {
  const { data, channels, width, height } = pixels;
  const left = channels - 1, scale = 2 ** bits, half = scale / 2;
  let low = data[left]!, high = low;
  for (let k = left; k < data.length; k += channels) {
    low = Math.min(low, data[k]!);
    high = Math.max(high, data[k]!);
  }
  const result = new (data.constructor as new (n: number) => T)(width * height * left);
  for (let k = 0, at = 0; k < data.length; k += channels) {
    const alpha = low === high ? scale - 1 : data[k + left]!;
    for (let c = 0; c < left; c++) {
      const product = data[k + c]! * alpha + half;
      result[at++] = Math.floor((product + Math.floor(product / scale)) / scale);
    }
  }
  return picture(result, width, height, left);
}

function byPalette(png: Png, places: Uint8Array): Picture<Stored> {
  const { palette, transparency, width, height } = png;
  if (!palette.length || palette.length % 3) throw new Refusal('damaged', 'palette');
  const clear = transparency.length > 0;
  const channels = clear ? 4 : 3;
  const data = new Uint8Array(places.length * channels);
  for (let k = 0; k < places.length; k++) {
    const place = places[k]!;
    for (let c = 0; c < 3; c++) data[k * channels + c] = palette[3 * place + c] ?? 0;
    if (clear) data[k * 4 + 3] = transparency[place] ?? 255;
  }
  const pixels = picture(data, width, height, channels);
  return greyIfEqual(clear ? overBlack(pixels, 8) : pixels);
}
