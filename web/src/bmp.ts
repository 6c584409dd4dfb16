/** BMP: palettes of 1, 4 and 8 bits and colours of 16, 24 and 32, not run-length coded; as Pillow reads them. */

import { text } from './dicom_elements';
import { overBlack } from './png';
import { type Radiograph, Refusal, checkSize, greyIfEqual, radiograph } from './radiograph';
import { type Picture, picture } from './resize';

const HEADERS = [12, 40, 52, 56, 64, 108, 124];
const PLAIN = 0, RLE = [1, 2], MASKS = 3;
/** Byte of red, green, blue and alpha in a pixel of 32 bits, by their masks; -1: none. */
const ORDERS: Readonly<Record<string, readonly number[]>> = {
  'ff0000 ff00 ff 0': [2, 1, 0, -1], 'ff000000 ff0000 ff00 0': [3, 2, 1, -1],
  'ff000000 ff00 ff 0': [3, 1, 0, -1], 'ff000000 ff0000 ff00 ff': [3, 2, 1, 0],
  'ff ff00 ff0000 ff000000': [0, 1, 2, 3], 'ff0000 ff00 ff ff000000': [2, 1, 0, 3],
  'ff000000 ff00 ff ff0000': [3, 1, 0, 2], '0 0 0 0': [2, 1, 0, 3],
};

/** Whether a file begins so; two letters alone may begin a text. */
export function isBmp(data: Uint8Array): boolean {
  return text(data.subarray(0, 2)) === 'BM' && data.length >= 18
    && HEADERS.includes(new DataView(data.buffer, data.byteOffset + 14, 4).getUint32(0, true));
}

export function readBmp(data: Uint8Array): Radiograph {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const short = (place: number) => view.getUint16(place, true), long = (place: number) => view.getUint32(place, true);
  const size = long(14), old = size === 12;
  if (data.length < 14 + size) throw new Refusal('damaged', 'cut off');
  const upright = !old && data[25] === 0xff;  // the first row is the highest one
  const width = old ? short(18) : long(18);
  const height = old ? short(20) : upright ? 2 ** 32 - long(22) : long(22);
  checkSize(width, height);
  const bits = short(old ? 24 : 28), how = old ? PLAIN : long(30);
  if (RLE.includes(how)) throw new Refusal('not-here', 'run lengths');
  if (![1, 4, 8, 16, 24, 32].includes(bits) || ![PLAIN, MASKS].includes(how)) throw new Refusal('damaged', 'header');
  const colours = bits > 8 ? 0 : (old ? 0 : long(46)) || 2 ** bits;
  if (colours > 65536) throw new Refusal('damaged', 'palette');
  const behind = 14 + size, entry = old ? 3 : 4;
  const masks = how === MASKS ? [0, 1, 2, 3].map((k) => (k === 3 && size < 56 ? 0 : long(54 + 4 * k))) : null;
  let begin = long(10);
  if (begin === behind && bits <= 8) begin += entry * colours;
  if (!begin) begin = behind + (masks && size === 40 ? 12 : 0) + entry * colours;
  const stride = ((width * bits + 31) >> 3) & ~3;
  if (begin + stride * (height - 1) + Math.ceil((width * bits) / 8) > data.length) throw new Refusal('damaged', 'cut off');
  const row = (y: number) => data.subarray(begin + stride * (upright ? y : height - 1 - y));
  const pixels = bits <= 8
    ? byPalette(data.subarray(behind, behind + entry * colours), entry, colours, row, width, height, bits)
    : inColour(row, width, height, bits, masks);
  const [across, down] = old ? [0, 0] : [long(38), long(42)];
  return radiograph(greyIfEqual(pixels), 8, 'BMP', across === down ? [] : ['density-unequal']);
}

function byPalette(
  palette: Uint8Array, entry: number, colours: number, row: (y: number) => Uint8Array, width: number,
  height: number, bits: number,
): Picture<Uint8Array> {
  const result = new Uint8Array(width * height * 3), mask = 2 ** bits - 1;
  if (palette.length < entry * colours) throw new Refusal('damaged', 'palette');
  for (let y = 0, at = 0; y < height; y++) {
    const line = row(y);
    for (let x = 0; x < width; x++) {
      const place = (line[(x * bits) >> 3]! >> (8 - bits - ((x * bits) & 7))) & mask;
      if (place >= colours) throw new Refusal('not-here', 'colours beyond the palette');
      for (let c = 2; c >= 0; c--) result[at++] = palette[entry * place + c]!;
    }
  }
  return picture(result, width, height, 3);
}

function inColour(
  row: (y: number) => Uint8Array, width: number, height: number, bits: number, masks: readonly number[] | null,
): Picture<Uint8Array> {
  const told = masks?.map((mask) => mask.toString(16)).join(' ');
  if (bits === 16) return inWords(row, width, height, told);
  if (bits === 24) {
    if (told && !told.startsWith('ff0000 ff00 ff ')) throw new Refusal('damaged', 'masks');
    return ordered(row, width, height, [2, 1, 0], 3);
  }
  const order = told === undefined ? [2, 1, 0, -1] : ORDERS[told];
  if (!order) throw new Refusal('damaged', 'masks');
  const alpha = order[3]! >= 0;
  const found = ordered(row, width, height, alpha ? order : order.slice(0, 3), 4);
  return alpha ? overBlack(found, 8) : found;
}

function ordered(
  row: (y: number) => Uint8Array, width: number, height: number, order: readonly number[], step: number,
): Picture<Uint8Array> {
  const result = new Uint8Array(width * height * order.length);
  for (let y = 0, at = 0; y < height; y++) {
    const line = row(y);
    for (let x = 0; x < width; x++) for (const place of order) result[at++] = line[x * step + place]!;
  }
  return picture(result, width, height, order.length);
}

/** 5 bits each, or 6 of green; spread over 8 as Pillow does. */
function inWords(
  row: (y: number) => Uint8Array, width: number, height: number, told: string | undefined,
): Picture<Uint8Array> {
  const six = told?.startsWith('f800 7e0 1f ') ?? false;
  if (told && !six && !told.startsWith('7c00 3e0 1f ')) throw new Refusal('damaged', 'masks');
  const green = six ? 63 : 31, red = six ? 11 : 10;
  const result = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    const line = row(y);
    for (let x = 0; x < width; x++) {
      const word = line[2 * x]! | (line[2 * x + 1]! << 8);
      result[at++] = Math.trunc((((word >> red) & 31) * 255) / 31);
      result[at++] = Math.trunc((((word >> 5) & green) * 255) / green);
      result[at++] = Math.trunc(((word & 31) * 255) / 31);
    }
  }
  return picture(result, width, height, 3);
}
