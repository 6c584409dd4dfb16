/**
 * One page of a TIFF file (Adobe's TIFF 6.0, and BigTIFF), as `xraylib/images/tiff.py` reads it.
 *
 * Fax and JPEG compression, colours as YCbCr and premultiplied transparency are left to X-ray Lab itself.
 */

import { turned } from './exif';
import { overBlack } from './png';
import { type Radiograph, Refusal, type Stored, checkSize, greyIfEqual, radiograph } from './radiograph';
import { type Picture, picture } from './resize';
import { type Layout, samplesOf } from './tiff_strips';

const TAGS = {
  subfile: 254, width: 256, height: 257, bits: 258, compression: 259, photometric: 262, fillOrder: 266,
  strips: 273, orientation: 274, samples: 277, rows: 278, stripBytes: 279, across: 282, down: 283, planar: 284,
  predictor: 317, colours: 320, tileWidth: 322, tileHeight: 323, tiles: 324, tileBytes: 325, extra: 338,
  format: 339,
} as const;
const REDUCED_OR_MASK = 0b101;
const MOST_PAGES = 64;
/** Bytes of a value, by its type: byte, text, short, long, rational, …, IFD, long of 8 bytes. */
const SIZES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8 };
const SHORT = 3, LONG = 4, RATIONAL = 5, IFD = 13, LONG8 = 16;

type Directory = ReadonlyMap<number, readonly number[]>;

export function isTiff(data: Uint8Array): boolean {
  const [a, b, c, d] = data;
  return (a === 0x49 && b === 0x49 && (c === 42 || c === 43) && d === 0)
    || (a === 0x4d && b === 0x4d && c === 0 && (d === 42 || d === 43));
}

export async function readTiff(data: Uint8Array): Promise<Radiograph> {
  const little = data[0] === 0x49;
  const pages = directories(data, little).filter((page) => !(one(page, 'subfile', 0) & REDUCED_OR_MASK));
  if (!pages.length) throw new Refusal('damaged', 'no page');
  if (pages.length > 1) throw new Refusal('several-frames');
  const page = pages[0]!;
  const width = one(page, 'width', 0), height = one(page, 'height', 0);
  checkSize(width, height);
  const bits = one(page, 'bits', 1), samples = one(page, 'samples', 1);
  const photometric = one(page, 'photometric', -1), format = one(page, 'format', 1);
  if (photometric < 0) throw new Refusal('damaged', 'photometric interpretation');
  const grey = photometric === 0 || photometric === 1;
  const deep = grey && samples === 1 && (bits === 12 || bits === 16);
  const plain = [0, 1, 2, 3, 6].includes(photometric) && [1, 2, 4, 8].includes(bits);
  if (![1, 4].includes(format) || !(deep || plain || (photometric === 2 && bits === 16))) {
    throw new Refusal('unsupported-pixels', `${samples} × ${bits}`);
  }
  const layout = layoutOf(page, width, height, bits, samples, little);
  const alpha = checkedKind(page, layout, photometric);
  const found = await samplesOf(data, layout);
  const pixels = deep ? deepGrey(found, photometric, bits)
    : grey && samples === 1 ? shallowGrey(found as Picture<Uint8Array>, photometric, bits)
      : photometric === 3 ? byPalette(found as Picture<Uint8Array>, all(page, 'colours'), bits) : coloured(found, alpha);
  const how = one(page, 'orientation', 1);
  const square = equal(all(page, 'across'), all(page, 'down'));
  return radiograph(turned(pixels, how >= 1 && how <= 8 ? how : 1), deep ? bits : 8, 'TIFF', square ? [] : ['density-unequal']);
}

function all(page: Directory, name: keyof typeof TAGS): readonly number[] {
  return page.get(TAGS[name]) ?? [];
}

function one(page: Directory, name: keyof typeof TAGS, usual: number): number {
  return page.get(TAGS[name])?.[0] ?? usual;
}

/** Every directory, each with its values as numbers; rationals as two. */
function directories(data: Uint8Array, little: boolean): Directory[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const short = (place: number) => view.getUint16(place, little), long = (place: number) => view.getUint32(place, little);
  const long8 = (place: number) => Number(view.getBigUint64(place, little));
  const big = short(2) === 43;
  const word = big ? long8 : long, size = big ? 8 : 4;
  const seen = new Set<number>(), found: Directory[] = [];
  let place = word(big ? 8 : 4);
  while (place && !seen.has(place) && seen.size < MOST_PAGES) {
    seen.add(place);
    const count = big ? long8(place) : short(place);
    const begin = place + (big ? 8 : 2), entry = big ? 20 : 12;
    if (begin + count * entry > data.length) throw new Refusal('damaged', 'cut off');
    const page = new Map<number, readonly number[]>();
    for (let k = 0; k < count; k++) {
      const at = begin + k * entry, type = short(at + 2), number = word(at + 4);
      const bytes = (SIZES[type] ?? 0) * number;
      if (!Object.values<number>(TAGS).includes(short(at)) || !bytes) continue;
      const value = bytes <= size ? at + 4 + size : word(at + 4 + size);
      if (value + bytes > data.length) throw new Refusal('damaged', 'cut off');
      const read = type === 1 ? (k_: number) => data[value + k_]! : type === SHORT ? (k_: number) => short(value + 2 * k_)
        : [LONG, IFD, RATIONAL].includes(type) ? (k_: number) => long(value + 4 * k_)
          : type === LONG8 ? (k_: number) => long8(value + 8 * k_) : null;
      if (!read) throw new Refusal('not-here', `values of type ${type}`);
      page.set(short(at), Array.from({ length: type === RATIONAL ? 2 * number : number }, (_, j) => read(j)));
    }
    found.push(page);
    place = word(begin + count * entry);
  }
  return found;
}

function layoutOf(
  page: Directory, width: number, height: number, bits: number, samples: number, little: boolean,
): Layout {
  if (all(page, 'bits').some((value) => value !== bits) || one(page, 'fillOrder', 1) !== 1) {
    throw new Refusal('not-here', 'order of bits');
  }
  const tiled = !page.has(TAGS.strips) && page.has(TAGS.tiles);
  return {
    width, height, bits, samples, little,
    compression: one(page, 'compression', 1), predictor: one(page, 'predictor', 1),
    planes: one(page, 'planar', 1) === 2,
    wide: tiled ? one(page, 'tileWidth', 0) : width,
    tall: tiled ? one(page, 'tileHeight', 0) : Math.min(height, one(page, 'rows', height)),
    offsets: all(page, tiled ? 'tiles' : 'strips'), lengths: all(page, tiled ? 'tileBytes' : 'stripBytes'),
    tiled,
  };
}

/** Whether the last sample is transparency; what Pillow reads and this program does not is refused. */
function checkedKind(page: Directory, layout: Layout, photometric: number): boolean {
  const { bits, samples, little, planes, compression } = layout;
  const extra = all(page, 'extra');
  const usual = photometric === 2 ? 3 : 1;
  const more = samples - usual;
  const known = photometric === 0 || photometric === 3 ? more === 0 && !extra.length
    : photometric === 6 || (bits < 8 && samples > 1) ? false
      : more === 0 ? !extra.length
        : more === 1 && (extra[0] === 0 || extra[0] === 2 || (photometric === 2 && !extra.length));
  const packed = bits === 12 && (!little || compression !== 1);
  if (!known || extra.length > 1 || packed || (planes && samples > 1 && bits === 16)) {
    throw new Refusal('not-here', 'samples of a TIFF file');
  }
  return more === 1 && extra[0] !== 0;
}

function equal(across: readonly number[], down: readonly number[]): boolean {
  if (across.length !== 2 || down.length !== 2) return across.length === 0 && down.length === 0;
  return across[1] !== 0 && down[1] !== 0 && across[0]! * down[1]! === down[0]! * across[1]!;
}

/** 16 or 12 bits; 0 black. */
function deepGrey(found: Picture<Stored>, photometric: number, bits: number): Picture<Stored> {
  const top = 2 ** bits - 1, { data } = found;
  if (photometric === 0) for (let k = 0; k < data.length; k++) data[k] = top - data[k]!;
  return found;
}

function shallowGrey(found: Picture<Uint8Array>, photometric: number, bits: number): Picture<Uint8Array> {
  const top = 2 ** bits - 1, { data } = found;
  for (let k = 0; k < data.length; k++) data[k] = (photometric === 0 ? top - data[k]! : data[k]!) * (255 / top);
  return found;
}

function byPalette(found: Picture<Uint8Array>, colours: readonly number[], bits: number): Picture<Stored> {
  const count = 2 ** bits;
  if (colours.length !== 3 * count) throw new Refusal('not-here', 'palette');
  const data = new Uint8Array(found.data.length * 3);
  for (let k = 0, at = 0; k < found.data.length; k++) {
    for (let c = 0; c < 3; c++) data[at++] = colours[c * count + found.data[k]!]! >> 8;
  }
  return greyIfEqual(picture(data, found.width, found.height, 3));
}

/** The high byte of each sample; transparency over black, what is unspecified left out. */
function coloured(found: Picture<Stored>, alpha: boolean): Picture<Stored> {
  const { width, height, channels } = found;
  const data = found.data instanceof Uint8Array ? found.data : Uint8Array.from(found.data, (value) => value >> 8);
  const whole = picture(data, width, height, channels);
  if (alpha) return greyIfEqual(overBlack(whole, 8));
  const kept = channels === 4 ? 3 : channels === 2 ? 1 : channels;
  if (kept === channels) return greyIfEqual(whole);
  const part = new Uint8Array(width * height * kept);
  for (let k = 0, at = 0; k < data.length; k += channels) for (let c = 0; c < kept; c++) part[at++] = data[k + c]!;
  return greyIfEqual(picture(part, width, height, kept));
}
