/** How a picture lies: the orientation in an EXIF block, and the turn that viewers make. */

import type { Stored } from './radiograph';
import { type Picture, picture } from './resize';

const ORIENTATION = 0x0112;
const BYTE = 1, SHORT = 3, LONG = 4;

/** 1 to 8; 1 where there is no block or where it cannot be read. */
export function orientation(block: Uint8Array): number {
  const begin = block[0] === 0x45 && block[1] === 0x78 ? 6 : 0;  // "Exif", two zeros
  const view = new DataView(block.buffer, block.byteOffset + begin, Math.max(0, block.length - begin));
  try {
    const little = view.getUint16(0) === 0x4949;
    if (!little && view.getUint16(0) !== 0x4d4d) return 1;
    const first = view.getUint32(4, little), count = view.getUint16(first, little);
    for (let k = 0; k < count; k++) {
      const entry = first + 2 + 12 * k;
      if (view.getUint16(entry, little) !== ORIENTATION) continue;
      const kind = view.getUint16(entry + 2, little);
      if (view.getUint32(entry + 4, little) !== 1) return 1;
      const value = kind === SHORT ? view.getUint16(entry + 8, little)
        : kind === LONG ? view.getUint32(entry + 8, little)
          : kind === BYTE ? view.getUint8(entry + 8) : 1;
      return value >= 1 && value <= 8 ? value : 1;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}

/** The picture as every viewer shows it (EXIF 2.32, tag 274). */
export function turned<T extends Stored>(pixels: Picture<T>, how: number): Picture<T> {
  if (how === 1) return pixels;
  const { data, channels } = pixels;
  const swapped = how >= 5;
  const width = swapped ? pixels.height : pixels.width;
  const height = swapped ? pixels.width : pixels.height;
  const mirrored = [2, 3, 6, 7].includes(how), upended = [3, 4, 7, 8].includes(how);
  const result = new (data.constructor as new (n: number) => T)(data.length);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = mirrored ? width - 1 - column : column, y = upended ? height - 1 - row : row;
      const from = (swapped ? x * pixels.width + y : y * pixels.width + x) * channels;
      for (let c = 0; c < channels; c++) result[at++] = data[from + c]!;
    }
  }
  return picture(result, width, height, channels);
}
